
/*
 * Table-driven validation of request bodies and query strings: which members
 * there may be, and what every one of them is.  The types are in
 * ngx_uptime_validate_types.c, the checks for single fields in
 * ngx_uptime_checks.c.  Pure; runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"
#include "ngx_uptime_validate_types.h"


typedef ngx_int_t (*ngx_uptime_validate_type_pt)(
    ngx_uptime_validate_ctx_t *ctx, const ngx_uptime_field_t *field,
    cJSON *value);


static ngx_int_t ngx_uptime_validate_member(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);
static ngx_int_t ngx_uptime_validate_unknown(ngx_uptime_validate_ctx_t *ctx,
    const char *name);
static ngx_int_t ngx_uptime_validate_required(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *fields, cJSON *object);
static const ngx_uptime_field_t *ngx_uptime_validate_find(
    const ngx_uptime_field_t *fields, const char *name);


/* in the order of ngx_uptime_field_type_e */

static const ngx_uptime_validate_type_pt  ngx_uptime_validate_type[] = {
    ngx_uptime_validate_string,
    ngx_uptime_validate_int,
    ngx_uptime_validate_bool,
    ngx_uptime_validate_enum,
    ngx_uptime_validate_strings,
    ngx_uptime_validate_headers,
    ngx_uptime_validate_list,
    ngx_uptime_validate_object,
    ngx_uptime_validate_ids
};


ngx_int_t
ngx_uptime_validate(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *fields, cJSON *object, ngx_uint_t patch)
{
    cJSON                     *value, *next;
    ngx_int_t                  rc;
    const ngx_uptime_field_t  *field;

    static const ngx_str_t  all = ngx_string("");

    if (!cJSON_IsObject(object)) {
        return ngx_uptime_field_error(ctx, &all, "wrong_type",
                                      "must be an object");
    }

    if (patch && object->child == NULL) {
        return ngx_uptime_field_error(ctx, &all, "empty_patch",
                                      "must name at least one field");
    }

    for (value = object->child; value != NULL; value = next) {
        next = value->next;             /* a check may replace the value */

        field = ngx_uptime_validate_find(fields, value->string);

        rc = (field == NULL)
             ? ngx_uptime_validate_unknown(ctx, value->string)
             : ngx_uptime_validate_member(ctx, field, object, value);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return patch ? NGX_OK : ngx_uptime_validate_required(ctx, fields, object);
}


ngx_int_t
ngx_uptime_field_error(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *field, const char *code, const char *message)
{
    ngx_uptime_field_error_t  *error;

    if (ctx->errors->nelts == NGX_UPTIME_VALIDATE_ERRORS) {
        return NGX_OK;
    }

    error = ngx_array_push(ctx->errors);
    if (error == NULL) {
        return NGX_ERROR;
    }

    error->field = *field;
    error->code = code;
    error->message = message;

    return NGX_OK;
}


ngx_int_t
ngx_uptime_field_errors(ngx_uptime_validate_ctx_t *ctx, ngx_str_t *json)
{
    cJSON       *list, *item, *field, *code, *message;
    ngx_str_t    name;
    const char  *reason;

    if (ngx_uptime_json_parse(ctx->pool, json, &list, &reason) != NGX_OK) {
        return NGX_ERROR;
    }

    for (item = list->child; item != NULL; item = item->next) {
        field = cJSON_GetObjectItemCaseSensitive(item, "field");
        code = cJSON_GetObjectItemCaseSensitive(item, "code");
        message = cJSON_GetObjectItemCaseSensitive(item, "message");

        if (!cJSON_IsString(field) || !cJSON_IsString(code)
            || !cJSON_IsString(message))
        {
            return NGX_ERROR;
        }

        name.data = (u_char *) field->valuestring;
        name.len = ngx_strlen(name.data);

        if (ngx_uptime_field_error(ctx, &name, code->valuestring,
                                   message->valuestring)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_validate_refuse(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *name, const char *code, const char *message)
{
    return (ngx_uptime_field_error(ctx, name, code, message) == NGX_OK)
           ? NGX_DECLINED : NGX_ERROR;
}


ngx_int_t
ngx_uptime_validate_refuse_limit(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *name, const char *code, const char *before,
    int64_t limit, const char *after)
{
    u_char  *p;

    p = ngx_pnalloc(ctx->pool, ngx_strlen(before) + NGX_INT64_LEN
                               + ngx_strlen(after) + sizeof("  "));
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(p, "%s %L %s%Z", before, limit, after);

    return ngx_uptime_validate_refuse(ctx, name, code, (char *) p);
}


ngx_int_t
ngx_uptime_validate_name(ngx_pool_t *pool, const ngx_str_t *prefix,
    const char *name, ngx_str_t *result)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(name);

    if (len > NGX_UPTIME_VALIDATE_NAME) {
        len = NGX_UPTIME_VALIDATE_NAME;

        /* not in the middle of a character */

        while (((u_char) name[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    result->data = ngx_pnalloc(pool, prefix->len + len);
    if (result->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(result->data, prefix->data, prefix->len);
    p = ngx_cpymem(p, name, len);

    result->len = p - result->data;

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_validate_member(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_int_t  rc;

    if (cJSON_IsNull(value)) {
        return (field->flags & NGX_UPTIME_FIELD_NULLABLE)
               ? NGX_OK
               : ngx_uptime_field_error(ctx, &field->name, "null_not_allowed",
                                        "must not be null");
    }

    rc = ngx_uptime_validate_type[field->type](ctx, field, value);

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (rc == NGX_OK && field->check != NULL) {
        rc = field->check(ctx, field, object, value);
    }

    return rc;
}


static ngx_int_t
ngx_uptime_validate_unknown(ngx_uptime_validate_ctx_t *ctx, const char *name)
{
    ngx_str_t  field;

    static const ngx_str_t  prefix = ngx_string("");

    if (ngx_uptime_validate_name(ctx->pool, &prefix, name, &field)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_field_error(ctx, &field, "unknown_field",
                                  "is not known here, remove it");
}


static ngx_int_t
ngx_uptime_validate_required(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *fields, cJSON *object)
{
    cJSON                     *value;
    const ngx_uptime_field_t  *field;

    for (field = fields; field->name.len; field++) {

        if (!(field->flags & NGX_UPTIME_FIELD_REQUIRED)) {
            continue;
        }

        value = cJSON_GetObjectItemCaseSensitive(object,
                                                 (char *) field->name.data);
        if (value != NULL) {
            continue;
        }

        if (ngx_uptime_field_error(ctx, &field->name, "required",
                                   "must be given")
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return field->check ? field->check(ctx, field, object, NULL) : NGX_OK;
}


static const ngx_uptime_field_t *
ngx_uptime_validate_find(const ngx_uptime_field_t *fields, const char *name)
{
    size_t                     len;
    const ngx_uptime_field_t  *field;

    len = ngx_strlen(name);

    for (field = fields; field->name.len; field++) {
        if (field->name.len == len
            && ngx_memcmp(field->name.data, name, len) == 0)
        {
            return field;
        }
    }

    return NULL;
}
