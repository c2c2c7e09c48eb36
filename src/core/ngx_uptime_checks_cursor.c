
/*
 * Whether a cursor can be one of ours: where the next page of a list begins.
 * What passes is safe to be taken apart by a statement; what somebody made up
 * only leads to another place in a list of his own.  Pure; see
 * ngx_uptime_validate.c.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


#define NGX_UPTIME_CURSOR_DIGITS   18
#define NGX_UPTIME_CURSOR_NUMBERS  3

/* of a text that a list is sorted by, in hex */
#define NGX_UPTIME_CURSOR_TEXT     1600


static ngx_int_t ngx_uptime_cursor_error(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field);
static size_t ngx_uptime_cursor_number(const char *p);
static ngx_uint_t ngx_uptime_cursor_text(const char *p);


ngx_int_t
ngx_uptime_check_cursor(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char      *p;
    ngx_uint_t   digits, numbers;

    /* numbers that fit bigint, with dots between them */

    digits = 0;
    numbers = 1;

    for (p = (u_char *) value->valuestring; *p != '\0'; p++) {

        if (*p == '.' && digits) {
            digits = 0;
            numbers++;

        } else if (*p < '0' || *p > '9' || ++digits > NGX_UPTIME_CURSOR_DIGITS)
        {
            digits = 0;
            break;
        }
    }

    if (digits && numbers <= NGX_UPTIME_CURSOR_NUMBERS) {
        return NGX_OK;
    }

    return ngx_uptime_cursor_error(ctx, field);
}


/* "<sort>.<id>" and, but for "created", ".<key>" */

ngx_int_t
ngx_uptime_check_sorted_cursor(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    char        *p;
    cJSON       *item;
    size_t       len;
    ngx_uint_t   good;
    const char  *sort;

    item = cJSON_GetObjectItemCaseSensitive(object, "sort");
    sort = cJSON_IsString(item) ? item->valuestring : "created";

    p = value->valuestring;
    len = ngx_strlen(sort);

    if (ngx_strncmp(p, sort, len) != 0 || p[len] != '.') {
        return ngx_uptime_cursor_error(ctx, field);
    }

    p += len + 1;
    sort += (*sort == '-');

    len = ngx_uptime_cursor_number(p);
    p += len;

    if (len == 0) {
        good = 0;

    } else if (ngx_strcmp(sort, "created") == 0) {
        good = (*p == '\0');

    } else if (*p != '.') {
        good = 0;

    } else if (ngx_strcmp(sort, "name") == 0) {
        good = ngx_uptime_cursor_text(p + 1);

    } else {
        len = ngx_uptime_cursor_number(p + 1);
        good = (len && p[1 + len] == '\0');
    }

    return good ? NGX_OK : ngx_uptime_cursor_error(ctx, field);
}


/* Digits at p that fit bigint; 0: there are none, or too many. */

static size_t
ngx_uptime_cursor_number(const char *p)
{
    size_t  n;

    n = strspn(p, "0123456789");

    return (n > NGX_UPTIME_CURSOR_DIGITS) ? 0 : n;
}


/* 1: hex of UTF-8 without U+0000 */

static ngx_uint_t
ngx_uptime_cursor_text(const char *p)
{
    size_t     i, n;
    u_char     text[NGX_UPTIME_CURSOR_TEXT / 2];
    ngx_int_t  ch;

    n = strspn(p, "0123456789abcdef");

    if (p[n] != '\0' || n == 0 || n % 2 || n > NGX_UPTIME_CURSOR_TEXT) {
        return 0;
    }

    for (i = 0; i < n / 2; i++) {
        ch = ngx_hextoi((u_char *) p + 2 * i, 2);

        if (ch <= 0) {
            return 0;
        }

        text[i] = (u_char) ch;
    }

    return ngx_uptime_utf8_check(text, n / 2) == NGX_OK;
}


static ngx_int_t
ngx_uptime_cursor_error(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field)
{
    return ngx_uptime_field_error(ctx, &field->name, "bad_cursor",
                                  "must be a next_cursor from an earlier "
                                  "answer with the same sort");
}
