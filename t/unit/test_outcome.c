
/*
 * sources: src/probe/ngx_uptime_outcome.c src/core/ngx_uptime_status.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <curl/curl.h>

#include "ngx_uptime_outcome.h"


static ngx_uptime_result_t  r;
static ngx_uptime_expect_t  e;


static void
fresh(void)
{
    memset(&r, 0, sizeof(r));
    memset(&e, 0, sizeof(e));

    r.stage = NGX_UPTIME_STAGE_DONE;
    r.http_status = 200;
    r.total_us = 5000;

    e.statuses.n = 1;
    e.statuses.range[0].from = 200;
    e.statuses.range[0].to = 299;
}


static void
is(const char *status, const char *cause, const char *name)
{
    char                  text[128];
    ngx_uptime_outcome_t  o;

    o = ngx_uptime_outcome(&r, &e);

    snprintf(text, sizeof(text), "%s: status", name);
    tap_is(ngx_uptime_status_name(o.status), status, text);

    snprintf(text, sizeof(text), "%s: cause", name);
    tap_is(ngx_uptime_cause_name(o.cause), cause, text);

    fresh();
}


static void
failed_as(int code, int sys, ngx_uptime_stage_e stage)
{
    r.code = code;
    r.sys_errno = sys;
    r.stage = stage;
    r.http_status = 0;
}


static void
failed(int code, int sys, ngx_uptime_stage_e stage, const char *cause)
{
    char  text[64];

    failed_as(code, sys, stage);

    snprintf(text, sizeof(text), "code %d, errno %d, stage %d", code, sys,
             (int) stage);
    is("down", cause, text);
}


static void
pushes(void)
{
    e.any_status = 1;
    r.http_status = 0;
    r.push = NGX_UPTIME_PUSH_OK;
    is("up", NULL, "a push in time");

    e.any_status = 1;
    r.push = NGX_UPTIME_PUSH_WAITING;
    is("unknown", "push_waiting", "no push yet");

    e.any_status = 1;
    r.push = NGX_UPTIME_PUSH_MISSED;
    is("down", "push_missed", "no push in time");

    e.any_status = 1;
    r.push = NGX_UPTIME_PUSH_FAILED;
    is("down", "push_failed", "a push that says down");

    e.any_status = 1;
    r.push = NGX_UPTIME_PUSH_MISSED;
    r.own = NGX_UPTIME_OWN_RESOURCES;
    is("unknown", "own_resources", "we could not have seen it");
}


static void
responses(void)
{
    is("up", NULL, "expected status");

    r.http_status = 404;
    is("down", "http_status", "unexpected status");

    r.http_status = 302;
    r.redirect_limit = 1;
    is("down", "redirect_limit", "too many redirects");

    e.degraded_us = 5000;
    is("up", NULL, "as slow as allowed");

    e.degraded_us = 4999;
    is("degraded", "slow", "slower");

    e.degraded_us = 1;
    r.http_status = 500;
    is("down", "http_status", "slow and wrong is down");

    e.keyword = 1;
    is("down", "keyword", "keyword missing");

    e.keyword = 1;
    r.keyword_found = 1;
    is("up", NULL, "keyword there");

    e.keyword = e.absent = 1;
    is("up", NULL, "unwanted keyword missing");

    e.keyword = e.absent = 1;
    r.keyword_found = 1;
    is("down", "keyword", "unwanted keyword there");

    e.absent = 1;
    is("up", NULL, "absent without a keyword says nothing");

    r.cut = 1;
    is("up", NULL, "a body that is cut");

    e.statuses.n = 0;
    is("down", "http_status", "nothing is expected");
}


typedef struct {
    const char                    *name;
    ngx_uptime_assertion_e         assertion;
    ngx_uint_t                     status;
    int64_t                        cert_expires_at;
    time_t                         cert_until;
    unsigned                       keyword:1;
    unsigned                       found:1;
    unsigned                       dns:1;
    unsigned                       no_http:1;
    const char                    *verdict;
    const char                    *cause;
} expectation_t;


static const expectation_t  expectations[] = {
    { "json", NGX_UPTIME_ASSERTION_JSON, 200, 0, 0, 0, 0, 0, 0,
      "down", "json" },
    { "header", NGX_UPTIME_ASSERTION_HEADER, 200, 0, 0, 0, 0, 0, 0,
      "down", "header" },
    { "the status goes before assertions", NGX_UPTIME_ASSERTION_JSON, 500,
      0, 0, 0, 0, 0, 0, "down", "http_status" },
    { "and the keyword", NGX_UPTIME_ASSERTION_JSON, 200, 0, 0, 1, 0, 0, 0,
      "down", "keyword" },
    { "assertions go before the certificate", NGX_UPTIME_ASSERTION_JSON,
      200, 99, 100, 0, 0, 0, 0, "down", "json" },

    { "the certificate ends too soon", 0, 200, 99, 100, 0, 0, 0, 0,
      "down", "cert_days" },
    { "the certificate lasts just long enough", 0, 200, 100, 100, 0, 0, 0,
      0, "up", NULL },
    { "no certificate was seen", 0, 200, 0, 100, 0, 0, 0, 0, "up", NULL },
    { "nobody asks how long", 0, 200, 99, 0, 0, 0, 0, 0, "up", NULL },

    { "no status where there is none", 0, 0, 0, 0, 0, 0, 0, 1,
      "up", NULL },
    { "tcp: the answer", 0, 0, 0, 0, 1, 1, 0, 1, "up", NULL },
    { "tcp: another answer", 0, 0, 0, 0, 1, 0, 0, 1, "down", "keyword" },
    { "dns: the record", 0, 0, 0, 0, 1, 1, 1, 1, "up", NULL },
    { "dns: another record", 0, 0, 0, 0, 1, 0, 1, 1,
      "down", "dns_value" }
};


static void
expected(void)
{
    ngx_uint_t            i;
    const expectation_t  *x;

    for (i = 0; i < sizeof(expectations) / sizeof(expectation_t); i++) {
        x = &expectations[i];

        r.assertion = x->assertion;
        r.http_status = x->status;
        r.cert_expires_at = x->cert_expires_at;
        r.keyword_found = x->found;
        e.cert_until = x->cert_until;
        e.keyword = x->keyword;
        e.dns = x->dns;
        e.any_status = x->no_http;

        is(x->verdict, x->cause, x->name);
    }
}


static void
upside_down(void)
{
    e.upside_down = 1;
    is("down", "upside_down", "upside down: a success");

    e.upside_down = 1;
    e.degraded_us = 1;
    is("down", "upside_down", "upside down: a slow success");

    e.upside_down = 1;
    r.http_status = 500;
    is("up", NULL, "upside down: a failure");

    e.upside_down = 1;
    failed_as(CURLE_COULDNT_CONNECT, ECONNREFUSED, NGX_UPTIME_STAGE_CONNECT);
    is("up", NULL, "upside down: refused");

    e.upside_down = 1;
    r.blocked = 1;
    is("down", "blocked_address", "upside down: what we refuse is not well");

    e.upside_down = 1;
    r.own = NGX_UPTIME_OWN_NETWORK;
    is("unknown", "own_network", "upside down: our trouble stays ours");
}


static void
failures(void)
{
    failed(CURLE_COULDNT_CONNECT, ECONNREFUSED, NGX_UPTIME_STAGE_CONNECT,
           "connect_refused");
    failed(CURLE_COULDNT_CONNECT, ECONNRESET, NGX_UPTIME_STAGE_CONNECT,
           "connect_refused");
    failed(CURLE_COULDNT_CONNECT, EHOSTUNREACH, NGX_UPTIME_STAGE_CONNECT,
           "connect_unreachable");
    failed(CURLE_COULDNT_CONNECT, ENETUNREACH, NGX_UPTIME_STAGE_CONNECT,
           "connect_unreachable");
    failed(CURLE_COULDNT_CONNECT, ETIMEDOUT, NGX_UPTIME_STAGE_CONNECT,
           "connect_timeout");
    failed(CURLE_OPERATION_TIMEDOUT, 0, NGX_UPTIME_STAGE_CONNECT,
           "connect_timeout");
    failed(CURLE_OPERATION_TIMEDOUT, 0, NGX_UPTIME_STAGE_TLS, "timeout");
    failed(CURLE_OPERATION_TIMEDOUT, 0, NGX_UPTIME_STAGE_WAIT, "timeout");
    failed(CURLE_OPERATION_TIMEDOUT, 0, NGX_UPTIME_STAGE_BODY, "timeout");
    failed(CURLE_RECV_ERROR, ECONNRESET, NGX_UPTIME_STAGE_WAIT, "reset");
    failed(CURLE_SEND_ERROR, EPIPE, NGX_UPTIME_STAGE_WAIT, "reset");
    failed(CURLE_GOT_NOTHING, 0, NGX_UPTIME_STAGE_WAIT, "reset");
    failed(CURLE_PARTIAL_FILE, 0, NGX_UPTIME_STAGE_BODY, "reset");
    failed(CURLE_UNSUPPORTED_PROTOCOL, 0, NGX_UPTIME_STAGE_WAIT, "protocol");
    failed(CURLE_WEIRD_SERVER_REPLY, 0, NGX_UPTIME_STAGE_WAIT, "protocol");
    failed(CURLE_URL_MALFORMAT, 0, NGX_UPTIME_STAGE_NONE, "protocol");
    failed(CURLE_OUT_OF_MEMORY, 0, NGX_UPTIME_STAGE_BODY, "protocol");

    r.dns = NGX_UPTIME_DNS_NOT_FOUND;
    failed(CURLE_COULDNT_RESOLVE_HOST, 0, NGX_UPTIME_STAGE_DNS,
           "dns_not_found");
    r.dns = NGX_UPTIME_DNS_TIMEOUT;
    failed(CURLE_COULDNT_RESOLVE_HOST, 0, NGX_UPTIME_STAGE_DNS,
           "dns_timeout");
    r.dns = NGX_UPTIME_DNS_FAILURE;
    failed(CURLE_COULDNT_RESOLVE_HOST, 0, NGX_UPTIME_STAGE_DNS,
           "dns_failure");

    r.tls = NGX_UPTIME_TLS_EXPIRED;
    failed(CURLE_PEER_FAILED_VERIFICATION, 0, NGX_UPTIME_STAGE_TLS,
           "tls_expired");
    r.tls = NGX_UPTIME_TLS_HOSTNAME;
    failed(CURLE_PEER_FAILED_VERIFICATION, 0, NGX_UPTIME_STAGE_TLS,
           "tls_hostname");
    r.tls = NGX_UPTIME_TLS_UNTRUSTED;
    failed(CURLE_PEER_FAILED_VERIFICATION, 0, NGX_UPTIME_STAGE_TLS,
           "tls_untrusted");
    r.tls = NGX_UPTIME_TLS_HANDSHAKE;
    failed(CURLE_SSL_CONNECT_ERROR, 0, NGX_UPTIME_STAGE_TLS,
           "tls_handshake");

    r.blocked = 1;
    failed(0, 0, NGX_UPTIME_STAGE_CONNECT, "blocked_address");
}


static void
own_trouble(void)
{
    r.own = NGX_UPTIME_OWN_RESOURCES;
    r.stage = NGX_UPTIME_STAGE_CONNECT;
    r.code = CURLE_COULDNT_CONNECT;
    r.sys_errno = EMFILE;
    is("unknown", "own_resources", "no descriptor");

    r.own = NGX_UPTIME_OWN_NETWORK;
    r.stage = NGX_UPTIME_STAGE_CONNECT;
    is("unknown", "own_network", "no route");

    /* whatever else was seen */
    r.own = NGX_UPTIME_OWN_NETWORK;
    r.blocked = 1;
    r.dns = NGX_UPTIME_DNS_TIMEOUT;
    r.tls = NGX_UPTIME_TLS_EXPIRED;
    is("unknown", "own_network", "our trouble goes first");
}


