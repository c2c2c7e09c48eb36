
#ifndef _NGX_UPTIME_RESOLVE_H_INCLUDED_
#define _NGX_UPTIME_RESOLVE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime.h"
#include "ngx_uptime_hosts.h"
#include "ngx_uptime_lookup.h"


/*
 * ms that a check waits for an address at most, however long its timeout is:
 * our own resolver asks again every second, nginx's "resolver" after 5 s.
 */
#define NGX_UPTIME_RESOLVE_LONGEST  7000


typedef struct ngx_uptime_resolver_s  ngx_uptime_resolver_t;
typedef struct ngx_uptime_resolve_s   ngx_uptime_resolve_t;

typedef void (*ngx_uptime_resolve_pt)(ngx_uptime_resolve_t *r);


typedef enum {
    NGX_UPTIME_RESOLVE_OK = 0,
    NGX_UPTIME_RESOLVE_NOT_FOUND,               /* NXDOMAIN, no address     */
    NGX_UPTIME_RESOLVE_TIMEOUT,                 /* of this name only        */
    NGX_UPTIME_RESOLVE_FAILURE,                 /* SERVFAIL, REFUSED, ...   */
    NGX_UPTIME_RESOLVE_SILENT,                  /* no answer to any name:   */
                                                /* our servers are away     */
    NGX_UPTIME_RESOLVE_OWN                      /* memory, no server at all */
} ngx_uptime_resolve_err_e;


/* The asker's memory; it must stay until the handler or cancel. */

struct ngx_uptime_resolve_s {
    /* set by the asker; name is lower case, writable, without brackets */
    ngx_str_t                      name;
    in_port_t                      port;
    ngx_msec_t                     timeout;
    ngx_uptime_resolve_pt          handler;
    void                          *data;
    int                            family;      /* of interest; AF_UNSPEC   */
    unsigned                       fresh:1;     /* not from memory          */

    /* the answer; addresses beyond the limit are left out */
    ngx_uptime_resolve_err_e       err;
    ngx_uint_t                     naddrs;
    ngx_uptime_sockaddr_t          addrs[NGX_UPTIME_MAX_ADDRS];

    /* private */
    ngx_uptime_resolver_t         *resolver;
    ngx_uptime_lookup_t            lookup;
    ngx_event_t                    event;
    ngx_queue_t                    queue;       /* waits for the probe      */
    ngx_msec_t                     started;
    unsigned                       probing:1;
};


/* NULL: no memory.  resolver may be NULL: only hosts and literals then. */
ngx_uptime_resolver_t *ngx_uptime_resolver_create(ngx_pool_t *pool,
    ngx_resolver_t *resolver, ngx_log_t *log);

/* Whom to ask for A only; without it, or NULL, the resolver is all there is. */
void ngx_uptime_resolver_ipv4(ngx_uptime_resolver_t *resolver,
    ngx_resolver_t *ipv4);

/*
 * Whom to ask for fresh answers, and for A only; without it, or NULL, they
 * may come from memory.  After the above.
 */
void ngx_uptime_resolver_fresh(ngx_uptime_resolver_t *resolver,
    ngx_resolver_t *fresh, ngx_resolver_t *ipv4);

/* Calls the handler exactly once, later, unless it is cancelled before. */
void ngx_uptime_resolve(ngx_uptime_resolver_t *resolver,
    ngx_uptime_resolve_t *r);
void ngx_uptime_resolve_cancel(ngx_uptime_resolve_t *r);

/* The DNS servers that are asked, at most max; returns their number. */
ngx_uint_t ngx_uptime_resolver_servers(ngx_uptime_resolver_t *resolver,
    ngx_uptime_sockaddr_t *addrs, ngx_uint_t max);


#endif /* _NGX_UPTIME_RESOLVE_H_INCLUDED_ */
