
/*
 * What routes of monitors need beyond a statement.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


void
ngx_http_uptime_monitor_list(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t         view;
    ngx_uptime_sql_e  sql;

    view = ngx_http_uptime_arg(ctx, "view");

    sql = (view.len && ngx_strcmp(view.data, "compact") == 0)
          ? NGX_UPTIME_SQL_API_MONITOR_LIST_COMPACT
          : NGX_UPTIME_SQL_API_MONITOR_LIST;

    ngx_http_uptime_plain_sql(ctx, sql);
}
