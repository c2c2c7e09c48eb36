
/*
 * sources: src/checker/ngx_uptime_canary_suspect.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_canary_suspect.h"


static ngx_uint_t
lookup(ngx_uptime_cause_e cause, int64_t dns_us, int64_t total_us)
{
    ngx_uptime_result_t   r;
    ngx_uptime_outcome_t  o;

    memset(&r, 0, sizeof(r));
    memset(&o, 0, sizeof(o));

    r.dns_us = dns_us;
    r.total_us = total_us;

    o.status = NGX_UPTIME_DOWN;
    o.cause = cause;

    return ngx_uptime_canary_lookup(&o, &r);
}


static void
lookups(void)
{
    tap_ok(lookup(NGX_UPTIME_CAUSE_DNS_TIMEOUT, 5000, 5000), "no answer");
    tap_ok(lookup(NGX_UPTIME_CAUSE_DNS_NOT_FOUND, 5000, 5000), "no name");
    tap_ok(lookup(NGX_UPTIME_CAUSE_OWN_NETWORK, -1, 5000), "our network");

    /* a resolver that was silent until 10 ms before the end */

    tap_ok(lookup(NGX_UPTIME_CAUSE_TIMEOUT, 1990897, 2002344),
           "a timeout after a late name");
    tap_ok(lookup(NGX_UPTIME_CAUSE_CONNECT_TIMEOUT, 1990897, 2002344),
           "a connect that had no time left");

    tap_ok(!lookup(NGX_UPTIME_CAUSE_TIMEOUT, 3000, 2002344),
           "a timeout of the target");
    tap_ok(!lookup(NGX_UPTIME_CAUSE_TIMEOUT, 1000000, 2002344),
           "... with the larger half of the time");
    tap_ok(!lookup(NGX_UPTIME_CAUSE_TIMEOUT, -1, 2002344),
           "... of an address");
    tap_ok(!lookup(NGX_UPTIME_CAUSE_CONNECT_REFUSED, 1990897, 1990990),
           "who refuses was found");
}


static ngx_uint_t
suspects(ngx_uptime_status_e status, ngx_uptime_cause_e cause,
    ngx_uint_t upside_down)
{
    ngx_uptime_outcome_t  o;

    memset(&o, 0, sizeof(o));

    o.status = status;
    o.cause = cause;

    return ngx_uptime_canary_suspects(&o, upside_down);
}


static void
networks(void)
{
    tap_ok(suspects(NGX_UPTIME_DOWN, NGX_UPTIME_CAUSE_RESET, 0), "a reset");
    tap_ok(suspects(NGX_UPTIME_UNKNOWN, NGX_UPTIME_CAUSE_OWN_NETWORK, 0),
           "our network");
    tap_ok(!suspects(NGX_UPTIME_DOWN, NGX_UPTIME_CAUSE_HTTP_STATUS, 0),
           "who answers is there");
    tap_ok(!suspects(NGX_UPTIME_DOWN, NGX_UPTIME_CAUSE_TLS_EXPIRED, 0),
           "a certificate came from somebody");
    tap_ok(!suspects(NGX_UPTIME_UP, NGX_UPTIME_CAUSE_NONE, 0), "success");
    tap_ok(suspects(NGX_UPTIME_UP, NGX_UPTIME_CAUSE_NONE, 1),
           "success upside down");
    tap_ok(!suspects(NGX_UPTIME_DOWN, NGX_UPTIME_CAUSE_NONE, 1),
           "an answer upside down");
}


int
main(void)
{
    lookups();
    networks();

    return tap_done();
}
