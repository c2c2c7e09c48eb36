
/*
 * Values of PostgreSQL as JSON: what row_to_json() does, at a tenth of its
 * price.  Pure; runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_json.h"
#include "ngx_uptime_json_value.h"


/* pg_type.dat */

#define NGX_UPTIME_OID_BOOL         16
#define NGX_UPTIME_OID_INT8         20
#define NGX_UPTIME_OID_INT2         21
#define NGX_UPTIME_OID_INT4         23
#define NGX_UPTIME_OID_JSON         114
#define NGX_UPTIME_OID_FLOAT4       700
#define NGX_UPTIME_OID_FLOAT8       701
#define NGX_UPTIME_OID_INT2_ARRAY   1005
#define NGX_UPTIME_OID_INT4_ARRAY   1007
#define NGX_UPTIME_OID_TEXT_ARRAY   1009
#define NGX_UPTIME_OID_INT8_ARRAY   1016
#define NGX_UPTIME_OID_TIMESTAMPTZ  1184
#define NGX_UPTIME_OID_NUMERIC      1700
#define NGX_UPTIME_OID_JSONB        3802

#define NGX_UPTIME_SECONDS_LEN      (sizeof("2026-11-22 13:44:48") - 1)


static void ngx_uptime_json_string(ngx_uptime_json_out_t *out,
    const u_char *data, size_t len);
static void ngx_uptime_json_escaped(ngx_uptime_json_out_t *out,
    const u_char *data, size_t len);
static void ngx_uptime_json_float(ngx_uptime_json_out_t *out,
    const ngx_str_t *text);
static void ngx_uptime_json_time(ngx_uptime_json_out_t *out,
    const ngx_str_t *text);
static void ngx_uptime_json_numbers(ngx_uptime_json_out_t *out,
    const ngx_str_t *text);
static void ngx_uptime_json_texts(ngx_uptime_json_out_t *out,
    const ngx_str_t *text);
static const u_char *ngx_uptime_json_quoted(ngx_uptime_json_out_t *out,
    const u_char *p, const u_char *last);


ngx_int_t
ngx_uptime_json_room(ngx_uptime_json_out_t *out, ngx_pool_t *pool)
{
    if (out->len <= out->size) {
        return NGX_OK;
    }

    out->p = ngx_pnalloc(pool, out->len);
    if (out->p == NULL) {
        return NGX_ERROR;
    }

    out->size = out->len;
    out->len = 0;

    return NGX_AGAIN;
}


void
ngx_uptime_json_value(ngx_uptime_json_out_t *out, uint32_t type,
    const ngx_str_t *text)
{
    if (text->data == NULL) {
        ngx_uptime_json_put(out, "null", 4);
        return;
    }

    switch (type) {

    case NGX_UPTIME_OID_BOOL:
        if (text->len && text->data[0] == 't') {
            ngx_uptime_json_put(out, "true", 4);
        } else {
            ngx_uptime_json_put(out, "false", 5);
        }
        break;

    case NGX_UPTIME_OID_INT2:
    case NGX_UPTIME_OID_INT4:
    case NGX_UPTIME_OID_INT8:
    case NGX_UPTIME_OID_JSON:
    case NGX_UPTIME_OID_JSONB:
        ngx_uptime_json_put(out, text->data, text->len);
        break;

    case NGX_UPTIME_OID_FLOAT4:
    case NGX_UPTIME_OID_FLOAT8:
    case NGX_UPTIME_OID_NUMERIC:
        ngx_uptime_json_float(out, text);
        break;

    case NGX_UPTIME_OID_TIMESTAMPTZ:
        ngx_uptime_json_time(out, text);
        break;

    case NGX_UPTIME_OID_INT2_ARRAY:
    case NGX_UPTIME_OID_INT4_ARRAY:
    case NGX_UPTIME_OID_INT8_ARRAY:
        ngx_uptime_json_numbers(out, text);
        break;

    case NGX_UPTIME_OID_TEXT_ARRAY:
        ngx_uptime_json_texts(out, text);
        break;

    default:
        ngx_uptime_json_string(out, text->data, text->len);
    }
}


static void
ngx_uptime_json_string(ngx_uptime_json_out_t *out, const u_char *data,
    size_t len)
{
    ngx_uptime_json_put(out, "\"", 1);
    ngx_uptime_json_escaped(out, data, len);
    ngx_uptime_json_put(out, "\"", 1);
}


