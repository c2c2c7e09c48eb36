
/*
 * The API as data: every endpoint is a row here, a field table and a file
 * under sql/api/.  api.md's contract, docs/api.md for the words.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"
#include "ngx_uptime_common.h"


static const char *const  ngx_http_uptime_scopes[] = {
    "read", "write", NULL
};

static const char *const  ngx_http_uptime_roles[] = {
    "admin", "user", NULL
};

static const char *const  ngx_http_uptime_signups[] = {
    "open", "closed", NULL
};


static const ngx_uptime_field_t  ngx_http_uptime_signup_fields[] = {
    ngx_http_uptime_text("email", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 3, NGX_UPTIME_MAX_EMAIL,
                         ngx_uptime_check_email),
    ngx_http_uptime_text("password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, NGX_UPTIME_MIN_PASSWORD,
                         NGX_UPTIME_MAX_PASSWORD, ngx_uptime_check_password),
    ngx_http_uptime_text("invitation", NGX_UPTIME_FIELD_TRIM, 1, 100, NULL),
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


static const ngx_uptime_field_t  ngx_http_uptime_password_fields[] = {
    ngx_http_uptime_text("current_password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, 1,
                         NGX_UPTIME_MAX_PASSWORD, NULL),
    ngx_http_uptime_text("new_password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, NGX_UPTIME_MIN_PASSWORD,
                         NGX_UPTIME_MAX_PASSWORD, ngx_uptime_check_password),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_forgot_fields[] = {
    ngx_http_uptime_text("email", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 3, NGX_UPTIME_MAX_EMAIL,
                         ngx_uptime_check_email),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_reset_fields[] = {
    ngx_http_uptime_text("token", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM|NGX_UPTIME_FIELD_SECRET, 1,
                         100, NULL),
    ngx_http_uptime_text("new_password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, NGX_UPTIME_MIN_PASSWORD,
                         NGX_UPTIME_MAX_PASSWORD, ngx_uptime_check_password),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_confirm_fields[] = {
    ngx_http_uptime_text("password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, 1,
                         NGX_UPTIME_MAX_PASSWORD, NULL),
    ngx_uptime_null_field
};


/* no merge patch: both are wanted */

