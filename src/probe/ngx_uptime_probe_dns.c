
/*
 * The kind "dns": a record of a type, and its value if one is wanted.  The
 * question goes to the server in the URL, an address of which has to pass
 * the guard, or to our own servers, those of nginx's resolver.  UDP with a
 * random id and port, again after 1, 2, 4 ... s, TCP if the answer is cut.
 *
 * Where our own servers say nothing at all, not even that "invalid." does
 * not exist (RFC 6761), the trouble is ours.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <sys/random.h>

#include "ngx_uptime_dgram.h"
#include "ngx_uptime_dns_message.h"
#include "ngx_uptime_dns_stream.h"
#include "ngx_uptime_net.h"
#include "ngx_uptime_probe.h"


#define NGX_UPTIME_DNS_PAUSE  1000
#define NGX_UPTIME_DNS_UDP    4096

#define NGX_UPTIME_DNS_TYPE_A    1
#define NGX_UPTIME_DNS_NXDOMAIN  3


typedef struct {
    ngx_uptime_net_t               net;         /* must be the first        */
    ngx_uptime_dns_question_t      question;
    ngx_uptime_dgram_t             dgram;
    ngx_uptime_dns_stream_t        stream;
    ngx_uptime_sockaddr_t         *servers;     /* our own                  */
    ngx_uint_t                     nservers;
    uint16_t                       control;     /* id of "invalid."         */
    unsigned                       own:1;       /* our own servers          */
    unsigned                       alive:1;     /* one of them              */
    unsigned                       refused:1;   /* SERVFAIL, nonsense, ...  */
} ngx_uptime_dns_t;


static ngx_int_t ngx_uptime_dns_start(ngx_uptime_probe_t *p);
static void ngx_uptime_dns_ready(ngx_uptime_net_t *n);
static ngx_int_t ngx_uptime_dns_servers(ngx_uptime_dns_t *d);
static ngx_int_t ngx_uptime_dns_send(ngx_uptime_try_t *t);
static ngx_int_t ngx_uptime_dns_control(ngx_uptime_try_t *t);
static void ngx_uptime_dns_read(ngx_uptime_try_t *t);
static void ngx_uptime_dns_judge(ngx_uptime_dns_t *d, ngx_uptime_try_t *t,
    const u_char *p, size_t len);
static ngx_int_t ngx_uptime_dns_verdict(ngx_uptime_dns_t *d,
    const ngx_uptime_dns_answer_t *a);
static void ngx_uptime_dns_stream(ngx_uptime_dns_t *d, ngx_uptime_try_t *t);
static void ngx_uptime_dns_streamed(ngx_uptime_dns_stream_t *s);
static void ngx_uptime_dns_failed(ngx_uptime_dgram_t *g);
static void ngx_uptime_dns_expired(ngx_uptime_net_t *n);
static void ngx_uptime_dns_close(ngx_uptime_net_t *n);


static const ngx_uptime_dns_question_t  ngx_uptime_dns_nowhere = {
    ngx_string("invalid"), NGX_UPTIME_DNS_TYPE_A, ngx_null_string
};


static const ngx_uptime_net_kind_t  ngx_uptime_dns_kind = {
    sizeof(ngx_uptime_dns_t),
    ngx_uptime_dns_ready,
    ngx_uptime_dns_expired,
    ngx_uptime_dns_close
};


const ngx_uptime_kind_t  ngx_uptime_kind_dns = {
    ngx_string("dns"),
    (NGX_UPTIME_DGRAM_TRIES + 1 + 1) / 2,       /* one more by TCP          */
    ngx_uptime_dns_start,
    ngx_uptime_net_cancel
};


static ngx_int_t
ngx_uptime_dns_start(ngx_uptime_probe_t *p)
{
    return ngx_uptime_net_start(p, &ngx_uptime_dns_kind);
}


