
#ifndef _NGX_HTTP_UPTIME_CHECK_H_INCLUDED_
#define _NGX_HTTP_UPTIME_CHECK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_probe.h"


/* A check that somebody waits for; ctx->data, in the request's pool. */

typedef struct {
    ngx_http_uptime_ctx_t         *ctx;
    ngx_http_uptime_checks_t      *checks;      /* where it runs            */
    ngx_queue_t                    queue;
    ngx_str_t                      texts;       /* the target's, secrets    */
                                                /* among them               */
    ngx_uptime_target_t            target;
    ngx_uptime_probe_t             probe;
    ngx_event_t                    timer;
} ngx_http_uptime_check_t;


/* The finished probe as the body of the answer; NGX_ERROR: no memory. */
ngx_int_t ngx_http_uptime_check_json(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *body);


#endif /* _NGX_HTTP_UPTIME_CHECK_H_INCLUDED_ */