static const ngx_uptime_field_t  ngx_http_uptime_email_fields[] = {
    ngx_http_uptime_text("email", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 3, NGX_UPTIME_MAX_EMAIL,
                         ngx_uptime_check_email),
    ngx_http_uptime_text("password", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, 1,
                         NGX_UPTIME_MAX_PASSWORD, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_page_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_users_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_text("q", 0, 1, 200, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_user_fields[] = {
    ngx_http_uptime_bool("disabled"),
    ngx_http_uptime_enum("role", ngx_http_uptime_roles),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_settings_fields[] = {
    { ngx_string("signup"), NGX_UPTIME_FIELD_ENUM, NGX_UPTIME_FIELD_NULLABLE,
      0, 0, ngx_http_uptime_signups, 0, NULL },
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_invitation_fields[] = {
    ngx_http_uptime_int("expires_in", 0, 3600, 2592000),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_totp_fields[] = {
    ngx_http_uptime_text("code", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM|NGX_UPTIME_FIELD_SECRET, 1,
                         40, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_login_totp_fields[] = {
    ngx_http_uptime_text("challenge", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_SECRET, 1, NGX_UPTIME_TOKEN_MAX,
                         NULL),
    ngx_http_uptime_text("code", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM|NGX_UPTIME_FIELD_SECRET, 1,
                         40, NULL),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_key_fields[] = {
    ngx_http_uptime_text("name", NGX_UPTIME_FIELD_REQUIRED
                         |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_NAME, NULL),
    ngx_http_uptime_enum("scope", ngx_http_uptime_scopes),
    ngx_http_uptime_text("expires_at", NGX_UPTIME_FIELD_NULLABLE, 1, 40,
                         ngx_uptime_check_time),
    ngx_uptime_null_field
};


static const ngx_uptime_field_t  ngx_http_uptime_changes_args[] = {
    ngx_http_uptime_text("since", 0, 1, NGX_UPTIME_MAX_SINCE,
                         ngx_uptime_check_since),
    ngx_uptime_null_field
};


static void ngx_http_uptime_live(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_openapi(ngx_http_uptime_ctx_t *ctx);


/* src/api/openapi.json, made by tools/embed-file */
extern const char    ngx_uptime_openapi[];
extern const size_t  ngx_uptime_openapi_len;


const ngx_http_uptime_route_t  ngx_http_uptime_routes[] = {

    { NGX_HTTP_GET, "/health/live", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_live },

    { NGX_HTTP_GET, "/health/ready", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_HEALTH_READY, "", NULL },

    { NGX_HTTP_POST, "/auth/signup", NGX_HTTP_UPTIME_ANYONE, 201,
      NULL, ngx_http_uptime_signup_fields, 0, 0, NULL,
      ngx_http_uptime_signup_throttled },

    { NGX_HTTP_POST, "/auth/login", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, ngx_http_uptime_login_fields, 0, 0, NULL,
      ngx_http_uptime_login },

    { NGX_HTTP_POST, "/auth/login/totp", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, ngx_http_uptime_login_totp_fields, 0, 0, NULL,
      ngx_http_uptime_login_totp },

    { NGX_HTTP_POST, "/auth/password/forgot", NGX_HTTP_UPTIME_ANYONE, 202,
      NULL, ngx_http_uptime_forgot_fields, 0, 0, NULL,
      ngx_http_uptime_forgot },

    { NGX_HTTP_POST, "/auth/password/reset", NGX_HTTP_UPTIME_ANYONE, 204,
      NULL, ngx_http_uptime_reset_fields, 0, 0, NULL,
      ngx_http_uptime_reset },

    { NGX_HTTP_POST, "/me/totp", NGX_HTTP_UPTIME_SESSION, 200,
      NULL, ngx_http_uptime_confirm_fields, 0,
      NGX_UPTIME_SQL_API_TOTP_ENROL, "UA", ngx_http_uptime_totp_enrol },

    { NGX_HTTP_POST, "/me/totp/confirm", NGX_HTTP_UPTIME_SESSION, 200,
      NULL, ngx_http_uptime_totp_fields, 0, 0, NULL,
      ngx_http_uptime_totp_confirm },

    { NGX_HTTP_DELETE, "/me/totp", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, ngx_http_uptime_confirm_fields, 0,
      NGX_UPTIME_SQL_API_TOTP_DISABLE, "UN", ngx_http_uptime_confirm },

    { NGX_HTTP_POST, "/auth/refresh", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_refresh },

    { NGX_HTTP_POST, "/auth/logout", NGX_HTTP_UPTIME_ANYONE, 204,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_logout },

    { NGX_HTTP_POST, "/auth/logout-all", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_AUTH_LOGOUT_ALL, "UN", NULL },

    { NGX_HTTP_GET, "/auth/sessions", NGX_HTTP_UPTIME_SESSION, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_SESSION_LIST, "US", NULL },

    { NGX_HTTP_DELETE, "/auth/sessions/:id", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_SESSION_END, "UIN", NULL },

    { NGX_HTTP_POST, "/me/password", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, ngx_http_uptime_password_fields, 0,
      NGX_UPTIME_SQL_API_ME_PASSWORD, "USAN", ngx_http_uptime_confirm },

    { NGX_HTTP_DELETE, "/me", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, ngx_http_uptime_confirm_fields, 0,
      NGX_UPTIME_SQL_API_ME_DELETE, "U", ngx_http_uptime_confirm },

    { NGX_HTTP_PATCH, "/me", NGX_HTTP_UPTIME_SESSION, 200,
      NULL, ngx_http_uptime_email_fields, 0,
      NGX_UPTIME_SQL_API_ME_EMAIL, "USAN", ngx_http_uptime_confirm },

    { NGX_HTTP_GET, "/me/audit", NGX_HTTP_UPTIME_SESSION, 200,
      ngx_http_uptime_page_args, NULL, 0,
      NGX_UPTIME_SQL_API_ME_AUDIT, "UA", NULL },

    { NGX_HTTP_GET, "/users", NGX_HTTP_UPTIME_ADMIN, 200,
      ngx_http_uptime_users_args, NULL, 0,
      NGX_UPTIME_SQL_API_ADMIN_USERS, "UA", NULL },

    { NGX_HTTP_PATCH, "/users/:id", NGX_HTTP_UPTIME_ADMIN, 200,
      NULL, ngx_http_uptime_user_fields, 1,
      NGX_UPTIME_SQL_API_ADMIN_USER_PATCH, "UIAN", NULL },

    { NGX_HTTP_GET, "/settings", NGX_HTTP_UPTIME_ADMIN, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_ADMIN_SETTINGS, "U", NULL },

    { NGX_HTTP_PATCH, "/settings", NGX_HTTP_UPTIME_ADMIN, 200,
      NULL, ngx_http_uptime_settings_fields, 1,
      NGX_UPTIME_SQL_API_ADMIN_SETTINGS_PATCH, "UAN", NULL },

    { NGX_HTTP_GET, "/invitations", NGX_HTTP_UPTIME_ADMIN, 200,
      ngx_http_uptime_page_args, NULL, 0,
      NGX_UPTIME_SQL_API_ADMIN_INVITATIONS, "UA", NULL },

    { NGX_HTTP_POST, "/invitations", NGX_HTTP_UPTIME_ADMIN, 201,
      NULL, ngx_http_uptime_invitation_fields, 0, 0, NULL,
      ngx_http_uptime_invitation_create },

    { NGX_HTTP_DELETE, "/invitations/:id", NGX_HTTP_UPTIME_ADMIN, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_ADMIN_INVITATION_DELETE, "UIN",
      NULL },

    { NGX_HTTP_GET, "/keys", NGX_HTTP_UPTIME_SESSION, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_KEY_LIST, "U", NULL },

    { NGX_HTTP_POST, "/keys", NGX_HTTP_UPTIME_SESSION, 201,
      NULL, ngx_http_uptime_key_fields, 0, 0, NULL,
      ngx_http_uptime_key_create },

    { NGX_HTTP_DELETE, "/keys/:id", NGX_HTTP_UPTIME_SESSION, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_KEY_DELETE, "UI", NULL },

    { NGX_HTTP_GET, "/me", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_ME, "U", NULL },

    { NGX_HTTP_GET, "/monitors", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_list_args, NULL, 0,
      0, "UA", ngx_http_uptime_monitor_list },

    { NGX_HTTP_POST, "/monitors", NGX_HTTP_UPTIME_USER, 201,
      NULL, ngx_http_uptime_monitor_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_CREATE, "UAQH",
      ngx_http_uptime_monitor_write },

    { NGX_HTTP_PATCH, "/monitors", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_bulk_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_BULK, "UAH",
      ngx_http_uptime_monitor_write },

    { NGX_HTTP_DELETE, "/monitors", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_ids_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_BULK_DELETE, "UA", NULL },

    { NGX_HTTP_GET, "/monitors/export", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_export_args, NULL, 0,
      NGX_UPTIME_SQL_API_MONITOR_EXPORT, "UA",
      ngx_http_uptime_monitor_export },

    { NGX_HTTP_POST, "/monitors/import", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_import_args, ngx_http_uptime_import_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_IMPORT, "UAQH",
      ngx_http_uptime_monitor_import },

    { NGX_HTTP_POST, "/monitors/test", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_monitor_fields, 0,
      NGX_UPTIME_SQL_API_MONITOR_TEST, "UA", ngx_http_uptime_check },

    { NGX_HTTP_POST, "/monitors/:id/check", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_CHECK, "UI",
      ngx_http_uptime_check },

    { NGX_HTTP_GET, "/monitors/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_GET, "URI", NULL },

    { NGX_HTTP_PATCH, "/monitors/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_monitor_fields, 1,
      NGX_UPTIME_SQL_API_MONITOR_PATCH, "UIAH",
      ngx_http_uptime_monitor_write },

    { NGX_HTTP_DELETE, "/monitors/:id", NGX_HTTP_UPTIME_USER, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_DELETE, "UIA", NULL },

    { NGX_HTTP_POST, "/monitors/:id/pause", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_PAUSE, "UITAH", NULL },

    { NGX_HTTP_POST, "/monitors/:id/resume", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MONITOR_PAUSE, "UIFAH", NULL },

    { NGX_HTTP_GET, "/monitors/:id/checks", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_checks_args, NULL, 0,
      NGX_UPTIME_SQL_API_CHECK_LIST, "UIA", ngx_http_uptime_checks_list },

    { NGX_HTTP_GET, "/checks", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_checks_args, NULL, 0,
      NGX_UPTIME_SQL_API_CHECK_LOG, "UIA", ngx_http_uptime_checks_list },

    { NGX_HTTP_GET, "/monitors/:id/series", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_series_args, NULL, 0,
      NGX_UPTIME_SQL_API_MONITOR_SERIES, "UIAB", NULL },

    { NGX_HTTP_GET, "/monitors/:id/uptime", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_uptime_args, NULL, 0,
      NGX_UPTIME_SQL_API_MONITOR_UPTIME, "UIA", NULL },

    { NGX_HTTP_GET, "/monitors/:id/incidents", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_monitor_incidents_args, NULL, 0,
      NGX_UPTIME_SQL_API_MONITOR_INCIDENTS, "UIA", NULL },

    { NGX_HTTP_GET, "/incidents", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_incidents_args, NULL, 0,
      NGX_UPTIME_SQL_API_INCIDENT_LIST, "UA", NULL },

    { NGX_HTTP_GET, "/incidents/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_INCIDENT_GET, "UAI", NULL },

    { NGX_HTTP_POST, "/incidents/:id/acknowledge", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_INCIDENT_ACKNOWLEDGE, "UI", NULL },

    { NGX_HTTP_GET, "/maintenances", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_maintenances_args, NULL, 0,
      NGX_UPTIME_SQL_API_MAINTENANCE_LIST, "UA", NULL },

    { NGX_HTTP_POST, "/maintenances", NGX_HTTP_UPTIME_USER, 201,
      NULL, ngx_http_uptime_maintenance_fields, 0,
      NGX_UPTIME_SQL_API_MAINTENANCE_CREATE, "UA", NULL },

    { NGX_HTTP_GET, "/maintenances/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MAINTENANCE_GET, "UI", NULL },

    { NGX_HTTP_PATCH, "/maintenances/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_maintenance_fields, 1,
      NGX_UPTIME_SQL_API_MAINTENANCE_PATCH, "UIA", NULL },

    { NGX_HTTP_DELETE, "/maintenances/:id", NGX_HTTP_UPTIME_USER, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_MAINTENANCE_DELETE, "UIA", NULL },

    { NGX_HTTP_GET, "/push/:token", NGX_HTTP_UPTIME_ANYONE, 200,
      ngx_http_uptime_push_args, NULL, 0, 0, NULL, ngx_http_uptime_push },

    { NGX_HTTP_POST, "/push/:token", NGX_HTTP_UPTIME_ANYONE, 200,
      ngx_http_uptime_push_args, NULL, 0, 0, NULL, ngx_http_uptime_push },

    { NGX_HTTP_GET, "/changes", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_changes_args, NULL, 0,
      NGX_UPTIME_SQL_API_CHANGES, "UA", NULL },

    { NGX_HTTP_GET, "/events", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_events },
    { NGX_HTTP_GET, "/channels", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_CHANNEL_LIST, "U", NULL },

    { NGX_HTTP_POST, "/channels", NGX_HTTP_UPTIME_USER, 201,
      NULL, ngx_http_uptime_channel_fields, 0,
      NGX_UPTIME_SQL_API_CHANNEL_CREATE, "UA",
      ngx_http_uptime_channel_create },

    { NGX_HTTP_POST, "/channels/test", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_channel_fields, 0, 0, NULL,
      ngx_http_uptime_channel_test },

    { NGX_HTTP_POST, "/channels/preview", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_channel_previews, 0, 0, NULL,
      ngx_http_uptime_channel_preview },

    { NGX_HTTP_GET, "/channels/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_CHANNEL_GET, "UI", NULL },

    { NGX_HTTP_PATCH, "/channels/:id", NGX_HTTP_UPTIME_USER, 200,
      NULL, ngx_http_uptime_channel_changes, 1,
      NGX_UPTIME_SQL_API_CHANNEL_PATCH, "UIA",
      ngx_http_uptime_channel_patch },

    { NGX_HTTP_DELETE, "/channels/:id", NGX_HTTP_UPTIME_USER, 204,
      NULL, NULL, 0, NGX_UPTIME_SQL_API_CHANNEL_DELETE, "UI", NULL },

    { NGX_HTTP_GET, "/channels/:id/deliveries", NGX_HTTP_UPTIME_USER, 200,
      ngx_http_uptime_page_args, NULL, 0,
      NGX_UPTIME_SQL_API_CHANNEL_DELIVERIES, "UIA", NULL },

    { NGX_HTTP_POST, "/channels/:id/test", NGX_HTTP_UPTIME_USER, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_channel_test },

    { NGX_HTTP_GET, "/system", NGX_HTTP_UPTIME_ADMIN, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_system },

    { NGX_HTTP_GET, "/openapi.json", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_openapi },

    { 0, NULL, 0, 0, NULL, NULL, 0, 0, NULL, NULL }
};


/* This worker answers: nothing else is asked. */

static void
ngx_http_uptime_live(ngx_http_uptime_ctx_t *ctx)
{
    static const ngx_str_t  body = ngx_string("{\"status\":\"ok\"}");

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}


static void
ngx_http_uptime_openapi(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  body;

    body.data = (u_char *) ngx_uptime_openapi;
    body.len = ngx_uptime_openapi_len;

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}
