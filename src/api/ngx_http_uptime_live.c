
/*
 * Live events: what all streams of a worker have in common.  Once a second
 * they are looked after, and one statement asks for all of them.
 *
 * Runs in workers; there is one in a process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_live.h"


#define NGX_HTTP_UPTIME_LIVE_TICK    1000       /* ms                       */
#define NGX_HTTP_UPTIME_LIVE_WATCH   8000       /* see sql/live/watch.sql   */


static void ngx_http_uptime_live_tick(ngx_event_t *ev);
static void ngx_http_uptime_live_wake(ngx_http_uptime_live_t *live);
static void ngx_http_uptime_live_watch(ngx_http_uptime_live_t *live);
static void ngx_http_uptime_live_watched(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_live_notify(void *data, const char *payload);
static void ngx_http_uptime_live_ready(void *data);


ngx_http_uptime_live_t *
ngx_http_uptime_live(ngx_http_uptime_api_t *api)
{
    ngx_http_uptime_live_t  *live;

    if (api->live != NULL) {
        return api->live;
    }

    live = ngx_calloc(sizeof(ngx_http_uptime_live_t), ngx_cycle->log);
    if (live == NULL) {
        return NULL;
    }

    live->api = api;
    live->log = ngx_cycle->log;

    ngx_queue_init(&live->streams);
    ngx_queue_init(&live->ready);
    ngx_rbtree_init(&live->watchers, &live->sentinel,
                    ngx_rbtree_insert_value);

    /* not cancelable: a worker that leaves ends its streams first */

    live->tick.handler = ngx_http_uptime_live_tick;
    live->tick.data = live;
    live->tick.log = live->log;

    live->send.handler = ngx_http_uptime_event_send;
    live->send.data = live;
    live->send.log = live->log;

    live->asked = ngx_current_msec - NGX_HTTP_UPTIME_LIVE_TICK;
    live->watched = ngx_current_msec - NGX_HTTP_UPTIME_LIVE_WATCH;
    live->news = 1;

    if (ngx_uptime_pg_pool_listen(api->pg, NGX_UPTIME_SQL_LIVE_LISTEN,
                                  ngx_http_uptime_live_notify,
                                  ngx_http_uptime_live_ready, live)
        != NGX_OK)
    {
        ngx_free(live);
        return NULL;
    }

    api->live = live;

    return live;
}


void
ngx_http_uptime_live_destroy(ngx_http_uptime_live_t *live)
{
    if (live->query != NULL) {
        ngx_uptime_pg_detach(live->query);
    }

    if (live->tick.timer_set) {
        ngx_del_timer(&live->tick);
    }

    if (live->send.posted) {
        ngx_delete_posted_event(&live->send);
    }

    ngx_free(live);
}


ngx_http_uptime_watcher_t *
ngx_http_uptime_live_watcher(ngx_http_uptime_live_t *live, int64_t user)
{
    ngx_rbtree_key_t    key;
    ngx_rbtree_node_t  *node;

    key = (ngx_rbtree_key_t) user;
    node = live->watchers.root;

    while (node != &live->sentinel && node->key != key) {
        node = (key < node->key) ? node->left : node->right;
    }

    return (node == &live->sentinel) ? NULL
           : ngx_rbtree_data(node, ngx_http_uptime_watcher_t, node);
}


ngx_int_t
ngx_http_uptime_live_add(ngx_http_uptime_live_t *live,
    ngx_http_uptime_event_t *e)
{
    ngx_http_uptime_watcher_t  *w;

    w = ngx_http_uptime_live_watcher(live, e->ctx->caller.user);

    if (w == NULL) {
        w = ngx_calloc(sizeof(ngx_http_uptime_watcher_t), live->log);
        if (w == NULL) {
            return NGX_ERROR;
        }

        w->node.key = (ngx_rbtree_key_t) e->ctx->caller.user;
        ngx_rbtree_insert(&live->watchers, &w->node);
    }

    w->streams++;
    live->n++;

    e->live = live;
    e->watcher = w;
    e->behind = 1;

    ngx_queue_insert_tail(&live->streams, &e->queue);

    ngx_http_uptime_live_wake(live);

    return NGX_OK;
}


void
ngx_http_uptime_live_remove(ngx_http_uptime_event_t *e)
{
    ngx_http_uptime_live_t     *live;
    ngx_http_uptime_watcher_t  *w;

    live = e->live;
    w = e->watcher;

    ngx_queue_remove(&e->queue);
    live->n--;

    if (--w->streams == 0) {
        ngx_rbtree_delete(&live->watchers, &w->node);
        ngx_free(w);
    }

    if (live->n == 0 && live->tick.timer_set) {
        ngx_del_timer(&live->tick);
    }
}


ngx_uint_t
ngx_http_uptime_live_streams(const ngx_http_uptime_live_t *live)
{
    return live ? live->n : 0;
}


ngx_http_uptime_event_t *
ngx_http_uptime_live_after(ngx_http_uptime_live_t *live,
    ngx_http_uptime_event_t *e)
{
    ngx_queue_t  *q;

    q = (e == NULL) ? ngx_queue_head(&live->streams)
                    : ngx_queue_next(&e->queue);

    return (q == ngx_queue_sentinel(&live->streams)) ? NULL
           : ngx_queue_data(q, ngx_http_uptime_event_t, queue);
}


/* A stream is behind: not later than the limit of one a second asks for. */

static void
ngx_http_uptime_live_wake(ngx_http_uptime_live_t *live)
{
    ngx_msec_int_t  wait;

    wait = (ngx_msec_int_t) (live->asked + NGX_HTTP_UPTIME_LIVE_TICK
                             - ngx_current_msec);

    if (live->tick.timer_set && wait > 0) {
        return;
    }

    if (live->tick.timer_set) {
        ngx_del_timer(&live->tick);
    }

    ngx_add_timer(&live->tick, (ngx_msec_t) ngx_max(wait, 1));
}


static void
ngx_http_uptime_live_tick(ngx_event_t *ev)
{
    ngx_http_uptime_live_t  *live;

    live = ev->data;

    ngx_http_uptime_event_look(live);

    if (live->n == 0) {
        return;
    }

    ngx_http_uptime_live_watch(live);

    if (live->query == NULL) {
        ngx_http_uptime_live_ask(live);
    }

    ngx_add_timer(&live->tick, NGX_HTTP_UPTIME_LIVE_TICK);
}


/* Checkers notify only while somebody looks on. */

static void
ngx_http_uptime_live_watch(ngx_http_uptime_live_t *live)
{
    ngx_uptime_pg_query_t  *q;

    if (ngx_current_msec - live->watched < NGX_HTTP_UPTIME_LIVE_WATCH) {
        return;
    }

    q = ngx_uptime_pg_query_create(live->api->pg, NGX_UPTIME_SQL_LIVE_WATCH);

    if (q != NULL) {
        q->handler = ngx_http_uptime_live_watched;
        (void) ngx_uptime_pg_submit(q);
        live->watched = ngx_current_msec;
    }
}


static void
ngx_http_uptime_live_watched(ngx_uptime_pg_query_t *q)
{
    /* void */
}


static void
ngx_http_uptime_live_notify(void *data, const char *payload)
{
    ngx_http_uptime_live_t *live = data;

    live->news = 1;
}


/* While the listener was not connected, news may have been missed. */

static void
ngx_http_uptime_live_ready(void *data)
{
    ngx_http_uptime_live_t *live = data;

    live->news = 1;
}
