
/*
 * What a hop saw, out of libcurl's handle into the result: times, the
 * certificate, and whether a failure is the target's or ours.  Used in any
 * process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include "ngx_uptime_fetch.h"


static void ngx_uptime_fetch_collect_times(ngx_uptime_fetch_t *f);
static void ngx_uptime_fetch_collect_add(int64_t *sum, curl_off_t from,
    curl_off_t to);
static void ngx_uptime_fetch_collect_cert(ngx_uptime_fetch_t *f);
static void ngx_uptime_fetch_collect_tls(ngx_uptime_fetch_t *f);
static void ngx_uptime_fetch_collect_own(ngx_uptime_fetch_t *f);


void
ngx_uptime_fetch_hop_collect(ngx_uptime_fetch_t *f)
{
    long                  n;
    CURLcode              code;
    ngx_uptime_result_t  *res;

    res = &f->result;
    code = ngx_uptime_fetch_head_code(f, f->transfer.code);

    res->code = code;

    n = 0;
    (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_RESPONSE_CODE, &n);
    res->http_status = n;

    n = 0;
    (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_OS_ERRNO, &n);
    res->sys_errno = (int) n;

    ngx_uptime_fetch_collect_times(f);

    if (f->url.scheme.len == sizeof("https") - 1) {
        ngx_uptime_fetch_collect_cert(f);
    }

    if (code == CURLE_OK) {
        res->stage = NGX_UPTIME_STAGE_DONE;
        return;
    }

    if (f->refused) {
        res->blocked = 1;
        return;
    }

    ngx_uptime_fetch_collect_tls(f);
    ngx_uptime_fetch_collect_own(f);
}


/* libcurl's times count from the start of the hop */

static void
ngx_uptime_fetch_collect_times(ngx_uptime_fetch_t *f)
{
    CURL                 *e;
    curl_off_t            lookup, connected, tls, sent, first;
    ngx_uptime_result_t  *res;

    e = f->transfer.easy;
    res = &f->result;
    lookup = connected = tls = sent = first = 0;

    (void) curl_easy_getinfo(e, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
    (void) curl_easy_getinfo(e, CURLINFO_CONNECT_TIME_T, &connected);
    (void) curl_easy_getinfo(e, CURLINFO_APPCONNECT_TIME_T, &tls);
    (void) curl_easy_getinfo(e, CURLINFO_PRETRANSFER_TIME_T, &sent);
    (void) curl_easy_getinfo(e, CURLINFO_STARTTRANSFER_TIME_T, &first);

    res->stage = NGX_UPTIME_STAGE_CONNECT;

    if (connected == 0) {

        /* a handshake that fails: libcurl 7.88 has no time for it */

        if (f->tls_started) {
            ngx_uptime_fetch_collect_add(&res->connect_us, f->opened,
                                         f->tls_started);
            res->stage = NGX_UPTIME_STAGE_TLS;
        }

        return;
    }

    ngx_uptime_fetch_collect_add(&res->connect_us, lookup, connected);

    if (f->url.scheme.len == sizeof("https") - 1) {
        res->stage = NGX_UPTIME_STAGE_TLS;

        if (tls == 0) {
            return;
        }

        ngx_uptime_fetch_collect_add(&res->tls_us, connected, tls);
    }

    res->stage = NGX_UPTIME_STAGE_WAIT;

    if (first == 0 || sent == 0) {
        return;
    }

    ngx_uptime_fetch_collect_add(&res->ttfb_us, sent, first);

    res->stage = NGX_UPTIME_STAGE_BODY;
}


static void
ngx_uptime_fetch_collect_add(int64_t *sum, curl_off_t from, curl_off_t to)
{
    if (*sum < 0) {
        *sum = 0;
    }

    if (to > from) {
        *sum += to - from;
    }
}


/* The earliest end among the hops' own certificates. */

static void
ngx_uptime_fetch_collect_cert(ngx_uptime_fetch_t *f)
{
    int64_t  t;

    t = f->tls.expires;

    if (t > 0 && (f->result.cert_expires_at == 0
                  || t < f->result.cert_expires_at))
    {
        f->result.cert_expires_at = t;
    }
}


static void
ngx_uptime_fetch_collect_tls(ngx_uptime_fetch_t *f)
{
    long                  n;
    ngx_uptime_result_t  *res;

    res = &f->result;

    if (res->code != CURLE_PEER_FAILED_VERIFICATION) {
        if (res->code == CURLE_SSL_CONNECT_ERROR
            || res->code == CURLE_SSL_CIPHER)
        {
            res->tls = NGX_UPTIME_TLS_HANDSHAKE;
        }

        return;
    }

    n = X509_V_OK;
    (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_SSL_VERIFYRESULT, &n);

    switch (n) {

    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
        /*
         * The chain is right, so it is libcurl's own check of the name.  The
         * second is what 7.88 begins with and has not replaced by then.
         */
        res->tls = NGX_UPTIME_TLS_HOSTNAME;
        break;

    case X509_V_ERR_OUT_OF_MEM:
        res->own = NGX_UPTIME_OWN_RESOURCES;
        break;

    case X509_V_ERR_CERT_HAS_EXPIRED:
        res->tls = NGX_UPTIME_TLS_EXPIRED;
        break;

    default:
        res->tls = NGX_UPTIME_TLS_UNTRUSTED;
        break;
    }
}


static void
ngx_uptime_fetch_collect_own(ngx_uptime_fetch_t *f)
{
    ngx_uptime_result_t  *res;

    res = &f->result;

    if (f->open_errno) {
        res->own = ngx_uptime_guard_own_socket(f->open_errno);
        return;
    }

    /* nobody told libcurl of an answer, or so late that it was none */

    if (f->transfer.unwatched) {
        res->own = NGX_UPTIME_OWN_RESOURCES;
        return;
    }

    switch (res->code) {

    case CURLE_OUT_OF_MEMORY:
        /* also what an endless header line from the target ends in */
        if (res->stage != NGX_UPTIME_STAGE_BODY) {
            res->own = NGX_UPTIME_OWN_RESOURCES;
        }
        return;

    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_INITFAILED:
        res->own = NGX_UPTIME_OWN_RESOURCES;
        return;

    case CURLE_COULDNT_RESOLVE_HOST:
        /* the pin did not hold: not the target's fault */
        res->own = NGX_UPTIME_OWN_RESOURCES;
        return;

    case CURLE_OPERATION_TIMEDOUT:
        /* not by sys_errno, that is of an earlier address, perhaps */
        ngx_uptime_guard_silence(res, &f->resolve);
        return;

    case CURLE_COULDNT_CONNECT:
        res->own = ngx_uptime_guard_own_connect(res->sys_errno,
                                                f->resolve.addrs,
                                                f->resolve.naddrs);
        return;
    }
}