static void
ngx_uptime_json_escaped(ngx_uptime_json_out_t *out, const u_char *data,
    size_t len)
{
    size_t  n;

    /* six bytes for one at most */

    if (out->len + 6 * len > out->size) {
        n = ngx_uptime_json_escape(NULL, data, len);

        if (out->len + n > out->size) {
            out->len += n;
            return;
        }
    }

    out->len += ngx_uptime_json_escape(out->p + out->len, data, len);
}


/* JSON has neither NaN nor Infinity. */

static void
ngx_uptime_json_float(ngx_uptime_json_out_t *out, const ngx_str_t *text)
{
    u_char  c;

    c = text->len ? text->data[text->len - 1] : '\0';

    if (c >= '0' && c <= '9') {
        ngx_uptime_json_put(out, text->data, text->len);
    } else {
        ngx_uptime_json_put(out, "null", 4);
    }
}


/*
 * "2026-11-22 13:44:48.123456+00" -> "2026-11-22T13:44:48.123Z"; what has
 * another form (infinity, another zone) stays what it is.
 */

static void
ngx_uptime_json_time(ngx_uptime_json_out_t *out, const ngx_str_t *text)
{
    size_t   i, n;
    u_char   ms[5];

    n = NGX_UPTIME_SECONDS_LEN;

    if (text->len < n + 3 || text->data[10] != ' '
        || ngx_memcmp(text->data + text->len - 3, "+00", 3) != 0)
    {
        ngx_uptime_json_string(out, text->data, text->len);
        return;
    }

    ngx_memcpy(ms, ".000Z", 5);

    if (text->data[n] == '.') {
        for (i = 1; i < 4 && n + i < text->len - 3; i++) {
            ms[i] = text->data[n + i];
        }
    }

    ngx_uptime_json_put(out, "\"", 1);
    ngx_uptime_json_put(out, text->data, 10);
    ngx_uptime_json_put(out, "T", 1);
    ngx_uptime_json_put(out, text->data + 11, n - 11);
    ngx_uptime_json_put(out, ms, 5);
    ngx_uptime_json_put(out, "\"", 1);
}


/* "{1,NULL,3}" -> "[1,null,3]" */

static void
ngx_uptime_json_numbers(ngx_uptime_json_out_t *out, const ngx_str_t *text)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];
        c = (c == '{') ? '[' : (c == '}') ? ']' : ngx_tolower(c);
        ngx_uptime_json_put(out, &c, 1);
    }
}


/*
 * {a,"b c","d\"e",NULL} -> ["a","b c","d\"e",null]: only elements in quotes
 * have a backslash, which stands for the byte behind it.
 */

static void
ngx_uptime_json_texts(ngx_uptime_json_out_t *out, const ngx_str_t *text)
{
    const u_char  *p, *last, *start;

    p = text->data + 1;
    last = text->data + text->len - 1;

    ngx_uptime_json_put(out, "[", 1);

    while (p < last) {

        if (*p == ',') {
            ngx_uptime_json_put(out, ",", 1);
            p++;
            continue;
        }

        if (*p == '"') {
            p = ngx_uptime_json_quoted(out, p + 1, last);
            continue;
        }

        for (start = p; p < last && *p != ','; p++) { /* void */ }

        if (p - start == 4 && ngx_memcmp(start, "NULL", 4) == 0) {
            ngx_uptime_json_put(out, "null", 4);
        } else {
            ngx_uptime_json_string(out, start, p - start);
        }
    }

    ngx_uptime_json_put(out, "]", 1);
}


/* Returns what is behind the closing quote. */

static const u_char *
ngx_uptime_json_quoted(ngx_uptime_json_out_t *out, const u_char *p,
    const u_char *last)
{
    const u_char  *start;

    ngx_uptime_json_put(out, "\"", 1);

    for (start = p; p < last && *p != '"'; p++) {

        if (*p != '\\' || p + 1 == last) {
            continue;
        }

        /* up to the backslash; then from the byte behind it on */

        ngx_uptime_json_escaped(out, start, p - start);
        start = ++p;
    }

    ngx_uptime_json_escaped(out, start, p - start);
    ngx_uptime_json_put(out, "\"", 1);

    return p < last ? p + 1 : p;
}
