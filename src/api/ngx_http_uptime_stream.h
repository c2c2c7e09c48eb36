
#ifndef _NGX_HTTP_UPTIME_STREAM_H_INCLUDED_
#define _NGX_HTTP_UPTIME_STREAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


/*
 * An answer whose length is not known at its beginning, sent in pieces.  It
 * takes no memory from the request's pool for a piece, so it may go on for
 * days; and one piece may go to many.
 */

typedef struct {
    ngx_uint_t                     refs;
    size_t                         len;
    u_char                        *data;        /* of the same allocation   */
} ngx_http_uptime_block_t;


typedef void (*ngx_http_uptime_drained_pt)(void *data);


typedef struct {
    ngx_http_request_t            *request;
    ngx_http_uptime_block_t       *block;       /* on its way, or NULL      */
    ngx_buf_t                      buf;
    ngx_http_uptime_drained_pt     drained;     /* what was sent last is    */
    void                          *data;        /* gone; may be NULL        */
} ngx_http_uptime_stream_t;


/* Room for len bytes, held by the caller.  NULL: no memory. */
ngx_http_uptime_block_t *ngx_http_uptime_block(size_t len, ngx_log_t *log);

/* Lets go of it. */
void ngx_http_uptime_block_free(ngx_http_uptime_block_t *block);


/*
 * Sends the header, with what every answer has.  s is the caller's, zeroed,
 * in the request's pool, and becomes ctx->data.  NGX_OK; NGX_DONE: it was
 * HEAD, or the client is gone: the request is finalized.
 */
ngx_int_t ngx_http_uptime_stream_start(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_stream_t *s, const char *type);

/*
 * Sends a block and holds it for as long as that takes; only while s->block
 * is NULL.  NGX_OK: sent; NGX_AGAIN: drained will be called, and if the client
 * takes nothing for send_timeout the request ends; NGX_ERROR: the caller
 * has to finalize the request.
 */
ngx_int_t ngx_http_uptime_stream_send(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block);

/*
 * Sends the last block (NULL: none) and finalizes the request.  A client that
 * is not able to take it is cut off.
 */
void ngx_http_uptime_stream_end(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block);


#endif /* _NGX_HTTP_UPTIME_STREAM_H_INCLUDED_ */
