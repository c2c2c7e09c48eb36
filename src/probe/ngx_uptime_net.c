
/*
 * The frame of a probe with sockets of its own: parse, resolve, judge every
 * address, wait for a turn, let the kind work until the deadline, end.  A
 * probe owns its pool; ngx_uptime_net_destroy() is the only place that frees
 * one.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_net.h"


#define NGX_UPTIME_NET_POOL  2048


static void ngx_uptime_net_begin(ngx_event_t *ev);
static ngx_int_t ngx_uptime_net_url(ngx_uptime_net_t *n);
static void ngx_uptime_net_resolved(ngx_uptime_resolve_t *r);
static void ngx_uptime_net_turn(ngx_uptime_net_t *n);
static void ngx_uptime_net_turn_came(ngx_uptime_pass_t *pass);
static void ngx_uptime_net_ready(ngx_uptime_net_t *n);
static void ngx_uptime_net_expired(ngx_event_t *ev);
static void ngx_uptime_net_destroy(ngx_uptime_net_t *n);


ngx_int_t
ngx_uptime_net_start(ngx_uptime_probe_t *p, const ngx_uptime_net_kind_t *kind)
{
    ngx_pool_t        *pool;
    ngx_uptime_net_t  *n;

    pool = ngx_create_pool(NGX_UPTIME_NET_POOL, p->prober->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    n = ngx_pcalloc(pool, kind->size);
    if (n == NULL) {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    n->probe = p;
    n->fetcher = p->prober->fetcher;
    n->target = p->target;
    n->result = &p->result;
    n->pool = pool;
    n->kind = kind;
    n->started = ngx_uptime_fetch_clock();

    n->timer.handler = ngx_uptime_net_expired;
    n->timer.data = n;
    n->timer.log = p->prober->log;
    n->timer.cancelable = 1;

    n->begin.handler = ngx_uptime_net_begin;
    n->begin.data = n;
    n->begin.log = p->prober->log;

    p->work = n;

    ngx_post_event(&n->begin, &ngx_posted_events);

    return NGX_OK;
}


void
ngx_uptime_net_cancel(ngx_uptime_probe_t *p)
{
    ngx_uptime_net_destroy(p->work);
}


static void
ngx_uptime_net_begin(ngx_event_t *ev)
{
    ngx_msec_t             left;
    ngx_uptime_net_t      *n;
    ngx_uptime_resolve_t  *r;

    n = ev->data;

    if (ngx_uptime_net_url(n) != NGX_OK) {
        ngx_uptime_net_finish(n);
        return;
    }

    if (n->url.host.len == 0) {
        ngx_uptime_net_ready(n);
        return;
    }

    n->result->stage = NGX_UPTIME_STAGE_DNS;

    left = ngx_uptime_net_left(n);

    r = &n->resolve;
    r->name = n->url.host;
    r->port = n->url.port;
    r->timeout = ngx_max(ngx_min(left, NGX_UPTIME_RESOLVE_LONGEST), 1);
    r->family = ngx_uptime_probe_family(n->target);
    r->handler = ngx_uptime_net_resolved;
    r->data = n;

    ngx_uptime_resolve(n->fetcher->resolver, r);
}


static ngx_int_t
ngx_uptime_net_url(ngx_uptime_net_t *n)
{
    const ngx_str_t       *name;
    ngx_uptime_url_err_e   err;

    err = ngx_uptime_url_target(n->pool, &n->target->url, &n->url);

    switch (err) {

    case NGX_UPTIME_URL_OK:
        break;

    case NGX_UPTIME_URL_NO_MEMORY:
        n->result->own = NGX_UPTIME_OWN_RESOURCES;
        return NGX_ERROR;

    case NGX_UPTIME_URL_CREDENTIALS:
    case NGX_UPTIME_URL_DATA_PORT:
        n->result->blocked = 1;
        return NGX_ERROR;

    default:
        n->result->code = CURLE_URL_MALFORMAT;
        return NGX_ERROR;
    }

    name = &ngx_uptime_kinds[n->target->kind]->name;

    if (n->url.scheme.len != name->len
        || ngx_memcmp(n->url.scheme.data, name->data, name->len) != 0)
    {
        n->result->code = CURLE_URL_MALFORMAT;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_uptime_net_resolved(ngx_uptime_resolve_t *r)
{
    ngx_uptime_net_t  *n;

    n = r->data;

    n->result->dns_us = ngx_uptime_net_passed(n);

    if (r->err != NGX_UPTIME_RESOLVE_OK) {
        ngx_uptime_guard_dns(n->result, r->err);
        ngx_uptime_net_finish(n);
        return;
    }

    if (ngx_uptime_guard(n->fetcher->policy, r,
                         ngx_uptime_probe_family(n->target))
        != NGX_OK)
    {
        n->result->blocked = 1;
        ngx_uptime_net_finish(n);
        return;
    }

    if (r->naddrs == 0) {
        ngx_uptime_guard_dns(n->result, NGX_UPTIME_RESOLVE_NOT_FOUND);
        ngx_uptime_net_finish(n);
        return;
    }

    ngx_uptime_net_turn(n);
}


/* Waits for its turn at the addresses; that moves the deadline. */

