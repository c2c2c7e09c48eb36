
/*
 * Configurations of channels: checked, merged, and with their secrets sealed
 * or opened.  Used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_alert_config.h"
#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_token.h"
#include "ngx_uptime_validate_types.h"


static ngx_int_t ngx_uptime_alert_templates(ngx_uptime_validate_ctx_t *v,
    cJSON *templates);
static ngx_int_t ngx_uptime_alert_template(ngx_uptime_validate_ctx_t *v,
    cJSON *template);
static ngx_int_t ngx_uptime_alert_prefixed(ngx_uptime_validate_ctx_t *v,
    ngx_array_t *errors, const char *prefix);
static cJSON *ngx_uptime_alert_masked(cJSON *value);
static ngx_uint_t ngx_uptime_alert_is_mask(cJSON *value);
static ngx_int_t ngx_uptime_alert_replace(cJSON *object, cJSON *changes,
    cJSON *value);
static ngx_int_t ngx_uptime_alert_box(ngx_pool_t *pool, ngx_array_t *keys,
    int64_t owner, cJSON *secrets, ngx_uptime_alert_stored_t *stored);


/* bounds of a template; what is sent is cut once more */

static const ngx_uptime_field_t  ngx_uptime_alert_template_fields[] = {
    { ngx_string("subject"), NGX_UPTIME_FIELD_STRING, 0, 1, 200, NULL, 0,
      ngx_uptime_alert_check_text },
    { ngx_string("text"), NGX_UPTIME_FIELD_STRING, NGX_UPTIME_FIELD_MULTILINE,
      1, 4000, NULL, 0, ngx_uptime_alert_check_text },
    ngx_uptime_null_field
};


