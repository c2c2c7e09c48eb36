
/*
 * What all kinds of probes have in common: the table of kinds, start, end
 * and verdict.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_probe.h"


const ngx_uptime_kind_t *const  ngx_uptime_kinds[NGX_UPTIME_KIND_N] = {
    [NGX_UPTIME_KIND_HTTP] = &ngx_uptime_kind_http,
    [NGX_UPTIME_KIND_TCP] = &ngx_uptime_kind_tcp,
    [NGX_UPTIME_KIND_TLS] = &ngx_uptime_kind_tls,
    [NGX_UPTIME_KIND_DNS] = &ngx_uptime_kind_dns,
    [NGX_UPTIME_KIND_ICMP] = &ngx_uptime_kind_icmp,
    [NGX_UPTIME_KIND_PUSH] = &ngx_uptime_kind_push
};


static const ngx_uptime_kind_t *ngx_uptime_probe_kind(
    const ngx_uptime_target_t *t);


ngx_int_t
ngx_uptime_probe(ngx_uptime_prober_t *pr, ngx_uptime_probe_t *p)
{
    const ngx_uptime_kind_t  *kind;

    kind = ngx_uptime_probe_kind(p->target);

    if (kind == NULL) {
        return NGX_ERROR;
    }

    p->prober = pr;
    p->work = NULL;

    ngx_memzero(&p->result, sizeof(ngx_uptime_result_t));

    p->result.dns_us = -1;
    p->result.connect_us = -1;
    p->result.tls_us = -1;
    p->result.ttfb_us = -1;
    p->result.total_us = -1;

    return kind->start(p);
}


/* Who cannot say who he is does not ask. */

static const ngx_uptime_kind_t *
ngx_uptime_probe_kind(const ngx_uptime_target_t *t)
{
    return t->locked ? &ngx_uptime_kind_locked : ngx_uptime_kinds[t->kind];
}


void
ngx_uptime_probe_cancel(ngx_uptime_probe_t *p)
{
    if (p->work != NULL) {
        ngx_uptime_probe_kind(p->target)->cancel(p);
        p->work = NULL;
    }
}


void
ngx_uptime_probe_done(ngx_uptime_probe_t *p)
{
    p->work = NULL;

    p->handler(p);
}


int
ngx_uptime_probe_family(const ngx_uptime_target_t *t)
{
    switch (t->ip) {

    case NGX_UPTIME_IP_V4:
        return AF_INET;

    case NGX_UPTIME_IP_V6:
        return AF_INET6;

    default:
        return AF_UNSPEC;
    }
}


ngx_uptime_outcome_t
ngx_uptime_probe_outcome(const ngx_uptime_probe_t *p)
{
    ngx_uptime_expect_t         expect;
    const ngx_uptime_target_t  *t;

    t = p->target;

    ngx_memzero(&expect, sizeof(ngx_uptime_expect_t));

    if (ngx_uptime_status_parse(&t->expected, &expect.statuses) != NGX_OK) {
        /* cannot be stored through the API; nothing is said to be up */
        expect.statuses.n = 0;
    }

    expect.any_status = (t->kind != NGX_UPTIME_KIND_HTTP);
    expect.degraded_us = (int64_t) t->degraded * 1000;
    expect.keyword = (t->keyword.len != 0);
    expect.absent = t->absent;
    expect.dns = (t->kind == NGX_UPTIME_KIND_DNS);
    expect.upside_down = t->upside_down;

    if (t->cert_min_days) {
        expect.cert_until = ngx_uptime_tls_now(&p->prober->fetcher->tls)
                            + (time_t) t->cert_min_days * 86400;
    }

    return ngx_uptime_outcome(&p->result, &expect);
}
