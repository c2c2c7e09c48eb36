
#ifndef _NGX_HTTP_UPTIME_METRICS_H_INCLUDED_
#define _NGX_HTTP_UPTIME_METRICS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


/* Between the files of /metrics. */

#define NGX_HTTP_UPTIME_METRICS_OWN   1         /* uptime_metrics           */
#define NGX_HTTP_UPTIME_METRICS_ALL   2         /* uptime_metrics all       */


/* enough for everything but the series of monitors */
#define NGX_HTTP_UPTIME_METRICS_SIZE  (256 * 1024)


/* Everything that shared memory has; returns the end, at most last. */
u_char *ngx_http_uptime_metrics_text(u_char *p, u_char *last);

/* "# HELP", "# TYPE" */
u_char *ngx_http_uptime_metrics_head(u_char *p, u_char *last,
    const char *name, const char *type, const char *help);

/* Names of places in tables of counters; NULL: not used. */
const char *ngx_http_uptime_count_route(ngx_uint_t i);
ngx_uint_t ngx_http_uptime_count_status(ngx_uint_t i);


#endif /* _NGX_HTTP_UPTIME_METRICS_H_INCLUDED_ */
