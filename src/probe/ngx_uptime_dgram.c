
/*
 * Questions in datagrams: several tries, each to the next address and from a
 * socket, so a source port, of its own.  Earlier sockets stay open, a late
 * answer is an answer.  An address that is refused leaves the round.  Used in
 * any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_dgram.h"


static void ngx_uptime_dgram_next(ngx_uptime_dgram_t *d);
static ngx_int_t ngx_uptime_dgram_address(ngx_uptime_dgram_t *d,
    ngx_uint_t *addr);
static ngx_int_t ngx_uptime_dgram_try(ngx_uptime_dgram_t *d, ngx_uint_t addr);
static ngx_int_t ngx_uptime_dgram_socket(ngx_uptime_dgram_t *d,
    ngx_uptime_try_t *t);
static void ngx_uptime_dgram_error(ngx_uptime_dgram_t *d, ngx_uint_t addr,
    ngx_err_t err, ngx_uptime_own_e own);
static void ngx_uptime_dgram_drain(ngx_uptime_try_t *t);
static void ngx_uptime_dgram_event(ngx_uptime_watch_t *w, uint32_t events);
static void ngx_uptime_dgram_timer(ngx_event_t *ev);
static void ngx_uptime_dgram_drop(ngx_uptime_try_t *t);


void
ngx_uptime_dgram_start(ngx_uptime_dgram_t *d)
{
    d->timer.handler = ngx_uptime_dgram_timer;
    d->timer.data = d;
    d->timer.log = d->fetcher->log;
    d->timer.cancelable = 1;

    d->own = NGX_UPTIME_OWN_RESOURCES;

    ngx_uptime_dgram_next(d);
}


static void
ngx_uptime_dgram_next(ngx_uptime_dgram_t *d)
{
    ngx_uint_t  addr;

    for ( ;; ) {
        if (d->blocked || ngx_uptime_dgram_address(d, &addr) != NGX_OK) {
            d->failed(d);
            return;
        }

        if (ngx_uptime_dgram_try(d, addr) == NGX_OK) {
            break;
        }
    }

    if (d->timer.timer_set) {
        ngx_del_timer(&d->timer);
    }

    if (d->ntries < d->max) {
        ngx_add_timer(&d->timer, d->pause);
        d->pause *= d->doubling ? 2 : 1;
    }
}


static ngx_int_t
ngx_uptime_dgram_address(ngx_uptime_dgram_t *d, ngx_uint_t *addr)
{
    ngx_uint_t  i;

    for (i = 0; i < d->naddrs; i++) {
        *addr = d->next++ % d->naddrs;

        if (!(d->bad & (1u << *addr))) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_dgram_try(ngx_uptime_dgram_t *d, ngx_uint_t addr)
{
    ngx_err_t          err;
    ngx_uptime_try_t  *t;

    t = &d->tries[d->ntries];

    t->dgram = d;
    t->n = d->ntries;
    t->addr = &d->addrs[addr];

    switch (ngx_uptime_dgram_socket(d, t)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        d->blocked = 1;
        return NGX_DECLINED;

    default:
        err = ngx_errno;
        d->no_socket = 1;
        ngx_uptime_dgram_error(d, addr, err, ngx_uptime_guard_own_socket(err));
        return NGX_DECLINED;
    }

    t->open = 1;
    t->watch.handler = ngx_uptime_dgram_event;
    t->watch.data = t;
    t->sent = ngx_uptime_fetch_clock();

    if (connect(t->watch.fd, &t->addr->sockaddr,
                ngx_uptime_sockaddr_len(t->addr))
        == -1
        || d->send(t) != NGX_OK)
    {
        err = ngx_errno;
        ngx_uptime_dgram_drop(t);
        ngx_uptime_dgram_error(d, addr, err,
                               ngx_uptime_guard_own_connect(err, t->addr, 1));
        return NGX_DECLINED;
    }

    if (ngx_uptime_poll_watch(d->fetcher->poll, &t->watch, EPOLLIN)
        != NGX_OK)
    {
        ngx_uptime_dgram_drop(t);
        ngx_uptime_dgram_error(d, addr, 0, NGX_UPTIME_OWN_RESOURCES);
        return NGX_DECLINED;
    }

    d->ntries++;

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_dgram_socket(ngx_uptime_dgram_t *d, ngx_uptime_try_t *t)
{
    int        on, v4;
    ngx_int_t  rc;

    v4 = (t->addr->sockaddr.sa_family == AF_INET);

    rc = ngx_uptime_guard_open(d->fetcher->policy, d->trusted,
                               &t->addr->sockaddr, SOCK_DGRAM | SOCK_NONBLOCK,
                               v4 ? d->protocol4 : d->protocol6,
                               &t->watch.fd);

    if (rc == NGX_OK) {

        /* or the kernel keeps "host unreachable" to itself */

        on = 1;
        (void) setsockopt(t->watch.fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
                          v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(int));
    }

    return rc;
}