static void
ngx_uptime_dns_ready(ngx_uptime_net_t *n)
{
    ngx_uptime_dns_t    *d;
    ngx_uptime_dgram_t  *g;

    d = (ngx_uptime_dns_t *) n;
    g = &d->dgram;

    n->result->stage = NGX_UPTIME_STAGE_WAIT;

    d->own = (n->url.host.len == 0);
    d->question.name = n->url.name;
    d->question.type = n->url.record;
    d->question.value = n->target->keyword;

    if (ngx_uptime_dns_servers(d) != NGX_OK
        || getrandom(&d->control, sizeof(uint16_t), GRND_NONBLOCK)
           != (ssize_t) sizeof(uint16_t))
    {
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_RESOURCES);
        return;
    }

    g->fetcher = n->fetcher;
    g->addrs = d->servers;
    g->naddrs = d->nservers;
    g->max = NGX_UPTIME_DGRAM_TRIES;
    g->pause = ngx_min(NGX_UPTIME_DNS_PAUSE, ngx_uptime_net_left(n) / 3 + 1);
    g->protocol4 = IPPROTO_UDP;
    g->protocol6 = IPPROTO_UDP;
    g->doubling = 1;
    g->trusted = d->own;
    g->send = ngx_uptime_dns_send;
    g->read = ngx_uptime_dns_read;
    g->failed = ngx_uptime_dns_failed;
    g->data = d;

    ngx_uptime_dgram_start(g);
}


