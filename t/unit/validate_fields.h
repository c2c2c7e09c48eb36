
#ifndef _VALIDATE_FIELDS_H_INCLUDED_
#define _VALIDATE_FIELDS_H_INCLUDED_


#include "ngx_uptime_validate.h"


/* A field table with a field of every kind, for tests and fuzzers. */

static const char *const  modes[] = { "present", "absent", NULL };


static const ngx_uptime_field_t  fields[] = {
    { ngx_string("url"), NGX_UPTIME_FIELD_STRING,
      NGX_UPTIME_FIELD_REQUIRED|NGX_UPTIME_FIELD_TRIM,
      1, 2048, NULL, 0, ngx_uptime_check_url },
    { ngx_string("name"), NGX_UPTIME_FIELD_STRING, NGX_UPTIME_FIELD_TRIM,
      2, 5, NULL, 0, NULL },
    { ngx_string("body"), NGX_UPTIME_FIELD_STRING,
      NGX_UPTIME_FIELD_MULTILINE|NGX_UPTIME_FIELD_NULLABLE,
      0, 10, NULL, 0, NULL },
    { ngx_string("password"), NGX_UPTIME_FIELD_STRING,
      NGX_UPTIME_FIELD_SECRET, 0, 10, NULL, 0, NULL },
    { ngx_string("interval"), NGX_UPTIME_FIELD_INT, 0,
      10, 86400, NULL, 0, NULL },
    { ngx_string("any"), NGX_UPTIME_FIELD_INT, NGX_UPTIME_FIELD_NULLABLE,
      INT64_MIN, INT64_MAX, NULL, 0, NULL },
    { ngx_string("paused"), NGX_UPTIME_FIELD_BOOL, 0, 0, 0, NULL, 0, NULL },
    { ngx_string("mode"), NGX_UPTIME_FIELD_ENUM, 0, 0, 0, modes, 0, NULL },
    { ngx_string("tags"), NGX_UPTIME_FIELD_STRINGS, NGX_UPTIME_FIELD_TRIM,
      1, 3, NULL, 4, NULL },
    { ngx_string("headers"), NGX_UPTIME_FIELD_HEADERS, 0,
      0, 3, NULL, 6, NULL },
    { ngx_string("assertions"), NGX_UPTIME_FIELD_LIST, 0,
      0, 3, NULL, 0, ngx_uptime_check_assertions },
    { ngx_string("status"), NGX_UPTIME_FIELD_STRING, 0,
      1, 100, NULL, 0, ngx_uptime_check_status_ranges },
    { ngx_string("email"), NGX_UPTIME_FIELD_STRING, 0,
      1, 300, NULL, 0, ngx_uptime_check_email },
    { ngx_string("cursor"), NGX_UPTIME_FIELD_STRING, 0,
      1, 300, NULL, 0, ngx_uptime_check_cursor },
    { ngx_string("from"), NGX_UPTIME_FIELD_STRING, 0,
      1, 100, NULL, 0, ngx_uptime_check_time },
    ngx_uptime_null_field
};


#endif /* _VALIDATE_FIELDS_H_INCLUDED_ */
