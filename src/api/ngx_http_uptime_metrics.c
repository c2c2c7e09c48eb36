
/*
 * /metrics in Prometheus' text format: first what shared memory has, then the
 * series of monitors, a page at a time, so that memory stays bounded however
 * many there are.  All lines of a metric have to be together, so the pages
 * are read once for each metric.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_metrics.h"
#include "ngx_http_uptime_stream.h"


#define NGX_HTTP_UPTIME_METRICS_PAGE  2000      /* monitors                 */


typedef struct {
    ngx_http_uptime_stream_t       out;         /* first: ctx->data         */
    ngx_http_uptime_ctx_t         *ctx;
    ngx_uint_t                     metric;      /* of the table below       */
    int64_t                        after;       /* id                       */
    unsigned                       asked:1;     /* the database             */
    unsigned                       failed:1;    /* it is away               */
} ngx_http_uptime_metrics_t;


typedef struct {
    const char                    *name;
    const char                    *help;
} ngx_http_uptime_metric_t;


static void ngx_http_uptime_metrics_next(void *data);
static ngx_int_t ngx_http_uptime_metrics_ask(ngx_http_uptime_metrics_t *m);
static void ngx_http_uptime_metrics_page(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_metrics_send(ngx_http_uptime_metrics_t *m,
    ngx_str_t *lines, ngx_uint_t head);
static void ngx_http_uptime_metrics_end(ngx_http_uptime_metrics_t *m);


/* in the order of sql/fragments/metric_lines.sql */

static const ngx_http_uptime_metric_t  ngx_http_uptime_monitor_metrics[] = {

    { "uptime_monitor_up",
      "1: up or degraded, 0: down; no sample while neither is known." },
    { "uptime_monitor_status",
      "0 pending, 1 up, 2 degraded, 3 down, 4 unknown, 5 paused." },
    { "uptime_monitor_latency_seconds",
      "Of the last check, by phase: each ends with what it is named after." },
    { "uptime_monitor_cert_expiry_seconds",
      "Until the certificate ends; negative: it has." },

    { NULL, NULL }
};


/* With credentials also the caller's monitors. */

static const ngx_http_uptime_route_t  ngx_http_uptime_metrics_routes[] = {

    { NGX_HTTP_GET, "/metrics", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_metrics },

    { NGX_HTTP_GET, "/metrics", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_metrics }
};


const ngx_http_uptime_route_t *
ngx_http_uptime_metrics_route(ngx_http_request_t *r)
{
    return &ngx_http_uptime_metrics_routes[r->headers_in.authorization != NULL];
}


void
ngx_http_uptime_metrics(ngx_http_uptime_ctx_t *ctx)
{
    ngx_int_t                   rc;
    ngx_http_request_t         *r;
    ngx_http_uptime_block_t    *block;
    ngx_http_uptime_metrics_t  *m;

    r = ctx->request;

    m = ngx_pcalloc(r->pool, sizeof(ngx_http_uptime_metrics_t));
    block = ngx_http_uptime_block(NGX_HTTP_UPTIME_METRICS_SIZE,
                                  r->connection->log);

    if (m == NULL || block == NULL) {
        if (block != NULL) {
            ngx_http_uptime_block_free(block);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    block->len = ngx_http_uptime_metrics_text(block->data,
                                              block->data + block->len)
                 - block->data;

    m->ctx = ctx;
    m->out.drained = ngx_http_uptime_metrics_next;
    m->out.data = m;

    rc = ngx_http_uptime_stream_start(ctx, &m->out,
                               "text/plain; version=0.0.4; charset=utf-8");

    if (rc == NGX_OK) {
        rc = ngx_http_uptime_stream_send(&m->out, block);
    }

    ngx_http_uptime_block_free(block);

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);

    } else if (rc == NGX_OK) {
        ngx_http_uptime_metrics_next(m);
    }
}


/* What was sent is gone. */

static void
ngx_http_uptime_metrics_next(void *data)
{
    ngx_http_uptime_metrics_t *m = data;

    ngx_http_uptime_ctx_t  *ctx;

    ctx = m->ctx;

    if (m->failed
        || (ctx->caller.user == 0
            && ctx->loc->metrics != NGX_HTTP_UPTIME_METRICS_ALL)
        || ngx_http_uptime_monitor_metrics[m->metric].name == NULL)
    {
        ngx_http_uptime_metrics_end(m);
        return;
    }

    m->asked = 1;

    if (ngx_http_uptime_metrics_ask(m) != NGX_OK) {
        m->failed = 1;
        ngx_http_uptime_metrics_end(m);
    }
}


static ngx_int_t
ngx_http_uptime_metrics_ask(ngx_http_uptime_metrics_t *m)
{
    ngx_uptime_pg_query_t  *q;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = m->ctx;

    q = ngx_uptime_pg_query_create(ctx->api->pg,
                                   ctx->caller.user
                                   ? NGX_UPTIME_SQL_METRICS_OWN
                                   : NGX_UPTIME_SQL_METRICS_ALL);

    if (q == NULL) {
        return NGX_ERROR;
    }

    if (ngx_uptime_pg_int(q, ctx->caller.user) != NGX_OK
        || ngx_uptime_pg_int(q, m->after) != NGX_OK
        || ngx_uptime_pg_int(q, NGX_HTTP_UPTIME_METRICS_PAGE) != NGX_OK
        || ngx_uptime_pg_int(q, (int64_t) m->metric) != NGX_OK)
    {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    q->handler = ngx_http_uptime_metrics_page;
    q->data = m;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        return NGX_ERROR;
    }

    /* detached if the client leaves */
    ctx->query = q;

    return NGX_OK;
}


static void
ngx_http_uptime_metrics_page(ngx_uptime_pg_query_t *q)
{
    ngx_str_t                   lines;
    ngx_uint_t                  head;
    ngx_connection_t           *c;
    ngx_http_uptime_metrics_t  *m;

    m = q->data;
    c = m->ctx->request->connection;
    m->ctx->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        m->failed = 1;
        ngx_http_uptime_metrics_next(m);
        ngx_http_run_posted_requests(c);
        return;
    }

    head = (m->after == 0) ? m->metric : (ngx_uint_t) -1;
    lines = ngx_uptime_pg_str(q, 0, 2);

    if (ngx_uptime_pg_num(q, 0, 1) < NGX_HTTP_UPTIME_METRICS_PAGE) {
        m->metric++;
        m->after = 0;

    } else {
        m->after = ngx_uptime_pg_num(q, 0, 0);
    }

    ngx_http_uptime_metrics_send(m, &lines, head);
    ngx_http_run_posted_requests(c);
}


