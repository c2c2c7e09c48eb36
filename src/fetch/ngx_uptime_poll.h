
#ifndef _NGX_UPTIME_POLL_H_INCLUDED_
#define _NGX_UPTIME_POLL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


typedef struct ngx_uptime_poll_s   ngx_uptime_poll_t;
typedef struct ngx_uptime_watch_s  ngx_uptime_watch_t;

/* events: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
typedef void (*ngx_uptime_watch_pt)(ngx_uptime_watch_t *w, uint32_t events);


/* One socket: the asker's memory, and the asker's descriptor. */

struct ngx_uptime_watch_s {
    ngx_socket_t                   fd;
    ngx_uptime_watch_pt            handler;
    void                          *data;

    /* private */
    unsigned                       active:1;
};


/* NULL: no memory.  Nothing is opened before the first socket. */
ngx_uptime_poll_t *ngx_uptime_poll_create(ngx_pool_t *pool, ngx_log_t *log);

/* Only when no socket is watched. */
void ngx_uptime_poll_destroy(ngx_uptime_poll_t *p);

/*
 * Calls the handler, level-triggered, while one of the events (EPOLLIN,
 * EPOLLOUT) or an error is there; a second call changes the events.  The
 * handler may do anything, also to other sockets.  NGX_ERROR: logged; a
 * socket that was watched still is.
 */
ngx_int_t ngx_uptime_poll_watch(ngx_uptime_poll_t *p, ngx_uptime_watch_t *w,
    uint32_t events);

/* Before the descriptor is closed.  Nothing if it is not watched. */
void ngx_uptime_poll_forget(ngx_uptime_poll_t *p, ngx_uptime_watch_t *w);


#endif /* _NGX_UPTIME_POLL_H_INCLUDED_ */
