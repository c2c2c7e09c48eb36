
/*
 * The kind "icmp": up to three echo requests through the kernel's ping
 * sockets, which need no privilege but net.ipv4.ping_group_range.  The first
 * reply with our sequence number and random payload ends it; its round trip
 * is the latency.  The kernel matches the identifier and makes the checksum.
 * Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <sys/random.h>
#include <netinet/ip_icmp.h>
#include <netinet/icmp6.h>

#include "ngx_uptime_dgram.h"
#include "ngx_uptime_net.h"
#include "ngx_uptime_probe.h"


#define NGX_UPTIME_ICMP_TRIES  3
#define NGX_UPTIME_ICMP_PAUSE  1000
#define NGX_UPTIME_ICMP_HEAD   8


typedef struct {
    ngx_uptime_net_t               net;         /* must be the first        */
    ngx_uptime_dgram_t             dgram;
    u_char                         payload[32];
} ngx_uptime_icmp_t;


static ngx_int_t ngx_uptime_icmp_start(ngx_uptime_probe_t *p);
static void ngx_uptime_icmp_ready(ngx_uptime_net_t *n);
static ngx_int_t ngx_uptime_icmp_send(ngx_uptime_try_t *t);
static void ngx_uptime_icmp_read(ngx_uptime_try_t *t);
static ngx_uint_t ngx_uptime_icmp_ours(ngx_uptime_try_t *t, u_char *p,
    size_t len);
static void ngx_uptime_icmp_failed(ngx_uptime_dgram_t *d);
static ngx_uint_t ngx_uptime_icmp_forbidden(ngx_uptime_dgram_t *d);
static void ngx_uptime_icmp_expired(ngx_uptime_net_t *n);
static void ngx_uptime_icmp_close(ngx_uptime_net_t *n);


static const ngx_uptime_net_kind_t  ngx_uptime_icmp_kind = {
    sizeof(ngx_uptime_icmp_t),
    ngx_uptime_icmp_ready,
    ngx_uptime_icmp_expired,
    ngx_uptime_icmp_close
};


const ngx_uptime_kind_t  ngx_uptime_kind_icmp = {
    ngx_string("icmp"),
    (NGX_UPTIME_ICMP_TRIES + 1) / 2,
    ngx_uptime_icmp_start,
    ngx_uptime_net_cancel
};


/* once for a process is enough to know it */
static ngx_uint_t  ngx_uptime_icmp_told;


static ngx_int_t
ngx_uptime_icmp_start(ngx_uptime_probe_t *p)
{
    return ngx_uptime_net_start(p, &ngx_uptime_icmp_kind);
}


static void
ngx_uptime_icmp_ready(ngx_uptime_net_t *n)
{
    ngx_uptime_icmp_t   *i;
    ngx_uptime_dgram_t  *d;

    i = (ngx_uptime_icmp_t *) n;
    d = &i->dgram;

    n->result->stage = NGX_UPTIME_STAGE_CONNECT;

    if (getrandom(i->payload, sizeof(i->payload), GRND_NONBLOCK)
        != (ssize_t) sizeof(i->payload))
    {
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_RESOURCES);
        return;
    }

    d->fetcher = n->fetcher;
    d->addrs = n->resolve.addrs;
    d->naddrs = n->resolve.naddrs;
    d->max = NGX_UPTIME_ICMP_TRIES;
    d->pause = ngx_min(NGX_UPTIME_ICMP_PAUSE,
                       ngx_uptime_net_left(n) / NGX_UPTIME_ICMP_TRIES + 1);
    d->protocol4 = IPPROTO_ICMP;
    d->protocol6 = IPPROTO_ICMPV6;
    d->send = ngx_uptime_icmp_send;
    d->read = ngx_uptime_icmp_read;
    d->failed = ngx_uptime_icmp_failed;
    d->data = i;

    ngx_uptime_dgram_start(d);
}


