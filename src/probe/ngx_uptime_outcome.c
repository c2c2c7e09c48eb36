
/*
 * What a check's result means for its monitor.  Pure: no events, no clock,
 * no memory; unit tests build this file alone.  The one rule above all:
 * trouble of our own is never the target's failure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_uptime_outcome.h"


#define NGX_UPTIME_MAX_FAILS  30000             /* smallint in the database */


static ngx_uptime_cause_e ngx_uptime_outcome_own(ngx_uptime_own_e own);
static ngx_uptime_cause_e ngx_uptime_outcome_failure(
    const ngx_uptime_result_t *result);
static ngx_uptime_cause_e ngx_uptime_outcome_connect(
    const ngx_uptime_result_t *result);
static ngx_uptime_cause_e ngx_uptime_outcome_response(
    const ngx_uptime_result_t *result, const ngx_uptime_expect_t *expect);
static void ngx_uptime_outcome_turn(ngx_uptime_outcome_t *o);


static const char *const  ngx_uptime_status_names[] = {
    "pending", "up", "degraded", "down", "unknown"
};


static const char *const  ngx_uptime_cause_names[] = {
    NULL,
    "dns_not_found",
    "dns_timeout",
    "dns_failure",
    "connect_refused",
    "connect_timeout",
    "connect_unreachable",
    "tls_expired",
    "tls_hostname",
    "tls_untrusted",
    "tls_handshake",
    "timeout",
    "reset",
    "protocol",
    "http_status",
    "keyword",
    "json",
    "header",
    "cert_days",
    "dns_value",
    "redirect_limit",
    "upside_down",
    "blocked_address",
    "push_missed",
    "push_failed",
    "own_resources",
    "own_network",
    "own_overload",
    "push_waiting",
    "slow"
};


ngx_uptime_outcome_t
ngx_uptime_outcome(const ngx_uptime_result_t *result,
    const ngx_uptime_expect_t *expect)
{
    ngx_uptime_outcome_t  o;

    if (result->own != NGX_UPTIME_OWN_NONE) {
        o.status = NGX_UPTIME_UNKNOWN;
        o.cause = ngx_uptime_outcome_own(result->own);
        return o;
    }

    if (result->push == NGX_UPTIME_PUSH_WAITING) {
        o.status = NGX_UPTIME_UNKNOWN;
        o.cause = NGX_UPTIME_CAUSE_PUSH_WAITING;
        return o;
    }

    if (result->blocked) {
        /* not an outage, but the owner has to see that we refuse it */
        o.cause = NGX_UPTIME_CAUSE_BLOCKED_ADDRESS;

    } else if (result->stage != NGX_UPTIME_STAGE_DONE) {
        o.cause = ngx_uptime_outcome_failure(result);

    } else {
        o.cause = ngx_uptime_outcome_response(result, expect);
    }

    if (o.cause != NGX_UPTIME_CAUSE_NONE) {
        o.status = NGX_UPTIME_DOWN;

    } else if (expect->degraded_us && result->total_us > expect->degraded_us) {
        o.status = NGX_UPTIME_DEGRADED;
        o.cause = NGX_UPTIME_CAUSE_SLOW;

    } else {
        o.status = NGX_UPTIME_UP;
    }

    if (expect->upside_down) {
        ngx_uptime_outcome_turn(&o);
    }

    return o;
}


/* A target that we refuse to ask has not failed, so it is not well either. */

static void
ngx_uptime_outcome_turn(ngx_uptime_outcome_t *o)
{
    if (o->cause == NGX_UPTIME_CAUSE_BLOCKED_ADDRESS) {
        return;
    }

    if (o->status == NGX_UPTIME_DOWN) {
        o->status = NGX_UPTIME_UP;
        o->cause = NGX_UPTIME_CAUSE_NONE;
        return;
    }

    o->status = NGX_UPTIME_DOWN;
    o->cause = NGX_UPTIME_CAUSE_UPSIDE_DOWN;
}


static ngx_uptime_cause_e
ngx_uptime_outcome_own(ngx_uptime_own_e own)
{
    switch (own) {
    case NGX_UPTIME_OWN_NETWORK:
        return NGX_UPTIME_CAUSE_OWN_NETWORK;
    case NGX_UPTIME_OWN_OVERLOAD:
        return NGX_UPTIME_CAUSE_OWN_OVERLOAD;
    default:
        return NGX_UPTIME_CAUSE_OWN_RESOURCES;
    }
}


