
/*
 * URLs of targets that are not asked over HTTP.  Their hosts go through the
 * same parser as those of http.  Pure; both processes use it.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_host.h"
#include "ngx_uptime_url.h"


#define NGX_UPTIME_URL_DNS_PORT  53


typedef struct {
    ngx_str_t                      scheme;     /* and what always follows    */
    ngx_uptime_url_err_e         (*parse)(ngx_pool_t *pool, ngx_str_t *rest,
                                          ngx_uptime_url_t *url);
} ngx_uptime_url_kind_t;


typedef struct {
    const char                    *name;
    ngx_uint_t                     number;
} ngx_uptime_url_record_t;


static ngx_uptime_url_err_e ngx_uptime_url_service(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_icmp(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uint_t ngx_uptime_url_bare(ngx_str_t *rest);
static ngx_uptime_url_err_e ngx_uptime_url_dns(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_dns_server(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_dns_name(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_dns_query(u_char *p, u_char *last,
    ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_dns_param(u_char *p, size_t len,
    ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_push(ngx_pool_t *pool,
    ngx_str_t *rest, ngx_uptime_url_t *url);
static ngx_uptime_url_err_e ngx_uptime_url_print(ngx_pool_t *pool,
    ngx_uptime_url_t *url);


static const ngx_uptime_url_kind_t  ngx_uptime_url_kinds[] = {
    { ngx_string("tcp://"), ngx_uptime_url_service },
    { ngx_string("tls://"), ngx_uptime_url_service },
    { ngx_string("icmp://"), ngx_uptime_url_icmp },
    { ngx_string("dns:"), ngx_uptime_url_dns },
    { ngx_string("push:"), ngx_uptime_url_push },
    { ngx_null_string, NULL }
};


static const ngx_uptime_url_record_t  ngx_uptime_url_records[] = {
    { "A", 1 },
    { "AAAA", 28 },
    { "CAA", 257 },
    { "CNAME", 5 },
    { "MX", 15 },
    { "NS", 2 },
    { "PTR", 12 },
    { "SOA", 6 },
    { "SRV", 33 },
    { "TXT", 16 },
    { NULL, 0 }
};


ngx_uptime_url_err_e
ngx_uptime_url_target(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url)
{
    size_t                        i, len;
    ngx_str_t                     rest;
    ngx_uptime_url_err_e          err;
    const ngx_uptime_url_kind_t  *kind;

    len = 0;

    for (kind = ngx_uptime_url_kinds; kind->scheme.len; kind++) {
        len = kind->scheme.len;

        if (text->len >= len
            && ngx_strncasecmp(text->data, kind->scheme.data, len) == 0)
        {
            break;
        }
    }

    if (kind->scheme.len == 0) {
        err = ngx_uptime_url_parse(pool, text, NULL, url);
        return (err == NGX_UPTIME_URL_SCHEME) ? NGX_UPTIME_URL_KIND : err;
    }

    ngx_memzero(url, sizeof(ngx_uptime_url_t));
    ngx_str_set(&url->host, "");
    ngx_str_set(&url->name, "");

    for (i = 0; i < text->len; i++) {
        if (text->data[i] <= 0x20 || text->data[i] == 0x7f) {
            return NGX_UPTIME_URL_CONTROL;
        }
    }

    url->scheme.data = kind->scheme.data;

    while (url->scheme.data[url->scheme.len] != ':') {
        url->scheme.len++;
    }

    rest.data = text->data + len;
    rest.len = text->len - len;

    err = kind->parse(pool, &rest, url);

    if (err == NGX_UPTIME_URL_PORT) {
        return NGX_UPTIME_URL_DATA_PORT;
    }

    return (err == NGX_UPTIME_URL_OK) ? ngx_uptime_url_print(pool, url) : err;
}


const char *
ngx_uptime_url_record_name(ngx_uint_t record)
{
    const ngx_uptime_url_record_t  *r;

    for (r = ngx_uptime_url_records; r->name; r++) {
        if (r->number == record) {
            return r->name;
        }
    }

    return NULL;
}


static ngx_uptime_url_err_e
ngx_uptime_url_service(ngx_pool_t *pool, ngx_str_t *rest,
    ngx_uptime_url_t *url)
{
    ngx_uptime_url_err_e  err;

    if (!ngx_uptime_url_bare(rest)) {
        return NGX_UPTIME_URL_NO_SERVICE;
    }

    err = ngx_uptime_url_authority(pool, rest, url);

    return (err == NGX_UPTIME_URL_OK && url->port == 0)
           ? NGX_UPTIME_URL_NO_PORT : err;
}


static ngx_uptime_url_err_e
ngx_uptime_url_icmp(ngx_pool_t *pool, ngx_str_t *rest, ngx_uptime_url_t *url)
{
    ngx_uptime_url_err_e  err;

    if (!ngx_uptime_url_bare(rest)) {
        return NGX_UPTIME_URL_NO_HOST;
    }

    err = ngx_uptime_url_authority(pool, rest, url);

    return (err == NGX_UPTIME_URL_PORT
            || (err == NGX_UPTIME_URL_OK && url->port != 0))
           ? NGX_UPTIME_URL_NO_HOST : err;
}


/* 1: nothing follows the authority but a slash, which is taken off. */

static ngx_uint_t
ngx_uptime_url_bare(ngx_str_t *rest)
{
    size_t  i;

    if (rest->len && rest->data[rest->len - 1] == '/') {
        rest->len--;
    }

    for (i = 0; i < rest->len; i++) {
        if (rest->data[i] == '/' || rest->data[i] == '?'
            || rest->data[i] == '#')
        {
            return 0;
        }
    }

    return rest->len != 0;
}


static ngx_uptime_url_err_e
ngx_uptime_url_dns(ngx_pool_t *pool, ngx_str_t *rest, ngx_uptime_url_t *url)
{
    u_char                *mark, *last;
    ngx_uptime_url_err_e   err;

    url->record = 1;

    last = rest->data + rest->len;
    mark = ngx_strlchr(rest->data, last, '?');

    if (mark != NULL) {
        rest->len = mark - rest->data;

        err = ngx_uptime_url_dns_query(mark + 1, last, url);
        if (err != NGX_UPTIME_URL_OK) {
            return err;
        }
    }

    if (rest->len >= 2 && rest->data[0] == '/' && rest->data[1] == '/') {
        err = ngx_uptime_url_dns_server(pool, rest, url);
        if (err != NGX_UPTIME_URL_OK) {
            return err;
        }
    }

    return ngx_uptime_url_dns_name(pool, rest, url);
}


/* Takes "//server/" off. */

static ngx_uptime_url_err_e
ngx_uptime_url_dns_server(ngx_pool_t *pool, ngx_str_t *rest,
    ngx_uptime_url_t *url)
{
    u_char                *p, *last;
    ngx_str_t              server;
    ngx_uptime_url_err_e   err;

    last = rest->data + rest->len;
    server.data = rest->data + 2;

    p = ngx_strlchr(server.data, last, '/');

    if (p == NULL || p == server.data) {
        return NGX_UPTIME_URL_NO_NAME;
    }

    server.len = p - server.data;

    rest->data = p + 1;
    rest->len = last - rest->data;

    err = ngx_uptime_url_authority(pool, &server, url);

    if (err == NGX_UPTIME_URL_OK && url->port == 0) {
        url->port = NGX_UPTIME_URL_DNS_PORT;
    }

    return err;
}


static ngx_uptime_url_err_e
ngx_uptime_url_dns_name(ngx_pool_t *pool, ngx_str_t *rest,
    ngx_uptime_url_t *url)
{
    if (!ngx_uptime_url_bare(rest)) {
        return NGX_UPTIME_URL_NO_NAME;
    }

    url->name.data = ngx_pnalloc(pool, rest->len + 1);
    if (url->name.data == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    ngx_memcpy(url->name.data, rest->data, rest->len);
    url->name.data[rest->len] = '\0';
    url->name.len = rest->len;

    return (ngx_uptime_host_normalise(&url->name) == NGX_OK)
           ? NGX_UPTIME_URL_OK : NGX_UPTIME_URL_HOST;
}


/* "type=MX;class=IN" */

static ngx_uptime_url_err_e
ngx_uptime_url_dns_query(u_char *p, u_char *last, ngx_uptime_url_t *url)
{
    u_char                *end;
    ngx_uptime_url_err_e   err;

    for ( /* void */ ; p < last; p = end + 1) {

        for (end = p; end < last && *end != ';' && *end != '&'; end++) {
            /* void */
        }

        err = ngx_uptime_url_dns_param(p, end - p, url);
        if (err != NGX_UPTIME_URL_OK) {
            return err;
        }
    }

    return NGX_UPTIME_URL_OK;
}


static ngx_uptime_url_err_e
ngx_uptime_url_dns_param(u_char *p, size_t len, ngx_uptime_url_t *url)
{
    const ngx_uptime_url_record_t  *r;

    if (len == sizeof("class=IN") - 1
        && ngx_strncasecmp(p, (u_char *) "class=IN", len) == 0)
    {
        return NGX_UPTIME_URL_OK;
    }

    if (len < sizeof("type=") - 1
        || ngx_strncasecmp(p, (u_char *) "type=", sizeof("type=") - 1) != 0)
    {
        return NGX_UPTIME_URL_NO_NAME;
    }

    p += sizeof("type=") - 1;
    len -= sizeof("type=") - 1;

    for (r = ngx_uptime_url_records; r->name; r++) {

        if (ngx_strlen(r->name) == len
            && ngx_strncasecmp(p, (u_char *) r->name, len) == 0)
        {
            url->record = r->number;
            return NGX_UPTIME_URL_OK;
        }
    }

    return NGX_UPTIME_URL_RECORD;
}


static ngx_uptime_url_err_e
ngx_uptime_url_push(ngx_pool_t *pool, ngx_str_t *rest, ngx_uptime_url_t *url)
{
    return rest->len ? NGX_UPTIME_URL_KIND : NGX_UPTIME_URL_OK;
}


/* The normal form. */

static ngx_uptime_url_err_e
ngx_uptime_url_print(ngx_pool_t *pool, ngx_uptime_url_t *url)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   ipv6, usual;

    len = url->scheme.len + url->host.len + url->name.len
          + sizeof("://[]:65535/?type=CNAME");

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_UPTIME_URL_NO_MEMORY;
    }

    url->text.data = p;

    p = ngx_sprintf(p, "%V:", &url->scheme);

    if (url->host.len) {
        ipv6 = (ngx_strlchr(url->host.data, url->host.data + url->host.len,
                            ':')
                != NULL);
        usual = (url->name.len && url->port == NGX_UPTIME_URL_DNS_PORT);

        p = ngx_sprintf(p, ipv6 ? "//[%V]" : "//%V", &url->host);

        if (url->port && !usual) {
            p = ngx_sprintf(p, ":%ui", (ngx_uint_t) url->port);
        }
    }

    if (url->name.len) {
        p = ngx_sprintf(p, "%s%V?type=%s", url->host.len ? "/" : "",
                         &url->name,
                         ngx_uptime_url_record_name(url->record));
    }

    *p = '\0';
    url->text.len = p - url->text.data;

    return NGX_UPTIME_URL_OK;
}
