
#ifndef _NGX_HTTP_UPTIME_FIELDS_H_INCLUDED_
#define _NGX_HTTP_UPTIME_FIELDS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


/* For field tables. */

#define ngx_http_uptime_int(name, flags, min, max)                            \
    { ngx_string(name), NGX_UPTIME_FIELD_INT, flags, min, max, NULL, 0, NULL }

#define ngx_http_uptime_bool(name)                                            \
    { ngx_string(name), NGX_UPTIME_FIELD_BOOL, 0, 0, 0, NULL, 0, NULL }

#define ngx_http_uptime_enum(name, values)                                    \
    { ngx_string(name), NGX_UPTIME_FIELD_ENUM, 0, 0, 0, values, 0, NULL }

#define ngx_http_uptime_text(name, flags, min, max, check)                    \
    { ngx_string(name), NGX_UPTIME_FIELD_STRING, flags, min, max, NULL, 0,    \
      check }


/* of routes of monitors */

extern const ngx_uptime_field_t  ngx_http_uptime_monitor_fields[];
extern const ngx_uptime_field_t  ngx_http_uptime_bulk_fields[];
extern const ngx_uptime_field_t  ngx_http_uptime_ids_fields[];
extern const ngx_uptime_field_t  ngx_http_uptime_export_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_import_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_import_fields[];
extern const ngx_uptime_field_t  ngx_http_uptime_list_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_checks_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_series_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_uptime_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_push_args[];


/* of routes of channels */

extern const ngx_uptime_field_t  ngx_http_uptime_channel_fields[];
extern const ngx_uptime_field_t  ngx_http_uptime_channel_changes[];
extern const ngx_uptime_field_t  ngx_http_uptime_channel_previews[];


/* of incidents and maintenance windows */

extern const ngx_uptime_field_t  ngx_http_uptime_incidents_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_monitor_incidents_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_maintenances_args[];
extern const ngx_uptime_field_t  ngx_http_uptime_maintenance_fields[];


#endif /* _NGX_HTTP_UPTIME_FIELDS_H_INCLUDED_ */
