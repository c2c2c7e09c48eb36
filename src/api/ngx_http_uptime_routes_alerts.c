
/*
 * The arguments and fields of the routes of incidents and maintenance windows.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"


static const char *const  ngx_http_uptime_incident_statuses[] = {
    "open", "acknowledged", "resolved", NULL
};


const ngx_uptime_field_t  ngx_http_uptime_incidents_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_int("monitor", 0, 1, 999999999999999),
    ngx_http_uptime_enum("status", ngx_http_uptime_incident_statuses),
    ngx_http_uptime_text("from", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_text("to", 0, 1, 40, ngx_uptime_check_time),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_monitor_incidents_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_enum("status", ngx_http_uptime_incident_statuses),
    ngx_http_uptime_text("from", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_text("to", 0, 1, 40, ngx_uptime_check_time),
    ngx_uptime_null_field
};
