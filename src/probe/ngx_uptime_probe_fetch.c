
/*
 * What the kinds that are a guarded fetch have in common.  Used in any
 * process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_probe.h"


static void ngx_uptime_probe_fetched(ngx_uptime_fetch_t *f);


void
ngx_uptime_probe_request(const ngx_uptime_probe_t *p,
    ngx_uptime_fetch_request_t *request)
{
    const ngx_uptime_target_t  *t;

    t = p->target;

    ngx_memzero(request, sizeof(ngx_uptime_fetch_request_t));

    request->url = t->url;
    request->tls_name = t->tls_name;
    request->timeout = t->timeout;
    request->family = ngx_uptime_probe_family(t);
    request->owner = p->owner;
    request->patience = p->patience;
    request->evidence = p->evidence;
    request->ungated = p->ungated;
    request->fresh = p->fresh;
    request->verify_tls = t->verify_tls;
}


ngx_int_t
ngx_uptime_probe_fetch(ngx_uptime_probe_t *p,
    const ngx_uptime_fetch_request_t *request)
{
    p->work = ngx_uptime_fetch(p->prober->fetcher, request,
                               ngx_uptime_probe_fetched, p);

    return (p->work == NULL) ? NGX_ERROR : NGX_OK;
}


void
ngx_uptime_probe_fetch_cancel(ngx_uptime_probe_t *p)
{
    ngx_uptime_fetch_cancel(p->work);
}


static void
ngx_uptime_probe_fetched(ngx_uptime_fetch_t *f)
{
    ngx_uptime_probe_t *p = f->data;

    p->result = f->result;

    ngx_uptime_probe_done(p);
}
