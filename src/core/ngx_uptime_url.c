
/*
 * Target URLs.  libcurl's parser does the parsing, because it is the one
 * that will fetch: two parsers that disagree about a URL are a way round the
 * address policy.  What it is generous about is refused here, before
 * (ngx_uptime_url_precheck) or after (ngx_uptime_url_normalise).  Pure; both
 * processes use it.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_uptime_host.h"
#include "ngx_uptime_url.h"


/* more than what users may enter (NGX_UPTIME_MAX_URL) */
#define NGX_UPTIME_URL_TEXT_MAX      8192

/* a redirect: all that a head may hold, 64 KiB, each byte of it escaped */
#define NGX_UPTIME_URL_REDIRECT_MAX  196608


static ngx_uptime_url_err_e ngx_uptime_url_precheck(const ngx_str_t *text,
    ngx_uint_t relative);
static ngx_uptime_url_err_e ngx_uptime_url_precheck_scheme(
    const ngx_str_t *text, size_t len, ngx_uint_t relative);
static ngx_uptime_url_err_e ngx_uptime_url_normalise(ngx_pool_t *pool,
    CURLU *u, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_anonymous(CURLU *u);
static ngx_uptime_url_err_e ngx_uptime_url_host(ngx_pool_t *pool, CURLU *u,
    ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_port(ngx_pool_t *pool, CURLU *u,
    ngx_uptime_url_t *url, ngx_uint_t http);
static ngx_uptime_url_err_e ngx_uptime_url_absent(CURLU *u, CURLUPart part,
    ngx_uptime_url_err_e present);
static ngx_uptime_url_err_e ngx_uptime_url_set(CURLU *u, CURLUPart part,
    ngx_pool_t *pool, const ngx_str_t *value);
static ngx_uptime_url_err_e ngx_uptime_url_get(ngx_pool_t *pool, CURLU *u,
    CURLUPart part, unsigned flags, ngx_str_t *value);
static ngx_uptime_url_err_e ngx_uptime_url_error(CURLUcode code);


ngx_uptime_url_err_e
ngx_uptime_url_parse(ngx_pool_t *pool, const ngx_str_t *text,
    const ngx_uptime_url_t *base, ngx_uptime_url_t *url)
{
    CURLU                 *u;
    ngx_uptime_url_err_e   err;

    ngx_memzero(url, sizeof(ngx_uptime_url_t));

    err = ngx_uptime_url_precheck(text, base != NULL);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    u = curl_url();
    if (u == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    if (base != NULL) {
        err = ngx_uptime_url_set(u, CURLUPART_URL, pool, &base->text);
    }

    if (err == NGX_UPTIME_URL_OK) {
        err = ngx_uptime_url_set(u, CURLUPART_URL, pool, text);
    }

    if (err == NGX_UPTIME_URL_OK) {
        err = ngx_uptime_url_normalise(pool, u, url);
    }

    curl_url_cleanup(u);

    return err;
}


/* It goes through the same parser as the authority of a URL. */

ngx_uptime_url_err_e
ngx_uptime_url_authority(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url)
{
    u_char                *p;
    size_t                 i;
    CURLU                 *u;
    ngx_str_t              http;
    ngx_uptime_url_err_e   err;

    for (i = 0; i < text->len; i++) {
        if (ngx_strchr("/\\?#", text->data[i]) != NULL) {
            return NGX_UPTIME_URL_HOST;
        }
    }

    http.len = sizeof("http:///") - 1 + text->len;
    http.data = ngx_pnalloc(pool, http.len);
    if (http.data == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    p = ngx_cpymem(http.data, "http://", sizeof("http://") - 1);
    p = ngx_cpymem(p, text->data, text->len);
    *p = '/';

    err = ngx_uptime_url_precheck(&http, 0);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    u = curl_url();
    if (u == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    err = ngx_uptime_url_set(u, CURLUPART_URL, pool, &http);

    if (err == NGX_UPTIME_URL_OK) {
        err = ngx_uptime_url_anonymous(u);
    }

    if (err == NGX_UPTIME_URL_OK) {
        err = ngx_uptime_url_host(pool, u, url);
    }

    if (err == NGX_UPTIME_URL_OK) {
        err = ngx_uptime_url_port(pool, u, url, 0);
    }

    curl_url_cleanup(u);

    return err;
}


ngx_uint_t
ngx_uptime_url_same_origin(const ngx_uptime_url_t *a,
    const ngx_uptime_url_t *b)
{
    return a->port == b->port
           && a->scheme.len == b->scheme.len
           && ngx_memcmp(a->scheme.data, b->scheme.data, a->scheme.len) == 0
           && a->host.len == b->host.len
           && ngx_memcmp(a->host.data, b->host.data, a->host.len) == 0;
}


static ngx_uptime_url_err_e
ngx_uptime_url_precheck(const ngx_str_t *text, ngx_uint_t relative)
{
    u_char  ch;
    size_t  i, n, max;

    max = relative ? NGX_UPTIME_URL_REDIRECT_MAX : NGX_UPTIME_URL_TEXT_MAX;

    if (text->len == 0 || text->len > max) {
        return NGX_UPTIME_URL_MALFORMED;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] <= 0x20 || text->data[i] == 0x7f) {
            return NGX_UPTIME_URL_CONTROL;
        }
    }

    /* a scheme in the sense of RFC 3986 */

    for (n = 0; n < text->len; n++) {
        ch = text->data[n] | 0x20;

        if (ch >= 'a' && ch <= 'z') {
            continue;
        }

        ch = text->data[n];

        if (n > 0 && ((ch >= '0' && ch <= '9') || ch == '+' || ch == '-'
                      || ch == '.'))
        {
            continue;
        }

        break;
    }

    if (n > 0 && n < text->len && text->data[n] == ':') {
        return ngx_uptime_url_precheck_scheme(text, n, relative);
    }

    if (!relative) {
        return NGX_UPTIME_URL_MALFORMED;
    }

    /* libcurl takes "///host" as it takes "//host" */

    if (text->len >= 3 && ngx_strncmp(text->data, "///", 3) == 0) {
        return NGX_UPTIME_URL_MALFORMED;
    }

    return NGX_UPTIME_URL_OK;
}


/* The text starts with a scheme of len bytes and a colon. */

static ngx_uptime_url_err_e
ngx_uptime_url_precheck_scheme(const ngx_str_t *text, size_t len,
    ngx_uint_t relative)
{
    size_t   rest;
    u_char  *p;

    p = text->data + len + 1;
    rest = text->len - len - 1;

    if ((len == 4 && ngx_strncasecmp(text->data, (u_char *) "http", 4) == 0)
        || (len == 5
            && ngx_strncasecmp(text->data, (u_char *) "https", 5) == 0))
    {
        /* libcurl also takes one or three slashes */

        if (rest < 3 || p[0] != '/' || p[1] != '/' || p[2] == '/') {
            return NGX_UPTIME_URL_MALFORMED;
        }

        return NGX_UPTIME_URL_OK;
    }

    /* "example.com:8080" has no scheme although it looks as if it had */

    if (!relative && rest > 0 && p[0] >= '0' && p[0] <= '9') {
        return NGX_UPTIME_URL_MALFORMED;
    }

    return NGX_UPTIME_URL_SCHEME;
}


static ngx_uptime_url_err_e
ngx_uptime_url_normalise(ngx_pool_t *pool, CURLU *u, ngx_uptime_url_t *url)
{
    ngx_uptime_url_err_e  err;

    err = ngx_uptime_url_get(pool, u, CURLUPART_SCHEME, 0, &url->scheme);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    ngx_strlow(url->scheme.data, url->scheme.data, url->scheme.len);

    if (ngx_strcmp(url->scheme.data, "http") != 0
        && ngx_strcmp(url->scheme.data, "https") != 0)
    {
        return NGX_UPTIME_URL_SCHEME;
    }

    err = ngx_uptime_url_anonymous(u);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    err = ngx_uptime_url_host(pool, u, url);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    err = ngx_uptime_url_port(pool, u, url, 1);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    (void) curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);

    return ngx_uptime_url_get(pool, u, CURLUPART_URL, CURLU_NO_DEFAULT_PORT,
                              &url->text);
}


/* "http://@host/" has a user name too, an empty one. */

static ngx_uptime_url_err_e
ngx_uptime_url_anonymous(CURLU *u)
{
    ngx_uint_t             i;
    ngx_uptime_url_err_e   err;

    static const CURLUPart  forbidden[] = {
        CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS
    };

    err = NGX_UPTIME_URL_OK;

    for (i = 0; i < 3 && err == NGX_UPTIME_URL_OK; i++) {
        err = ngx_uptime_url_absent(u, forbidden[i],
                                    NGX_UPTIME_URL_CREDENTIALS);
    }

    return err;
}


/* The host in our form goes back into u, so that url->text agrees. */

static ngx_uptime_url_err_e
ngx_uptime_url_host(ngx_pool_t *pool, CURLU *u, ngx_uptime_url_t *url)
{
    u_char                *p;
    ngx_int_t              rc;
    ngx_str_t              value;
    ngx_uptime_url_err_e   err;

    err = ngx_uptime_url_absent(u, CURLUPART_ZONEID, NGX_UPTIME_URL_HOST);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    err = ngx_uptime_url_get(pool, u, CURLUPART_HOST, 0, &url->host);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    if (url->host.len > 0 && url->host.data[0] == '[') {
        rc = ngx_uptime_host_ipv6(pool, &url->host);
        if (rc != NGX_OK) {
            return (rc == NGX_ERROR) ? NGX_UPTIME_URL_NO_MEMORY
                                     : NGX_UPTIME_URL_HOST;
        }

        url->literal = 1;

        value.data = ngx_pnalloc(pool, url->host.len + 3);
        if (value.data == NULL) {
            return NGX_UPTIME_URL_NO_MEMORY;
        }

        p = value.data;
        *p++ = '[';
        p = ngx_cpymem(p, url->host.data, url->host.len);
        *p++ = ']';
        *p = '\0';
        value.len = p - value.data;

        return ngx_uptime_url_set(u, CURLUPART_HOST, pool, &value);
    }

    rc = ngx_uptime_host_normalise(&url->host);
    if (rc == NGX_DECLINED) {
        return NGX_UPTIME_URL_HOST;
    }

    url->literal = (rc == NGX_DONE);

    return ngx_uptime_url_set(u, CURLUPART_HOST, pool, &url->host);
}


/* http: the scheme has a port of its own.  Otherwise 0: none was given. */

static ngx_uptime_url_err_e
ngx_uptime_url_port(ngx_pool_t *pool, CURLU *u, ngx_uptime_url_t *url,
    ngx_uint_t http)
{
    ngx_int_t              port;
    ngx_str_t              value;
    ngx_uptime_url_err_e   err;

    if (!http
        && ngx_uptime_url_absent(u, CURLUPART_PORT, NGX_UPTIME_URL_PORT)
           == NGX_UPTIME_URL_OK)
    {
        return NGX_UPTIME_URL_OK;
    }

    err = ngx_uptime_url_get(pool, u, CURLUPART_PORT, CURLU_DEFAULT_PORT,
                             &value);
    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    port = ngx_atoi(value.data, value.len);

    if (port == NGX_ERROR || port > 65535) {
        return NGX_UPTIME_URL_MALFORMED;
    }

    if (ngx_uptime_url_port_refused(port, http)) {
        return NGX_UPTIME_URL_PORT;
    }

    url->port = (in_port_t) port;

    return NGX_UPTIME_URL_OK;
}


/* NGX_UPTIME_URL_OK if the URL lacks the part, "present" if it has it. */

static ngx_uptime_url_err_e
ngx_uptime_url_absent(CURLU *u, CURLUPart part, ngx_uptime_url_err_e present)
{
    char       *part_text;
    CURLUcode   rc;

    rc = curl_url_get(u, part, &part_text, 0);

    if (rc == CURLUE_OK) {
        curl_free(part_text);
        return present;
    }

    return (rc == CURLUE_OUT_OF_MEMORY) ? NGX_UPTIME_URL_NO_MEMORY
                                        : NGX_UPTIME_URL_OK;
}


/* value->data need not be NUL-terminated; the precheck keeps NUL out. */

static ngx_uptime_url_err_e
ngx_uptime_url_set(CURLU *u, CURLUPart part, ngx_pool_t *pool,
    const ngx_str_t *value)
{
    u_char  *p;

    p = ngx_pnalloc(pool, value->len + 1);
    if (p == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    ngx_memcpy(p, value->data, value->len);
    p[value->len] = '\0';

    /* raw non-ASCII bytes in path and query become percent escapes */

    return ngx_uptime_url_error(curl_url_set(u, part, (char *) p,
                                             (part == CURLUPART_URL)
                                             ? CURLU_URLENCODE : 0));
}


/* Copies a part into the pool, NUL-terminated. */

static ngx_uptime_url_err_e
ngx_uptime_url_get(ngx_pool_t *pool, CURLU *u, CURLUPart part,
    unsigned flags, ngx_str_t *value)
{
    char       *part_text;
    CURLUcode   rc;

    rc = curl_url_get(u, part, &part_text, flags);
    if (rc != CURLUE_OK) {
        return ngx_uptime_url_error(rc);
    }

    value->len = ngx_strlen(part_text);
    value->data = ngx_pnalloc(pool, value->len + 1);

    if (value->data != NULL) {
        ngx_memcpy(value->data, part_text, value->len + 1);
    }

    curl_free(part_text);

    return (value->data != NULL) ? NGX_UPTIME_URL_OK
                                 : NGX_UPTIME_URL_NO_MEMORY;
}


static ngx_uptime_url_err_e
ngx_uptime_url_error(CURLUcode code)
{
    switch (code) {

    case CURLUE_OK:
        return NGX_UPTIME_URL_OK;

    case CURLUE_OUT_OF_MEMORY:
        return NGX_UPTIME_URL_NO_MEMORY;

    case CURLUE_NO_HOST:
    case CURLUE_BAD_HOSTNAME:
    case CURLUE_BAD_IPV6:
        return NGX_UPTIME_URL_HOST;

    case CURLUE_UNSUPPORTED_SCHEME:
        return NGX_UPTIME_URL_SCHEME;

    default:
        return NGX_UPTIME_URL_MALFORMED;
    }
}
