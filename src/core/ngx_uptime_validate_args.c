
/*
 * A query string as an object, so that one table describes a body and a
 * query string alike.  Escapes are those of HTML forms, which is also what
 * URLSearchParams in browsers makes: "+" is a space.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


/* bounds the search for equal names; no table has nearly as many rows */
#define NGX_UPTIME_ARGS_MAX   64

/* more than the validator takes for an integer */
#define NGX_UPTIME_ARGS_HUGE  10000000000000000LL


static ngx_int_t ngx_uptime_args_add(ngx_pool_t *pool,
    const ngx_uptime_field_t *fields, ngx_str_t *arg, cJSON *object,
    const char **reason);
static ngx_int_t ngx_uptime_args_decode(ngx_pool_t *pool, u_char *p,
    size_t len, ngx_str_t *text, const char **reason);
static cJSON *ngx_uptime_args_value(const ngx_uptime_field_t *fields,
    ngx_str_t *name, ngx_str_t *text);
static cJSON *ngx_uptime_args_list(ngx_str_t *text);
static ngx_int_t ngx_uptime_args_number(ngx_str_t *text, double *number);


ngx_int_t
ngx_uptime_validate_args(ngx_pool_t *pool, const ngx_uptime_field_t *fields,
    ngx_str_t *args, cJSON **object, const char **reason)
{
    u_char      *p, *last, *end;
    ngx_int_t    rc;
    ngx_str_t    arg;
    ngx_uint_t   n;

    *object = ngx_uptime_json_object(pool);
    if (*object == NULL) {
        return NGX_ERROR;
    }

    n = 0;
    last = args->data + args->len;

    for (p = args->data; p < last; p = end + 1) {
        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        if (end == p) {
            continue;
        }

        if (n++ == NGX_UPTIME_ARGS_MAX) {
            *reason = "there are too many parameters";
            return NGX_DECLINED;
        }

        arg.data = p;
        arg.len = end - p;

        rc = ngx_uptime_args_add(pool, fields, &arg, *object, reason);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_args_add(ngx_pool_t *pool, const ngx_uptime_field_t *fields,
    ngx_str_t *arg, cJSON *object, const char **reason)
{
    cJSON      *value;
    u_char     *p, *last;
    ngx_int_t   rc;
    ngx_str_t   name, text;

    last = arg->data + arg->len;

    p = ngx_strlchr(arg->data, last, '=');
    if (p == NULL) {
        p = last;
    }

    rc = ngx_uptime_args_decode(pool, arg->data, p - arg->data, &name,
                                reason);
    if (rc != NGX_OK) {
        return rc;
    }

    if (p < last) {
        p++;
    }

    rc = ngx_uptime_args_decode(pool, p, last - p, &text, reason);
    if (rc != NGX_OK) {
        return rc;
    }

    if (cJSON_GetObjectItemCaseSensitive(object, (char *) name.data) != NULL)
    {
        *reason = "a parameter is there twice";
        return NGX_DECLINED;
    }

    value = ngx_uptime_args_value(fields, &name, &text);
    if (value == NULL) {
        return NGX_ERROR;
    }

    if (!cJSON_AddItemToObject(object, (char *) name.data, value)) {
        cJSON_Delete(value);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* *text is NUL-terminated. */

static ngx_int_t
ngx_uptime_args_decode(ngx_pool_t *pool, u_char *p, size_t len,
    ngx_str_t *text, const char **reason)
{
    u_char     *dst, *last;
    ngx_int_t   ch;

    dst = ngx_pnalloc(pool, len + 1);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    text->data = dst;
    last = p + len;

    while (p < last) {

        if (*p != '%') {
            *dst++ = (*p == '+') ? ' ' : *p;
            p++;
            continue;
        }

        ch = (last - p >= 3) ? ngx_hextoi(p + 1, 2) : NGX_ERROR;

        if (ch == NGX_ERROR) {
            *reason = "a parameter has a bad percent escape";
            return NGX_DECLINED;
        }

        *dst++ = (u_char) ch;
        p += 3;
    }

    text->len = dst - text->data;
    *dst = '\0';

    if (ngx_strlchr(text->data, dst, '\0') != NULL) {
        *reason = "U+0000 is not allowed";
        return NGX_DECLINED;
    }

    if (ngx_uptime_utf8_check(text->data, text->len) != NGX_OK) {
        *reason = "a parameter is not valid UTF-8";
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * What does not look like a value of the field's type stays a string, and
 * the validator says "wrong_type".
 */

static cJSON *
ngx_uptime_args_value(const ngx_uptime_field_t *fields, ngx_str_t *name,
    ngx_str_t *text)
{
    double                     number;
    const ngx_uptime_field_t  *field;

    for (field = fields; field->name.len; field++) {

        if (field->name.len != name->len
            || ngx_memcmp(field->name.data, name->data, name->len) != 0)
        {
            continue;
        }

        if (field->type == NGX_UPTIME_FIELD_INT
            && ngx_uptime_args_number(text, &number) == NGX_OK)
        {
            return cJSON_CreateNumber(number);
        }

        if (field->type == NGX_UPTIME_FIELD_BOOL) {

            if (ngx_strcmp(text->data, "true") == 0) {
                return cJSON_CreateTrue();
            }

            if (ngx_strcmp(text->data, "false") == 0) {
                return cJSON_CreateFalse();
            }
        }

        if (field->type == NGX_UPTIME_FIELD_STRINGS) {
            return ngx_uptime_args_list(text);
        }

        break;
    }

    return cJSON_CreateString((char *) text->data);
}


static cJSON *
ngx_uptime_args_list(ngx_str_t *text)
{
    char   *p, *comma;
    cJSON  *list, *item;

    list = cJSON_CreateArray();

    for (p = (char *) text->data; list != NULL; p = comma + 1) {
        comma = strchr(p, ',');

        if (comma != NULL) {
            *comma = '\0';
        }

        item = cJSON_CreateString(p);

        if (item == NULL || !cJSON_AddItemToArray(list, item)) {
            cJSON_Delete(item);
            cJSON_Delete(list);
            return NULL;
        }

        if (comma == NULL) {
            break;
        }
    }

    return list;
}


static ngx_int_t
ngx_uptime_args_number(ngx_str_t *text, double *number)
{
    size_t   i;
    int64_t  n;

    n = 0;
    i = (text->len > 0 && text->data[0] == '-') ? 1 : 0;

    if (text->len == i) {
        return NGX_DECLINED;
    }

    for ( /* void */ ; i < text->len; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return NGX_DECLINED;
        }

        /* more digits change nothing */

        if (n < NGX_UPTIME_ARGS_HUGE) {
            n = n * 10 + (text->data[i] - '0');
        }
    }

    *number = (text->data[0] == '-') ? (double) -n : (double) n;

    return NGX_OK;
}