ngx_int_t
ngx_uptime_alert_validate(ngx_uptime_validate_ctx_t *v,
    const ngx_uptime_alert_kind_t *kind, cJSON *config, cJSON *templates)
{
    ngx_uptime_validate_ctx_t  sub;

    sub = *v;
    sub.errors = ngx_array_create(v->pool, 4,
                                  sizeof(ngx_uptime_field_error_t));

    if (sub.errors == NULL
        || (config != NULL
            && ngx_uptime_validate(&sub, kind->fields, config, 0) != NGX_OK)
        || ngx_uptime_alert_prefixed(v, sub.errors, "config") != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (templates != NULL) ? ngx_uptime_alert_templates(v, templates)
                               : NGX_OK;
}


static ngx_int_t
ngx_uptime_alert_templates(ngx_uptime_validate_ctx_t *v, cJSON *templates)
{
    cJSON      *template;
    ngx_str_t   name, field;

    static const ngx_str_t  prefix = ngx_string("templates.");

    for (template = templates->child; template != NULL;
         template = template->next)
    {
        name.data = (u_char *) template->string;
        name.len = ngx_strlen(name.data);

        if (ngx_uptime_alert_event_value(&name) <= NGX_UPTIME_ALERT_TEST
            && cJSON_IsObject(template))
        {
            if (ngx_uptime_alert_template(v, template) != NGX_OK) {
                return NGX_ERROR;
            }

            continue;
        }

        if (ngx_uptime_validate_name(v->pool, &prefix, template->string,
                                      &field) != NGX_OK
            || ngx_uptime_field_error(v, &field, "unknown_field",
                                      "must be an object of subject and text "
                                      "for down, up, degraded, cert or test")
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_alert_template(ngx_uptime_validate_ctx_t *v, cJSON *template)
{
    u_char                     *prefix;
    ngx_uptime_validate_ctx_t   sub;

    sub = *v;
    sub.errors = ngx_array_create(v->pool, 2,
                                  sizeof(ngx_uptime_field_error_t));
    prefix = ngx_pnalloc(v->pool, sizeof("templates.degraded"));

    if (sub.errors == NULL || prefix == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(prefix, "templates.%s%Z", template->string);

    if (ngx_uptime_validate(&sub, ngx_uptime_alert_template_fields, template,
                            0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_prefixed(v, sub.errors, (char *) prefix);
}


static ngx_int_t
ngx_uptime_alert_prefixed(ngx_uptime_validate_ctx_t *v, ngx_array_t *errors,
    const char *prefix)
{
    size_t                     len;
    u_char                    *p;
    ngx_str_t                  field;
    ngx_uint_t                 i;
    ngx_uptime_field_error_t  *error;

    error = errors->elts;

    for (i = 0; i < errors->nelts; i++) {
        len = ngx_strlen(prefix) + 1 + error[i].field.len;

        p = ngx_pnalloc(v->pool, len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        field.data = p;
        field.len = ngx_sprintf(p, error[i].field.len ? "%s.%V" : "%s%V",
                                prefix, &error[i].field)
                    - p;

        if (ngx_uptime_field_error(v, &field, error[i].code, error[i].message)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_alert_open(ngx_pool_t *pool, ngx_array_t *keys,
    const ngx_uptime_alert_channel_t *channel, cJSON **config)
{
    size_t                   len;
    cJSON                   *secrets;
    ngx_int_t                rc;
    ngx_str_t                text;
    const char              *reason;
    ngx_uptime_token_key_t  *key;

    text = channel->config;

    if (ngx_uptime_json_parse(pool, &text, config, &reason) != NGX_OK) {
        return NGX_ERROR;
    }

    if (channel->secrets.len == 0) {
        return NGX_OK;
    }

    key = keys ? ngx_uptime_token_key_of(keys, &channel->secrets_key) : NULL;
    len = channel->secrets.len / 2;

    if (key == NULL || len <= NGX_UPTIME_BOX_EXTRA) {
        return NGX_DECLINED;
    }

    text.len = len - NGX_UPTIME_BOX_EXTRA;
    text.data = ngx_pnalloc(pool, text.len);

    if (text.data == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_uptime_secret_open(text.data, text.len, &key->secret,
                                NGX_UPTIME_BOX_CHANNEL, channel->owner,
                                &channel->secrets);
    if (rc == NGX_OK) {
        rc = ngx_uptime_json_parse(pool, &text, &secrets, &reason);
    }

    ngx_explicit_memzero(text.data, text.len);

    if (rc != NGX_OK) {
        return rc;
    }

    while (secrets->child != NULL) {
        if (ngx_uptime_alert_replace(*config, secrets, secrets->child)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_alert_seal(ngx_pool_t *pool, ngx_array_t *keys,
    const ngx_uptime_alert_kind_t *kind, int64_t owner, cJSON *config,
    ngx_uptime_alert_stored_t *stored)
{
    cJSON              *secrets, *value, *masked;
    const char *const  *name;

    ngx_memzero(stored, sizeof(ngx_uptime_alert_stored_t));

    secrets = ngx_uptime_json_object(pool);
    if (secrets == NULL) {
        return NGX_ERROR;
    }

    for (name = kind->secrets; *name != NULL; name++) {
        value = cJSON_GetObjectItemCaseSensitive(config, *name);

        if (value == NULL || cJSON_IsNull(value)) {
            continue;
        }

        value = cJSON_DetachItemFromObjectCaseSensitive(config, *name);

        if (!cJSON_AddItemToObject(secrets, *name, value)) {
            cJSON_Delete(value);
            return NGX_ERROR;
        }

        masked = ngx_uptime_alert_masked(value);

        if (masked == NULL || !cJSON_AddItemToObject(config, *name, masked)) {
            cJSON_Delete(masked);
            return NGX_ERROR;
        }
    }

    if (ngx_uptime_json_print(pool, config, &stored->config) != NGX_OK) {
        return NGX_ERROR;
    }

    return secrets->child ? ngx_uptime_alert_box(pool, keys, owner, secrets,
                                                 stored)
                          : NGX_OK;
}


static ngx_int_t
ngx_uptime_alert_box(ngx_pool_t *pool, ngx_array_t *keys, int64_t owner,
    cJSON *secrets, ngx_uptime_alert_stored_t *stored)
{
    ngx_str_t                text;
    ngx_uptime_token_key_t  *key;

    if (ngx_uptime_json_print(pool, secrets, &text) != NGX_OK
        || text.len > NGX_UPTIME_BOX_MAX)
    {
        return NGX_ERROR;
    }

    key = keys->elts;

    stored->secrets_key = key->kid;
    stored->secrets.len = NGX_UPTIME_BOX_HEX(text.len);
    stored->secrets.data = ngx_pnalloc(pool, stored->secrets.len);

    if (stored->secrets.data == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_secret_seal(stored->secrets.data, &key->secret,
                           NGX_UPTIME_BOX_CHANNEL, owner, text.data,
                           text.len);
    ngx_explicit_memzero(text.data, text.len);

    return NGX_OK;
}


/* The names of an object may be seen, its values not. */

static cJSON *
ngx_uptime_alert_masked(cJSON *value)
{
    cJSON  *object, *item;

    if (!cJSON_IsObject(value)) {
        return cJSON_CreateString(NGX_UPTIME_ALERT_MASK);
    }

    object = cJSON_CreateObject();

    for (item = value->child; object != NULL && item != NULL;
         item = item->next)
    {
        if (cJSON_AddStringToObject(object, item->string,
                                    NGX_UPTIME_ALERT_MASK)
            == NULL)
        {
            cJSON_Delete(object);
            return NULL;
        }
    }

    return object;
}


static ngx_uint_t
ngx_uptime_alert_is_mask(cJSON *value)
{
    return cJSON_IsString(value)
           && ngx_strcmp(value->valuestring, NGX_UPTIME_ALERT_MASK) == 0;
}


ngx_int_t
ngx_uptime_alert_merge(cJSON *config, cJSON *changes)
{
    cJSON  *change, *next, *old, *item, *kept;

    for (change = changes->child; change != NULL; change = next) {
        next = change->next;
        old = cJSON_GetObjectItemCaseSensitive(config, change->string);

        if (cJSON_IsNull(change)) {
            cJSON_DeleteItemFromObjectCaseSensitive(config, change->string);
            continue;
        }

        if (old != NULL && ngx_uptime_alert_is_mask(change)) {
            continue;
        }

        /* an object is given as a whole, but with masks for what stays */

        item = cJSON_IsObject(change) ? change->child : NULL;

        for ( /* void */ ; item != NULL; item = item->next) {
            kept = cJSON_GetObjectItemCaseSensitive(old, item->string);

            if (cJSON_IsString(kept) && ngx_uptime_alert_is_mask(item)
                && cJSON_SetValuestring(item, kept->valuestring) == NULL)
            {
                return NGX_ERROR;
            }
        }

        if (ngx_uptime_alert_replace(config, changes, change) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Moves a value with its name from one object to another. */

static ngx_int_t
ngx_uptime_alert_replace(cJSON *object, cJSON *from, cJSON *value)
{
    value = cJSON_DetachItemViaPointer(from, value);

    cJSON_DeleteItemFromObjectCaseSensitive(object, value->string);

    /* the item keeps its name, which cJSON would free before it copies it */

    if (!cJSON_AddItemToArray(object, value)) {
        cJSON_Delete(value);
        return NGX_ERROR;
    }

    return NGX_OK;
}
