
/*
 * The flow of one guarded fetch: parse, resolve, judge every address, let
 * the hop have its turn, follow a redirect through the same steps, tell the
 * asker.  A fetch owns its pool; ngx_uptime_fetch_destroy() is the only
 * place that frees one.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime.h"
#include "ngx_uptime_fetch.h"


static ngx_int_t ngx_uptime_fetch_copy(ngx_uptime_fetch_t *f,
    const ngx_uptime_fetch_request_t *request);
static ngx_int_t ngx_uptime_fetch_str(ngx_pool_t *pool, ngx_str_t *dst,
    const ngx_str_t *src);
static void ngx_uptime_fetch_begin(ngx_event_t *ev);
static ngx_int_t ngx_uptime_fetch_url(ngx_uptime_fetch_t *f,
    const ngx_str_t *text, const ngx_uptime_url_t *base);
static void ngx_uptime_fetch_hop(ngx_uptime_fetch_t *f);
static void ngx_uptime_fetch_resolved(ngx_uptime_resolve_t *r);
static void ngx_uptime_fetch_done(ngx_uptime_transfer_t *t);
static ngx_int_t ngx_uptime_fetch_redirect(ngx_uptime_fetch_t *f);
static ngx_uint_t ngx_uptime_fetch_leads(ngx_uint_t status);
static void ngx_uptime_fetch_method(ngx_uptime_fetch_t *f);
static void ngx_uptime_fetch_destroy(ngx_uptime_fetch_t *f);


ngx_uptime_fetch_t *
ngx_uptime_fetch(ngx_uptime_fetcher_t *fr,
    const ngx_uptime_fetch_request_t *request, ngx_uptime_fetch_pt handler,
    void *data)
{
    ngx_pool_t          *pool;
    ngx_uptime_fetch_t  *f;

    pool = ngx_uptime_fetcher_pool(fr);
    if (pool == NULL) {
        return NULL;
    }

    f = ngx_pcalloc(pool, sizeof(ngx_uptime_fetch_t));
    if (f == NULL) {
        ngx_uptime_fetcher_pool_release(fr, pool, 0);
        return NULL;
    }

    f->fetcher = fr;
    f->pool = pool;
    f->handler = handler;
    f->data = data;

    f->result.dns_us = -1;
    f->result.connect_us = -1;
    f->result.tls_us = -1;
    f->result.ttfb_us = -1;
    f->result.total_us = -1;

    if (ngx_uptime_fetch_copy(f, request) != NGX_OK) {
        ngx_uptime_fetcher_pool_release(fr, pool, 0);
        return NULL;
    }

    f->event.handler = ngx_uptime_fetch_begin;
    f->event.data = f;
    f->event.log = fr->log;

    f->started = ngx_uptime_fetch_clock();

    ngx_post_event(&f->event, &ngx_posted_events);

    return f;
}


static ngx_int_t
ngx_uptime_fetch_copy(ngx_uptime_fetch_t *f,
    const ngx_uptime_fetch_request_t *request)
{
    ngx_uptime_fetch_request_t  *r;

    r = &f->request;
    *r = *request;

    if (r->max_body == 0) {
        r->max_body = NGX_UPTIME_MAX_FETCH;
    }

    if (r->method.len == 0) {
        ngx_str_set(&r->method, "GET");
    }

    if (ngx_uptime_fetch_str(f->pool, &r->url, &r->url) != NGX_OK
        || ngx_uptime_fetch_str(f->pool, &r->method, &r->method) != NGX_OK
        || ngx_uptime_fetch_str(f->pool, &r->headers, &r->headers) != NGX_OK
        || ngx_uptime_fetch_str(f->pool, &r->body, &r->body) != NGX_OK
        || ngx_uptime_fetch_str(f->pool, &r->keyword, &r->keyword) != NGX_OK
        || ngx_uptime_fetch_str(f->pool, &r->tls_name, &r->tls_name)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->keyword.len > 1) {
        f->tail = ngx_pnalloc(f->pool, 2 * r->keyword.len);
        if (f->tail == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* NUL-terminated, for libcurl */

