
/*
 * One DNS question over TCP, for answers that do not fit into a datagram.
 * Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_dns_stream.h"


static void ngx_uptime_dns_stream_connected(ngx_uptime_connect_t *c);
static void ngx_uptime_dns_stream_event(ngx_uptime_watch_t *w,
    uint32_t events);
static ngx_int_t ngx_uptime_dns_stream_write(ngx_uptime_dns_stream_t *s);
static ngx_int_t ngx_uptime_dns_stream_read(ngx_uptime_dns_stream_t *s);


void
ngx_uptime_dns_stream_start(ngx_uptime_dns_stream_t *s,
    const ngx_uptime_sockaddr_t *server)
{
    ngx_uptime_connect_t  *c;

    s->query[0] = (u_char) (s->len >> 8);
    s->query[1] = (u_char) s->len;

    c = &s->connect;

    c->fetcher = s->fetcher;
    c->addrs = server;
    c->naddrs = 1;
    c->trusted = s->trusted;
    c->timeout = s->timeout;
    c->handler = ngx_uptime_dns_stream_connected;
    c->data = s;

    if (ngx_uptime_connect(c) != NGX_AGAIN) {
        ngx_uptime_dns_stream_connected(c);
    }
}


static void
ngx_uptime_dns_stream_connected(ngx_uptime_connect_t *c)
{
    ngx_uptime_dns_stream_t *s = c->data;

    if (!c->connected) {
        s->handler(s);
        return;
    }

    c->watch.handler = ngx_uptime_dns_stream_event;
    c->watch.data = s;

    if (ngx_uptime_poll_watch(s->fetcher->poll, &c->watch, EPOLLOUT)
        != NGX_OK)
    {
        s->handler(s);
    }
}


static void
ngx_uptime_dns_stream_event(ngx_uptime_watch_t *w, uint32_t events)
{
    ngx_int_t                 rc;
    ngx_uptime_dns_stream_t  *s;

    s = w->data;

    if (s->sent < s->len + 2) {
        rc = ngx_uptime_dns_stream_write(s);

    } else {
        rc = ngx_uptime_dns_stream_read(s);
    }

    if (rc == NGX_AGAIN) {
        return;
    }

    if (rc == NGX_ERROR) {
        s->answer = NULL;
    }

    s->handler(s);
}


/* NGX_AGAIN: there is more to do. */

static ngx_int_t
ngx_uptime_dns_stream_write(ngx_uptime_dns_stream_t *s)
{
    ssize_t  n;

    n = send(s->connect.watch.fd, s->query + s->sent, s->len + 2 - s->sent,
             MSG_NOSIGNAL);

    if (n == -1) {
        return (ngx_errno == NGX_EAGAIN) ? NGX_AGAIN : NGX_ERROR;
    }

    s->sent += n;

    if (s->sent == s->len + 2
        && ngx_uptime_poll_watch(s->fetcher->poll, &s->connect.watch, EPOLLIN)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_uptime_dns_stream_read(ngx_uptime_dns_stream_t *s)
{
    size_t   size;
    u_char  *p;
    ssize_t  n;

    if (s->got < 2) {
        p = s->head + s->got;
        size = 2 - s->got;

    } else {
        p = s->answer + s->got - 2;
        size = s->size + 2 - s->got;
    }

    n = recv(s->connect.watch.fd, p, size, 0);

    if (n == -1) {
        return (ngx_errno == NGX_EAGAIN) ? NGX_AGAIN : NGX_ERROR;
    }

    if (n == 0) {
        return NGX_ERROR;
    }

    s->got += n;

    if (s->got == 2) {
        s->size = (s->head[0] << 8) | s->head[1];
        s->answer = s->size ? ngx_palloc(s->pool, s->size) : NULL;

        if (s->answer == NULL) {
            return NGX_ERROR;
        }
    }

    return (s->got >= 2 && s->got == s->size + 2) ? NGX_OK : NGX_AGAIN;
}


ngx_uint_t
ngx_uptime_dns_stream_busy(const ngx_uptime_dns_stream_t *s)
{
    return s->connect.fetcher != NULL;
}


void
ngx_uptime_dns_stream_close(ngx_uptime_dns_stream_t *s)
{
    if (s->connect.fetcher != NULL) {
        ngx_uptime_connect_close(&s->connect);
        s->connect.fetcher = NULL;
    }
}
