
#ifndef _NGX_UPTIME_LOOKUP_H_INCLUDED_
#define _NGX_UPTIME_LOOKUP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


typedef struct ngx_uptime_lookup_s  ngx_uptime_lookup_t;

/* ctx has the addresses until the handler returns; NULL: there are none */
typedef void (*ngx_uptime_lookup_pt)(ngx_uptime_lookup_t *l,
    ngx_resolver_ctx_t *ctx);


/*
 * The asker's memory; it must stay until the handler or cancel, and until
 * ngx_uptime_lookup() has returned.
 */

struct ngx_uptime_lookup_s {
    /* set by the asker; name is lower case, writable */
    ngx_str_t                      name;
    ngx_msec_t                     timeout;
    ngx_resolver_t                *resolver;
    ngx_resolver_t                *ipv4;        /* the second; or NULL      */
    ngx_uptime_lookup_pt           handler;
    void                          *data;

    /* the answer */
    ngx_int_t                      state;       /* of the first, or NGX_OK  */
    unsigned                       heard:1;     /* a server said something  */

    /* private */
    ngx_resolver_ctx_t            *first;
    ngx_resolver_ctx_t            *second;
    ngx_event_t                    late;
    ngx_msec_t                     deadline;
    unsigned                       asked:1;     /* the second               */
    unsigned                       calling:1;
};


/*
 * Calls the handler exactly once, maybe from inside, unless it is cancelled
 * before.  NGX_ERROR: no server, no memory; there will be no call.
 */
ngx_int_t ngx_uptime_lookup(ngx_uptime_lookup_t *l, ngx_log_t *log);
void ngx_uptime_lookup_cancel(ngx_uptime_lookup_t *l);


#endif /* _NGX_UPTIME_LOOKUP_H_INCLUDED_ */
