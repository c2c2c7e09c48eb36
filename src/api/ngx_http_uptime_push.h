
#ifndef _NGX_HTTP_UPTIME_PUSH_H_INCLUDED_
#define _NGX_HTTP_UPTIME_PUSH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


/* Between the two files of pushes: one that came. */

typedef struct {
    ngx_queue_t                    queue;
    ngx_http_uptime_ctx_t         *ctx;         /* NULL: nobody waits       */
    ngx_msec_t                     arrived;
    int64_t                        latency;     /* us; -1: not told         */
    ngx_uint_t                     up;
    ngx_str_t                      token;
    ngx_str_t                      message;     /* empty: none              */
} ngx_http_uptime_push_t;


/*
 * Takes a push; its ctx, unless it has become NULL, is answered later and is
 * NULL from then on.  NGX_ERROR: too many wait, or no memory.
 */
ngx_int_t ngx_http_uptime_pushes_add(ngx_http_uptime_api_t *api,
    ngx_http_uptime_push_t *p);


#endif /* _NGX_HTTP_UPTIME_PUSH_H_INCLUDED_ */
