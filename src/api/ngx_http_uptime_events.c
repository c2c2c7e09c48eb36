
/*
 * GET /events: a stream of server-sent events about the caller's monitors.
 * Each has at most one piece on its way and one that waits: a client that
 * takes less than it is sent loses pieces, and is told later what changed
 * since the last one that it took.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_live.h"
#include "ngx_uptime_stats.h"


#define NGX_HTTP_UPTIME_EVENT_BEAT   15000      /* ms between signs of life */
#define NGX_HTTP_UPTIME_EVENT_TURN   64         /* streams served at a time */
#define NGX_HTTP_UPTIME_EVENT_RETRY  10         /* s, with 429              */


static ngx_int_t ngx_http_uptime_event_open(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_live_t *live, ngx_http_uptime_event_t *e);
static void ngx_http_uptime_event_since(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_event_t *e);
static void ngx_http_uptime_event_hello(ngx_http_uptime_event_t *e);
static void ngx_http_uptime_event_cleanup(void *data);
static void ngx_http_uptime_event_queue(ngx_http_uptime_event_t *e,
    ngx_http_uptime_block_t *block);
static ngx_uint_t ngx_http_uptime_event_over(ngx_http_uptime_event_t *e);
static void ngx_http_uptime_event_beat(ngx_http_uptime_event_t *e);