/* head: the metric that begins here, or -1 */

static void
ngx_http_uptime_metrics_send(ngx_http_uptime_metrics_t *m, ngx_str_t *lines,
    ngx_uint_t head)
{
    u_char                          *p;
    ngx_int_t                        rc;
    ngx_http_request_t              *r;
    ngx_http_uptime_block_t         *block;
    const ngx_http_uptime_metric_t  *metric;

    r = m->ctx->request;
    rc = NGX_ERROR;

    block = ngx_http_uptime_block(512 + lines->len, r->connection->log);

    if (block != NULL) {
        p = block->data;

        if (head != (ngx_uint_t) -1) {
            metric = &ngx_http_uptime_monitor_metrics[head];
            p = ngx_http_uptime_metrics_head(p, p + 512, metric->name,
                                             "gauge", metric->help);
        }

        block->len = ngx_sprintf(p, "%V", lines) - block->data;

        rc = block->len ? ngx_http_uptime_stream_send(&m->out, block) : NGX_OK;
        ngx_http_uptime_block_free(block);
    }

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);

    } else if (rc == NGX_OK) {
        ngx_http_uptime_metrics_next(m);
    }
}


/* The last sample tells whether the series of monitors are complete. */

static void
ngx_http_uptime_metrics_end(ngx_http_uptime_metrics_t *m)
{
    u_char                   *p;
    ngx_http_uptime_block_t  *block;

    block = NULL;

    if (m->asked) {
        block = ngx_http_uptime_block(512, m->ctx->request->connection->log);
    }

    if (block != NULL) {
        p = ngx_http_uptime_metrics_head(block->data, block->data + 512,
                                         "uptime_database_up", "gauge",
                                         "0: the database did not answer, "
                                         "series of monitors are missing.");
        p = ngx_slprintf(p, block->data + 512, "uptime_database_up %ui\n",
                         (ngx_uint_t) !m->failed);
        block->len = p - block->data;
    }

    ngx_http_uptime_stream_end(&m->out, block);

    if (block != NULL) {
        ngx_http_uptime_block_free(block);
    }
}
