
/*
 * Binary columns of sql/api/monitor_series.sql as the points of a series.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_http_uptime_series.h"
#include "ngx_uptime_binary.h"
#include "ngx_uptime_outcome.h"
#include "ngx_uptime_series.h"


/* the arrays that the statement returns, in their order */

typedef enum {
    NGX_HTTP_UPTIME_SERIES_AT = 0,
    NGX_HTTP_UPTIME_SERIES_OUTCOME,
    NGX_HTTP_UPTIME_SERIES_COUNTS,
    NGX_HTTP_UPTIME_SERIES_TIMED = NGX_HTTP_UPTIME_SERIES_COUNTS
                                   + NGX_UPTIME_SERIES_COUNTS,
    NGX_HTTP_UPTIME_SERIES_MIN,
    NGX_HTTP_UPTIME_SERIES_MAX,
    NGX_HTTP_UPTIME_SERIES_SUMS,
    NGX_HTTP_UPTIME_SERIES_ARRAYS = NGX_HTTP_UPTIME_SERIES_SUMS
                                    + NGX_UPTIME_SERIES_SUMS
} ngx_http_uptime_series_array_e;


/* its columns; the third is the resolution */

typedef enum {
    NGX_HTTP_UPTIME_SERIES_NAME = 2,
    NGX_HTTP_UPTIME_SERIES_STEP,
    NGX_HTTP_UPTIME_SERIES_START,
    NGX_HTTP_UPTIME_SERIES_UNTIL,
    NGX_HTTP_UPTIME_SERIES_FIRST,
    NGX_HTTP_UPTIME_SERIES_HISTS = NGX_HTTP_UPTIME_SERIES_FIRST
                                   + NGX_HTTP_UPTIME_SERIES_ARRAYS,
    NGX_HTTP_UPTIME_SERIES_COLUMNS
} ngx_http_uptime_series_col_e;


typedef struct {
    ngx_uptime_binary_t  arrays[NGX_HTTP_UPTIME_SERIES_ARRAYS];
    ngx_str_t            hists;         /* one behind another               */
} ngx_http_uptime_series_t;


/* PostgreSQL counts time from 2000 on */
#define NGX_HTTP_UPTIME_SERIES_EPOCH  946684800

/* bytes of a point as a rule, and of what is before them */
#define NGX_HTTP_UPTIME_SERIES_SIZE   128
#define NGX_HTTP_UPTIME_SERIES_HEAD   512


