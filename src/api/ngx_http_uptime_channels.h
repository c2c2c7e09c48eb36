
#ifndef _NGX_HTTP_UPTIME_CHANNELS_H_INCLUDED_
#define _NGX_HTTP_UPTIME_CHANNELS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_alert_config.h"


/*
 * The kind in the arguments, if the caller may have it here.  NULL: a
 * problem was sent.
 */
const ngx_uptime_alert_kind_t *ngx_http_uptime_channel_kind(
    ngx_http_uptime_ctx_t *ctx);

/* A row's columns from col on: kind, config, secrets, key, templates. */
void ngx_http_uptime_channel_row(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col,
    ngx_uptime_alert_channel_t *channel);

/* A member of the arguments as JSON text; empty if it is not there. */
ngx_int_t ngx_http_uptime_channel_json(ngx_http_uptime_ctx_t *ctx,
    const char *name, ngx_str_t *text);


#endif /* _NGX_HTTP_UPTIME_CHANNELS_H_INCLUDED_ */
