
/*
 * A TCP connection to one of several addresses, in turn.  An address that
 * swallows packets must not use up the time of the others, so each gets an
 * equal share of what is left.  What a target does wins over trouble of our
 * own on another address.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_connect.h"


static ngx_int_t ngx_uptime_connect_next(ngx_uptime_connect_t *c);
static ngx_int_t ngx_uptime_connect_try(ngx_uptime_connect_t *c,
    const ngx_uptime_sockaddr_t *sa);
static void ngx_uptime_connect_failed(ngx_uptime_connect_t *c, ngx_err_t err,
    ngx_uptime_own_e own);
static void ngx_uptime_connect_event(ngx_uptime_watch_t *w, uint32_t events);
static void ngx_uptime_connect_timeout(ngx_event_t *ev);
static void ngx_uptime_connect_again(ngx_uptime_connect_t *c, ngx_err_t err);
static void ngx_uptime_connect_drop(ngx_uptime_connect_t *c);


ngx_int_t
ngx_uptime_connect(ngx_uptime_connect_t *c)
{
    c->timer.handler = ngx_uptime_connect_timeout;
    c->timer.data = c;
    c->timer.log = c->fetcher->log;
    c->timer.cancelable = 1;

    c->deadline = ngx_current_msec + c->timeout;
    c->own = NGX_UPTIME_OWN_RESOURCES;

    return ngx_uptime_connect_next(c);
}


static ngx_int_t
ngx_uptime_connect_next(ngx_uptime_connect_t *c)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left, n;

    while (c->next < c->naddrs && !c->blocked) {
        n = (ngx_msec_int_t) (c->naddrs - c->next);

        rc = ngx_uptime_connect_try(c, &c->addrs[c->next++]);

        if (rc == NGX_OK) {
            c->connected = 1;
            return NGX_OK;
        }

        if (rc == NGX_AGAIN) {
            left = (ngx_msec_int_t) (c->deadline - ngx_current_msec);
            ngx_add_timer(&c->timer, (ngx_msec_t) ngx_max(left / n, 1));
            return NGX_AGAIN;
        }
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_uptime_connect_try(ngx_uptime_connect_t *c,
    const ngx_uptime_sockaddr_t *sa)
{
    int        rc;
    ngx_err_t  err;

    switch (ngx_uptime_guard_open(c->fetcher->policy, c->trusted,
                                  &sa->sockaddr, SOCK_STREAM | SOCK_NONBLOCK,
                                  0, &c->watch.fd))
    {
    case NGX_OK:
        break;

    case NGX_DECLINED:
        c->blocked = 1;
        return NGX_ERROR;

    default:
        err = ngx_errno;
        ngx_uptime_connect_failed(c, err, ngx_uptime_guard_own_socket(err));
        return NGX_ERROR;
    }

    c->open = 1;
    c->watch.handler = ngx_uptime_connect_event;
    c->watch.data = c;

    rc = connect(c->watch.fd, &sa->sockaddr, ngx_uptime_sockaddr_len(sa));
    err = (rc == 0) ? 0 : ngx_errno;

    if (err == 0) {
        return NGX_OK;
    }

    if (err != NGX_EINPROGRESS) {
        ngx_uptime_connect_failed(c, err,
                                  ngx_uptime_guard_own_connect(err, sa, 1));
        return NGX_ERROR;
    }

    if (ngx_uptime_poll_watch(c->fetcher->poll, &c->watch, EPOLLOUT)
        != NGX_OK)
    {
        ngx_uptime_connect_failed(c, 0, NGX_UPTIME_OWN_RESOURCES);
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


/* The first word is ours by default; a target's own failure replaces it. */

static void
ngx_uptime_connect_failed(ngx_uptime_connect_t *c, ngx_err_t err,
    ngx_uptime_own_e own)
{
    ngx_uptime_connect_drop(c);

    if (own == NGX_UPTIME_OWN_NONE || c->own != NGX_UPTIME_OWN_NONE) {
        c->own = own;
        c->err = err;
    }
}


static void
ngx_uptime_connect_event(ngx_uptime_watch_t *w, uint32_t events)
{
    int                    err;
    socklen_t              len;
    ngx_uptime_connect_t  *c;

    c = w->data;

    err = 0;
    len = sizeof(int);

    if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &err, &len) == -1) {
        err = ngx_errno;
    }

    if (err) {
        ngx_uptime_connect_again(c, ngx_uptime_guard_remote(err));
        return;
    }

    if (c->timer.timer_set) {
        ngx_del_timer(&c->timer);
    }

    c->connected = 1;
    c->handler(c);
}


static void
ngx_uptime_connect_timeout(ngx_event_t *ev)
{
    ngx_uptime_connect_t *c = ev->data;

    ngx_uptime_connect_again(c, NGX_ETIMEDOUT);
}


static void
ngx_uptime_connect_again(ngx_uptime_connect_t *c, ngx_err_t err)
{
    ngx_uptime_connect_failed(c, err,
                    ngx_uptime_guard_own_connect(err, &c->addrs[c->next - 1],
                                                 1));

    if (ngx_uptime_connect_next(c) != NGX_AGAIN) {
        c->handler(c);
    }
}


static void
ngx_uptime_connect_drop(ngx_uptime_connect_t *c)
{
    if (c->timer.timer_set) {
        ngx_del_timer(&c->timer);
    }

    if (c->open) {
        c->open = 0;
        ngx_uptime_poll_forget(c->fetcher->poll, &c->watch);
        (void) close(c->watch.fd);
    }
}


void
ngx_uptime_connect_close(ngx_uptime_connect_t *c)
{
    ngx_uptime_connect_drop(c);
    c->connected = 0;
}


void
ngx_uptime_connect_result(const ngx_uptime_connect_t *c,
    ngx_uptime_result_t *result)
{
    result->stage = NGX_UPTIME_STAGE_CONNECT;
    result->code = CURLE_COULDNT_CONNECT;
    result->sys_errno = c->err;
    result->own = c->own;
    result->blocked = c->blocked;

    if (c->open && c->own != NGX_UPTIME_OWN_NONE) {
        /* the asker has no time left, and this one has not answered */
        result->sys_errno = NGX_ETIMEDOUT;
        result->own = NGX_UPTIME_OWN_NONE;
    }
}
