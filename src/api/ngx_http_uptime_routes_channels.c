
/*
 * The fields of channels.  What a configuration is made of says the table of
 * its kind, see src/alert/.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"
#include "ngx_uptime_alert_config.h"


static ngx_int_t ngx_http_uptime_check_kind(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);
static ngx_int_t ngx_http_uptime_check_events(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);
static ngx_int_t ngx_http_uptime_check_channel(
    ngx_uptime_validate_ctx_t *ctx, const ngx_uptime_field_t *field,
    cJSON *object, cJSON *value);


static const char *const  ngx_http_uptime_preview_events[] = {
    "down", "up", "degraded", "cert", "test", NULL
};


#define ngx_http_uptime_object(name)                                          \
    { ngx_string(name), NGX_UPTIME_FIELD_OBJECT, 0, 0, 0, NULL, 0, NULL }

#define ngx_http_uptime_channel_whole                                         \
    { ngx_null_string, NGX_UPTIME_FIELD_STRING, 0, 0, 0, NULL, 0,             \
      ngx_http_uptime_check_channel }


const ngx_uptime_field_t  ngx_http_uptime_channel_fields[] = {
    ngx_http_uptime_text("name", NGX_UPTIME_FIELD_TRIM, 1,
                         NGX_UPTIME_MAX_NAME, NULL),
    ngx_http_uptime_text("kind", NGX_UPTIME_FIELD_REQUIRED, 1, 20,
                         ngx_http_uptime_check_kind),
    ngx_http_uptime_object("config"),
    ngx_http_uptime_object("templates"),
    { ngx_string("events"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 4, NULL, 20,
      ngx_http_uptime_check_events },
    ngx_http_uptime_int("resend_after", NGX_UPTIME_FIELD_NULLABLE, 1, 10080),
    ngx_http_uptime_bool("enabled"),
    ngx_http_uptime_bool("is_default"),
    ngx_http_uptime_channel_whole
};


/* a channel of another kind is another channel */

const ngx_uptime_field_t  ngx_http_uptime_channel_changes[] = {
    ngx_http_uptime_text("name", NGX_UPTIME_FIELD_TRIM, 1,
                         NGX_UPTIME_MAX_NAME, NULL),
    ngx_http_uptime_object("config"),
    ngx_http_uptime_object("templates"),
    { ngx_string("events"), NGX_UPTIME_FIELD_STRINGS, 0, 0, 4, NULL, 20,
      ngx_http_uptime_check_events },
    ngx_http_uptime_int("resend_after", NGX_UPTIME_FIELD_NULLABLE, 1, 10080),
    ngx_http_uptime_bool("enabled"),
    ngx_http_uptime_bool("is_default"),
    ngx_uptime_null_field
};


const ngx_uptime_field_t  ngx_http_uptime_channel_previews[] = {
    ngx_http_uptime_text("kind", NGX_UPTIME_FIELD_REQUIRED, 1, 20,
                         ngx_http_uptime_check_kind),
    ngx_http_uptime_object("config"),
    ngx_http_uptime_object("templates"),
    ngx_http_uptime_enum("event", ngx_http_uptime_preview_events),
    ngx_http_uptime_channel_whole
};


static ngx_int_t
ngx_http_uptime_check_kind(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char      *p, *message;
    size_t       len;
    ngx_str_t    name;
    ngx_uint_t   i;

    name.data = (u_char *) value->valuestring;
    name.len = ngx_strlen(name.data);

    if (ngx_uptime_alert_kind(&name) != NULL) {
        return NGX_OK;
    }

    len = sizeof("must be one of ");

    for (i = 0; ngx_uptime_alert_kinds[i] != NULL; i++) {
        len += ngx_uptime_alert_kinds[i]->name.len + 2;
    }

    message = ngx_pnalloc(ctx->pool, len);
    if (message == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(message, "must be one of ");

    for (i = 0; ngx_uptime_alert_kinds[i] != NULL; i++) {
        p = ngx_sprintf(p, i ? ", %V" : "%V",
                        &ngx_uptime_alert_kinds[i]->name);
    }

    *p = '\0';

    return ngx_uptime_field_error(ctx, &field->name, "not_allowed",
                                  (char *) message);
}


static ngx_int_t
ngx_http_uptime_check_events(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    cJSON      *item;
    ngx_str_t   name;

    for (item = value->child; item != NULL; item = item->next) {
        name.data = (u_char *) item->valuestring;
        name.len = ngx_strlen(name.data);

        if (ngx_uptime_alert_event_value(&name) > NGX_UPTIME_ALERT_CERT) {
            return ngx_uptime_field_error(ctx, &field->name, "not_allowed",
                                          "must be some of down, up, "
                                          "degraded, cert");
        }
    }

    return NGX_OK;
}


/* Of the whole: the configuration is right for its kind. */

static ngx_int_t
ngx_http_uptime_check_channel(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    cJSON                          *name, *config, *templates;
    ngx_str_t                       text;
    const ngx_uptime_alert_kind_t  *kind;

    name = cJSON_GetObjectItemCaseSensitive(object, "kind");
    config = cJSON_GetObjectItemCaseSensitive(object, "config");
    templates = cJSON_GetObjectItemCaseSensitive(object, "templates");

    if (!cJSON_IsString(name)) {
        return NGX_OK;
    }

    text.data = (u_char *) name->valuestring;
    text.len = ngx_strlen(text.data);
    kind = ngx_uptime_alert_kind(&text);

    if (kind == NULL || (config != NULL && !cJSON_IsObject(config))) {
        return NGX_OK;
    }

    if (config == NULL) {
        config = cJSON_AddObjectToObject(object, "config");

        if (config == NULL) {
            return NGX_ERROR;
        }
    }

    return ngx_uptime_alert_validate(ctx, kind, config,
                                     cJSON_IsObject(templates) ? templates
                                                               : NULL);
}
