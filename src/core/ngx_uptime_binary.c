
/*
 * PostgreSQL's binary format of numbers and arrays.  Pure; runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_binary.h"


/* dimensions, flags, type; with one dimension elements and first index */
#define NGX_UPTIME_BINARY_EMPTY    12
#define NGX_UPTIME_BINARY_HEAD     20

/* the length before each element, and an integer */
#define NGX_UPTIME_BINARY_ELEMENT  8


static uint32_t ngx_uptime_binary_word(const u_char *p);


void
ngx_uptime_binary_array(ngx_uptime_binary_t *a, const ngx_str_t *value)
{
    ngx_memzero(a, sizeof(ngx_uptime_binary_t));

    if (value->data == NULL || value->len < NGX_UPTIME_BINARY_HEAD
        || ngx_uptime_binary_word(value->data) != 1)
    {
        return;
    }

    a->p = value->data + NGX_UPTIME_BINARY_HEAD;
    a->last = value->data + value->len;
    a->left = ngx_uptime_binary_word(value->data + NGX_UPTIME_BINARY_EMPTY);
}


ngx_int_t
ngx_uptime_binary_next(ngx_uptime_binary_t *a, ngx_str_t *element)
{
    uint32_t  len;

    if (a->left == 0) {
        return NGX_DONE;
    }

    if (a->last - a->p < 4) {
        a->left = 0;
        return NGX_DONE;
    }

    len = ngx_uptime_binary_word(a->p);

    a->p += 4;
    a->left--;

    if (len == (uint32_t) -1) {
        ngx_str_null(element);
        return NGX_OK;
    }

    if (len > (size_t) (a->last - a->p)) {
        a->left = 0;
        return NGX_DONE;
    }

    element->data = (u_char *) a->p;
    element->len = len;

    a->p += len;

    return NGX_OK;
}


int64_t
ngx_uptime_binary_value(const ngx_str_t *value, int64_t null)
{
    size_t    i;
    uint64_t  n;

    if (value->data == NULL) {
        return null;
    }

    n = (value->len && value->data[0] & 0x80) ? (uint64_t) -1 : 0;

    for (i = 0; i < value->len; i++) {
        n = n << 8 | value->data[i];
    }

    return (int64_t) n;
}


int64_t
ngx_uptime_binary_int(ngx_uptime_binary_t *a, int64_t null)
{
    ngx_str_t  element;

    if (ngx_uptime_binary_next(a, &element) != NGX_OK) {
        return null;
    }

    return ngx_uptime_binary_value(&element, null);
}


ngx_str_t
ngx_uptime_binary_cut(ngx_str_t *values)
{
    size_t     len;
    ngx_str_t  array;

    len = NGX_UPTIME_BINARY_EMPTY;

    if (values->len >= NGX_UPTIME_BINARY_HEAD
        && ngx_uptime_binary_word(values->data) == 1)
    {
        len = NGX_UPTIME_BINARY_HEAD + NGX_UPTIME_BINARY_ELEMENT
              * (size_t) ngx_uptime_binary_word(values->data
                                                + NGX_UPTIME_BINARY_EMPTY);
    }

    array.data = values->data;
    array.len = len <= values->len ? len : 0;

    values->data += array.len;
    values->len -= array.len;

    return array;
}


ngx_uint_t
ngx_uptime_binary_ints(const ngx_str_t *array)
{
    if (array->len < NGX_UPTIME_BINARY_HEAD) {
        return 0;
    }

    return (array->len - NGX_UPTIME_BINARY_HEAD) / NGX_UPTIME_BINARY_ELEMENT;
}


uint32_t
ngx_uptime_binary_int_at(const ngx_str_t *array, ngx_uint_t i)
{
    return ngx_uptime_binary_word(array->data + NGX_UPTIME_BINARY_HEAD
                                  + i * NGX_UPTIME_BINARY_ELEMENT + 4);
}


static uint32_t
ngx_uptime_binary_word(const u_char *p)
{
    uint32_t  word;

    ngx_memcpy(&word, p, 4);

    return ntohl(word);
}
