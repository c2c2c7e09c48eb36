
/*
 * A name for TLS that is not the URL's host.  libcurl sends and verifies the
 * host of its URL, so it gets a URL with that name, pinned to the addresses
 * of the real host, and the Host field of the real one.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_fetch.h"


#define NGX_UPTIME_FETCH_HTTPS  (sizeof("https://") - 1)


static ngx_uint_t ngx_uptime_fetch_named(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_fetch_name_blanks(ngx_uptime_fetch_t *f,
    const char *value, ngx_str_t *location);
static u_char *ngx_uptime_fetch_name_rest(ngx_uptime_fetch_t *f);


ngx_int_t
ngx_uptime_fetch_name(ngx_uptime_fetch_t *f)
{
    u_char     *p, *rest;
    ngx_str_t  *name;

    f->name = f->url.host;
    f->text = f->url.text.data;

    if (!ngx_uptime_fetch_named(f)) {
        return NGX_OK;
    }

    name = &f->request.tls_name;

    f->name = *name;
    f->text = ngx_pnalloc(f->pool, name->len + f->url.text.len
                                   + sizeof("https://:65535"));
    if (f->text == NULL) {
        return NGX_ERROR;
    }

    rest = ngx_uptime_fetch_name_rest(f);

    p = ngx_sprintf(f->text, "https://%V:%ui", name, (ngx_uint_t) f->url.port);

    ngx_memcpy(p, rest, f->url.text.data + f->url.text.len - rest);
    p += f->url.text.data + f->url.text.len - rest;
    *p = '\0';

    return NGX_OK;
}


ngx_int_t
ngx_uptime_fetch_name_host(ngx_uptime_fetch_t *f, ngx_str_t *line)
{
    u_char  *from;
    size_t   len;

    if (!ngx_uptime_fetch_named(f)) {
        return NGX_DECLINED;
    }

    /* the authority as it is in the URL, brackets and all */

    from = f->url.text.data + NGX_UPTIME_FETCH_HTTPS;
    len = ngx_uptime_fetch_name_rest(f) - from;

    line->data = ngx_pnalloc(f->pool, sizeof("Host: ") + len);
    if (line->data == NULL) {
        return NGX_ERROR;
    }

    line->len = ngx_sprintf(line->data, "Host: %*s%Z", len, from)
                - line->data - 1;

    return NGX_OK;
}


/*
 * libcurl resolves a relative reference with its own URL, which is not ours
 * if there is another name in it.
 */

ngx_int_t
ngx_uptime_fetch_location(ngx_uptime_fetch_t *f, ngx_str_t *location)
{
    char                *url;
    struct curl_header  *field;

    url = NULL;

    if (curl_easy_getinfo(f->transfer.easy, CURLINFO_REDIRECT_URL, &url)
        != CURLE_OK
        || url == NULL)
    {
        return NGX_DECLINED;
    }

    if (ngx_uptime_fetch_named(f)
        && curl_easy_header(f->transfer.easy, "Location", 0, CURLH_HEADER, -1,
                            &field)
           == CURLHE_OK)
    {
        return ngx_uptime_fetch_name_blanks(f, field->value, location);
    }

    location->data = (u_char *) url;
    location->len = ngx_strlen(url);

    return NGX_OK;
}


/* As libcurl has them in what it resolves itself; a host has none. */

static ngx_int_t
ngx_uptime_fetch_name_blanks(ngx_uptime_fetch_t *f, const char *value,
    ngx_str_t *location)
{
    u_char      *p;
    ngx_uint_t   query;

    p = ngx_pnalloc(f->pool, 3 * ngx_strlen(value) + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    location->data = p;
    query = 0;

    for ( /* void */ ; *value; value++) {

        if (*value != ' ') {
            query |= (*value == '?');
            *p++ = (u_char) *value;

        } else if (query) {
            *p++ = '+';

        } else {
            p = ngx_cpymem(p, "%20", 3);
        }
    }

    *p = '\0';
    location->len = p - location->data;

    return NGX_OK;
}


/* What a user wrote for one origin is not for another one. */

static ngx_uint_t
ngx_uptime_fetch_named(ngx_uptime_fetch_t *f)
{
    return f->request.tls_name.len != 0
           && !f->foreign
           && f->url.scheme.len == sizeof("https") - 1;
}


/* Behind the authority; the normal form of a URL always has a path. */

static u_char *
ngx_uptime_fetch_name_rest(ngx_uptime_fetch_t *f)
{
    u_char  *p;

    for (p = f->url.text.data + NGX_UPTIME_FETCH_HTTPS; *p != '/'; p++) {
        /* void */
    }

    return p;
}


ngx_uptime_url_err_e
ngx_uptime_fetch_service(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url)
{
    u_char                *p;
    ngx_uptime_url_err_e   err;

    err = ngx_uptime_url_target(pool, text, url);

    if (err != NGX_UPTIME_URL_OK) {
        return err;
    }

    if (ngx_strncmp(url->text.data, "tls:", 4) != 0) {
        return NGX_UPTIME_URL_MALFORMED;
    }

    p = ngx_pnalloc(pool, url->text.len + sizeof("https/") - 3);
    if (p == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    url->text.len = ngx_sprintf(p, "https%s/%Z", url->text.data + 3) - p - 1;
    url->text.data = p;

    ngx_str_set(&url->scheme, "https");

    return NGX_UPTIME_URL_OK;
}
