
/*
 * A check that somebody waits for: POST /monitors/test, /monitors/{id}/check.
 * The statement validates, counts (so many in a minute, over all nodes) and
 * gives the target; then this worker probes it, guarded and polite as the
 * checker is, and nothing of it is stored.
 *
 * A check is in the memory of its request and ends with it.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_check.h"
#include "ngx_uptime_target_row.h"


#define NGX_HTTP_UPTIME_CHECKS           16     /* at once, of a worker     */
#define NGX_HTTP_UPTIME_CHECKS_OF_USER   3

/* ms, to wait for one's turn at a busy host, and what the rest may take */
#define NGX_HTTP_UPTIME_CHECK_PATIENCE   3000
#define NGX_HTTP_UPTIME_CHECK_EXTRA      5000

/* columns: error, list of what is wrong, seconds to wait, target_row */
#define NGX_HTTP_UPTIME_CHECK_TARGET     3


/* of a worker */

struct ngx_http_uptime_checks_s {
    ngx_pool_t                    *pool;
    ngx_uptime_prober_t            prober;
    ngx_queue_t                    running;
    ngx_uint_t                     n;
};


static ngx_http_uptime_checks_t *ngx_http_uptime_checks(
    ngx_http_uptime_api_t *api);
static const char *ngx_http_uptime_check_admit(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_checks_t *cs);
static void ngx_http_uptime_check_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_check_start(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_check_done(ngx_uptime_probe_t *p);
static void ngx_http_uptime_check_expired(ngx_event_t *ev);
static void ngx_http_uptime_check_release(ngx_http_uptime_ctx_t *ctx);


void
ngx_http_uptime_check(ngx_http_uptime_ctx_t *ctx)
{
    const char                *code;
    ngx_http_uptime_checks_t  *cs;

    cs = ngx_http_uptime_checks(ctx->api);

    if (cs == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    code = ngx_http_uptime_check_admit(ctx, cs);

    if (code != NULL) {
        ngx_http_uptime_fail(ctx, code);
        return;
    }

    ngx_http_uptime_plain_query(ctx, ctx->route->sql,
                                ngx_http_uptime_check_found);
}


static ngx_http_uptime_checks_t *
ngx_http_uptime_checks(ngx_http_uptime_api_t *api)
{
    ngx_log_t                 *log;
    ngx_pool_t                *pool;
    ngx_http_uptime_checks_t  *cs;

    if (api->checks != NULL) {
        return api->checks;
    }

    log = ngx_cycle->log;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NULL;
    }

    cs = ngx_pcalloc(pool, sizeof(ngx_http_uptime_checks_t));
    if (cs == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    cs->pool = pool;
    cs->prober.log = log;
    cs->prober.fetcher = ngx_uptime_fetcher_create(pool, api->resolver,
                                                   &api->policy,
                                                   &api->ca_file, log);
    if (cs->prober.fetcher == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ngx_uptime_resolver_ipv4(cs->prober.fetcher->resolver, api->ipv4);

    cs->prober.fetcher->gate->max = api->max_per_host;

    ngx_queue_init(&cs->running);

    api->checks = cs;

    return cs;
}


ngx_uptime_fetcher_t *
ngx_http_uptime_fetcher(ngx_http_uptime_api_t *api)
{
    ngx_http_uptime_checks_t  *cs;

    cs = ngx_http_uptime_checks(api);

    return cs ? cs->prober.fetcher : NULL;
}


void
ngx_http_uptime_checks_destroy(ngx_http_uptime_checks_t *cs)
{
    ngx_http_uptime_check_t  *c;

    while (!ngx_queue_empty(&cs->running)) {
        c = ngx_queue_data(ngx_queue_head(&cs->running),
                           ngx_http_uptime_check_t, queue);

        ngx_http_uptime_check_release(c->ctx);
        c->ctx->release = NULL;
    }

    ngx_uptime_fetcher_destroy(cs->prober.fetcher);
    ngx_destroy_pool(cs->pool);
}


/* NULL: it has its place, until it is released. */

static const char *
ngx_http_uptime_check_admit(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_checks_t *cs)
{
    ngx_uint_t                own;
    ngx_queue_t              *q;
    ngx_http_uptime_check_t  *c;

    own = 0;

    q = ngx_queue_head(&cs->running);

    while (q != ngx_queue_sentinel(&cs->running)) {
        c = ngx_queue_data(q, ngx_http_uptime_check_t, queue);
        own += (c->ctx->caller.user == ctx->caller.user);
        q = ngx_queue_next(q);
    }

    if (own >= NGX_HTTP_UPTIME_CHECKS_OF_USER) {
        return "too_many_requests";
    }

    if (cs->n >= NGX_HTTP_UPTIME_CHECKS) {
        return "busy";
    }

    c = ngx_pcalloc(ctx->request->pool, sizeof(ngx_http_uptime_check_t));
    if (c == NULL) {
        return "internal_error";
    }

    c->ctx = ctx;
    c->checks = cs;

    ngx_queue_insert_tail(&cs->running, &c->queue);
    cs->n++;

    ctx->data = c;
    ctx->release = ngx_http_uptime_check_release;

    return NULL;
}


static void
ngx_http_uptime_check_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (q->rows && ngx_http_uptime_invalid(ctx, q)) {
        return;
    }

    if (q->rows) {
        ctx->retry_after = (ngx_uint_t) ngx_uptime_pg_num(q, 0, 2);
    }

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    if (ngx_http_uptime_check_start(ctx, q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
    }
}


static ngx_int_t
ngx_http_uptime_check_start(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    u_char                   *p;
    size_t                    size;
    ngx_http_uptime_check_t  *c;

    c = ctx->data;

    size = ngx_uptime_target_size(q, 0, NGX_HTTP_UPTIME_CHECK_TARGET);

    p = ngx_pnalloc(ctx->request->pool, size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    c->texts.data = p;
    c->texts.len = size;

    ngx_uptime_target_read(&c->target, &p, q, 0,
                           NGX_HTTP_UPTIME_CHECK_TARGET, ctx->api->keys,
                           ctx->caller.user);

    c->probe.target = &c->target;
    c->probe.owner = ctx->caller.user;
    c->probe.patience = NGX_HTTP_UPTIME_CHECK_PATIENCE;
    c->probe.handler = ngx_http_uptime_check_done;
    c->probe.data = ctx;

    if (ngx_uptime_probe(&c->checks->prober, &c->probe) != NGX_OK) {
        return NGX_ERROR;
    }

    /* also keeps a worker that is to quit until the answer is there */

    c->timer.handler = ngx_http_uptime_check_expired;
    c->timer.data = ctx;
    c->timer.log = ctx->request->connection->log;

    ngx_add_timer(&c->timer, c->target.timeout
                             + NGX_HTTP_UPTIME_CHECK_PATIENCE
                             + NGX_HTTP_UPTIME_CHECK_EXTRA);

    return NGX_OK;
}


static void
ngx_http_uptime_check_done(ngx_uptime_probe_t *p)
{
    ngx_str_t               body;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = p->data;
    c = ctx->request->connection;

    if (ngx_http_uptime_check_json(ctx, &body) == NGX_OK) {
        ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
    } else {
        ngx_http_uptime_fail(ctx, "internal_error");
    }

    ngx_http_run_posted_requests(c);
}


/* No probe takes that long; if one does, nobody waits for it. */

static void
ngx_http_uptime_check_expired(ngx_event_t *ev)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ev->data;
    c = ctx->request->connection;

    ngx_log_error(NGX_LOG_ERR, c->log, 0,
                  "uptime: a check was not done in time");

    ngx_http_uptime_fail(ctx, "unavailable");

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_check_release(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_check_t  *c;

    c = ctx->data;

    ngx_uptime_probe_cancel(&c->probe);

    if (c->timer.timer_set) {
        ngx_del_timer(&c->timer);
    }

    if (c->texts.len) {
        ngx_explicit_memzero(c->texts.data, c->texts.len);
    }

    ngx_queue_remove(&c->queue);
    c->checks->n--;
}
