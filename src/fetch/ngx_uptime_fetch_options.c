
/*
 * The options of libcurl's handle for a hop.  Everything that libcurl might
 * do by itself is switched off: names, redirects, proxies, cookies, files,
 * roots of trust.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime.h"
#include "ngx_uptime_fetch.h"


/* libcurl's default is 16 KiB, for each check in flight */
#define NGX_UPTIME_FETCH_BUFFER  4096L


static ngx_int_t ngx_uptime_fetch_options_request(ngx_uptime_fetch_t *f);
static ngx_uint_t ngx_uptime_fetch_options_body(const ngx_str_t *method);
static ngx_int_t ngx_uptime_fetch_options_tls(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_fetch_options_resume(ngx_uptime_fetch_t *f);
static CURLcode ngx_uptime_fetch_options_ssl(CURL *easy, void *ctx,
    void *data);
static curl_socket_t ngx_uptime_fetch_options_socket(void *data,
    curlsocktype purpose, struct curl_sockaddr *address);


ngx_int_t
ngx_uptime_fetch_options(ngx_uptime_fetch_t *f, long msec)
{
    CURL      *e;
    CURLcode   rc;

    e = f->transfer.easy;
    rc = CURLE_OK;

#define ngx_uptime_set(option, value)                                         \
    if (rc == CURLE_OK) {                                                     \
        rc = curl_easy_setopt(e, option, value);                              \
    }

    if (f->share != NULL) {
        ngx_uptime_set(CURLOPT_SHARE, f->share);

    } else {
        /* the multi handle's, of addresses only, which stay for nobody */
        ngx_uptime_set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    }

    ngx_uptime_set(CURLOPT_URL, (char *) f->text);
    ngx_uptime_set(CURLOPT_TIMEOUT_MS, msec);
    ngx_uptime_set(CURLOPT_NOSIGNAL, 1L);
    ngx_uptime_set(CURLOPT_BUFFERSIZE, NGX_UPTIME_FETCH_BUFFER);

    ngx_uptime_set(CURLOPT_PROTOCOLS_STR, "http,https");
    ngx_uptime_set(CURLOPT_FOLLOWLOCATION, 0L);
    ngx_uptime_set(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    ngx_uptime_set(CURLOPT_PROXY, "");
    ngx_uptime_set(CURLOPT_NOPROXY, "*");
    ngx_uptime_set(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
    ngx_uptime_set(CURLOPT_RESOLVE, f->pin);
    ngx_uptime_set(CURLOPT_FRESH_CONNECT, 1L);
    ngx_uptime_set(CURLOPT_FORBID_REUSE, 1L);
    ngx_uptime_set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    ngx_uptime_set(CURLOPT_OPENSOCKETFUNCTION, ngx_uptime_fetch_options_socket);
    ngx_uptime_set(CURLOPT_OPENSOCKETDATA, f);
    ngx_uptime_set(CURLOPT_WRITEFUNCTION, ngx_uptime_fetch_hop_body);
    ngx_uptime_set(CURLOPT_WRITEDATA, f);

    if (rc != CURLE_OK
        || (f->url.scheme.len == sizeof("https") - 1
            && ngx_uptime_fetch_options_tls(f) != NGX_OK))
    {
        return NGX_ERROR;
    }

    return ngx_uptime_fetch_options_request(f);
}


static ngx_int_t
ngx_uptime_fetch_options_tls(ngx_uptime_fetch_t *f)
{
    CURL                        *e;
    CURLcode                     rc;
    ngx_uptime_fetch_request_t  *r;

    e = f->transfer.easy;
    r = &f->request;
    rc = CURLE_OK;

    ngx_memzero(&f->tls, sizeof(ngx_uptime_tls_peer_t));

    f->tls.verify = r->verify_tls;
    f->tls.evidence = r->evidence;

    if (r->tls_resume && ngx_uptime_fetch_options_resume(f) != NGX_OK) {
        return NGX_ERROR;
    }

    /*
     * The roots are in the store of the process: libcurl would read them
     * for each connection, since a CApath, and Debian's libcurl has one
     * built in, switches its cache off.
     */

    ngx_uptime_set(CURLOPT_CAPATH, NULL);
    ngx_uptime_set(CURLOPT_CAINFO, NULL);
    ngx_uptime_set(CURLOPT_SSL_VERIFYPEER, r->verify_tls ? 1L : 0L);
    ngx_uptime_set(CURLOPT_SSL_VERIFYHOST, r->verify_tls ? 2L : 0L);
    ngx_uptime_set(CURLOPT_SSL_CTX_FUNCTION, ngx_uptime_fetch_options_ssl);
    ngx_uptime_set(CURLOPT_SSL_CTX_DATA, f);

    return (rc == CURLE_OK) ? NGX_OK : NGX_ERROR;
}


/* A session is of one monitor, one place and one way to verify. */

static ngx_int_t
ngx_uptime_fetch_options_resume(ngx_uptime_fetch_t *f)
{
    u_char  key[sizeof("-9223372036854775808 1 65535  ")
               + 2 * NGX_UPTIME_MAX_URL],
           *p;

    p = ngx_slprintf(key, key + sizeof(key), "%L %d %d %V %V",
                     f->request.tls_scope, (int) f->tls.verify,
                     (int) f->url.port, &f->url.host, &f->name);

    f->tls.resume = 1;

    return ngx_uptime_tls_key(key, p - key, f->tls.key);
}


/* Connected, and about to say hello. */

static CURLcode
ngx_uptime_fetch_options_ssl(CURL *easy, void *ctx, void *data)
{
    ngx_uptime_fetch_t *f = data;

    f->tls_started = ngx_uptime_fetch_clock();

    if (ngx_uptime_tls_setup(&f->fetcher->tls, ctx, &f->tls) != NGX_OK) {
        return CURLE_FAILED_INIT;
    }

    return CURLE_OK;
}


static ngx_int_t
ngx_uptime_fetch_options_request(ngx_uptime_fetch_t *f)
{
    CURL                        *e;
    CURLcode                     rc;
    ngx_uptime_fetch_request_t  *r;

    e = f->transfer.easy;
    r = &f->request;
    rc = CURLE_OK;

    if (r->connect_only) {
        /* whoever answers need not know HTTP, nor its name in TLS */
        ngx_uptime_set(CURLOPT_CONNECT_ONLY, 1L);
        ngx_uptime_set(CURLOPT_SSL_ENABLE_ALPN, 0L);
    }

    ngx_uptime_set(CURLOPT_HTTPHEADER, f->headers);

    if (ngx_strcmp(r->method.data, "HEAD") == 0) {
        ngx_uptime_set(CURLOPT_NOBODY, 1L);

    } else if (ngx_strcmp(r->method.data, "GET") != 0 || r->body.len) {

        if (r->body.len || ngx_uptime_fetch_options_body(&r->method)) {
            ngx_uptime_set(CURLOPT_POSTFIELDSIZE, (long) r->body.len);
            ngx_uptime_set(CURLOPT_POSTFIELDS,
                           r->body.len ? (char *) r->body.data : "");
        }

        ngx_uptime_set(CURLOPT_CUSTOMREQUEST, (char *) r->method.data);
    }

    return (rc == CURLE_OK) ? NGX_OK : NGX_ERROR;
}


/* RFC 9110, 8.6: those that expect a body tell the length of none, too. */

static ngx_uint_t
ngx_uptime_fetch_options_body(const ngx_str_t *method)
{
    return ngx_strcmp(method->data, "POST") == 0
           || ngx_strcmp(method->data, "PUT") == 0
           || ngx_strcmp(method->data, "PATCH") == 0;
}


/* The last gate: whatever libcurl made of the URL, this is the address. */

static curl_socket_t
ngx_uptime_fetch_options_socket(void *data, curlsocktype purpose,
    struct curl_sockaddr *address)
{
    ngx_uptime_fetch_t *f = data;

    ngx_int_t           rc;
    ngx_socket_t        s;

    rc = NGX_DECLINED;

    if (purpose == CURLSOCKTYPE_IPCXN) {
        rc = ngx_uptime_guard_socket(f->fetcher->policy, &address->addr,
                                     address->socktype, address->protocol, &s);
    }

    if (rc == NGX_OK) {
        return s;
    }

    if (rc == NGX_DECLINED) {
        f->refused = 1;

    } else {
        f->open_errno = ngx_errno;
    }

    return CURL_SOCKET_BAD;
}
