
/*
 * The fields of monitors, and the arguments of their routes.  Which fields
 * go together with which type is in sql/fragments/monitor_wrong.sql, since
 * a patch knows the rest in the database only.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"


static ngx_int_t ngx_http_uptime_check_patch(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);
static ngx_int_t ngx_http_uptime_check_bulk(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);


static const char *const  ngx_http_uptime_types[] = {
    "http", "tcp", "tls", "dns", "icmp", "push", NULL
};

static const char *const  ngx_http_uptime_methods[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL
};

static const char *const  ngx_http_uptime_keyword_modes[] = {
    "present", "absent", NULL
};

static const char *const  ngx_http_uptime_auths[] = {
    "none", "basic", "bearer", NULL
};

static const char *const  ngx_http_uptime_ip_versions[] = {
    "any", "4", "6", NULL
};

static const char *const  ngx_http_uptime_statuses[] = {
    "pending", "up", "degraded", "down", "unknown", "paused", NULL
};

/* by ngx_http_uptime_list_statements, without "-" */

static const char *const  ngx_http_uptime_sorts[] = {
    "created", "-created", "name", "-name", "status", "-status",
    "latency", "-latency", "uptime", "-uptime", NULL
};

static const char *const  ngx_http_uptime_tag_modes[] = {
    "any", "all", NULL
};

static const char *const  ngx_http_uptime_views[] = {
    "full", "compact", NULL
};

static const char *const  ngx_http_uptime_file_formats[] = {
    "uptime-monitors", NULL
};

static const char *const  ngx_http_uptime_push_statuses[] = {
    "up", "down", NULL
};

static const char *const  ngx_http_uptime_outcomes[] = {
    "up", "degraded", "down", "unknown", NULL
};

static const char *const  ngx_http_uptime_formats[] = {
    "json", "csv", "jsonl", NULL
};