/* u: up, g: degraded, d: down, ?: unknown */

static ngx_uptime_status_e
letter(char c)
{
    switch (c) {
    case 'u': return NGX_UPTIME_UP;
    case 'g': return NGX_UPTIME_DEGRADED;
    case 'd': return NGX_UPTIME_DOWN;
    case '?': return NGX_UPTIME_UNKNOWN;
    default:  return NGX_UPTIME_PENDING;
    }
}


static void
story(const char *outcomes, ngx_uint_t threshold, const char *statuses,
    const char *events)
{
    char                 got[2][32], text[96];
    size_t               i;
    ngx_uptime_state_t   s;
    ngx_uptime_status_e  event;
    static const char    letters[] = "-ugd?";

    memset(&s, 0, sizeof(s));
    memset(got, 0, sizeof(got));

    for (i = 0; outcomes[i]; i++) {
        event = ngx_uptime_evaluate(&s, letter(outcomes[i]), threshold);
        got[0][i] = letters[s.status];
        got[1][i] = letters[event];
    }

    snprintf(text, sizeof(text), "\"%s\" at %d: status", outcomes,
             (int) threshold);
    tap_is(got[0], statuses, text);

    snprintf(text, sizeof(text), "\"%s\" at %d: events", outcomes,
             (int) threshold);
    tap_is(got[1], events, text);
}


