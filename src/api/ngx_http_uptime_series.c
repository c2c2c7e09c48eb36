
/*
 * Binary rows of sql/api/monitor_series.sql as the points of a series.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_http_uptime_series.h"
#include "ngx_uptime_series.h"


/* columns of the statement; the third is the resolution */

typedef enum {
    NGX_HTTP_UPTIME_SERIES_NAME = 2,
    NGX_HTTP_UPTIME_SERIES_STEP,
    NGX_HTTP_UPTIME_SERIES_START,
    NGX_HTTP_UPTIME_SERIES_UNTIL,
    NGX_HTTP_UPTIME_SERIES_AT,
    NGX_HTTP_UPTIME_SERIES_OUTCOME,
    NGX_HTTP_UPTIME_SERIES_COUNTS,
    NGX_HTTP_UPTIME_SERIES_TIMED = NGX_HTTP_UPTIME_SERIES_COUNTS
                                   + NGX_UPTIME_SERIES_COUNTS,
    NGX_HTTP_UPTIME_SERIES_MIN,
    NGX_HTTP_UPTIME_SERIES_MAX,
    NGX_HTTP_UPTIME_SERIES_SUMS,
    NGX_HTTP_UPTIME_SERIES_HIST = NGX_HTTP_UPTIME_SERIES_SUMS
                                  + NGX_UPTIME_SERIES_SUMS,
    NGX_HTTP_UPTIME_SERIES_N
} ngx_http_uptime_series_col_e;


/* PostgreSQL counts time from 2000 on */
#define NGX_HTTP_UPTIME_SERIES_EPOCH  946684800

/* bytes of a point as a rule, and of what is before them */
#define NGX_HTTP_UPTIME_SERIES_SIZE   128
#define NGX_HTTP_UPTIME_SERIES_HEAD   512


