
/*
 * The kind "http": one guarded fetch, http or https.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_probe.h"


static ngx_int_t ngx_uptime_probe_http_start(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_http_cancel(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_http_done(ngx_uptime_fetch_t *f);


const ngx_uptime_kind_t  ngx_uptime_kind_http = {
    ngx_string("http"),
    ngx_uptime_probe_http_start,
    ngx_uptime_probe_http_cancel
};


static ngx_int_t
ngx_uptime_probe_http_start(ngx_uptime_probe_t *p)
{
    const ngx_uptime_target_t   *t;
    ngx_uptime_fetch_request_t   request;

    t = p->target;

    ngx_memzero(&request, sizeof(ngx_uptime_fetch_request_t));

    request.url = t->url;
    request.method = t->method;
    request.headers = t->headers;
    request.body = t->body;
    request.keyword = t->keyword;
    request.timeout = t->timeout;
    request.family = ngx_uptime_probe_family(t);
    request.patience = p->patience;
    request.max_redirects = t->max_redirects;
    request.follow = t->follow;
    request.verify_tls = t->verify_tls;

    p->work = ngx_uptime_fetch(p->prober->fetcher, &request,
                               ngx_uptime_probe_http_done, p);

    return (p->work == NULL) ? NGX_ERROR : NGX_OK;
}


static void
ngx_uptime_probe_http_cancel(ngx_uptime_probe_t *p)
{
    ngx_uptime_fetch_cancel(p->work);
}


static void
ngx_uptime_probe_http_done(ngx_uptime_fetch_t *f)
{
    ngx_uptime_probe_t *p = f->data;

    p->result = f->result;

    ngx_uptime_probe_done(p);
}
