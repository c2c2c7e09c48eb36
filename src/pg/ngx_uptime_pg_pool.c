
/*
 * The connections of one process and the line of queries that wait for one.
 *
 * A query is always in exactly one place: in the line, in its connection's
 * sent queue, or with its handler.  Connections are opened when a query needs
 * one; after a failure not before the back-off is over.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <poll.h>

#include "ngx_uptime_pg_private.h"


static void ngx_uptime_pg_pool_dispatch(ngx_event_t *ev);
static ngx_uptime_pg_conn_t *ngx_uptime_pg_pool_pick(
    ngx_uptime_pg_pool_t *pool);
static void ngx_uptime_pg_pool_connect(ngx_uptime_pg_pool_t *pool);
static void ngx_uptime_pg_pool_retry(ngx_event_t *ev);
static ngx_uint_t ngx_uptime_pg_pool_pending(ngx_uptime_pg_pool_t *pool);
static ngx_msec_t ngx_uptime_pg_pool_clock(void);
static void ngx_uptime_pg_pool_settle(ngx_uptime_pg_pool_t *pool);
static ngx_int_t ngx_uptime_pg_pool_poll(ngx_uptime_pg_pool_t *pool,
    ngx_msec_t msec);


ngx_uptime_pg_pool_t *
ngx_uptime_pg_pool_create(ngx_uptime_pg_conf_t *conf, ngx_log_t *log)
{
    ngx_uint_t             i;
    ngx_uptime_pg_pool_t  *pool;

    pool = ngx_calloc(sizeof(ngx_uptime_pg_pool_t), log);
    if (pool == NULL) {
        return NULL;
    }

    pool->conns = ngx_calloc(conf->connections * sizeof(ngx_uptime_pg_conn_t),
                             log);
    if (pool->conns == NULL) {
        ngx_free(pool);
        return NULL;
    }

    pool->conf = conf;
    pool->log = log;
    pool->check_schema = 1;

    ngx_queue_init(&pool->waiting);
    ngx_queue_init(&pool->batch);

    for (i = 0; i < conf->connections; i++) {
        ngx_uptime_pg_conn_init(&pool->conns[i], pool);
    }

    pool->timer.handler = ngx_uptime_pg_pool_retry;
    pool->timer.data = pool;
    pool->timer.log = log;
    pool->timer.cancelable = 1;

    pool->dispatch.handler = ngx_uptime_pg_pool_dispatch;
    pool->dispatch.data = pool;
    pool->dispatch.log = log;

    return pool;
}


ngx_int_t
ngx_uptime_pg_pool_listen(ngx_uptime_pg_pool_t *pool, ngx_uptime_sql_e listen,
    ngx_uptime_pg_notify_pt notify, ngx_uptime_pg_ready_pt ready, void *data)
{
    pool->listener = ngx_calloc(sizeof(ngx_uptime_pg_conn_t), pool->log);
    if (pool->listener == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_pg_conn_init(pool->listener, pool);
    pool->listener->listener = 1;

    pool->listen = listen;
    pool->notify = notify;
    pool->ready = ready;
    pool->data = data;

    ngx_uptime_pg_pool_wake(pool);

    return NGX_OK;
}


void
ngx_uptime_pg_pool_wake(ngx_uptime_pg_pool_t *pool)
{
    ngx_post_event(&pool->dispatch, &ngx_posted_events);
}


static void
ngx_uptime_pg_pool_dispatch(ngx_event_t *ev)
{
    ngx_uint_t              batch;
    ngx_queue_t            *head;
    ngx_uptime_pg_conn_t   *conn;
    ngx_uptime_pg_pool_t   *pool;
    ngx_uptime_pg_query_t  *q;

    pool = ev->data;

    for ( ;; ) {

        batch = ngx_uptime_pg_batch_ready(pool);

        if (!batch && ngx_queue_empty(&pool->waiting)) {
            break;
        }

        conn = ngx_uptime_pg_pool_pick(pool);
        if (conn == NULL) {
            break;
        }

        if (batch) {
            q = ngx_uptime_pg_batch_next(pool, conn);

        } else {
            head = ngx_queue_head(&pool->waiting);
            q = ngx_queue_data(head, ngx_uptime_pg_query_t, queue);
            ngx_uptime_pg_query_leave(q);
        }

        ngx_uptime_pg_conn_send(conn, q);
    }

    /* who gathers behind slow ones does not wait for another event */

    if (!ngx_queue_empty(&pool->batch) && !batch && !ev->timer_set) {
        ngx_add_timer(ev, NGX_UPTIME_PG_FLIGHT_SLOW);
    }

    ngx_uptime_pg_pool_connect(pool);
}


