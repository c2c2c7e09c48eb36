
/*
 * Checks of single members of a channel's configuration.  Pure; runs in
 * workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


/* Standard Webhooks: what a secret begins with, and its bytes */
#define NGX_UPTIME_ALERT_WHSEC_MIN  24
#define NGX_UPTIME_ALERT_WHSEC_MAX  64

/* of a placeholder that there is not, in an error */
#define NGX_UPTIME_ALERT_NAME       40

/* of names and values, as JSON: they are sealed with the other secrets */
#define NGX_UPTIME_ALERT_HEADERS    7000


static ngx_int_t ngx_uptime_alert_check_wrong(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, const ngx_str_t *wrong);


ngx_int_t
ngx_uptime_alert_check_text(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t                  text, wrong;
    ngx_uptime_alert_t         alert;
    ngx_uptime_alert_words_t   w;

    ngx_memzero(&alert, sizeof(ngx_uptime_alert_t));
    ngx_memzero(&w, sizeof(ngx_uptime_alert_words_t));

    w.pool = ctx->pool;
    w.alert = &alert;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    if (ngx_uptime_template_check(&text, ngx_uptime_alert_value, &w, &wrong)
        == NGX_OK)
    {
        return NGX_OK;
    }

    return (wrong.len == 0)
           ? ngx_uptime_field_error(ctx, &field->name, "bad_template",
                                    "has a {{ without a name and }}")
           : ngx_uptime_alert_check_wrong(ctx, field, &wrong);
}


static ngx_int_t
ngx_uptime_alert_check_wrong(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, const ngx_str_t *wrong)
{
    u_char     *p;
    ngx_str_t   name;

    static const char  format[] = "has a placeholder {{%V}}, which there is "
                                  "not%Z";

    name = *wrong;
    name.len = ngx_uptime_template_cut(&name, NGX_UPTIME_ALERT_NAME);

    p = ngx_pnalloc(ctx->pool, sizeof(format) + name.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(p, format, &name);

    return ngx_uptime_field_error(ctx, &field->name, "unknown_placeholder",
                                  (char *) p);
}


ngx_int_t
ngx_uptime_alert_check_json(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    cJSON                     *root, *type;
    ngx_int_t                  rc;
    ngx_str_t                  text, filled;
    ngx_uint_t                 n;
    const char                *reason;
    ngx_uptime_alert_t         alert;
    ngx_uptime_alert_words_t   w;

    n = ctx->errors->nelts;
    rc = ngx_uptime_alert_check_text(ctx, field, object, value);

    if (rc != NGX_OK || ctx->errors->nelts > n) {
        return rc;
    }

    type = cJSON_GetObjectItemCaseSensitive(object, "content_type");

    if (cJSON_IsString(type)) {
        text.data = (u_char *) type->valuestring;
        text.len = ngx_strlen(text.data);

        if (!ngx_uptime_alert_is_type(&text, "json")) {
            return NGX_OK;
        }
    }

    ngx_memzero(&alert, sizeof(ngx_uptime_alert_t));
    ngx_memzero(&w, sizeof(ngx_uptime_alert_words_t));

    /* numbers may stand without quotes */

    w.pool = ctx->pool;
    w.alert = &alert;
    alert.monitor = 1;
    alert.incident = 1;
    alert.http_status = 503;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    if (ngx_uptime_template_render(ctx->pool, &text, ngx_uptime_alert_value,
                                   &w, NGX_UPTIME_ESCAPE_JSON, text.len + 4096,
                                   &filled)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_uptime_json_parse(ctx->pool, &filled, &root, &reason);

    return (rc == NGX_DECLINED)
           ? ngx_uptime_field_error(ctx, &field->name, "bad_json",
                                    "must be JSON, with placeholders inside "
                                    "of strings; or set another content_type")
           : rc;
}


ngx_uint_t
ngx_uptime_alert_is_type(const ngx_str_t *type, const char *part)
{
    return ngx_strlcasestrn(type->data, type->data + type->len,
                            (u_char *) part, ngx_strlen(part) - 1)
           != NULL;
}


ngx_int_t
ngx_uptime_alert_check_whsec(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char     bytes[256];
    ngx_str_t  text, key;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    if (text.len > sizeof("whsec_") - 1 && text.len < sizeof(bytes)
        && ngx_strncmp(text.data, "whsec_", sizeof("whsec_") - 1) == 0)
    {
        text.data += sizeof("whsec_") - 1;
        text.len -= sizeof("whsec_") - 1;
        key.data = bytes;

        if (ngx_decode_base64(&key, &text) == NGX_OK
            && key.len >= NGX_UPTIME_ALERT_WHSEC_MIN
            && key.len <= NGX_UPTIME_ALERT_WHSEC_MAX)
        {
            return NGX_OK;
        }
    }

    return ngx_uptime_field_error(ctx, &field->name, "bad_secret",
                                  "must be whsec_ and the base64 of 24 to 64 "
                                  "random bytes");
}


ngx_int_t
ngx_uptime_alert_check_headers(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    size_t      len;
    cJSON      *header;
    ngx_str_t   text;

    len = 0;

    for (header = value->child; header != NULL; header = header->next) {

        text.data = (u_char *) header->string;
        text.len = ngx_strlen(text.data);
        len += ngx_uptime_json_escape(NULL, text.data, text.len);

        text.data = (u_char *) cJSON_GetStringValue(header);
        text.len = text.data ? ngx_strlen(text.data) : 0;
        len += ngx_uptime_json_escape(NULL, text.data, text.len);

        if (ngx_strcasecmp((u_char *) header->string,
                           (u_char *) "Content-Type") != 0
            && ngx_strncasecmp((u_char *) header->string,
                               (u_char *) "webhook-", 8) != 0)
        {
            continue;
        }

        if (ngx_uptime_field_error(ctx, &field->name, "refused_header",
                                   "must not set Content-Type (that is "
                                   "content_type) nor webhook-...")
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (len > NGX_UPTIME_ALERT_HEADERS) {
        return ngx_uptime_field_error(ctx, &field->name, "too_long",
                                      "must have at most 7000 bytes in all");
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_alert_check_mails(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char              *p;
    cJSON               *item;
    ngx_uint_t           i;
    ngx_uptime_field_t   one;

    i = 0;

    for (item = value->child; item != NULL; item = item->next, i++) {
        one = *field;

        p = ngx_pnalloc(ctx->pool, field->name.len + NGX_INT_T_LEN + 2);
        if (p == NULL) {
            return NGX_ERROR;
        }

        one.name.data = p;
        one.name.len = ngx_sprintf(p, "%V[%ui]", &field->name, i) - p;

        if (ngx_uptime_check_email(ctx, &one, object, item) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_alert_check_token(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char  *p;

    for (p = (u_char *) value->valuestring; *p; p++) {

        if ((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a'
                                         && (*p | 0x20) <= 'z')
            || ngx_strchr(":@_-.", *p) != NULL)
        {
            continue;
        }

        return ngx_uptime_field_error(ctx, &field->name, "bad_characters",
                                      "must be letters, digits and : @ _ - . "
                                      "only");
    }

    return NGX_OK;
}
