
/*
 * What routes of monitors need beyond a statement.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static const struct {
    const char        *sort;
    ngx_uptime_sql_e   sql;
} ngx_http_uptime_list_statements[] = {
    { "created", NGX_UPTIME_SQL_API_MONITOR_LIST_CREATED },
    { "name",    NGX_UPTIME_SQL_API_MONITOR_LIST_NAME },
    { "status",  NGX_UPTIME_SQL_API_MONITOR_LIST_STATUS },
    { "latency", NGX_UPTIME_SQL_API_MONITOR_LIST_LATENCY },
    { "uptime",  NGX_UPTIME_SQL_API_MONITOR_LIST_UPTIME },
    { NULL, 0 }
};


/* Each order has its index, and so its statement. */

void
ngx_http_uptime_monitor_list(ngx_http_uptime_ctx_t *ctx)
{
    u_char            *name;
    ngx_str_t          sort;
    ngx_uint_t         i;
    ngx_uptime_sql_e   sql;

    sort = ngx_http_uptime_arg(ctx, "sort");
    sql = ngx_http_uptime_list_statements[0].sql;

    if (sort.len) {
        name = sort.data + (sort.data[0] == '-');

        for (i = 0; ngx_http_uptime_list_statements[i].sort != NULL; i++) {
            if (ngx_strcmp(name, ngx_http_uptime_list_statements[i].sort)
                == 0)
            {
                sql = ngx_http_uptime_list_statements[i].sql;
            }
        }
    }

    ngx_http_uptime_plain_sql(ctx, sql);
}