static ngx_int_t
ngx_uptime_dns_servers(ngx_uptime_dns_t *d)
{
    if (!d->own) {
        d->servers = d->net.resolve.addrs;
        d->nservers = d->net.resolve.naddrs;
        return NGX_OK;
    }

    d->servers = ngx_palloc(d->net.pool, NGX_UPTIME_MAX_ADDRS
                                         * sizeof(ngx_uptime_sockaddr_t));
    if (d->servers == NULL) {
        return NGX_ERROR;
    }

    d->nservers = ngx_uptime_resolver_servers(d->net.fetcher->resolver,
                                              d->servers,
                                              NGX_UPTIME_MAX_ADDRS);

    return d->nservers ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_uptime_dns_send(ngx_uptime_try_t *t)
{
    size_t             len;
    u_char             buf[NGX_UPTIME_DNS_QUERY];
    ngx_uptime_dns_t  *d;

    d = t->dgram->data;

    if (getrandom(&t->id, sizeof(uint16_t), GRND_NONBLOCK)
        != (ssize_t) sizeof(uint16_t))
    {
        return NGX_ERROR;
    }

    if (t->id == d->control) {
        t->id++;
    }

    len = ngx_uptime_dns_query(buf, t->id, &d->question);

    if (send(t->watch.fd, buf, len, MSG_NOSIGNAL) == -1) {
        return NGX_ERROR;
    }

    return (d->own && t->n > 0) ? ngx_uptime_dns_control(t) : NGX_OK;
}


/* The first question was lost, or nobody is there. */

static ngx_int_t
ngx_uptime_dns_control(ngx_uptime_try_t *t)
{
    size_t             len;
    u_char             buf[NGX_UPTIME_DNS_QUERY];
    ngx_uptime_dns_t  *d;

    d = t->dgram->data;

    len = ngx_uptime_dns_query(buf, d->control, &ngx_uptime_dns_nowhere);

    return (send(t->watch.fd, buf, len, MSG_NOSIGNAL) == -1) ? NGX_ERROR
                                                             : NGX_OK;
}


static void
ngx_uptime_dns_read(ngx_uptime_try_t *t)
{
    u_char                    buf[NGX_UPTIME_DNS_UDP];
    ssize_t                   n;
    ngx_uptime_dns_t         *d;
    ngx_uptime_dns_answer_t   a;

    d = t->dgram->data;

    n = ngx_uptime_dgram_recv(t, buf, sizeof(buf));

    if (n == NGX_ERROR) {
        return;
    }

    if (d->own && ngx_uptime_dns_answer(buf, n, d->control,
                                        &ngx_uptime_dns_nowhere, &a)
                  == NGX_OK)
    {
        d->alive = 1;
        return;
    }

    /* while TCP is busy with the whole answer, the cut ones do not count */

    if (!ngx_uptime_dns_stream_busy(&d->stream)) {
        ngx_uptime_dns_judge(d, t, buf, n);
    }
}


static void
ngx_uptime_dns_judge(ngx_uptime_dns_t *d, ngx_uptime_try_t *t,
    const u_char *p, size_t len)
{
    ngx_int_t                 rc;
    ngx_uptime_dns_answer_t   a;

    rc = ngx_uptime_dns_answer(p, len, t->id, &d->question, &a);

    if (rc == NGX_DECLINED) {
        /* late, or forged */
        return;
    }

    d->alive = 1;
    d->net.result->bytes = len;
    d->net.result->ttfb_us = ngx_uptime_fetch_clock() - t->sent;

    if (rc == NGX_OK && a.truncated) {
        ngx_uptime_dns_stream(d, t);
        return;
    }

    if (rc == NGX_OK && ngx_uptime_dns_verdict(d, &a) == NGX_OK) {
        ngx_uptime_net_finish(&d->net);
        return;
    }

    /* another server may know more */

    d->refused = 1;
    ngx_uptime_dgram_refuse(t, 0);
}


/* NGX_DECLINED: this server has no answer. */

static ngx_int_t
ngx_uptime_dns_verdict(ngx_uptime_dns_t *d, const ngx_uptime_dns_answer_t *a)
{
    ngx_uint_t            wanted;
    ngx_uptime_result_t  *r;

    r = d->net.result;

    if (a->truncated || (a->rcode && a->rcode != NGX_UPTIME_DNS_NXDOMAIN)) {
        return NGX_DECLINED;
    }

    /* a value that must not be there is not there if nothing is */

    wanted = !(d->net.target->absent && d->question.value.len);

    if (a->records == 0 && wanted) {
        r->dns = NGX_UPTIME_DNS_NOT_FOUND;
        return NGX_OK;
    }

    r->stage = NGX_UPTIME_STAGE_DONE;
    r->keyword_found = a->found;

    return NGX_OK;
}


static void
ngx_uptime_dns_stream(ngx_uptime_dns_t *d, ngx_uptime_try_t *t)
{
    ngx_uptime_dns_stream_t  *s;

    s = &d->stream;

    s->fetcher = d->net.fetcher;
    s->pool = d->net.pool;
    s->timeout = ngx_max(ngx_uptime_net_left(&d->net), 1);
    s->trusted = d->own;
    s->handler = ngx_uptime_dns_streamed;
    s->data = d;
    s->len = ngx_uptime_dns_query(s->query + 2, t->id, &d->question);
    s->id = t->id;

    ngx_uptime_dns_stream_start(s, t->addr);
}


static void
ngx_uptime_dns_streamed(ngx_uptime_dns_stream_t *s)
{
    ngx_int_t                 rc;
    ngx_uptime_dns_t         *d;
    ngx_uptime_dns_answer_t   a;

    d = s->data;

    if (s->answer == NULL) {
        ngx_uptime_connect_result(&s->connect, d->net.result);

        if (s->connect.connected) {
            d->net.result->code = CURLE_RECV_ERROR;
            d->net.result->own = NGX_UPTIME_OWN_NONE;
        }

        if (d->own) {
            d->net.result->own = NGX_UPTIME_OWN_NETWORK;
        }

        ngx_uptime_net_finish(&d->net);
        return;
    }

    rc = ngx_uptime_dns_answer(s->answer, s->size, s->id, &d->question, &a);

    d->net.result->bytes = s->size;

    if (rc != NGX_OK || ngx_uptime_dns_verdict(d, &a) != NGX_OK) {
        d->net.result->dns = NGX_UPTIME_DNS_FAILURE;
    }

    ngx_uptime_net_finish(&d->net);
}


static void
ngx_uptime_dns_failed(ngx_uptime_dgram_t *g)
{
    ngx_uptime_dns_t     *d;
    ngx_uptime_result_t  *r;

    d = g->data;
    r = d->net.result;

    if (ngx_uptime_dns_stream_busy(&d->stream)) {
        return;
    }

    if (d->refused) {
        r->dns = NGX_UPTIME_DNS_FAILURE;

    } else if (d->own) {
        r->own = g->no_socket ? g->own : NGX_UPTIME_OWN_NETWORK;

    } else {
        r->code = CURLE_COULDNT_CONNECT;
        r->stage = NGX_UPTIME_STAGE_CONNECT;
        r->sys_errno = g->err;
        r->own = g->own;
        r->blocked = g->blocked;
    }

    ngx_uptime_net_finish(&d->net);
}


static void
ngx_uptime_dns_expired(ngx_uptime_net_t *n)
{
    ngx_uptime_dns_t *d = (ngx_uptime_dns_t *) n;

    /* a server of ours that cuts its answer owes the whole one by TCP */

    if (d->own
        && (!d->alive || ngx_uptime_dns_stream_busy(&d->stream)))
    {
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_NETWORK);
        return;
    }

    n->result->dns = d->refused ? NGX_UPTIME_DNS_FAILURE
                                : NGX_UPTIME_DNS_TIMEOUT;

    ngx_uptime_net_finish(n);
}


static void
ngx_uptime_dns_close(ngx_uptime_net_t *n)
{
    ngx_uptime_dns_t *d = (ngx_uptime_dns_t *) n;

    /* not before it is ready */

    if (d->dgram.fetcher != NULL) {
        ngx_uptime_dgram_close(&d->dgram);
    }

    ngx_uptime_dns_stream_close(&d->stream);
}
