
/*
 * Verdicts in words, for people who have just tried a monitor.  The codes are
 * what is stable (docs/causes.md), these texts are not.  Pure; runs in
 * workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_explain.h"


static const char *const  ngx_uptime_explanations[NGX_UPTIME_CAUSE_N] = {

    [NGX_UPTIME_CAUSE_NONE] = "Everything is as expected.",

    [NGX_UPTIME_CAUSE_DNS_NOT_FOUND] =
        "The host name does not exist, or has no address of the wanted kind. "
        "Check its spelling, the zone and the registration of the domain.",
    [NGX_UPTIME_CAUSE_DNS_TIMEOUT] =
        "The name servers of the domain do not answer.",
    [NGX_UPTIME_CAUSE_DNS_FAILURE] =
        "The name servers of the domain answer with an error. Check their "
        "configuration and DNSSEC.",
    [NGX_UPTIME_CAUSE_CONNECT_REFUSED] =
        "The connection was refused. Is the service running, is the port "
        "right, does a firewall forbid it?",
    [NGX_UPTIME_CAUSE_CONNECT_TIMEOUT] =
        "Nothing answered the attempt to connect. Check the host and its "
        "firewall.",
    [NGX_UPTIME_CAUSE_CONNECT_UNREACHABLE] =
        "There is no way to the host, says a router. Check the network of "
        "the target.",
    [NGX_UPTIME_CAUSE_TLS_EXPIRED] =
        "The certificate, or one above it, has expired. Renew it and restart "
        "what serves it.",
    [NGX_UPTIME_CAUSE_TLS_HOSTNAME] =
        "The certificate is for another name. Check the names in it, or set "
        "tls_server_name.",
    [NGX_UPTIME_CAUSE_TLS_UNTRUSTED] =
        "The certificate is not from an authority that is trusted here. Send "
        "the whole chain, or switch verify_tls off.",
    [NGX_UPTIME_CAUSE_TLS_HANDSHAKE] =
        "The TLS handshake failed. Is TLS spoken on this port, in a version "
        "that is not outdated?",
    [NGX_UPTIME_CAUSE_TIMEOUT] =
        "It was not done within the timeout of %uis. Look at the load of the "
        "target, or raise the timeout.",
    [NGX_UPTIME_CAUSE_RESET] =
        "The connection ended in the middle. Look for crashes in the "
        "target's log.",
    [NGX_UPTIME_CAUSE_PROTOCOL] =
        "The answer is not valid. Is this the right port?",
    [NGX_UPTIME_CAUSE_HTTP_STATUS] =
        "The answer has the status %ui, which expected_status does not "
        "list.",
    [NGX_UPTIME_CAUSE_KEYWORD] =
        "The keyword is not there, or is there although it must not be.",
    [NGX_UPTIME_CAUSE_JSON] =
        "An assertion about JSON does not hold, or the body is not JSON.",
    [NGX_UPTIME_CAUSE_HEADER] =
        "An assertion about a header does not hold.",
    [NGX_UPTIME_CAUSE_CERT_DAYS] =
        "The certificate is good for less than %ui more days. Renew it.",
    [NGX_UPTIME_CAUSE_DNS_VALUE] =
        "The record is not there, or is there although it must not be.",
    [NGX_UPTIME_CAUSE_REDIRECT_LIMIT] =
        "There are more redirects than max_redirects, perhaps in a circle.",
    [NGX_UPTIME_CAUSE_UPSIDE_DOWN] =
        "It works, and the monitor is upside down: it should not.",
    [NGX_UPTIME_CAUSE_BLOCKED_ADDRESS] =
        "The URL, or where it redirects to, leads to an address that is not "
        "checked from here. Only public addresses are.",
    [NGX_UPTIME_CAUSE_PUSH_MISSED] =
        "Nothing was pushed in time.",
    [NGX_UPTIME_CAUSE_PUSH_FAILED] =
        "The last push says that the job failed.",

    [NGX_UPTIME_CAUSE_OWN_RESOURCES] =
        "This server is short of something; it says nothing about the "
        "target. Its operator finds more in the log.",
    [NGX_UPTIME_CAUSE_OWN_NETWORK] =
        "The network of this server does not work; it says nothing about "
        "the target.",
    [NGX_UPTIME_CAUSE_OWN_OVERLOAD] =
        "There are too many connections to this host already; try again.",
    [NGX_UPTIME_CAUSE_PUSH_WAITING] =
        "Nothing was ever pushed.",

    [NGX_UPTIME_CAUSE_SLOW] =
        "It works, but takes longer than degraded_after_ms (%ui ms)."
};


static const char *ngx_uptime_explain_own(const char *text,
    const ngx_uptime_target_t *target);


u_char *
ngx_uptime_explain(u_char *p, const ngx_uptime_outcome_t *outcome,
    const ngx_uptime_result_t *result, const ngx_uptime_target_t *target)
{
    const char  *text;

    text = ngx_uptime_explanations[outcome->cause];

    switch (outcome->cause) {

    case NGX_UPTIME_CAUSE_HTTP_STATUS:
        return ngx_sprintf(p, text, result->http_status);

    case NGX_UPTIME_CAUSE_TIMEOUT:
        return ngx_sprintf(p, text, (ngx_uint_t) target->timeout / 1000);

    case NGX_UPTIME_CAUSE_SLOW:
        return ngx_sprintf(p, text, (ngx_uint_t) target->degraded);

    case NGX_UPTIME_CAUSE_CERT_DAYS:
        return ngx_sprintf(p, text, (ngx_uint_t) target->cert_min_days);

    case NGX_UPTIME_CAUSE_OWN_RESOURCES:
        return ngx_sprintf(p, "%s", ngx_uptime_explain_own(text, target));

    default:
        return ngx_sprintf(p, "%s", text);
    }
}


/* What it mostly is. */

static const char *
ngx_uptime_explain_own(const char *text, const ngx_uptime_target_t *target)
{
    if (target->locked) {
        return "The stored secret cannot be opened with this server's keys. "
               "Enter it again, or have its operator put the old key back.";
    }

    if (target->kind == NGX_UPTIME_KIND_ICMP) {
        return "This server may not send pings, or is short of something; it "
               "says nothing about the target. Its operator sets "
               "net.ipv4.ping_group_range, and finds more in the log.";
    }

    return text;
}