const ngx_uptime_field_t  ngx_http_uptime_monitor_fields[] = {
    ngx_http_uptime_text("url", NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_URL,
                         ngx_uptime_check_target),
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
    ngx_http_uptime_int("cert_min_days", NGX_UPTIME_FIELD_NULLABLE, 1, 365),
    { ngx_string("tags"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 20, NULL, 50, NULL },
    ngx_http_uptime_bool("paused"),
    ngx_http_uptime_enum("auth", ngx_http_uptime_auths),
    ngx_http_uptime_text("auth_user", NGX_UPTIME_FIELD_NULLABLE, 1, 200,
                         ngx_uptime_check_auth_user),
    ngx_http_uptime_text("auth_secret", NGX_UPTIME_FIELD_NULLABLE, 1, 4000,
                         NULL),
    ngx_http_uptime_enum("ip_version", ngx_http_uptime_ip_versions),
    ngx_http_uptime_text("tls_server_name", NGX_UPTIME_FIELD_NULLABLE
                         |NGX_UPTIME_FIELD_TRIM, 1, 254,
                         ngx_uptime_check_name),
    ngx_http_uptime_bool("tls_resume"),
    { ngx_string("assertions"), NGX_UPTIME_FIELD_LIST, 0, 0, 10, NULL, 0,
      ngx_uptime_check_assertions },
    ngx_http_uptime_bool("upside_down"),
    ngx_http_uptime_int("grace", 0, 0, 30 * 86400),
    { ngx_string("channel_ids"), NGX_UPTIME_FIELD_IDS, 0, 0, 100, NULL, 0,
      NULL },
    ngx_http_uptime_int("parent_id", NGX_UPTIME_FIELD_NULLABLE, 1,
                        999999999999999),
    { ngx_null_string, NGX_UPTIME_FIELD_STRING, 0, 0, 0, NULL, 0,
      ngx_uptime_check_has_target }
};


const ngx_uptime_field_t  ngx_http_uptime_bulk_fields[] = {
    { ngx_string("ids"), NGX_UPTIME_FIELD_IDS, NGX_UPTIME_FIELD_REQUIRED, 1,
      1000, NULL, 0, NULL },
    { ngx_string("patch"), NGX_UPTIME_FIELD_OBJECT, 0, 0, 0, NULL, 0,
      ngx_http_uptime_check_patch },
    { ngx_string("add_tags"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 20, NULL, 50,
      NULL },
    { ngx_string("remove_tags"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 20, NULL,
      50, NULL },
    { ngx_string("add_channels"), NGX_UPTIME_FIELD_IDS, 0, 0, 100, NULL, 0,
      NULL },
    { ngx_string("remove_channels"), NGX_UPTIME_FIELD_IDS, 0, 0, 100, NULL,
      0, NULL },
    { ngx_null_string, NGX_UPTIME_FIELD_STRING, 0, 0, 0, NULL, 0,
      ngx_http_uptime_check_bulk }
};


const ngx_uptime_field_t  ngx_http_uptime_ids_fields[] = {
    { ngx_string("ids"), NGX_UPTIME_FIELD_IDS, NGX_UPTIME_FIELD_REQUIRED, 1,
      1000, NULL, 0, NULL },
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_export_args[] = {
    ngx_http_uptime_bool("secrets"),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_import_args[] = {
    ngx_http_uptime_bool("dry_run"),
    ngx_uptime_null_field
};


/* what an export is made of, so that it can be sent as it is */

const ngx_uptime_field_t  ngx_http_uptime_import_fields[] = {
    { ngx_string("monitors"), NGX_UPTIME_FIELD_LIST,
      NGX_UPTIME_FIELD_REQUIRED, 1, 2000, NULL, 0, NULL },
    ngx_http_uptime_enum("format", ngx_http_uptime_file_formats),
    ngx_http_uptime_int("version", 0, 1, 1),
    ngx_http_uptime_text("exported_at", 0, 1, 40, NULL),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_list_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 1700,
                         ngx_uptime_check_sorted_cursor),
    ngx_http_uptime_enum("sort", ngx_http_uptime_sorts),
    { ngx_string("status"), NGX_UPTIME_FIELD_STRINGS, 0, 1, 6,
      ngx_http_uptime_statuses, 0, NULL },
    { ngx_string("type"), NGX_UPTIME_FIELD_STRINGS, 0, 1, 6,
      ngx_http_uptime_types, 0, NULL },
    { ngx_string("tag"), NGX_UPTIME_FIELD_STRINGS, 0, 1, 20, NULL, 50, NULL },
    ngx_http_uptime_enum("tag_mode", ngx_http_uptime_tag_modes),
    ngx_http_uptime_text("q", 0, 1, 200, NULL),
    ngx_http_uptime_enum("view", ngx_http_uptime_views),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_push_args[] = {
    ngx_http_uptime_enum("status", ngx_http_uptime_push_statuses),
    ngx_http_uptime_text("message", NGX_UPTIME_FIELD_TRIM, 0, 200, NULL),
    ngx_http_uptime_int("latency_ms", 0, 0, 2000000),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_checks_args[] = {
    ngx_http_uptime_int("limit", 0, 1, 1000),
    ngx_http_uptime_text("cursor", 0, 1, 60, ngx_uptime_check_cursor),
    ngx_http_uptime_text("from", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_text("to", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_enum("outcome", ngx_http_uptime_outcomes),
    ngx_http_uptime_enum("format", ngx_http_uptime_formats),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_series_args[] = {
    ngx_http_uptime_text("from", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_text("to", 0, 1, 40, ngx_uptime_check_time),
    ngx_http_uptime_int("points", 0, 1, 2000),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_uptime_args[] = {
    ngx_http_uptime_text("tz", 0, 1, 64, NULL),
    ngx_http_uptime_int("days", 0, 1, 366),
    ngx_uptime_null_field
};


/* As the body of PATCH /monitors/{id}; errors are about "patch.name". */

static ngx_int_t
ngx_http_uptime_check_patch(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char                    *p;
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_uptime_field_error_t  *e;

    i = ctx->errors->nelts;

    rc = ngx_uptime_validate(ctx, ngx_http_uptime_monitor_fields, value, 1);

    for ( /* void */ ; rc == NGX_OK && i < ctx->errors->nelts; i++) {
        e = (ngx_uptime_field_error_t *) ctx->errors->elts + i;

        p = ngx_pnalloc(ctx->pool, field->name.len + 1 + e->field.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        e->field.len = ngx_sprintf(p, "%V%s%V", &field->name,
                                   e->field.len ? "." : "", &e->field) - p;
        e->field.data = p;
    }

    return rc;
}


static ngx_int_t
ngx_http_uptime_check_bulk(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    static const char  *names[] = { "patch", "add_tags", "remove_tags",
                                    "add_channels", "remove_channels" };

    ngx_uint_t  i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (cJSON_HasObjectItem(object, names[i])) {
            return NGX_OK;
        }
    }

    return ngx_uptime_field_error(ctx, &field->name, "empty_patch",
                                  "patch or what is to be added or removed "
                                  "must be there");
}