static ngx_int_t
ngx_uptime_fetch_str(ngx_pool_t *pool, ngx_str_t *dst, const ngx_str_t *src)
{
    u_char  *p;

    p = ngx_pnalloc(pool, src->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (src->len) {
        ngx_memcpy(p, src->data, src->len);
    }

    p[src->len] = '\0';

    dst->data = p;
    dst->len = src->len;

    return NGX_OK;
}


static void
ngx_uptime_fetch_begin(ngx_event_t *ev)
{
    ngx_uptime_fetch_t  *f;

    f = ev->data;

    if (ngx_uptime_fetch_url(f, &f->request.url, NULL) != NGX_OK) {
        ngx_uptime_fetch_finish(f);
        return;
    }

    ngx_uptime_fetch_hop(f);
}


static ngx_int_t
ngx_uptime_fetch_url(ngx_uptime_fetch_t *f, const ngx_str_t *text,
    const ngx_uptime_url_t *base)
{
    ngx_uptime_url_t      url;
    ngx_uptime_url_err_e  err;

    if (base == NULL && !f->request.connect_only
        && ngx_uptime_url_plain(f->pool, text, &url) == NGX_OK)
    {
        f->url = url;
        return NGX_OK;
    }

    err = f->request.connect_only
          ? ngx_uptime_fetch_service(f->pool, text, &url)
          : ngx_uptime_url_parse(f->pool, text, base, &url);

    switch (err) {

    case NGX_UPTIME_URL_OK:
        f->url = url;
        return NGX_OK;

    case NGX_UPTIME_URL_NO_MEMORY:
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
        return NGX_ERROR;

    case NGX_UPTIME_URL_SCHEME:
    case NGX_UPTIME_URL_CREDENTIALS:
    case NGX_UPTIME_URL_PORT:
    case NGX_UPTIME_URL_DATA_PORT:
        f->result.blocked = 1;
        return NGX_ERROR;

    default:
        f->result.code = CURLE_URL_MALFORMAT;
        return NGX_ERROR;
    }
}


static void
ngx_uptime_fetch_hop(ngx_uptime_fetch_t *f)
{
    ngx_int_t              left;
    ngx_uptime_resolve_t  *r;

    f->refused = 0;
    f->leaving = 0;
    f->begun = 0;
    f->open_errno = 0;
    f->tail_len = 0;
    f->kept.len = 0;

    f->result.stage = NGX_UPTIME_STAGE_DNS;
    f->result.http_status = 0;
    f->result.bytes = 0;
    f->result.cut = 0;
    f->result.keyword_found = 0;

    left = ngx_uptime_fetch_left(f);

    if (left <= 0) {
        f->result.code = CURLE_OPERATION_TIMEDOUT;
        f->result.dns = NGX_UPTIME_DNS_TIMEOUT;
        ngx_uptime_fetch_finish(f);
        return;
    }

    r = &f->resolve;
    r->name = f->url.host;
    r->port = f->url.port;
    r->timeout = ngx_min(left, NGX_UPTIME_RESOLVE_LONGEST);
    r->handler = ngx_uptime_fetch_resolved;
    r->data = f;
    r->family = f->request.family;
    r->fresh = f->request.fresh;

    f->hop_started = ngx_uptime_fetch_clock();

    ngx_uptime_resolve(f->fetcher->resolver, r);
}


static void
ngx_uptime_fetch_resolved(ngx_uptime_resolve_t *r)
{
    int64_t              us;
    ngx_uptime_fetch_t  *f;

    f = r->data;

    us = ngx_uptime_fetch_clock() - f->hop_started;
    f->result.dns_us = us + ngx_max(f->result.dns_us, 0);

    if (r->err != NGX_UPTIME_RESOLVE_OK) {
        ngx_uptime_guard_dns(&f->result, r->err);
        ngx_uptime_fetch_finish(f);
        return;
    }

    f->result.stage = NGX_UPTIME_STAGE_CONNECT;

    if (ngx_uptime_guard(f->fetcher->policy, r, f->request.family)
        != NGX_OK)
    {
        f->result.blocked = 1;
        ngx_uptime_fetch_finish(f);
        return;
    }

    if (r->naddrs == 0) {
        ngx_uptime_guard_dns(&f->result, NGX_UPTIME_RESOLVE_NOT_FOUND);
        ngx_uptime_fetch_finish(f);
        return;
    }

    f->transfer.handler = ngx_uptime_fetch_done;
    f->transfer.data = f;

    ngx_uptime_fetch_turn(f);
}


static void
ngx_uptime_fetch_done(ngx_uptime_transfer_t *t)
{
    ngx_int_t            rc;
    ngx_uptime_fetch_t  *f;

    f = t->data;

    ngx_uptime_fetch_hop_collect(f);

    rc = ngx_uptime_fetch_redirect(f);

    if (rc == NGX_OK && f->request.inspect != NULL
        && f->result.stage == NGX_UPTIME_STAGE_DONE)
    {
        f->request.inspect(f);
    }

    ngx_uptime_fetch_hop_close(f);

    if (rc == NGX_AGAIN) {

        if (f->request.evidence != NULL) {
            ngx_uptime_evidence_free(f->request.evidence);
        }

        ngx_uptime_fetch_hop(f);
        return;
    }

    ngx_uptime_fetch_finish(f);
}


/* NGX_AGAIN: there is another hop; NGX_OK: this was the last one. */

static ngx_int_t
ngx_uptime_fetch_redirect(ngx_uptime_fetch_t *f)
{
    ngx_int_t         rc;
    ngx_str_t         location;
    ngx_uptime_url_t  from;

    if (!f->request.follow || f->result.stage != NGX_UPTIME_STAGE_DONE
        || !ngx_uptime_fetch_leads(f->result.http_status))
    {
        return NGX_OK;
    }

    rc = ngx_uptime_fetch_location(f, &location);

    if (rc == NGX_ERROR) {
        f->result.stage = NGX_UPTIME_STAGE_NONE;
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
        return NGX_OK;
    }

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (f->result.redirects >= f->request.max_redirects) {
        f->result.redirect_limit = 1;
        return NGX_OK;
    }

    from = f->url;

    if (ngx_uptime_fetch_url(f, &location, &from) != NGX_OK) {
        f->result.stage = NGX_UPTIME_STAGE_NONE;
        return NGX_OK;
    }

    f->result.redirects++;

    if (!ngx_uptime_url_same_origin(&from, &f->url)) {
        f->foreign = 1;
    }

    ngx_uptime_fetch_method(f);

    return NGX_AGAIN;
}


/* RFC 9110, 15.4: for the others a Location is a hint at the most. */

static ngx_uint_t
ngx_uptime_fetch_leads(ngx_uint_t status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}


/* RFC 9110, 15.4: as browsers do, POST becomes GET unless 307 or 308. */

static void
ngx_uptime_fetch_method(ngx_uptime_fetch_t *f)
{
    ngx_str_t  *method;

    method = &f->request.method;

    if (f->result.http_status == 307 || f->result.http_status == 308
        || ngx_strcmp(method->data, "GET") == 0
        || ngx_strcmp(method->data, "HEAD") == 0)
    {
        return;
    }

    if (f->result.http_status == 303
        || ngx_strcmp(method->data, "POST") == 0)
    {
        ngx_str_set(method, "GET");
        ngx_str_null(&f->request.body);
    }
}


ngx_int_t
ngx_uptime_fetch_left(ngx_uptime_fetch_t *f)
{
    int64_t  passed;

    passed = (ngx_uptime_fetch_clock() - f->started) / 1000;

    return (ngx_int_t) ((int64_t) f->request.timeout - passed);
}


void
ngx_uptime_fetch_finish(ngx_uptime_fetch_t *f)
{
    f->result.total_us = ngx_uptime_fetch_clock() - f->started;

    ngx_uptime_fetch_hop_close(f);

    f->handler(f);

    ngx_uptime_fetch_destroy(f);
}


void
ngx_uptime_fetch_cancel(ngx_uptime_fetch_t *f)
{
    ngx_uptime_fetch_destroy(f);
}


static void
ngx_uptime_fetch_destroy(ngx_uptime_fetch_t *f)
{
    if (f->event.posted) {
        ngx_delete_posted_event(&f->event);
    }

    ngx_uptime_resolve_cancel(&f->resolve);
    ngx_uptime_fetch_hop_close(f);

    ngx_uptime_fetcher_pool_release(f->fetcher, f->pool,
                                    f->request.headers.len == 0
                                    && f->request.body.len == 0);
}