static void
transitions(void)
{
    ngx_uint_t          i;
    ngx_uptime_state_t  s;

    story("uuu", 2, "uuu", "---");
    story("d", 1, "d", "d");
    story("dd", 2, "-d", "-d");
    story("g", 2, "g", "g");
    story("udddu", 2, "uudd" "u", "--d-u");
    story("udud", 2, "uuuu", "----");
    story("ugud", 1, "ugud", "-gud");
    story("u?u", 2, "u?u", "---");
    story("udd?du", 2, "uud?du", "--d--u");
    story("ud?d", 2, "uu?d", "---d");
    story("ud?u", 2, "uu?u", "----");
    story("??", 1, "??", "--");
    story("?d", 1, "?d", "-d");
    story("?u", 1, "?u", "--");

    memset(&s, 0, sizeof(s));

    for (i = 0; i < 40000; i++) {
        (void) ngx_uptime_evaluate(&s, NGX_UPTIME_DOWN, 3);
    }

    tap_ok(s.fails > 1000 && s.fails <= 32767, "fails fit into a smallint");

    (void) ngx_uptime_evaluate(&s, NGX_UPTIME_UNKNOWN, 3);
    tap_ok(s.fails > 1000, "unknown leaves fails alone");
    tap_is_int(s.told, NGX_UPTIME_DOWN, "unknown leaves told alone");

    (void) ngx_uptime_evaluate(&s, NGX_UPTIME_DEGRADED, 3);
    tap_is_int(s.fails, 0, "degraded ends a row of failures");
}


