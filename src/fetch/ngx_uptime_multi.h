
#ifndef _NGX_UPTIME_MULTI_H_INCLUDED_
#define _NGX_UPTIME_MULTI_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_poll.h"


typedef struct ngx_uptime_multi_s     ngx_uptime_multi_t;
typedef struct ngx_uptime_transfer_s  ngx_uptime_transfer_t;

typedef void (*ngx_uptime_transfer_pt)(ngx_uptime_transfer_t *t);


/*
 * One transfer: the asker's memory and the asker's easy handle, whose
 * CURLOPT_PRIVATE is taken.
 */

struct ngx_uptime_transfer_s {
    CURL                          *easy;
    ngx_uptime_transfer_pt         handler;
    void                          *data;

    ngx_socket_t                   socket;      /* it reads from; or -1     */

    /* set for the handler */
    CURLcode                       code;
    unsigned                       unwatched:1; /* a socket of it, by us    */

    /* private */
    ngx_queue_t                    queue;       /* done list                */
    unsigned                       active:1;
    unsigned                       done:1;
};


/*
 * NULL: no memory.  Nothing is opened before the first transfer.  poll must
 * live as long.
 */
ngx_uptime_multi_t *ngx_uptime_multi_create(ngx_pool_t *pool,
    ngx_uptime_poll_t *poll, ngx_log_t *log);

/* Only when no transfer is left. */
void ngx_uptime_multi_destroy(ngx_uptime_multi_t *m);

/*
 * NGX_OK: the handler will be called once, later, with the easy handle out
 * of libcurl's hands.  NGX_ERROR: logged, no call.
 */
ngx_int_t ngx_uptime_multi_add(ngx_uptime_multi_t *m,
    ngx_uptime_transfer_t *t);

/* The handler will not be called.  Not from a libcurl callback. */
void ngx_uptime_multi_remove(ngx_uptime_multi_t *m,
    ngx_uptime_transfer_t *t);


#endif /* _NGX_UPTIME_MULTI_H_INCLUDED_ */
