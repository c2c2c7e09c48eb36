
/*
 * Rows of a statement as JSON: the names and types of its columns say what
 * each of them becomes, so that no endpoint needs code of its own.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_series.h"
#include "ngx_uptime_json_value.h"


/* error, body, version or page, id or object */
#define NGX_HTTP_UPTIME_ROWS_HEAD  4

/* bytes of a monitor */
#define NGX_HTTP_UPTIME_ROWS_SIZE  2048


static void ngx_http_uptime_rows_write(ngx_uptime_pg_query_t *q,
    ngx_uptime_json_out_t *out);
static void ngx_http_uptime_rows_object(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_json_out_t *out);
static void ngx_http_uptime_rows_brief(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_json_out_t *out);
static ngx_uint_t ngx_http_uptime_rows_nested(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uint_t col, ngx_uptime_json_out_t *out);
static void ngx_http_uptime_rows_name(ngx_uptime_json_out_t *out,
    const char *name, size_t len);
static void ngx_http_uptime_rows_value(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uint_t col, ngx_uptime_json_out_t *out);


ngx_int_t
ngx_http_uptime_rows(ngx_pool_t *pool, ngx_uptime_pg_query_t *q,
    ngx_str_t *body)
{
    ngx_int_t              rc;
    ngx_uptime_json_out_t  out;

    if (ngx_uptime_pg_columns(q) <= NGX_HTTP_UPTIME_ROWS_HEAD) {
        *body = ngx_uptime_pg_str(q, 0, 1);
        return NGX_OK;
    }

    if (ngx_strcmp(ngx_uptime_pg_name(q, 2), "series") == 0) {
        return ngx_http_uptime_series(pool, q, body);
    }

    out.len = q->rows * NGX_HTTP_UPTIME_ROWS_SIZE;
    out.size = 0;
    out.p = NULL;

    while ((rc = ngx_uptime_json_room(&out, pool)) == NGX_AGAIN) {
        ngx_http_uptime_rows_write(q, &out);
    }

    body->len = out.len;
    body->data = out.p;

    return rc;
}


ngx_uint_t
ngx_http_uptime_rows_are_page(ngx_uptime_pg_query_t *q)
{
    const char  *name;

    if (ngx_uptime_pg_columns(q) <= NGX_HTTP_UPTIME_ROWS_HEAD) {
        return 0;
    }

    name = ngx_uptime_pg_name(q, 2);

    return ngx_strcmp(name, "page") == 0 || ngx_strcmp(name, "brief") == 0
           || ngx_strcmp(name, "series") == 0;
}


static void
ngx_http_uptime_rows_write(ngx_uptime_pg_query_t *q,
    ngx_uptime_json_out_t *out)
{
    ngx_str_t   text;
    ngx_uint_t  row, n, brief;

    if (!ngx_http_uptime_rows_are_page(q)) {
        ngx_http_uptime_rows_object(q, 0, out);
        return;
    }

    brief = (*ngx_uptime_pg_name(q, 2) == 'b');

    ngx_uptime_json_put(out, "{\"items\":[", 10);

    for (n = 0, row = 0; row < q->rows; row++) {

        text = ngx_uptime_pg_str(q, row, 3);

        if (text.data == NULL && ngx_uptime_pg_is_null(q, row, 4)) {
            continue;
        }

        if (n++) {
            ngx_uptime_json_put(out, ",", 1);
        }

        if (text.data != NULL) {
            ngx_uptime_json_put(out, text.data, text.len);
        } else if (brief) {
            ngx_http_uptime_rows_brief(q, row, out);
        } else {
            ngx_http_uptime_rows_object(q, row, out);
        }
    }

    text = ngx_uptime_pg_str(q, 0, 2);

    ngx_uptime_json_put(out, "],", 2);
    ngx_uptime_json_put(out, text.data, text.len);
    ngx_uptime_json_put(out, "}", 1);
}


static void
ngx_http_uptime_rows_object(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_json_out_t *out)
{
    ngx_uint_t   col, n;
    const char  *name;

    n = ngx_uptime_pg_columns(q);
    col = NGX_HTTP_UPTIME_ROWS_HEAD;

    ngx_uptime_json_put(out, "{", 1);

    while (col < n) {

        if (col > NGX_HTTP_UPTIME_ROWS_HEAD) {
            ngx_uptime_json_put(out, ",", 1);
        }

        name = ngx_uptime_pg_name(q, col);

        if (ngx_strchr(name, '.') != NULL) {
            col = ngx_http_uptime_rows_nested(q, row, col, out);
            continue;
        }

        ngx_http_uptime_rows_name(out, name, ngx_strlen(name));
        ngx_http_uptime_rows_value(q, row, col++, out);
    }

    ngx_uptime_json_put(out, "}", 1);
}


/* Without what is null; there is no "a.b". */

static void
ngx_http_uptime_rows_brief(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_json_out_t *out)
{
    ngx_uint_t   col, n;
    const char  *name, *comma;

    n = ngx_uptime_pg_columns(q);
    comma = "{";

    for (col = NGX_HTTP_UPTIME_ROWS_HEAD; col < n; col++) {

        if (ngx_uptime_pg_is_null(q, row, col)) {
            continue;
        }

        name = ngx_uptime_pg_name(q, col);

        ngx_uptime_json_put(out, comma, 1);
        ngx_http_uptime_rows_name(out, name, ngx_strlen(name));
        ngx_http_uptime_rows_value(q, row, col, out);

        comma = ",";
    }

    /* the first one, its id, never is */

    ngx_uptime_json_put(out, "}", 1);
}


/*
 * Columns "a.b", "a.c" in a row: "a":{"b":...,"c":...}, or "a":null if the
 * first of them is null.  Returns the column behind them.
 */

static ngx_uint_t
ngx_http_uptime_rows_nested(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col, ngx_uptime_json_out_t *out)
{
    size_t       len;
    ngx_uint_t   first, null;
    const char  *of, *name;

    of = ngx_uptime_pg_name(q, col);
    len = ngx_strchr(of, '.') - of + 1;
    null = ngx_uptime_pg_is_null(q, row, col);

    ngx_http_uptime_rows_name(out, of, len - 1);

    if (null) {
        ngx_uptime_json_put(out, "null", 4);
    }

    for (first = col; col < ngx_uptime_pg_columns(q); col++) {

        name = ngx_uptime_pg_name(q, col);

        if (ngx_strncmp(name, of, len) != 0) {
            break;
        }

        if (!null) {
            ngx_uptime_json_put(out, col == first ? "{" : ",", 1);
            ngx_http_uptime_rows_name(out, name + len,
                                      ngx_strlen(name) - len);
            ngx_http_uptime_rows_value(q, row, col, out);
        }
    }

    if (!null) {
        ngx_uptime_json_put(out, "}", 1);
    }

    return col;
}


/* Ours: nothing in it has to be escaped. */

static void
ngx_http_uptime_rows_name(ngx_uptime_json_out_t *out, const char *name,
    size_t len)
{
    ngx_uptime_json_put(out, "\"", 1);
    ngx_uptime_json_put(out, name, len);
    ngx_uptime_json_put(out, "\":", 2);
}


static void
ngx_http_uptime_rows_value(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col, ngx_uptime_json_out_t *out)
{
    ngx_str_t  text;

    text = ngx_uptime_pg_str(q, row, col);

    ngx_uptime_json_value(out, ngx_uptime_pg_type(q, col), &text);
}