static ngx_int_t
ngx_uptime_icmp_send(ngx_uptime_try_t *t)
{
    int                 v4;
    u_char              packet[NGX_UPTIME_ICMP_HEAD + 32];
    ssize_t             n;
    ngx_uptime_icmp_t  *i;

    i = t->dgram->data;
    v4 = (t->addr->sockaddr.sa_family == AF_INET);

    t->id = (uint16_t) (t->n + 1);

    ngx_memzero(packet, NGX_UPTIME_ICMP_HEAD);

    packet[0] = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
    packet[7] = (u_char) t->id;

    ngx_memcpy(packet + NGX_UPTIME_ICMP_HEAD, i->payload,
               sizeof(i->payload));

    n = send(t->watch.fd, packet, sizeof(packet), MSG_NOSIGNAL);

    return (n == -1) ? NGX_ERROR : NGX_OK;
}


static void
ngx_uptime_icmp_read(ngx_uptime_try_t *t)
{
    u_char              buf[512];
    ssize_t             n;
    ngx_uptime_net_t   *net;
    ngx_uptime_icmp_t  *i;

    /* i may be gone when there was an error */

    i = t->dgram->data;
    net = &i->net;

    n = ngx_uptime_dgram_recv(t, buf, sizeof(buf));

    if (n == NGX_ERROR || !ngx_uptime_icmp_ours(t, buf, n)) {
        return;
    }

    net->result->total_us = ngx_uptime_fetch_clock() - t->sent;
    net->result->ttfb_us = net->result->total_us;
    net->result->bytes = n;
    net->result->stage = NGX_UPTIME_STAGE_DONE;

    ngx_uptime_net_finish(net);
}


/* A ping socket gives the message without the header of IPv4. */

static ngx_uint_t
ngx_uptime_icmp_ours(ngx_uptime_try_t *t, u_char *p, size_t len)
{
    u_char              type;
    ngx_uptime_icmp_t  *i;

    i = t->dgram->data;

    type = (t->addr->sockaddr.sa_family == AF_INET) ? ICMP_ECHOREPLY
                                                    : ICMP6_ECHO_REPLY;

    return len == NGX_UPTIME_ICMP_HEAD + sizeof(i->payload)
           && p[0] == type
           && ((p[6] << 8) | p[7]) == t->id
           && ngx_memcmp(p + NGX_UPTIME_ICMP_HEAD, i->payload,
                         sizeof(i->payload))
              == 0;
}


static void
ngx_uptime_icmp_failed(ngx_uptime_dgram_t *d)
{
    ngx_uptime_net_t     *n;
    ngx_uptime_icmp_t    *i;
    ngx_uptime_result_t  *r;

    i = d->data;
    n = &i->net;
    r = n->result;

    r->code = CURLE_COULDNT_CONNECT;
    r->sys_errno = d->err;
    r->own = d->own;
    r->blocked = d->blocked;

    if (!d->blocked && ngx_uptime_icmp_forbidden(d)) {
        r->own = NGX_UPTIME_OWN_RESOURCES;

        if (!ngx_uptime_icmp_told) {
            ngx_uptime_icmp_told = 1;
            ngx_log_error(NGX_LOG_CRIT, n->fetcher->log, d->err,
                          "uptime: the kernel gives no ping socket to group "
                          "%d, icmp monitors are unknown: set sysctl "
                          "net.ipv4.ping_group_range=\"0 2147483647\" or to "
                          "that group", (int) getegid());
        }
    }

    ngx_uptime_net_finish(n);
}


static ngx_uint_t
ngx_uptime_icmp_forbidden(ngx_uptime_dgram_t *d)
{
    return d->no_socket && (d->err == NGX_EACCES || d->err == NGX_EPERM
                            || d->err == EPROTONOSUPPORT);
}


static void
ngx_uptime_icmp_expired(ngx_uptime_net_t *n)
{
    n->result->code = CURLE_OPERATION_TIMEDOUT;
    n->result->stage = NGX_UPTIME_STAGE_WAIT;

    ngx_uptime_net_finish(n);
}


static void
ngx_uptime_icmp_close(ngx_uptime_net_t *n)
{
    ngx_uptime_icmp_t *i = (ngx_uptime_icmp_t *) n;

    /* not before it is ready */

    if (i->dgram.fetcher != NULL) {
        ngx_uptime_dgram_close(&i->dgram);
    }
}
