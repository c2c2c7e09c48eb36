
/*
 * Probes of targets whose secret cannot be opened: nobody is asked, and it is
 * our own trouble.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_probe.h"


static ngx_int_t ngx_uptime_probe_locked_start(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_locked_cancel(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_locked_end(ngx_event_t *ev);


const ngx_uptime_kind_t  ngx_uptime_kind_locked = {
    ngx_string("locked"),
    1,
    ngx_uptime_probe_locked_start,
    ngx_uptime_probe_locked_cancel
};


static ngx_int_t
ngx_uptime_probe_locked_start(ngx_uptime_probe_t *p)
{
    ngx_event_t  *ev;

    ev = ngx_calloc(sizeof(ngx_event_t), p->prober->log);
    if (ev == NULL) {
        return NGX_ERROR;
    }

    ev->handler = ngx_uptime_probe_locked_end;
    ev->data = p;
    ev->log = p->prober->log;

    p->work = ev;

    ngx_post_event(ev, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_uptime_probe_locked_cancel(ngx_uptime_probe_t *p)
{
    ngx_event_t *ev = p->work;

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }

    ngx_free(ev);
}


static void
ngx_uptime_probe_locked_end(ngx_event_t *ev)
{
    ngx_uptime_probe_t  *p;

    p = ev->data;

    ngx_free(ev);

    p->result.own = NGX_UPTIME_OWN_RESOURCES;

    ngx_uptime_probe_done(p);
}
