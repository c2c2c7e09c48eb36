
/*
 * The kind "tcp": connects; sends the body if there is one; and if there is
 * a keyword, looks for it in what comes back, up to 64 KiB, the end of the
 * connection or the deadline.  A target that is to say something and says
 * nothing has failed even where the keyword must be absent.  Used in any
 * process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_connect.h"
#include "ngx_uptime_net.h"
#include "ngx_uptime_probe.h"


#define NGX_UPTIME_TCP_MAX     65536
#define NGX_UPTIME_TCP_BUFFER  4096


typedef struct {
    ngx_uptime_net_t               net;         /* must be the first        */
    ngx_uptime_connect_t           connect;
    size_t                         sent;
    int64_t                        asked;       /* microseconds             */
    u_char                        *buf;         /* the end of what was      */
    size_t                         kept;        /* searched, and new bytes  */
} ngx_uptime_tcp_t;


static ngx_int_t ngx_uptime_tcp_start(ngx_uptime_probe_t *p);
static void ngx_uptime_tcp_ready(ngx_uptime_net_t *n);
static void ngx_uptime_tcp_connected(ngx_uptime_connect_t *c);
static void ngx_uptime_tcp_write(ngx_uptime_tcp_t *t);
static void ngx_uptime_tcp_wait(ngx_uptime_tcp_t *t, uint32_t events);
static void ngx_uptime_tcp_event(ngx_uptime_watch_t *w, uint32_t events);
static void ngx_uptime_tcp_asked(ngx_uptime_tcp_t *t);
static void ngx_uptime_tcp_read(ngx_uptime_tcp_t *t);
static ngx_uint_t ngx_uptime_tcp_search(ngx_uptime_tcp_t *t, size_t len);
static void ngx_uptime_tcp_broken(ngx_uptime_tcp_t *t, ngx_err_t err);
static void ngx_uptime_tcp_end(ngx_uptime_tcp_t *t);
static void ngx_uptime_tcp_expired(ngx_uptime_net_t *n);
static void ngx_uptime_tcp_close(ngx_uptime_net_t *n);


static const ngx_uptime_net_kind_t  ngx_uptime_tcp_kind = {
    sizeof(ngx_uptime_tcp_t),
    ngx_uptime_tcp_ready,
    ngx_uptime_tcp_expired,
    ngx_uptime_tcp_close
};


const ngx_uptime_kind_t  ngx_uptime_kind_tcp = {
    ngx_string("tcp"),
    1,
    ngx_uptime_tcp_start,
    ngx_uptime_net_cancel
};


static ngx_int_t
ngx_uptime_tcp_start(ngx_uptime_probe_t *p)
{
    return ngx_uptime_net_start(p, &ngx_uptime_tcp_kind);
}


static void
ngx_uptime_tcp_ready(ngx_uptime_net_t *n)
{
    ngx_uptime_tcp_t      *t;
    ngx_uptime_connect_t  *c;

    t = (ngx_uptime_tcp_t *) n;
    c = &t->connect;

    c->fetcher = n->fetcher;
    c->addrs = n->resolve.addrs;
    c->naddrs = n->resolve.naddrs;
    c->timeout = ngx_uptime_net_left(n);
    c->handler = ngx_uptime_tcp_connected;
    c->data = t;

    if (ngx_uptime_connect(c) != NGX_AGAIN) {
        ngx_uptime_tcp_connected(c);
    }
}


/* Or not. */

static void
ngx_uptime_tcp_connected(ngx_uptime_connect_t *c)
{
    int64_t            dns;
    ngx_uptime_net_t  *n;
    ngx_uptime_tcp_t  *t;

    t = c->data;
    n = &t->net;

    if (!c->connected) {
        ngx_uptime_connect_result(c, n->result);
        ngx_uptime_net_finish(n);
        return;
    }

    dns = ngx_max(n->result->dns_us, 0);
    n->result->connect_us = ngx_uptime_net_passed(n) - dns;
    n->result->stage = NGX_UPTIME_STAGE_WAIT;

    c->watch.handler = ngx_uptime_tcp_event;
    c->watch.data = t;

    ngx_uptime_tcp_write(t);
}


static void
ngx_uptime_tcp_write(ngx_uptime_tcp_t *t)
{
    ssize_t           n;
    ngx_err_t         err;
    const ngx_str_t  *body;

    body = &t->net.target->body;

    while (t->sent < body->len) {
        n = send(t->connect.watch.fd, body->data + t->sent,
                 body->len - t->sent, MSG_NOSIGNAL);

        if (n >= 0) {
            t->sent += n;
            continue;
        }

        err = ngx_errno;

        if (err == NGX_EINTR) {
            continue;
        }

        if (err == NGX_EAGAIN) {
            ngx_uptime_tcp_wait(t, EPOLLOUT);

        } else {
            ngx_uptime_tcp_broken(t, err);
        }

        return;
    }

    ngx_uptime_tcp_asked(t);
}


