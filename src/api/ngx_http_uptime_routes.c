
/*
 * The API as data: every endpoint is a row here, a field table and a file
 * under sql/api/.  api.md's contract, docs/api.md for the words.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


#define ngx_http_uptime_int(name, flags, min, max)                            \
    { ngx_string(name), NGX_UPTIME_FIELD_INT, flags, min, max, NULL, 0, NULL }

#define ngx_http_uptime_bool(name)                                            \
    { ngx_string(name), NGX_UPTIME_FIELD_BOOL, 0, 0, 0, NULL, 0, NULL }

#define ngx_http_uptime_enum(name, values)                                    \
    { ngx_string(name), NGX_UPTIME_FIELD_ENUM, 0, 0, 0, values, 0, NULL }

#define ngx_http_uptime_text(name, flags, min, max, check)                    \
    { ngx_string(name), NGX_UPTIME_FIELD_STRING, flags, min, max, NULL, 0,    \
      check }


static const char *const  ngx_http_uptime_types[] = { "http", NULL };

static const char *const  ngx_http_uptime_methods[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL
};

static const char *const  ngx_http_uptime_keyword_modes[] = {
    "present", "absent", NULL
};

static const char *const  ngx_http_uptime_statuses[] = {
    "pending", "up", "degraded", "down", "unknown", "paused", NULL
};

static const char *const  ngx_http_uptime_outcomes[] = {
    "up", "degraded", "down", "unknown", NULL
};


static const ngx_uptime_field_t  ngx_http_uptime_signup_fields[] = {
    ngx_http_uptime_text("email", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 3, NGX_UPTIME_MAX_EMAIL,
                         ngx_uptime_check_email),
    ngx_http_uptime_text("password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, NGX_UPTIME_MIN_PASSWORD,
                         NGX_UPTIME_MAX_PASSWORD, NULL),
    ngx_uptime_null_field
};


/* whatever cannot be an account is answered like a wrong password */

static const ngx_uptime_field_t  ngx_http_uptime_login_fields[] = {
    ngx_http_uptime_text("email", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_EMAIL,
                         ngx_uptime_check_email),
    ngx_http_uptime_text("password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, 1,
                         NGX_UPTIME_MAX_PASSWORD, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_monitor_fields[] = {
    ngx_http_uptime_text("url", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_URL,
                         ngx_uptime_check_url),
    ngx_http_uptime_text("name", NGX_UPTIME_FIELD_TRIM, 1,
                         NGX_UPTIME_MAX_NAME, NULL),
    ngx_http_uptime_enum("type", ngx_http_uptime_types),
    ngx_http_uptime_int("interval", 0, 10, 86400),
    ngx_http_uptime_int("timeout", 0, 1, 60),
    ngx_http_uptime_enum("method", ngx_http_uptime_methods),
    { ngx_string("headers"), NGX_UPTIME_FIELD_HEADERS, 0, 0, 50, NULL, 2000,
      NULL },
    ngx_http_uptime_text("body", NGX_UPTIME_FIELD_NULLABLE
                         |NGX_UPTIME_FIELD_MULTILINE, 0, 16384, NULL),
    ngx_http_uptime_text("expected_status", NGX_UPTIME_FIELD_TRIM, 3, 100,
                         ngx_uptime_check_status_ranges),
    ngx_http_uptime_text("keyword", NGX_UPTIME_FIELD_NULLABLE, 1, 500, NULL),
    ngx_http_uptime_enum("keyword_mode", ngx_http_uptime_keyword_modes),
    ngx_http_uptime_bool("follow_redirects"),
    ngx_http_uptime_int("max_redirects", 0, 0, 5),
    ngx_http_uptime_bool("verify_tls"),
    ngx_http_uptime_int("degraded_after_ms", NGX_UPTIME_FIELD_NULLABLE, 1,
                        60000),
    ngx_http_uptime_int("failure_threshold", 0, 1, 10),
    ngx_http_uptime_int("retry_interval", 0, 1, 3600),
    ngx_http_uptime_int("cert_warn_days", 0, 0, 365),
    { ngx_string("tags"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 20, NULL, 50, NULL },
    ngx_http_uptime_bool("paused"),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_list_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_enum("status", ngx_http_uptime_statuses),
    ngx_http_uptime_text("tag", 0, 1, 50, NULL),
    ngx_http_uptime_text("q", 0, 1, 200, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_checks_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_text("from", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_text("to", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_enum("outcome", ngx_http_uptime_outcomes),
    ngx_uptime_null_field
};


static void ngx_http_uptime_live(ngx_http_uptime_ctx_t *ctx);


const ngx_http_uptime_route_t  ngx_http_uptime_routes[] = {

    { NGX_HTTP_GET, "/health/live", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_live },

    { NGX_HTTP_GET, "/health/ready", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_HEALTH_READY, "", NULL },

    { NGX_HTTP_POST, "/auth/signup", NGX_HTTP_UPTIME_ANYONE, 201,
      NULL, ngx_http_uptime_signup_fields, 0, 0, NULL,
      ngx_http_uptime_signup },

    { NGX_HTTP_POST, "/auth/login", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, ngx_http_uptime_login_fields, 0, 0, NULL,
      ngx_http_uptime_login },

    { NGX_HTTP_GET, "/me", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_ME, "U", NULL },

    { NGX_HTTP_GET, "/monitors", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_list_args, NULL, 0,
      NGX_UPTIME_SQL_API_MONITOR_LIST, "UA", NULL },

    { NGX_HTTP_POST, "/monitors", NGX_HTTP_UPTIME_USER, 201,
      NULL, ngx_http_uptime_monitor_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_CREATE, "UA", NULL },

    { NGX_HTTP_GET, "/monitors/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_GET, "UI", NULL },

    { NGX_HTTP_PATCH, "/monitors/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_monitor_fields, 1,
      NGX_UPTIME_SQL_API_MONITOR_PATCH, "UIA", NULL },

    { NGX_HTTP_DELETE, "/monitors/:id", NGX_HTTP_UPTIME_USER, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_DELETE, "UIA", NULL },

    { NGX_HTTP_POST, "/monitors/:id/pause", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_PAUSE, "UIT", NULL },

    { NGX_HTTP_POST, "/monitors/:id/resume", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_PAUSE, "UIF", NULL },

    { NGX_HTTP_GET, "/monitors/:id/checks", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_checks_args, NULL, 0,
      NGX_UPTIME_SQL_API_CHECK_LIST, "UIA", NULL },

    { 0, NULL, 0, 0, NULL, NULL, 0, 0, NULL, NULL }
};


/* This worker answers: nothing else is asked. */

static void
ngx_http_uptime_live(ngx_http_uptime_ctx_t *ctx)
{
    static const ngx_str_t  body = ngx_string("{\"status\":\"ok\"}");

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}
