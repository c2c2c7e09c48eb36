
/*
 * Many sockets in one nginx connection.
 *
 * A helper process has 512 connections whatever the configuration says, so
 * the sockets of all checks sit on one inner epoll descriptor, which is one
 * nginx connection, level-triggered.  nginx's epoll code then never sees a
 * stale event of a socket that is closed either; within a batch of events,
 * a socket that one handler forgets is struck out.  Used in any process that
 * fetches or probes.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_poll.h"


#define NGX_UPTIME_POLL_BATCH  64

/*
 * us: a handshake takes a millisecond and more, and 64 of them in a row would
 * hold up everything else.  Level-triggered, the rest comes with the next
 * turn of the loop, behind those that have waited longer.
 */
#define NGX_UPTIME_POLL_TURN   5000


struct ngx_uptime_poll_s {
    int                            epfd;
    ngx_connection_t              *connection;
    ngx_uint_t                     n;           /* sockets watched          */
    ngx_log_t                     *log;

    /* what the handlers have not seen yet */
    int                            next;
    int                            last;
    struct epoll_event             batch[NGX_UPTIME_POLL_BATCH];
};


static ngx_int_t ngx_uptime_poll_open(ngx_uptime_poll_t *p);
static void ngx_uptime_poll_read_handler(ngx_event_t *ev);
static int64_t ngx_uptime_poll_clock(void);
static void ngx_uptime_poll_write_handler(ngx_event_t *ev);
static void ngx_uptime_poll_idle(ngx_uptime_poll_t *p);


ngx_uptime_poll_t *
ngx_uptime_poll_create(ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_uptime_poll_t  *p;

    p = ngx_pcalloc(pool, sizeof(ngx_uptime_poll_t));
    if (p == NULL) {
        return NULL;
    }

    p->epfd = -1;
    p->log = log;

    return p;
}


static ngx_int_t
ngx_uptime_poll_open(ngx_uptime_poll_t *p)
{
    ngx_connection_t  *c;

    if (p->epfd != -1) {
        return NGX_OK;
    }

    p->epfd = epoll_create1(EPOLL_CLOEXEC);
    if (p->epfd == -1) {
        ngx_log_error(NGX_LOG_CRIT, p->log, ngx_errno,
                      "uptime: epoll_create1() failed");
        return NGX_ERROR;
    }

    c = ngx_get_connection(p->epfd, p->log);
    if (c == NULL) {
        ngx_uptime_poll_destroy(p);
        return NGX_ERROR;
    }

    p->connection = c;
    c->data = p;
    c->read->handler = ngx_uptime_poll_read_handler;
    c->write->handler = ngx_uptime_poll_write_handler;
    c->read->log = p->log;
    c->write->log = p->log;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        ngx_uptime_poll_destroy(p);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_uptime_poll_destroy(ngx_uptime_poll_t *p)
{
    ngx_connection_t  *c;

    c = p->connection;

    if (c != NULL) {
        p->connection = NULL;

        if (c->read->active) {
            (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
        }

        ngx_free_connection(c);
        c->fd = (ngx_socket_t) -1;
    }

    if (p->epfd != -1) {
        (void) close(p->epfd);
        p->epfd = -1;
    }
}


ngx_int_t
ngx_uptime_poll_watch(ngx_uptime_poll_t *p, ngx_uptime_watch_t *w,
    uint32_t events)
{
    int                 op;
    struct epoll_event  ee;

    if (ngx_uptime_poll_open(p) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&ee, sizeof(struct epoll_event));
    ee.events = events;
    ee.data.ptr = w;

    op = w->active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(p->epfd, op, w->fd, &ee) == -1) {

        /* a library's idea and the kernel's may differ after a close() */

        op = (ngx_errno == NGX_EEXIST) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

        if (epoll_ctl(p->epfd, op, w->fd, &ee) == -1) {
            ngx_log_error(NGX_LOG_ALERT, p->log, ngx_errno,
                          "uptime: epoll_ctl() failed for a socket");
            return NGX_ERROR;
        }
    }

    if (!w->active) {
        w->active = 1;
        p->n++;
        p->connection->idle = 0;
    }

    return NGX_OK;
}


void
ngx_uptime_poll_forget(ngx_uptime_poll_t *p, ngx_uptime_watch_t *w)
{
    int                 i;
    struct epoll_event  ee;

    if (!w->active) {
        return;
    }

    ngx_memzero(&ee, sizeof(struct epoll_event));

    (void) epoll_ctl(p->epfd, EPOLL_CTL_DEL, w->fd, &ee);

    for (i = p->next; i < p->last; i++) {
        if (p->batch[i].data.ptr == w) {
            p->batch[i].data.ptr = NULL;
        }
    }

    w->active = 0;
    p->n--;

    ngx_uptime_poll_idle(p);
}


static void
ngx_uptime_poll_read_handler(ngx_event_t *ev)
{
    int64_t              end;
    ngx_connection_t    *c;
    ngx_uptime_poll_t   *p;
    ngx_uptime_watch_t  *w;
    struct epoll_event  *ee;

    c = ev->data;
    p = c->data;

    if (c->close) {
        /* the worker is shutting down and nothing is in flight */
        ngx_uptime_poll_destroy(p);
        return;
    }

    p->next = 0;
    p->last = epoll_wait(p->epfd, p->batch, NGX_UPTIME_POLL_BATCH, 0);

    end = ngx_uptime_poll_clock() + NGX_UPTIME_POLL_TURN;

    while (p->next < p->last && ngx_uptime_poll_clock() < end) {
        ee = &p->batch[p->next++];
        w = ee->data.ptr;

        if (w != NULL) {
            w->handler(w, ee->events);
        }
    }

    p->next = 0;
    p->last = 0;

    ngx_uptime_poll_idle(p);
}


/* us; nginx's own time stands still while a handler runs */

static int64_t
ngx_uptime_poll_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static void
ngx_uptime_poll_write_handler(ngx_event_t *ev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_EVENT, ev->log, 0,
                   "uptime: unexpected write event");
}


/* A worker that shuts down closes idle connections itself, through us. */

static void
ngx_uptime_poll_idle(ngx_uptime_poll_t *p)
{
    if (p->n || p->connection == NULL || p->next < p->last) {
        return;
    }

    if (ngx_exiting || ngx_terminate) {
        ngx_uptime_poll_destroy(p);
        return;
    }

    p->connection->idle = 1;
}
