
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

static const char *const  ngx_http_uptime_maintenance_kinds[] = {
    "once", "weekly", "cron", NULL
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


const ngx_uptime_field_t  ngx_http_uptime_maintenances_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 200),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_uptime_null_field
};


/* what goes together with which kind: sql/fragments/maintenance_wrong.sql */

const ngx_uptime_field_t  ngx_http_uptime_maintenance_fields[] = {
    ngx_http_uptime_text("name", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_NAME, NULL),
    { ngx_string("kind"), NGX_UPTIME_FIELD_ENUM, NGX_UPTIME_FIELD_REQUIRED, 0,
      0, ngx_http_uptime_maintenance_kinds, 0, NULL },
    ngx_http_uptime_text("starts_at", NGX_UPTIME_FIELD_NULLABLE, 1, 40,
                         ngx_uptime_check_time),
    ngx_http_uptime_text("ends_at", NGX_UPTIME_FIELD_NULLABLE, 1, 40,
                         ngx_uptime_check_time),
    { ngx_string("weekdays"), NGX_UPTIME_FIELD_IDS, NGX_UPTIME_FIELD_NULLABLE,
      1, 7, NULL, 0, NULL },
    ngx_http_uptime_text("start_time", NGX_UPTIME_FIELD_NULLABLE, 5, 5, NULL),
    ngx_http_uptime_text("cron", NGX_UPTIME_FIELD_NULLABLE
                         |NGX_UPTIME_FIELD_TRIM, 9, 200, NULL),
    ngx_http_uptime_int("duration", NGX_UPTIME_FIELD_NULLABLE, 1, 10080),
    ngx_http_uptime_text("timezone", NGX_UPTIME_FIELD_TRIM, 3, 64, NULL),
    { ngx_string("monitor_ids"), NGX_UPTIME_FIELD_IDS, 0, 0, 1000, NULL, 0,
      NULL },
    { ngx_string("tags"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 20, NULL, 50, NULL },
    ngx_http_uptime_bool("enabled"),
    ngx_uptime_null_field
};