static ngx_int_t ngx_http_uptime_series_make(ngx_uptime_series_t *s,
    ngx_pool_t *pool, ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_series_sums(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_series_row_t *r);
static void ngx_http_uptime_series_slot(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_series_row_t *r);
static void ngx_http_uptime_series_rollup(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_series_row_t *r);
static void ngx_http_uptime_series_write(ngx_uptime_pg_query_t *q,
    const ngx_uptime_series_t *s, ngx_uptime_json_out_t *out);


ngx_int_t
ngx_http_uptime_series(ngx_pool_t *pool, ngx_uptime_pg_query_t *q,
    ngx_str_t *body)
{
    ngx_uint_t             i;
    ngx_uptime_series_t    s;
    ngx_uptime_json_out_t  out;

    if (ngx_uptime_pg_columns(q) != NGX_HTTP_UPTIME_SERIES_N
        || ngx_http_uptime_series_make(&s, q->pool, q) != NGX_OK)
    {
        return NGX_ERROR;
    }

    out.len = NGX_HTTP_UPTIME_SERIES_HEAD + s.n * NGX_HTTP_UPTIME_SERIES_SIZE;

    for (i = 0; i == 0 || out.len > out.size; i++) {

        out.size = out.len;
        out.p = ngx_pnalloc(pool, out.size);

        if (out.p == NULL) {
            return NGX_ERROR;
        }

        out.len = 0;

        ngx_http_uptime_series_write(q, &s, &out);
    }

    body->len = out.len;
    body->data = out.p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_series_make(ngx_uptime_series_t *s, ngx_pool_t *pool,
    ngx_uptime_pg_query_t *q)
{
    ngx_int_t                rc;
    ngx_uint_t               row;
    ngx_uptime_series_row_t  r;

    rc = ngx_uptime_series_init(s, pool,
             ngx_uptime_pg_bin(q, 0, NGX_HTTP_UPTIME_SERIES_START),
             ngx_uptime_pg_bin(q, 0, NGX_HTTP_UPTIME_SERIES_UNTIL),
             1000000 * ngx_uptime_pg_bin(q, 0, NGX_HTTP_UPTIME_SERIES_STEP),
             q->rows);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    for (row = 0; row < q->rows; row++) {

        if (ngx_uptime_pg_is_null(q, row, NGX_HTTP_UPTIME_SERIES_AT)) {
            continue;
        }

        ngx_memzero(&r, sizeof(ngx_uptime_series_row_t));

        r.at = ngx_uptime_pg_bin(q, row, NGX_HTTP_UPTIME_SERIES_AT);

        if (ngx_uptime_pg_is_null(q, row, NGX_HTTP_UPTIME_SERIES_OUTCOME)) {
            ngx_http_uptime_series_rollup(q, row, &r);
        } else {
            ngx_http_uptime_series_slot(q, row, &r);
        }

        ngx_uptime_series_add(s, &r);
    }

    return ngx_uptime_series_end(s, pool);
}


/* NULL: it is not known. */

static void
ngx_http_uptime_series_sums(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_series_row_t *r)
{
    ngx_uint_t  i, col;

    for (i = 0; i < NGX_UPTIME_SERIES_SUMS; i++) {
        col = NGX_HTTP_UPTIME_SERIES_SUMS + i;

        r->sums[i] = ngx_uptime_pg_is_null(q, row, col)
                     ? NGX_UPTIME_SERIES_NULL
                     : ngx_uptime_pg_bin(q, row, col);
    }
}


static void
ngx_http_uptime_series_slot(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_series_row_t *r)
{
    ngx_str_t   outcome;
    ngx_uint_t  i;

    outcome = ngx_uptime_pg_str(q, row, NGX_HTTP_UPTIME_SERIES_OUTCOME);

    /* up, degraded, down, unknown */

    i = (outcome.data[0] == 'd') ? (outcome.data[1] == 'e' ? 1 : 2)
                                 : (outcome.data[1] == 'p' ? 0 : 3);
    r->counts[i] = 1;

    if (i > 1 || ngx_uptime_pg_is_null(q, row, NGX_HTTP_UPTIME_SERIES_SUMS)) {
        return;
    }

    ngx_http_uptime_series_sums(q, row, r);

    r->timed = 1;
    r->min = r->sums[0];
    r->max = r->sums[0];
}


static void
ngx_http_uptime_series_rollup(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_series_row_t *r)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_UPTIME_SERIES_COUNTS; i++) {
        r->counts[i] = ngx_uptime_pg_bin(q, row,
                                         NGX_HTTP_UPTIME_SERIES_COUNTS + i);
    }

    ngx_http_uptime_series_sums(q, row, r);

    r->timed = ngx_uptime_pg_bin(q, row, NGX_HTTP_UPTIME_SERIES_TIMED);
    r->min = ngx_uptime_pg_bin(q, row, NGX_HTTP_UPTIME_SERIES_MIN);
    r->max = ngx_uptime_pg_bin(q, row, NGX_HTTP_UPTIME_SERIES_MAX);
    r->hist = ngx_uptime_pg_str(q, row, NGX_HTTP_UPTIME_SERIES_HIST);
}


static void
ngx_http_uptime_series_write(ngx_uptime_pg_query_t *q,
    const ngx_uptime_series_t *s, ngx_uptime_json_out_t *out)
{
    u_char     *p, head[NGX_HTTP_UPTIME_SERIES_HEAD];
    ngx_str_t   name;

    name = ngx_uptime_pg_str(q, 0, NGX_HTTP_UPTIME_SERIES_NAME);

    p = ngx_slprintf(head, head + sizeof(head),
                     "{\"resolution\":\"%V\",\"step\":%L", &name,
                     ngx_uptime_pg_bin(q, 0, NGX_HTTP_UPTIME_SERIES_STEP));

    ngx_uptime_json_put(out, head, p - head);
    ngx_uptime_series_write(s, NGX_HTTP_UPTIME_SERIES_EPOCH, out);
    ngx_uptime_json_put(out, "}", 1);
}
