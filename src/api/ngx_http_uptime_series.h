
#ifndef _NGX_HTTP_UPTIME_SERIES_H_INCLUDED_
#define _NGX_HTTP_UPTIME_SERIES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_pg.h"


/*
 * What sql/api/monitor_series.sql returns as JSON.  NGX_ERROR: no memory, or it
 * is something else.
 */
ngx_int_t ngx_http_uptime_series(ngx_pool_t *pool, ngx_uptime_pg_query_t *q,
    ngx_str_t *body);


#endif /* _NGX_HTTP_UPTIME_SERIES_H_INCLUDED_ */
