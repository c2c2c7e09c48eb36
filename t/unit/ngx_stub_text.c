
/*
 * More of the stand-in: what the files about secrets call.  As strict as
 * nginx: base64 without any character besides, padding only at the end.
 */


#include "ngx_stub.h"


static ngx_time_t      now = { 1795320000, 0, 0 };
volatile ngx_time_t   *ngx_cached_time = &now;


static int
digit(u_char ch, int url)
{
    if (ch >= 'A' && ch <= 'Z') {
        return ch - 'A';
    }

    if (ch >= 'a' && ch <= 'z') {
        return ch - 'a' + 26;
    }

    if (ch >= '0' && ch <= '9') {
        return ch - '0' + 52;
    }

    if (ch == (url ? '-' : '+')) {
        return 62;
    }

    return (ch == (url ? '_' : '/')) ? 63 : -1;
}


static ngx_int_t
decode(ngx_str_t *dst, ngx_str_t *src, int url)
{
    int       d;
    size_t    i;
    u_char   *p;
    uint32_t  bits;

    p = dst->data;
    bits = 0;

    for (i = 0; i < src->len && src->data[i] != '='; i++) {
        d = digit(src->data[i], url);

        if (d < 0) {
            return NGX_ERROR;
        }

        bits = bits << 6 | (uint32_t) d;

        if (i % 4 != 0) {
            *p++ = (u_char) (bits >> (6 - 2 * (i % 4)));
        }
    }

    if (i % 4 == 1) {
        return NGX_ERROR;
    }

    dst->len = p - dst->data;

    return NGX_OK;
}


ngx_int_t
ngx_decode_base64(ngx_str_t *dst, ngx_str_t *src)
{
    return decode(dst, src, 0);
}


ngx_int_t
ngx_decode_base64url(ngx_str_t *dst, ngx_str_t *src)
{
    return decode(dst, src, 1);
}


void
ngx_encode_base64(ngx_str_t *dst, ngx_str_t *src)
{
    size_t  i;

    ngx_encode_base64url(dst, src);

    for (i = 0; i < dst->len; i++) {
        dst->data[i] = (dst->data[i] == '-') ? '+'
                       : (dst->data[i] == '_') ? '/' : dst->data[i];
    }

    while (dst->len % 4) {
        dst->data[dst->len++] = '=';
    }
}


void
ngx_encode_base64url(ngx_str_t *dst, ngx_str_t *src)
{
    size_t    i, n;
    u_char   *p;
    uint32_t  bits;

    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-_";

    p = dst->data;

    for (i = 0; i < src->len; i += 3) {
        n = src->len - i;

        bits = (uint32_t) src->data[i] << 16;
        bits |= (n > 1) ? (uint32_t) src->data[i + 1] << 8 : 0;
        bits |= (n > 2) ? src->data[i + 2] : 0;

        *p++ = digits[bits >> 18];
        *p++ = digits[bits >> 12 & 63];

        if (n > 1) {
            *p++ = digits[bits >> 6 & 63];
        }

        if (n > 2) {
            *p++ = digits[bits & 63];
        }
    }

    dst->len = p - dst->data;
}


u_char *
ngx_hex_dump(u_char *dst, u_char *src, size_t len)
{
    static const char  digits[] = "0123456789abcdef";

    while (len--) {
        *dst++ = digits[*src >> 4];
        *dst++ = digits[*src++ & 15];
    }

    return dst;
}


u_char *
ngx_pstrdup(ngx_pool_t *pool, ngx_str_t *src)
{
    u_char  *copy;

    copy = ngx_pnalloc(pool, src->len);

    if (copy != NULL) {
        ngx_memcpy(copy, src->data, src->len);
    }

    return copy;
}


u_char *
ngx_cpystrn(u_char *dst, u_char *src, size_t n)
{
    while (n > 1 && *src != '\0') {
        *dst++ = *src++;
        n--;
    }

    if (n > 0) {
        *dst = '\0';
    }

    return dst;
}


/* of files of keys, which no harness reads */

void ngx_cdecl
ngx_conf_log_error(ngx_uint_t level, ngx_conf_t *cf, ngx_err_t err,
    const char *fmt, ...)
{
    abort();
}


ssize_t
ngx_read_file(ngx_file_t *file, u_char *buf, size_t size, off_t offset)
{
    abort();
}