static void
names(void)
{
    ngx_uint_t  i;
    ngx_str_t   s;

    for (i = NGX_UPTIME_UP; i <= NGX_UPTIME_UNKNOWN; i++) {
        s.data = (u_char *) ngx_uptime_status_name(i);
        s.len = strlen((char *) s.data);
        tap_is_int(ngx_uptime_status_value(&s), i, (char *) s.data);
    }

    s.data = (u_char *) "upp";
    s.len = 3;
    tap_is_int(ngx_uptime_status_value(&s), NGX_UPTIME_PENDING,
               "not a status");

    s.len = 0;
    tap_is_int(ngx_uptime_status_value(&s), NGX_UPTIME_PENDING, "empty");

    for (i = 1; i < NGX_UPTIME_CAUSE_N; i++) {
        if (ngx_uptime_cause_name(i) == NULL) {
            break;
        }
    }

    tap_is_int(i, NGX_UPTIME_CAUSE_N, "every cause has a name");
    tap_is(ngx_uptime_cause_name(NGX_UPTIME_CAUSE_SLOW), "slow",
           "the names are in order");
}


int
main(void)
{
    fresh();

    pushes();
    responses();
    expected();
    upside_down();
    failures();
    own_trouble();
    transitions();
    names();

    return tap_done();
}