void
ngx_http_uptime_events(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_live_t     *live;
    ngx_http_uptime_event_t    *e;
    ngx_http_uptime_watcher_t  *w;

    live = ngx_http_uptime_live(ctx->api);
    e = ngx_pcalloc(ctx->request->pool, sizeof(ngx_http_uptime_event_t));

    if (live == NULL || e == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (live->n >= ctx->api->max_events || ngx_exiting) {
        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    w = ngx_http_uptime_live_watcher(live, ctx->caller.user);

    if (w != NULL && w->streams >= ctx->api->max_user_events) {
        ctx->retry_after = NGX_HTTP_UPTIME_EVENT_RETRY;
        ngx_http_uptime_fail(ctx, "too_many_streams");
        return;
    }

    if (ngx_http_uptime_event_open(ctx, live, e) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (ngx_http_uptime_stream_start(ctx, &e->out, "text/event-stream")
        == NGX_OK)
    {
        ngx_http_uptime_event_hello(e);
    }
}


static ngx_int_t
ngx_http_uptime_event_open(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_live_t *live, ngx_http_uptime_event_t *e)
{
    ngx_str_t            secret;
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    static const ngx_str_t  no = ngx_string("no");

    r = ctx->request;

    e->ctx = ctx;
    e->told = ngx_current_msec;

    if (ctx->key.len
        && ngx_uptime_secret_key(&ctx->key, &e->key, &secret) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_uptime_event_since(ctx, e);

    /* neither here nor in a proxy in front may pieces be collected */

    if (ngx_http_uptime_header(r, "X-Accel-Buffering", &no) != NGX_OK) {
        return NGX_ERROR;
    }

#if (NGX_HTTP_GZIP)
    r->gzip_tested = 1;
    r->gzip_ok = 0;
#endif

    cln = ngx_http_cleanup_add(r, 0);

    if (cln == NULL || ngx_http_uptime_live_add(live, e) != NGX_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_uptime_event_cleanup;
    cln->data = e;

    return NGX_OK;
}


/* A client that comes back says what it has; a wrong token counts as none. */

static void
ngx_http_uptime_event_since(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_event_t *e)
{
    ngx_str_t  since;

    since = ngx_http_uptime_header_in(ctx->request, "Last-Event-ID");

    if (since.data != NULL && since.len <= NGX_UPTIME_MAX_SINCE
        && ngx_uptime_since_valid(&since))
    {
        ngx_memcpy(e->since, since.data, since.len);
        e->since_len = since.len;
    }
}


/* The header goes out with it. */

static void
ngx_http_uptime_event_hello(ngx_http_uptime_event_t *e)
{
    ngx_int_t                 rc;
    ngx_http_request_t       *r;
    ngx_http_uptime_block_t  *block;

    static const ngx_str_t  hello = ngx_string("retry: 3000\n\n");

    r = e->ctx->request;
    rc = NGX_ERROR;

    block = ngx_http_uptime_block(hello.len, e->live->log);

    if (block != NULL) {
        ngx_memcpy(block->data, hello.data, hello.len);
        rc = ngx_http_uptime_stream_send(&e->out, block);
        ngx_http_uptime_block_free(block);
    }

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
    }
}


static void
ngx_http_uptime_event_cleanup(void *data)
{
    ngx_http_uptime_event_t *e = data;

    if (e->live == NULL) {
        return;
    }

    if (e->next != NULL) {
        ngx_queue_remove(&e->ready);
        ngx_http_uptime_block_free(e->next);
        e->next = NULL;
    }

    ngx_http_uptime_live_remove(e);
    e->live = NULL;
}


void
ngx_http_uptime_event_tell(ngx_http_uptime_event_t *e,
    ngx_http_uptime_block_t *block)
{
    ngx_http_uptime_live_t  *live;

    live = e->live;

    if (e->out.block == NULL && e->next == NULL) {
        e->behind = 0;
        ngx_http_uptime_event_queue(e, block);
        ngx_uptime_stats_add(NGX_UPTIME_STAT_EVENTS, 1);
        return;
    }

    ngx_uptime_stats_add(NGX_UPTIME_STAT_BEHIND, 1);

    if (!e->behind) {
        e->behind = 1;
        e->since_len = live->since_len;
        ngx_memcpy(e->since, live->since, live->since_len);
    }
}


static void
ngx_http_uptime_event_queue(ngx_http_uptime_event_t *e,
    ngx_http_uptime_block_t *block)
{
    ngx_http_uptime_live_t  *live;

    live = e->live;

    block->refs++;
    e->next = block;

    ngx_queue_insert_tail(&live->ready, &e->ready);
    ngx_post_event(&live->send, &ngx_posted_events);
}


void
ngx_http_uptime_event_send(ngx_event_t *ev)
{
    ngx_int_t                 rc;
    ngx_uint_t                n;
    ngx_queue_t              *q;
    ngx_connection_t         *c;
    ngx_http_uptime_live_t   *live;
    ngx_http_uptime_block_t  *block;
    ngx_http_uptime_event_t  *e;

    live = ev->data;

    for (n = 0; n < NGX_HTTP_UPTIME_EVENT_TURN
                && !ngx_queue_empty(&live->ready); n++)
    {
        q = ngx_queue_head(&live->ready);
        e = ngx_queue_data(q, ngx_http_uptime_event_t, ready);
        ngx_queue_remove(q);

        block = e->next;
        e->next = NULL;
        e->told = ngx_current_msec;
        c = e->ctx->request->connection;

        rc = ngx_http_uptime_stream_send(&e->out, block);
        ngx_http_uptime_block_free(block);

        if (rc == NGX_ERROR) {
            ngx_http_finalize_request(e->ctx->request, NGX_ERROR);
        }

        ngx_http_run_posted_requests(c);
    }

    if (!ngx_queue_empty(&live->ready)) {
        ngx_post_event(ev, &ngx_posted_next_events);
    }
}


/*
 * One stream that ends may take others along, if they share a connection: so
 * none is kept in hand while another one is looked at.
 */

void
ngx_http_uptime_event_look(ngx_http_uptime_live_t *live)
{
    ngx_queue_t              *q, todo;
    ngx_http_uptime_event_t  *e;

    if (ngx_queue_empty(&live->streams)) {
        return;
    }

    ngx_queue_init(&todo);
    ngx_queue_add(&todo, &live->streams);
    ngx_queue_init(&live->streams);

    while (!ngx_queue_empty(&todo)) {
        q = ngx_queue_head(&todo);
        e = ngx_queue_data(q, ngx_http_uptime_event_t, queue);

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&live->streams, q);

        if (!ngx_http_uptime_event_over(e)) {
            ngx_http_uptime_event_beat(e);
        }
    }
}


/* 1: it was ended. */

static ngx_uint_t
ngx_http_uptime_event_over(ngx_http_uptime_event_t *e)
{
    ngx_uptime_claims_t  *caller;

    caller = &e->ctx->caller;

    if (ngx_exiting) {
        ngx_http_uptime_event_end(e, "shutdown", 1);
        return 1;
    }

    if (e->key) {
        return 0;
    }

    if (ngx_uptime_ended(e->ctx->api->ended, caller->session)) {
        ngx_http_uptime_event_end(e, "session_ended", 0);
        return 1;
    }

    if (ngx_time() > caller->expires) {
        ngx_http_uptime_event_end(e, "token_expired", 1);
        return 1;
    }

    return 0;
}


/* With the newest id, so that a client that comes back needs less. */

static void
ngx_http_uptime_event_beat(ngx_http_uptime_event_t *e)
{
    ngx_str_t                 since;
    ngx_http_uptime_live_t   *live;
    ngx_http_uptime_block_t  *block;

    live = e->live;

    if (e->out.block != NULL || e->next != NULL
        || ngx_current_msec - e->told < NGX_HTTP_UPTIME_EVENT_BEAT)
    {
        return;
    }

    since.data = e->behind ? e->since : live->since;
    since.len = e->behind ? e->since_len : live->since_len;

    block = ngx_http_uptime_block(sizeof(": alive\nid: \n\n") + since.len,
                                  live->log);
    if (block == NULL) {
        return;
    }

    block->len = ngx_sprintf(block->data, since.len ? ": alive\nid: %V\n\n"
                                                    : ": alive\n\n", &since)
                 - block->data;

    ngx_http_uptime_event_queue(e, block);
    ngx_http_uptime_block_free(block);
}


void
ngx_http_uptime_event_end(ngx_http_uptime_event_t *e, const char *reason,
    ngx_uint_t reconnect)
{
    ngx_connection_t         *c;
    ngx_http_uptime_block_t  *block;

    c = e->ctx->request->connection;

    block = ngx_http_uptime_block(128, c->log);

    if (block != NULL) {
        block->len = ngx_snprintf(block->data, 128,
                                  "event: end\ndata: {\"reason\":\"%s\","
                                  "\"reconnect\":%s}\n\n",
                                  reason, reconnect ? "true" : "false")
                     - block->data;
    }

    /* from here on nobody looks at it any more */

    ngx_http_uptime_event_cleanup(e);
    ngx_http_uptime_stream_end(&e->out, block);

    if (block != NULL) {
        ngx_http_uptime_block_free(block);
    }

    ngx_http_run_posted_requests(c);
}