static ngx_int_t ngx_http_uptime_series_make(ngx_uptime_series_t *s,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_series_next(ngx_http_uptime_series_t *a,
    ngx_uptime_series_row_t *r);
static int64_t ngx_http_uptime_series_num(ngx_uptime_pg_query_t *q,
    ngx_uint_t col);
static void ngx_http_uptime_series_write(ngx_uptime_pg_query_t *q,
    const ngx_uptime_series_t *s, ngx_uptime_json_out_t *out);


ngx_int_t
ngx_http_uptime_series(ngx_pool_t *pool, ngx_uptime_pg_query_t *q,
    ngx_str_t *body)
{
    ngx_int_t              rc;
    ngx_uptime_series_t    s;
    ngx_uptime_json_out_t  out;

    if (ngx_uptime_pg_columns(q) != NGX_HTTP_UPTIME_SERIES_COLUMNS
        || ngx_http_uptime_series_make(&s, q) != NGX_OK)
    {
        return NGX_ERROR;
    }

    out.len = NGX_HTTP_UPTIME_SERIES_HEAD + s.n * NGX_HTTP_UPTIME_SERIES_SIZE;
    out.size = 0;
    out.p = NULL;

    while ((rc = ngx_uptime_json_room(&out, pool)) == NGX_AGAIN) {
        ngx_http_uptime_series_write(q, &s, &out);
    }

    body->len = out.len;
    body->data = out.p;

    return rc;
}


static ngx_int_t
ngx_http_uptime_series_make(ngx_uptime_series_t *s, ngx_uptime_pg_query_t *q)
{
    ngx_int_t                  rc;
    ngx_str_t                  value;
    ngx_uint_t                 i;
    ngx_uptime_binary_t       *at;
    ngx_uptime_series_row_t    r;
    ngx_http_uptime_series_t   a;

    for (i = 0; i < NGX_HTTP_UPTIME_SERIES_ARRAYS; i++) {
        value = ngx_uptime_pg_str(q, 0, NGX_HTTP_UPTIME_SERIES_FIRST + i);
        ngx_uptime_binary_array(&a.arrays[i], &value);
    }

    a.hists = ngx_uptime_pg_str(q, 0, NGX_HTTP_UPTIME_SERIES_HISTS);
    at = &a.arrays[NGX_HTTP_UPTIME_SERIES_AT];

    rc = ngx_uptime_series_init(s, q->pool,
             ngx_http_uptime_series_num(q, NGX_HTTP_UPTIME_SERIES_START),
             ngx_http_uptime_series_num(q, NGX_HTTP_UPTIME_SERIES_UNTIL),
             ngx_http_uptime_series_num(q, NGX_HTTP_UPTIME_SERIES_STEP)
             * 1000000, at->left);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    while (at->left) {
        ngx_http_uptime_series_next(&a, &r);
        ngx_uptime_series_add(s, &r);
    }

    return ngx_uptime_series_end(s, q->pool);
}


static void
ngx_http_uptime_series_next(ngx_http_uptime_series_t *a,
    ngx_uptime_series_row_t *r)
{
    ngx_str_t             outcome;
    ngx_uint_t            i;
    ngx_uptime_binary_t  *p;
    ngx_uptime_status_e   status;

    ngx_str_null(&outcome);
    ngx_str_null(&r->hist);

    p = a->arrays;

    r->at = ngx_uptime_binary_int(&p[NGX_HTTP_UPTIME_SERIES_AT], 0);
    (void) ngx_uptime_binary_next(&p[NGX_HTTP_UPTIME_SERIES_OUTCOME],
                                  &outcome);
    r->timed = ngx_uptime_binary_int(&p[NGX_HTTP_UPTIME_SERIES_TIMED], 0);
    r->min = ngx_uptime_binary_int(&p[NGX_HTTP_UPTIME_SERIES_MIN], 0);
    r->max = ngx_uptime_binary_int(&p[NGX_HTTP_UPTIME_SERIES_MAX], 0);

    p = &a->arrays[NGX_HTTP_UPTIME_SERIES_COUNTS];

    for (i = 0; i < NGX_UPTIME_SERIES_COUNTS; i++) {
        r->counts[i] = ngx_uptime_binary_int(&p[i], 0);
    }

    p = &a->arrays[NGX_HTTP_UPTIME_SERIES_SUMS];

    for (i = 0; i < NGX_UPTIME_SERIES_SUMS; i++) {
        r->sums[i] = ngx_uptime_binary_int(&p[i], NGX_UPTIME_SERIES_NULL);
    }

    if (outcome.data == NULL) {
        r->hist = ngx_uptime_binary_cut(&a->hists);
        return;
    }

    status = ngx_uptime_status_value(&outcome);

    if (status == NGX_UPTIME_PENDING) {
        return;
    }

    r->counts[status - NGX_UPTIME_UP] = 1;
    r->timed = ((status == NGX_UPTIME_UP || status == NGX_UPTIME_DEGRADED)
                && r->sums[0] != NGX_UPTIME_SERIES_NULL);
    r->min = r->sums[0];
    r->max = r->sums[0];
}


static int64_t
ngx_http_uptime_series_num(ngx_uptime_pg_query_t *q, ngx_uint_t col)
{
    ngx_str_t  value;

    value = ngx_uptime_pg_str(q, 0, col);

    return ngx_uptime_binary_value(&value, 0);
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
                     ngx_http_uptime_series_num(q,
                                               NGX_HTTP_UPTIME_SERIES_STEP));

    ngx_uptime_json_put(out, head, p - head);
    ngx_uptime_series_write(s, NGX_HTTP_UPTIME_SERIES_EPOCH, out);
    ngx_uptime_json_put(out, "}", 1);
}