static void
ngx_uptime_net_turn(ngx_uptime_net_t *n)
{
    if (n->probe->ungated) {
        ngx_uptime_net_ready(n);
        return;
    }

    n->pass.owner = n->probe->owner;
    n->pass.patience = n->probe->patience;
    n->pass.handler = ngx_uptime_net_turn_came;
    n->pass.data = n;

    n->waiting = ngx_uptime_fetch_clock();

    switch (ngx_uptime_gate_enter(n->fetcher->gate, &n->pass,
                                  n->resolve.addrs, n->resolve.naddrs))
    {
    case NGX_OK:
        ngx_uptime_net_ready(n);
        return;

    case NGX_AGAIN:
        return;

    case NGX_DECLINED:
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_OVERLOAD);
        return;

    default:
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_RESOURCES);
    }
}


static void
ngx_uptime_net_turn_came(ngx_uptime_pass_t *pass)
{
    int64_t            us;
    ngx_uptime_net_t  *n;

    n = pass->data;

    us = ngx_uptime_fetch_clock() - n->waiting;

    n->started += us;
    n->result->waited_us = us;

    if (!pass->in) {
        ngx_uptime_net_fail(n, NGX_UPTIME_OWN_OVERLOAD);
        return;
    }

    ngx_uptime_net_ready(n);
}


static void
ngx_uptime_net_ready(ngx_uptime_net_t *n)
{
    ngx_msec_t  left;

    left = ngx_uptime_net_left(n);

    if (left == 0) {
        ngx_uptime_guard_dns(n->result, NGX_UPTIME_RESOLVE_TIMEOUT);
        ngx_uptime_net_finish(n);
        return;
    }

    ngx_add_timer(&n->timer, left);

    n->kind->ready(n);
}


static void
ngx_uptime_net_expired(ngx_event_t *ev)
{
    ngx_uptime_net_t *n = ev->data;

    n->kind->expired(n);
}


ngx_msec_t
ngx_uptime_net_left(ngx_uptime_net_t *n)
{
    int64_t  left;

    left = (int64_t) n->target->timeout - ngx_uptime_net_passed(n) / 1000;

    return (left > 0) ? (ngx_msec_t) left : 0;
}


int64_t
ngx_uptime_net_passed(ngx_uptime_net_t *n)
{
    return ngx_uptime_fetch_clock() - n->started;
}


void
ngx_uptime_net_finish(ngx_uptime_net_t *n)
{
    ngx_uptime_probe_t  *p;

    p = n->probe;

    if (p->result.total_us < 0) {
        p->result.total_us = ngx_uptime_net_passed(n);
    }

    ngx_uptime_guard_silence(&p->result, &n->resolve);

    ngx_uptime_net_destroy(n);

    ngx_uptime_probe_done(p);
}


void
ngx_uptime_net_fail(ngx_uptime_net_t *n, ngx_uptime_own_e own)
{
    n->result->own = own;

    ngx_uptime_net_finish(n);
}


static void
ngx_uptime_net_destroy(ngx_uptime_net_t *n)
{
    if (n->timer.timer_set) {
        ngx_del_timer(&n->timer);
    }

    if (n->begin.posted) {
        ngx_delete_posted_event(&n->begin);
    }

    ngx_uptime_resolve_cancel(&n->resolve);

    n->kind->close(n);

    ngx_uptime_gate_leave(&n->pass);

    ngx_destroy_pool(n->pool);
}