/* The first word is ours by default; a target's own failure replaces it. */

static void
ngx_uptime_dgram_error(ngx_uptime_dgram_t *d, ngx_uint_t addr, ngx_err_t err,
    ngx_uptime_own_e own)
{
    d->bad |= 1u << addr;

    if (own == NGX_UPTIME_OWN_NONE || d->own != NGX_UPTIME_OWN_NONE) {
        d->own = own;
        d->err = err;
    }
}


void
ngx_uptime_dgram_refuse(ngx_uptime_try_t *t, ngx_err_t err)
{
    ngx_uptime_own_e     own;
    ngx_uptime_dgram_t  *d;

    d = t->dgram;
    err = ngx_uptime_guard_remote(err);

    own = err ? ngx_uptime_guard_own_connect(err, t->addr, 1)
              : NGX_UPTIME_OWN_NONE;

    ngx_uptime_dgram_drop(t);
    ngx_uptime_dgram_error(d, t->addr - d->addrs, err, own);

    if (d->ntries < NGX_UPTIME_DGRAM_TRIES) {
        ngx_uptime_dgram_next(d);
        return;
    }

    /* the others may still answer, if there are any */

    if (d->bad == (1u << d->naddrs) - 1) {
        d->failed(d);
    }
}


ssize_t
ngx_uptime_dgram_recv(ngx_uptime_try_t *t, u_char *buf, size_t size)
{
    ssize_t    n;
    ngx_err_t  err;

    n = recv(t->watch.fd, buf, size, 0);

    if (n >= 0) {
        return n;
    }

    err = ngx_errno;

    if (err == NGX_EAGAIN || err == NGX_EINTR) {
        ngx_uptime_dgram_drain(t);

    } else {
        ngx_uptime_dgram_refuse(t, err);
    }

    return NGX_ERROR;
}


/* What is left in the queue of errors would wake us again and again. */

static void
ngx_uptime_dgram_drain(ngx_uptime_try_t *t)
{
    u_char         data[512];
    struct iovec   iov;
    struct msghdr  msg;

    do {
        ngx_memzero(&msg, sizeof(struct msghdr));

        iov.iov_base = data;
        iov.iov_len = sizeof(data);

        msg.msg_iov = &iov;
        msg.msg_iovlen = 1;

    } while (recvmsg(t->watch.fd, &msg, MSG_ERRQUEUE) >= 0);
}


static void
ngx_uptime_dgram_event(ngx_uptime_watch_t *w, uint32_t events)
{
    ngx_uptime_try_t *t = w->data;

    t->dgram->read(t);
}


static void
ngx_uptime_dgram_timer(ngx_event_t *ev)
{
    ngx_uptime_dgram_t *d = ev->data;

    ngx_uptime_dgram_next(d);
}


static void
ngx_uptime_dgram_drop(ngx_uptime_try_t *t)
{
    if (t->open) {
        t->open = 0;
        ngx_uptime_poll_forget(t->dgram->fetcher->poll, &t->watch);
        (void) close(t->watch.fd);
    }
}


void
ngx_uptime_dgram_close(ngx_uptime_dgram_t *d)
{
    ngx_uint_t  i;

    if (d->timer.timer_set) {
        ngx_del_timer(&d->timer);
    }

    for (i = 0; i < NGX_UPTIME_DGRAM_TRIES; i++) {
        ngx_uptime_dgram_drop(&d->tries[i]);
    }
}
