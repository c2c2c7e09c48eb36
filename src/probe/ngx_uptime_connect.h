
#ifndef _NGX_UPTIME_CONNECT_H_INCLUDED_
#define _NGX_UPTIME_CONNECT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_fetch.h"


typedef struct ngx_uptime_connect_s  ngx_uptime_connect_t;

typedef void (*ngx_uptime_connect_pt)(ngx_uptime_connect_t *c);


/* The asker's memory, zeroed; it must stay until it is closed. */

struct ngx_uptime_connect_s {
    /* set by the asker; handler and data: also of watch, when connected */
    ngx_uptime_fetcher_t          *fetcher;
    const ngx_uptime_sockaddr_t   *addrs;
    ngx_uint_t                     naddrs;
    ngx_msec_t                     timeout;     /* for all of them          */
    unsigned                       trusted:1;   /* addresses of our own     */
                                                /* configuration            */
    ngx_uptime_connect_pt          handler;
    void                          *data;

    /* connected: the socket; otherwise what was in the way */
    ngx_uptime_watch_t             watch;
    ngx_err_t                      err;
    ngx_uptime_own_e               own;
    unsigned                       connected:1;
    unsigned                       blocked:1;

    /* private */
    ngx_uint_t                     next;
    ngx_msec_t                     deadline;
    ngx_event_t                    timer;
    unsigned                       open:1;
};


/*
 * Connects to the first address that lets us, each has its share of what is
 * left of the time.  NGX_OK: connected at once; NGX_ERROR: failed at once;
 * NGX_AGAIN: the handler will be called, later.
 */
ngx_int_t ngx_uptime_connect(ngx_uptime_connect_t *c);

/* Closes the socket; there will be no call. */
void ngx_uptime_connect_close(ngx_uptime_connect_t *c);

/* What was in the way, into a result. */
void ngx_uptime_connect_result(const ngx_uptime_connect_t *c,
    ngx_uptime_result_t *result);


#endif /* _NGX_UPTIME_CONNECT_H_INCLUDED_ */