/*
 * An idle connection, else - only if none can be opened - the one with the
 * shortest line, so that a slow statement holds up as few others as possible.
 */

static ngx_uptime_pg_conn_t *
ngx_uptime_pg_pool_pick(ngx_uptime_pg_pool_t *pool)
{
    ngx_uint_t             i, closed;
    ngx_uptime_pg_conn_t  *conn, *best;

    best = NULL;
    closed = 0;

    for (i = 0; i < pool->conf->connections; i++) {
        conn = &pool->conns[i];

        if (conn->state != NGX_UPTIME_PG_READY) {
            closed += (conn->state == NGX_UPTIME_PG_CLOSED);
            continue;
        }

        if (conn->nsent == 0) {
            return conn;
        }

        if (conn->nsent < NGX_UPTIME_PG_DEPTH
            && (best == NULL || conn->nsent < best->nsent))
        {
            best = conn;
        }
    }

    if (closed && pool->away == NGX_UPTIME_PG_OK && pool->failures == 0) {
        return NULL;
    }

    return best;
}


/* Opens what is missing: the listener, and one connection if one is wanted. */

static void
ngx_uptime_pg_pool_connect(ngx_uptime_pg_pool_t *pool)
{
    ngx_uint_t             i, opening, shared, wanted;
    ngx_uptime_pg_conn_t  *conn, *closed;

    if (pool->timer.timer_set) {
        return;
    }

    /* a leaving process connects only for what it has promised */

    if ((ngx_exiting || ngx_terminate)
        && ngx_uptime_pg_pool_pending(pool) == 0)
    {
        return;
    }

    if (pool->listener != NULL
        && pool->listener->state == NGX_UPTIME_PG_CLOSED)
    {
        ngx_uptime_pg_conn_open(pool->listener);
    }

    closed = NULL;
    opening = 0;
    shared = 0;

    for (i = 0; i < pool->conf->connections; i++) {
        conn = &pool->conns[i];

        if (conn->state == NGX_UPTIME_PG_CLOSED) {
            closed = conn;

        } else if (conn->state == NGX_UPTIME_PG_CONNECTING
                   || conn->state == NGX_UPTIME_PG_STARTING)
        {
            opening++;

        } else {
            shared |= (conn->nsent > 1);
        }
    }

    /*
     * After a failure queries share what is left and do not wait; without
     * this nobody would ever find out that connecting works again.
     */

    wanted = pool->nwaiting - pool->nbatch + ngx_uptime_pg_batch_ready(pool)
             + (pool->failures && shared);

    /* after a failure one at a time: no crowd at the door of a sick server */

    if (closed != NULL && opening < wanted
        && (opening == 0 || pool->failures == 0))
    {
        ngx_uptime_pg_conn_open(closed);
    }
}


void
ngx_uptime_pg_pool_opened(ngx_uptime_pg_conn_t *conn)
{
    ngx_uptime_pg_pool_t  *pool;

    pool = conn->pool;

    if (pool->away != NGX_UPTIME_PG_OK) {
        ngx_log_error(NGX_LOG_NOTICE, pool->log, 0,
                      "uptime: database is back");
        pool->away = NGX_UPTIME_PG_OK;
    }

    pool->failures = 0;

    if (pool->timer.timer_set) {
        ngx_del_timer(&pool->timer);
    }

    if (conn->listener && pool->ready != NULL) {
        pool->ready(pool->data);
    }

    ngx_uptime_pg_pool_wake(pool);
}


void
ngx_uptime_pg_pool_closed(ngx_uptime_pg_conn_t *conn, ngx_uptime_pg_err_e err)
{
    ngx_uint_t             i, ready;
    ngx_msec_t             delay;
    ngx_uptime_pg_pool_t  *pool;

    pool = conn->pool;

    ready = 0;
    for (i = 0; i < pool->conf->connections; i++) {
        ready += (pool->conns[i].state == NGX_UPTIME_PG_READY);
    }

    if (!ready) {
        pool->away = err;
    }

    /* 100 ms, 200 ms, ... 2 s, each less up to a quarter, so that the */
    /* processes of many nodes do not knock in step                    */

    delay = NGX_UPTIME_PG_BACKOFF_MIN << ngx_min(pool->failures, 8);
    delay = ngx_min(delay, NGX_UPTIME_PG_BACKOFF_MAX);
    delay -= (ngx_msec_t) ngx_random() % (delay / 4);

    pool->failures++;

    if (!pool->timer.timer_set) {
        ngx_add_timer(&pool->timer, delay);
    }
}


