
#ifndef _NGX_UPTIME_NET_H_INCLUDED_
#define _NGX_UPTIME_NET_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_probe.h"


/*
 * What the kinds with sockets of their own have in common: memory, the URL,
 * the guarded addresses of its host, one deadline, the end.
 */

typedef struct ngx_uptime_net_s  ngx_uptime_net_t;

typedef void (*ngx_uptime_net_pt)(ngx_uptime_net_t *n);


typedef struct {
    size_t                         size;        /* of the kind's structure, */
                                                /* which starts with this   */

    /* The URL is known, and the addresses if it has a host. */
    ngx_uptime_net_pt              ready;

    /* The deadline has passed; must finish. */
    ngx_uptime_net_pt              expired;

    /* Closes sockets; may be called more than once, and before ready. */
    ngx_uptime_net_pt              close;
} ngx_uptime_net_kind_t;


struct ngx_uptime_net_s {
    ngx_uptime_probe_t            *probe;
    ngx_uptime_fetcher_t          *fetcher;
    const ngx_uptime_target_t     *target;
    ngx_uptime_result_t           *result;      /* the probe's              */
    ngx_pool_t                    *pool;
    ngx_uptime_url_t               url;
    ngx_uptime_resolve_t           resolve;     /* the addresses            */

    /* private */
    const ngx_uptime_net_kind_t   *kind;
    ngx_uptime_pass_t              pass;        /* to the addresses         */
    int64_t                        waiting;     /* since                    */
    ngx_event_t                    begin;
    ngx_event_t                    timer;
    int64_t                        started;     /* microseconds, monotonic  */
};


/* For a kind's start and cancel. */
ngx_int_t ngx_uptime_net_start(ngx_uptime_probe_t *p,
    const ngx_uptime_net_kind_t *kind);
void ngx_uptime_net_cancel(ngx_uptime_probe_t *p);

/* Milliseconds until the deadline; 0: it has passed. */
ngx_msec_t ngx_uptime_net_left(ngx_uptime_net_t *n);

/* Microseconds since the probe was started. */
int64_t ngx_uptime_net_passed(ngx_uptime_net_t *n);

/* The result is complete, but for total_us if that is -1.  Frees n. */
void ngx_uptime_net_finish(ngx_uptime_net_t *n);

/* Our own fault. */
void ngx_uptime_net_fail(ngx_uptime_net_t *n, ngx_uptime_own_e own);


#endif /* _NGX_UPTIME_NET_H_INCLUDED_ */
