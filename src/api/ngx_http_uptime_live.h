
#ifndef _NGX_HTTP_UPTIME_LIVE_H_INCLUDED_
#define _NGX_HTTP_UPTIME_LIVE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_stream.h"


/* Live events, between the files of it; docs/events.md. */


typedef struct {
    ngx_rbtree_node_t              node;        /* key: the user's id       */
    ngx_uint_t                     streams;
    ngx_uint_t                     place;       /* see below; while asking  */
} ngx_http_uptime_watcher_t;


/* One stream.  It lives in its request's pool. */

typedef struct {
    ngx_http_uptime_stream_t       out;         /* first: ctx->data         */
    ngx_http_uptime_ctx_t         *ctx;
    ngx_http_uptime_live_t        *live;
    ngx_http_uptime_watcher_t     *watcher;
    ngx_queue_t                    queue;       /* of all                   */
    ngx_queue_t                    ready;       /* of those with "next"     */
    ngx_http_uptime_block_t       *next;        /* to be sent, or NULL      */
    int64_t                        key;         /* API key, or 0            */
    ngx_uint_t                     place;       /* in the query in flight;  */
                                                /* 0: it is not about this  */
    ngx_msec_t                     told;        /* when it was sent a thing */
    size_t                         since_len;   /* what it has, if behind;  */
    u_char                         since[NGX_UPTIME_MAX_SINCE]; /* or none  */
    unsigned                       behind:1;    /* has not what "live" has  */
} ngx_http_uptime_event_t;


struct ngx_http_uptime_live_s {
    ngx_http_uptime_api_t         *api;
    ngx_log_t                     *log;
    ngx_event_t                    tick;
    ngx_event_t                    send;
    ngx_queue_t                    streams;
    ngx_queue_t                    ready;
    ngx_uint_t                     n;           /* streams                  */
    ngx_rbtree_t                   watchers;
    ngx_rbtree_node_t              sentinel;

    ngx_uptime_pg_query_t         *query;
    ngx_uint_t                     places;      /* it asks about            */
    ngx_msec_t                     asked;
    ngx_msec_t                     took;
    ngx_msec_t                     watched;     /* checkers were told       */
    size_t                         since_len;   /* what streams have that   */
    u_char                         since[NGX_UPTIME_MAX_SINCE];
                                                /* are not behind           */
    unsigned                       news:1;      /* a notification came      */
    unsigned                       full:1;      /* the query in flight is   */
                                                /* about changes, too       */
};


/* hub: asks for all streams */

/* This worker's, made when it is needed first.  NULL: no memory. */
ngx_http_uptime_live_t *ngx_http_uptime_live(ngx_http_uptime_api_t *api);

/* NGX_ERROR: no memory. */
ngx_int_t ngx_http_uptime_live_add(ngx_http_uptime_live_t *live,
    ngx_http_uptime_event_t *e);
void ngx_http_uptime_live_remove(ngx_http_uptime_event_t *e);

/* NULL: this user has no stream. */
ngx_http_uptime_watcher_t *ngx_http_uptime_live_watcher(
    ngx_http_uptime_live_t *live, int64_t user);

/* The first stream (e NULL), or the one after e; NULL: that was the last. */
ngx_http_uptime_event_t *ngx_http_uptime_live_after(
    ngx_http_uptime_live_t *live, ngx_http_uptime_event_t *e);


/* asking: sends the statement, if there is anything to ask */

void ngx_http_uptime_live_ask(ngx_http_uptime_live_t *live);


/* streams */

/* The block is sent soon; who is not able to take it falls behind. */
void ngx_http_uptime_event_tell(ngx_http_uptime_event_t *e,
    ngx_http_uptime_block_t *block);

/* Sends to some of those with "next", the others have their turn later. */
void ngx_http_uptime_event_send(ngx_event_t *ev);

/* Looks after each stream: it may have to end, or to be kept alive. */
void ngx_http_uptime_event_look(ngx_http_uptime_live_t *live);

/* Tells why and ends it; e is gone afterwards. */
void ngx_http_uptime_event_end(ngx_http_uptime_event_t *e,
    const char *reason, ngx_uint_t reconnect);


#endif /* _NGX_HTTP_UPTIME_LIVE_H_INCLUDED_ */
