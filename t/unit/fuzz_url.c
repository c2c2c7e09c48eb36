
/*
 * Whatever is accepted must be its own normal form, as we and as libcurl see
 * it, and hold nothing that the page docs/address-guard.md refuses.  The
 * first byte chooses whether the text is relative to a base.
 *
 * sources: src/core/ngx_uptime_url_rules.c src/core/ngx_uptime_url_target.c
 * sources: src/core/ngx_uptime_url.c src/core/ngx_uptime_host.c
 * sources: src/core/ngx_uptime_addr.c src/core/ngx_uptime_url_plain.c
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include <curl/curl.h>

#include "ngx_uptime_addr.h"
#include "ngx_uptime_url.h"


static void judge_plain(ngx_pool_t *pool, const ngx_str_t *text);
static void judge_target(ngx_pool_t *pool, const ngx_str_t *text);
static void judge(ngx_pool_t *pool, const ngx_uptime_url_t *url);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_str_t          text;
    ngx_pool_t        *pool;
    ngx_uptime_url_t   base, url;

    static const ngx_str_t  start =
        ngx_string("https://example.com:8443/a/b?c");

    if (size == 0) {
        return 0;
    }

    text.data = (u_char *) data + 1;
    text.len = size - 1;

    pool = ngx_stub_pool();

    require(ngx_uptime_url_parse(pool, &start, NULL, &base)
            == NGX_UPTIME_URL_OK);

    judge_plain(pool, &text);

    if (data[0] & 2) {
        judge_target(pool, &text);

    } else if (ngx_uptime_url_parse(pool, &text,
                                    (data[0] & 1) ? &base : NULL, &url)
        == NGX_UPTIME_URL_OK)
    {
        judge(pool, &url);
    }

    ngx_destroy_pool(pool);

    return 0;
}


/* The short way and the long way come to the same. */

static void
judge_plain(ngx_pool_t *pool, const ngx_str_t *text)
{
    ngx_uptime_url_t  plain, url;

    if (ngx_uptime_url_plain(pool, text, &plain) != NGX_OK) {
        return;
    }

    require(ngx_uptime_url_parse(pool, text, NULL, &url)
            == NGX_UPTIME_URL_OK);
    require(plain.text.len == url.text.len
            && strcmp((char *) plain.text.data, (char *) url.text.data) == 0
            && strcmp((char *) plain.host.data, (char *) url.host.data) == 0
            && plain.literal == url.literal
            && ngx_uptime_url_same_origin(&plain, &url));
}


/* What is accepted is its own normal form, whatever its kind. */

static void
judge_target(ngx_pool_t *pool, const ngx_str_t *text)
{
    ngx_uptime_url_t          url, again;
    ngx_uptime_addr_policy_t  policy = { NULL, NULL };

    if (ngx_uptime_url_target(pool, text, &url) != NGX_UPTIME_URL_OK) {
        return;
    }

    if (url.scheme.len >= 4 && memcmp(url.scheme.data, "http", 4) == 0) {
        judge(pool, &url);
        return;
    }

    require(ngx_uptime_url_target(pool, &url.text, &again)
            == NGX_UPTIME_URL_OK);
    require(again.text.len == url.text.len
            && memcmp(again.text.data, url.text.data, url.text.len) == 0
            && again.literal == url.literal && again.record == url.record
            && again.name.len == url.name.len
            && ngx_uptime_url_same_origin(&again, &url));

    if (url.host.len) {
        require((ngx_uptime_addr_check_literal(&policy, &url.host)
                 == NGX_ABORT)
                == !url.literal);
    }
}


static void
judge(ngx_pool_t *pool, const ngx_uptime_url_t *url)
{
    char                      *host;
    size_t                     i, len;
    CURLU                     *u;
    ngx_int_t                  rc;
    ngx_uptime_url_t           again;
    ngx_uptime_url_err_e       err;
    ngx_uptime_addr_policy_t   policy = { NULL, NULL };

    for (i = 0; i < url->text.len; i++) {
        require(url->text.data[i] > 0x20 && url->text.data[i] < 0x7f
                && url->text.data[i] != '#');
    }

    /* percent escapes can make the normal form too long for another turn */

    err = ngx_uptime_url_parse(pool, &url->text, NULL, &again);

    if (url->text.len <= 8192) {
        require(err == NGX_UPTIME_URL_OK
                && again.text.len == url->text.len
                && memcmp(again.text.data, url->text.data, again.text.len)
                   == 0
                && again.literal == url->literal
                && ngx_uptime_url_same_origin(&again, url));
    }

    rc = ngx_uptime_addr_check_literal(&policy, &url->host);
    require((rc == NGX_ABORT) == !url->literal);

    /* what libcurl will connect to is the host that we judge */

    u = curl_url();
    require(curl_url_set(u, CURLUPART_URL, (char *) url->text.data, 0)
            == CURLUE_OK);
    require(curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK);

    len = strlen(host);

    if (host[0] == '[') {
        host[--len] = '\0';
        require(strcmp(host + 1, (char *) url->host.data) == 0);

    } else {
        require(strcmp(host, (char *) url->host.data) == 0);
    }

    curl_free(host);
    curl_url_cleanup(u);
}