static void
ngx_uptime_tcp_wait(ngx_uptime_tcp_t *t, uint32_t events)
{
    if (ngx_uptime_poll_watch(t->net.fetcher->poll, &t->connect.watch, events)
        != NGX_OK)
    {
        ngx_uptime_net_fail(&t->net, NGX_UPTIME_OWN_RESOURCES);
    }
}


static void
ngx_uptime_tcp_event(ngx_uptime_watch_t *w, uint32_t events)
{
    ngx_uptime_tcp_t *t = w->data;

    if (t->sent < t->net.target->body.len) {
        ngx_uptime_tcp_write(t);
        return;
    }

    ngx_uptime_tcp_read(t);
}


static void
ngx_uptime_tcp_asked(ngx_uptime_tcp_t *t)
{
    const ngx_str_t  *keyword;

    keyword = &t->net.target->keyword;

    if (keyword->len == 0) {
        ngx_uptime_tcp_end(t);
        return;
    }

    t->buf = ngx_palloc(t->net.pool, NGX_UPTIME_TCP_BUFFER + keyword->len);
    if (t->buf == NULL) {
        ngx_uptime_net_fail(&t->net, NGX_UPTIME_OWN_RESOURCES);
        return;
    }

    t->asked = ngx_uptime_net_passed(&t->net);

    ngx_uptime_tcp_wait(t, EPOLLIN);
}


/* Level-triggered: one piece for each call. */

static void
ngx_uptime_tcp_read(ngx_uptime_tcp_t *t)
{
    size_t                size;
    ssize_t               n;
    ngx_err_t             err;
    ngx_uptime_result_t  *r;

    r = t->net.result;
    size = ngx_min(NGX_UPTIME_TCP_BUFFER, NGX_UPTIME_TCP_MAX - r->bytes);

    n = recv(t->connect.watch.fd, t->buf + t->kept, size, 0);

    if (n == -1) {
        err = ngx_errno;

        if (err != NGX_EAGAIN && err != NGX_EINTR) {
            ngx_uptime_tcp_broken(t, err);
        }

        return;
    }

    if (n == 0) {
        if (r->bytes == 0) {
            r->code = CURLE_GOT_NOTHING;
            ngx_uptime_net_finish(&t->net);
            return;
        }

        ngx_uptime_tcp_end(t);
        return;
    }

    r->total_us = ngx_uptime_net_passed(&t->net);

    if (r->bytes == 0) {
        r->ttfb_us = r->total_us - t->asked;
        r->stage = NGX_UPTIME_STAGE_BODY;
    }

    r->bytes += n;

    if (ngx_uptime_tcp_search(t, n) || r->bytes == NGX_UPTIME_TCP_MAX) {
        ngx_uptime_tcp_end(t);
    }
}


/* Keeps as many bytes as may be the beginning of the keyword. */

static ngx_uint_t
ngx_uptime_tcp_search(ngx_uptime_tcp_t *t, size_t len)
{
    size_t            keep;
    const ngx_str_t  *k;

    k = &t->net.target->keyword;
    len += t->kept;

    if (memmem(t->buf, len, k->data, k->len) != NULL) {
        t->net.result->keyword_found = 1;
        return 1;
    }

    keep = ngx_min(len, k->len - 1);
    ngx_memmove(t->buf, t->buf + len - keep, keep);
    t->kept = keep;

    return 0;
}


static void
ngx_uptime_tcp_broken(ngx_uptime_tcp_t *t, ngx_err_t err)
{
    t->net.result->code = (err == NGX_ETIMEDOUT) ? CURLE_OPERATION_TIMEDOUT
                                                 : CURLE_RECV_ERROR;
    t->net.result->sys_errno = err;
    t->net.result->total_us = -1;

    ngx_uptime_net_finish(&t->net);
}


static void
ngx_uptime_tcp_end(ngx_uptime_tcp_t *t)
{
    t->net.result->stage = NGX_UPTIME_STAGE_DONE;

    ngx_uptime_net_finish(&t->net);
}


static void
ngx_uptime_tcp_expired(ngx_uptime_net_t *n)
{
    ngx_uptime_tcp_t *t = (ngx_uptime_tcp_t *) n;

    if (!t->connect.connected) {
        ngx_uptime_connect_result(&t->connect, n->result);
        ngx_uptime_net_finish(n);
        return;
    }

    if (n->result->bytes) {
        /* the keyword is not there, and that is what it is judged by */
        ngx_uptime_tcp_end(t);
        return;
    }

    n->result->code = CURLE_OPERATION_TIMEDOUT;

    ngx_uptime_net_finish(n);
}


static void
ngx_uptime_tcp_close(ngx_uptime_net_t *n)
{
    ngx_uptime_tcp_t *t = (ngx_uptime_tcp_t *) n;

    ngx_uptime_connect_close(&t->connect);
}
