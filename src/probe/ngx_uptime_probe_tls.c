
/*
 * The kind "tls": a handshake with any port, and the certificate.  It is a
 * guarded fetch that ends with the handshake, so that roots of trust, names
 * and verdicts are those of https.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_probe.h"


static ngx_int_t ngx_uptime_probe_tls_start(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_tls_cancel(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_tls_done(ngx_uptime_fetch_t *f);


const ngx_uptime_kind_t  ngx_uptime_kind_tls = {
    ngx_string("tls"),
    ngx_uptime_probe_tls_start,
    ngx_uptime_probe_tls_cancel
};


static ngx_int_t
ngx_uptime_probe_tls_start(ngx_uptime_probe_t *p)
{
    const ngx_uptime_target_t   *t;
    ngx_uptime_fetch_request_t   request;

    t = p->target;

    ngx_memzero(&request, sizeof(ngx_uptime_fetch_request_t));

    request.url = t->url;
    request.tls_name = t->tls_name;
    request.timeout = t->timeout;
    request.family = ngx_uptime_probe_family(t);
    request.owner = p->owner;
    request.patience = p->patience;
    request.verify_tls = t->verify_tls;
    request.connect_only = 1;

    p->work = ngx_uptime_fetch(p->prober->fetcher, &request,
                               ngx_uptime_probe_tls_done, p);

    return (p->work == NULL) ? NGX_ERROR : NGX_OK;
}


static void
ngx_uptime_probe_tls_cancel(ngx_uptime_probe_t *p)
{
    ngx_uptime_fetch_cancel(p->work);
}


static void
ngx_uptime_probe_tls_done(ngx_uptime_fetch_t *f)
{
    ngx_uptime_probe_t *p = f->data;

    p->result = f->result;

    ngx_uptime_probe_done(p);
}