static ngx_uptime_cause_e
ngx_uptime_outcome_failure(const ngx_uptime_result_t *result)
{
    switch (result->dns) {
    case NGX_UPTIME_DNS_NOT_FOUND:
        return NGX_UPTIME_CAUSE_DNS_NOT_FOUND;
    case NGX_UPTIME_DNS_TIMEOUT:
        return NGX_UPTIME_CAUSE_DNS_TIMEOUT;
    case NGX_UPTIME_DNS_FAILURE:
        return NGX_UPTIME_CAUSE_DNS_FAILURE;
    case NGX_UPTIME_DNS_OK:
        break;
    }

    switch (result->tls) {
    case NGX_UPTIME_TLS_EXPIRED:
        return NGX_UPTIME_CAUSE_TLS_EXPIRED;
    case NGX_UPTIME_TLS_HOSTNAME:
        return NGX_UPTIME_CAUSE_TLS_HOSTNAME;
    case NGX_UPTIME_TLS_UNTRUSTED:
        return NGX_UPTIME_CAUSE_TLS_UNTRUSTED;
    case NGX_UPTIME_TLS_HANDSHAKE:
        return NGX_UPTIME_CAUSE_TLS_HANDSHAKE;
    case NGX_UPTIME_TLS_OK:
        break;
    }

    switch (result->code) {

    case CURLE_OPERATION_TIMEDOUT:
        return (result->stage <= NGX_UPTIME_STAGE_CONNECT)
               ? NGX_UPTIME_CAUSE_CONNECT_TIMEOUT : NGX_UPTIME_CAUSE_TIMEOUT;

    case CURLE_COULDNT_CONNECT:
        return ngx_uptime_outcome_connect(result);

    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return NGX_UPTIME_CAUSE_RESET;

    default:
        return NGX_UPTIME_CAUSE_PROTOCOL;
    }
}


static ngx_uptime_cause_e
ngx_uptime_outcome_connect(const ngx_uptime_result_t *result)
{
    switch (result->sys_errno) {

    case NGX_ECONNREFUSED:
    case NGX_ECONNRESET:
        return NGX_UPTIME_CAUSE_CONNECT_REFUSED;

    case NGX_ETIMEDOUT:
    case 0:
        return NGX_UPTIME_CAUSE_CONNECT_TIMEOUT;

    default:
        return NGX_UPTIME_CAUSE_CONNECT_UNREACHABLE;
    }
}


static ngx_uptime_cause_e
ngx_uptime_outcome_response(const ngx_uptime_result_t *result,
    const ngx_uptime_expect_t *expect)
{
    if (result->push == NGX_UPTIME_PUSH_MISSED) {
        return NGX_UPTIME_CAUSE_PUSH_MISSED;
    }

    if (result->push == NGX_UPTIME_PUSH_FAILED) {
        return NGX_UPTIME_CAUSE_PUSH_FAILED;
    }

    if (result->redirect_limit) {
        return NGX_UPTIME_CAUSE_REDIRECT_LIMIT;
    }

    if (!expect->any_status
        && !ngx_uptime_status_match(&expect->statuses, result->http_status))
    {
        return NGX_UPTIME_CAUSE_HTTP_STATUS;
    }

    if (expect->keyword && result->keyword_found == expect->absent) {
        return expect->dns ? NGX_UPTIME_CAUSE_DNS_VALUE
                           : NGX_UPTIME_CAUSE_KEYWORD;
    }

    if (result->assertion != NGX_UPTIME_ASSERTION_OK) {
        return (result->assertion == NGX_UPTIME_ASSERTION_JSON)
               ? NGX_UPTIME_CAUSE_JSON : NGX_UPTIME_CAUSE_HEADER;
    }

    /* of what was spoken in the clear nothing can run out */

    if (expect->cert_until && result->cert_expires_at
        && result->cert_expires_at < (int64_t) expect->cert_until)
    {
        return NGX_UPTIME_CAUSE_CERT_DAYS;
    }

    return NGX_UPTIME_CAUSE_NONE;
}


ngx_uptime_status_e
ngx_uptime_evaluate(ngx_uptime_state_t *state, ngx_uptime_status_e outcome,
    ngx_uint_t threshold)
{
    ngx_uptime_status_e  told;

    if (outcome == NGX_UPTIME_UNKNOWN) {
        state->status = NGX_UPTIME_UNKNOWN;
        return NGX_UPTIME_PENDING;
    }

    if (outcome == NGX_UPTIME_DOWN) {

        if (state->fails < NGX_UPTIME_MAX_FAILS) {
            state->fails++;
        }

        if (state->fails < threshold) {
            return NGX_UPTIME_PENDING;
        }

    } else {
        state->fails = 0;
    }

    state->status = outcome;

    told = state->told;
    state->told = outcome;

    if (told == outcome
        || (told == NGX_UPTIME_PENDING && outcome == NGX_UPTIME_UP))
    {
        return NGX_UPTIME_PENDING;
    }

    return outcome;
}


const char *
ngx_uptime_status_name(ngx_uptime_status_e status)
{
    return ngx_uptime_status_names[status];
}


const char *
ngx_uptime_cause_name(ngx_uptime_cause_e cause)
{
    return ngx_uptime_cause_names[cause];
}


ngx_uptime_status_e
ngx_uptime_status_value(const ngx_str_t *name)
{
    size_t      len;
    ngx_uint_t  i;

    for (i = NGX_UPTIME_UP; i <= NGX_UPTIME_UNKNOWN; i++) {
        len = ngx_strlen(ngx_uptime_status_names[i]);

        if (len == name->len
            && ngx_memcmp(ngx_uptime_status_names[i], name->data, len) == 0)
        {
            return (ngx_uptime_status_e) i;
        }
    }

    return NGX_UPTIME_PENDING;
}
