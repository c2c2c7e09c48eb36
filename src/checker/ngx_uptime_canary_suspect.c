
/*
 * Which failures could be our own network's.  Pure; runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_canary_suspect.h"


ngx_uint_t
ngx_uptime_canary_suspects(const ngx_uptime_outcome_t *o,
    ngx_uint_t upside_down)
{
    /* upside down, a network that is dead looks like a success */

    if (upside_down) {
        return o->status == NGX_UPTIME_UP;
    }

    switch (o->cause) {

    case NGX_UPTIME_CAUSE_DNS_NOT_FOUND:
    case NGX_UPTIME_CAUSE_DNS_TIMEOUT:
    case NGX_UPTIME_CAUSE_DNS_FAILURE:
    case NGX_UPTIME_CAUSE_CONNECT_REFUSED:
    case NGX_UPTIME_CAUSE_CONNECT_TIMEOUT:
    case NGX_UPTIME_CAUSE_CONNECT_UNREACHABLE:
    case NGX_UPTIME_CAUSE_TLS_HANDSHAKE:
    case NGX_UPTIME_CAUSE_TIMEOUT:
    case NGX_UPTIME_CAUSE_RESET:
        return o->status == NGX_UPTIME_DOWN;

    /* nobody is told of these, but the operator may have to be */

    case NGX_UPTIME_CAUSE_OWN_NETWORK:
        return 1;

    default:
        return 0;
    }
}


ngx_uint_t
ngx_uptime_canary_lookup(const ngx_uptime_outcome_t *o,
    const ngx_uptime_result_t *r)
{
    switch (o->cause) {

    case NGX_UPTIME_CAUSE_DNS_NOT_FOUND:
    case NGX_UPTIME_CAUSE_DNS_TIMEOUT:
    case NGX_UPTIME_CAUSE_DNS_FAILURE:
    case NGX_UPTIME_CAUSE_OWN_NETWORK:
        return 1;

    /* the name came so late that the target had the smaller half */

    case NGX_UPTIME_CAUSE_CONNECT_TIMEOUT:
    case NGX_UPTIME_CAUSE_TIMEOUT:
        return r->dns_us > r->total_us / 2;

    default:
        return 0;
    }
}
