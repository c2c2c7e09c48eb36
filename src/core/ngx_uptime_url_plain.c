
/*
 * The short way for URLs that nearly all monitors have: plain letters that
 * every parser reads alike and that are their own normal form.  A fifth of
 * what a check costs besides libcurl's own work was libcurl's parser.  What
 * is not quite plain is declined and goes the long way; t/unit/test_plain.c
 * and the fuzzer compare both.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime.h"
#include "ngx_uptime_url.h"


static ngx_int_t ngx_uptime_url_plain_copy(ngx_pool_t *pool,
    const ngx_str_t *text, ngx_uptime_url_t *url);
static u_char *ngx_uptime_url_plain_host(u_char *p, u_char *last,
    ngx_uptime_url_t *url);
static u_char *ngx_uptime_url_plain_quad(u_char *p, u_char *last);
static u_char *ngx_uptime_url_plain_name(u_char *p, u_char *last);
static u_char *ngx_uptime_url_plain_port(u_char *p, u_char *last,
    ngx_uptime_url_t *url);
static ngx_int_t ngx_uptime_url_plain_path(u_char *p, u_char *last);


ngx_int_t
ngx_uptime_url_plain(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url)
{
    u_char     *p, *last;
    in_port_t   port;

    ngx_memzero(url, sizeof(ngx_uptime_url_t));

    if (text->len < sizeof("http://a/") - 1
        || text->len > NGX_UPTIME_MAX_URL)
    {
        return NGX_DECLINED;
    }

    p = text->data;
    last = p + text->len;

    if (ngx_strncmp(p, "http://", 7) == 0) {
        ngx_str_set(&url->scheme, "http");
        p += 7;
        port = 80;

    } else if (ngx_strncmp(p, "https://", 8) == 0) {
        ngx_str_set(&url->scheme, "https");
        p += 8;
        port = 443;

    } else {
        return NGX_DECLINED;
    }

    url->host.data = p;

    p = ngx_uptime_url_plain_host(p, last, url);

    if (p == NULL) {
        return NGX_DECLINED;
    }

    url->host.len = p - url->host.data;
    url->port = port;

    if (p < last && *p == ':') {
        p = ngx_uptime_url_plain_port(p + 1, last, url);

        /* the scheme's own is not part of the normal form */

        if (p == NULL || url->port == port) {
            return NGX_DECLINED;
        }
    }

    if (ngx_uptime_url_port_refused(url->port, 1)
        || ngx_uptime_url_plain_path(p, last) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return ngx_uptime_url_plain_copy(pool, text, url);
}


static ngx_int_t
ngx_uptime_url_plain_copy(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url)
{
    u_char  *p;

    p = ngx_pnalloc(pool, text->len + 1 + url->host.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->text.data = p;
    url->text.len = text->len;
    p = ngx_cpymem(p, text->data, text->len);
    *p++ = '\0';

    ngx_memcpy(p, url->host.data, url->host.len);
    url->host.data = p;
    p[url->host.len] = '\0';

    return NGX_OK;
}


/* The first byte after the host; NULL: not plain. */

static u_char *
ngx_uptime_url_plain_host(u_char *p, u_char *last, ngx_uptime_url_t *url)
{
    u_char  *end;

    end = ngx_uptime_url_plain_quad(p, last);

    if (end != NULL) {
        url->literal = 1;
        return end;
    }

    return ngx_uptime_url_plain_name(p, last);
}


/* Four decimal numbers, each in its shortest form. */

static u_char *
ngx_uptime_url_plain_quad(u_char *p, u_char *last)
{
    u_char      *start;
    ngx_uint_t   i, n;

    for (i = 0; i < 4; i++) {

        if (i > 0 && (p == last || *p++ != '.')) {
            return NULL;
        }

        n = 0;
        start = p;

        while (p < last && p - start < 3 && *p >= '0' && *p <= '9') {
            n = n * 10 + (*p++ - '0');
        }

        if (p == start || n > 255 || (*start == '0' && p - start > 1)) {
            return NULL;
        }
    }

    if (p < last && *p != ':' && *p != '/') {
        return NULL;
    }

    return p;
}


/* Labels of letters, digits and hyphens; the last one begins with a letter. */

static u_char *
ngx_uptime_url_plain_name(u_char *p, u_char *last)
{
    u_char  *start, *label;

    start = p;
    label = p;

    for ( /* void */ ; p < last && *p != ':' && *p != '/'; p++) {

        if (*p == '.') {

            if (p == label) {
                return NULL;
            }

            label = p + 1;
            continue;
        }

        if (p - label == 63
            || !((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
                 || *p == '-'))
        {
            return NULL;
        }
    }

    if (p == label || *label < 'a' || *label > 'z' || p - start > 253) {
        return NULL;
    }

    return p;
}


static u_char *
ngx_uptime_url_plain_port(u_char *p, u_char *last, ngx_uptime_url_t *url)
{
    u_char      *start;
    ngx_uint_t   n;

    n = 0;
    start = p;

    while (p < last && p - start < 5 && *p >= '0' && *p <= '9') {
        n = n * 10 + (*p++ - '0');
    }

    if (p == start || *start == '0' || n > 65535) {
        return NULL;
    }

    url->port = (in_port_t) n;

    return p;
}


/* "/path?query" of letters that nobody escapes, without "/." and "//". */

static ngx_int_t
ngx_uptime_url_plain_path(u_char *p, u_char *last)
{
    ngx_uint_t  query;

    if (p == last || *p != '/') {
        return NGX_DECLINED;
    }

    query = 0;

    for (p++; p < last; p++) {

        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
            || (*p >= '0' && *p <= '9') || *p == '-' || *p == '_')
        {
            continue;
        }

        if (query) {

            if (*p == '=' || *p == '&' || *p == '.') {
                continue;
            }

            return NGX_DECLINED;
        }

        switch (*p) {

        case '.':
        case '/':
            if (p[-1] == '/') {
                return NGX_DECLINED;
            }
            break;

        case '?':
            if (p + 1 == last) {
                return NGX_DECLINED;
            }
            query = 1;
            break;

        default:
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}