static void
ngx_uptime_pg_pool_retry(ngx_event_t *ev)
{
    ngx_uptime_pg_pool_t *pool = ev->data;

    ngx_uptime_pg_pool_dispatch(&pool->dispatch);
}


static ngx_uint_t
ngx_uptime_pg_pool_pending(ngx_uptime_pg_pool_t *pool)
{
    ngx_uint_t  i, n;

    n = pool->nwaiting;

    for (i = 0; i < pool->conf->connections; i++) {
        n += pool->conns[i].nsent;
    }

    return n;
}


ngx_uint_t
ngx_uptime_pg_pool_drain(ngx_uptime_pg_pool_t *pool, ngx_msec_t msec)
{
    ngx_msec_t  now, end;
    ngx_uint_t  left;

    now = ngx_uptime_pg_pool_clock();
    end = now + msec;

    /* there is no later: one more try now, however many have failed */

    if (pool->timer.timer_set && pool->nwaiting) {
        ngx_del_timer(&pool->timer);
    }

    for ( ;; ) {
        ngx_uptime_pg_pool_settle(pool);

        /* connect and send what waits, if a connection stands */

        ngx_uptime_pg_pool_dispatch(&pool->dispatch);

        left = ngx_uptime_pg_pool_pending(pool);

        if (left == 0 || now >= end
            || ngx_uptime_pg_pool_poll(pool, end - now) != NGX_OK)
        {
            return left;
        }

        now = ngx_uptime_pg_pool_clock();
    }
}


/* Without the loop nobody else looks at the clock; this one is never set. */

static ngx_msec_t
ngx_uptime_pg_pool_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (ngx_msec_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


/* Nor does anybody run posted events. */

static void
ngx_uptime_pg_pool_settle(ngx_uptime_pg_pool_t *pool)
{
    ngx_uint_t             i;
    ngx_uptime_pg_conn_t  *conn;

    for (i = 0; i < pool->conf->connections; i++) {
        conn = &pool->conns[i];

        if (conn->failed.posted) {
            ngx_delete_posted_event(&conn->failed);
            conn->failed.handler(&conn->failed);
        }
    }
}


/*
 * Waits once for the sockets of connections that are being made or have
 * queries in flight; NGX_DECLINED: there is none.
 */

static ngx_int_t
ngx_uptime_pg_pool_poll(ngx_uptime_pg_pool_t *pool, ngx_msec_t msec)
{
    ngx_uint_t             i, n;
    struct pollfd          fds[32];
    ngx_uptime_pg_conn_t  *conn, *polled[32];

    n = 0;

    for (i = 0; i < pool->conf->connections && n < 32; i++) {
        conn = &pool->conns[i];

        if (conn->c == NULL || conn->state == NGX_UPTIME_PG_FAILED) {
            continue;
        }

        if (conn->state == NGX_UPTIME_PG_CONNECTING) {
            fds[n].events = conn->c->write->active ? POLLOUT : POLLIN;

        } else if (conn->nsent) {
            fds[n].events = POLLIN;

            if (PQflush(conn->pg) == 1) {
                fds[n].events |= POLLOUT;
            }

        } else {
            continue;
        }

        fds[n].fd = PQsocket(conn->pg);
        fds[n].revents = 0;

        polled[n++] = conn;
    }

    if (n == 0) {
        return NGX_DECLINED;
    }

    if (poll(fds, n, (int) ngx_min(msec, 100)) <= 0) {
        return NGX_OK;
    }

    for (i = 0; i < n; i++) {
        if (fds[i].revents) {
            ngx_uptime_pg_conn_event(polled[i]->c->read);
        }
    }

    return NGX_OK;
}


void
ngx_uptime_pg_pool_destroy(ngx_uptime_pg_pool_t *pool)
{
    ngx_uint_t  i;

    if (pool->timer.timer_set) {
        ngx_del_timer(&pool->timer);
    }

    if (pool->dispatch.posted) {
        ngx_delete_posted_event(&pool->dispatch);
    }

    if (pool->dispatch.timer_set) {
        ngx_del_timer(&pool->dispatch);
    }

    ngx_uptime_pg_queries_destroy(&pool->waiting);
    ngx_uptime_pg_queries_destroy(&pool->batch);

    for (i = 0; i < pool->conf->connections; i++) {
        ngx_uptime_pg_conn_destroy(&pool->conns[i]);
    }

    if (pool->listener != NULL) {
        ngx_uptime_pg_conn_destroy(pool->listener);
        ngx_free(pool->listener);
    }

    ngx_free(pool->conns);
    ngx_free(pool);
}
