
/*
 * A hop between its guard and its connection: it waits until it is its turn
 * at the addresses that were found.  The wait moves the deadline and is in
 * no latency.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_fetch.h"


static void ngx_uptime_fetch_turn_came(ngx_uptime_pass_t *p);
static void ngx_uptime_fetch_connect(ngx_uptime_fetch_t *f);


void
ngx_uptime_fetch_turn(ngx_uptime_fetch_t *f)
{
    ngx_msec_t  patience, waited;

    if (f->request.ungated) {
        ngx_uptime_fetch_connect(f);
        return;
    }

    /* for all hops together */

    patience = f->request.patience ? f->request.patience
                                   : NGX_UPTIME_GATE_PATIENCE;
    waited = (ngx_msec_t) (f->result.waited_us / 1000);

    f->pass.patience = (waited < patience) ? patience - waited : 1;
    f->pass.owner = f->request.owner;
    f->pass.handler = ngx_uptime_fetch_turn_came;
    f->pass.data = f;

    f->waiting = ngx_uptime_fetch_clock();

    switch (ngx_uptime_gate_enter(f->fetcher->gate, &f->pass,
                                  f->resolve.addrs, f->resolve.naddrs))
    {
    case NGX_OK:
        ngx_uptime_fetch_connect(f);
        return;

    case NGX_AGAIN:
        return;

    case NGX_DECLINED:
        f->result.own = NGX_UPTIME_OWN_OVERLOAD;
        break;

    default:
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
    }

    ngx_uptime_fetch_finish(f);
}


static void
ngx_uptime_fetch_turn_came(ngx_uptime_pass_t *p)
{
    int64_t              us;
    ngx_uptime_fetch_t  *f;

    f = p->data;

    us = ngx_uptime_fetch_clock() - f->waiting;

    f->started += us;
    f->result.waited_us += us;

    if (!p->in) {
        f->result.own = NGX_UPTIME_OWN_OVERLOAD;
        ngx_uptime_fetch_finish(f);
        return;
    }

    ngx_uptime_fetch_connect(f);
}


static void
ngx_uptime_fetch_connect(ngx_uptime_fetch_t *f)
{
    ngx_int_t  left;

    left = ngx_uptime_fetch_left(f);

    if (left <= 0) {
        f->result.stage = NGX_UPTIME_STAGE_DNS;
        f->result.dns = NGX_UPTIME_DNS_TIMEOUT;
        f->result.code = CURLE_OPERATION_TIMEDOUT;
        ngx_uptime_fetch_finish(f);
        return;
    }

    if (ngx_uptime_fetch_hop_open(f, left) != NGX_OK
        || ngx_uptime_multi_add(f->fetcher->multi, &f->transfer) != NGX_OK)
    {
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
        ngx_uptime_fetch_finish(f);
    }
}
