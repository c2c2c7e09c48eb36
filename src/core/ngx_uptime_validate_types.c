
/*
 * What a value of each field type must be.  Pure; see ngx_uptime_validate.c.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <math.h>

#include "ngx_uptime_validate.h"
#include "ngx_uptime_validate_types.h"


/* cJSON keeps numbers as doubles and prints 15 digits of them */
#define NGX_UPTIME_VALIDATE_INT_MAX  1e15


static ngx_int_t ngx_uptime_validate_text(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, const ngx_str_t *name, cJSON *value,
    int64_t min, int64_t max);
static void ngx_uptime_validate_trim(char *text);
static ngx_int_t ngx_uptime_validate_element(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, ngx_uint_t index, cJSON *value);


ngx_int_t
ngx_uptime_validate_string(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    return ngx_uptime_validate_text(ctx, field, &field->name, value,
                                    field->min, field->max);
}


ngx_int_t
ngx_uptime_validate_int(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    double   number;
    u_char  *p;

    if (!cJSON_IsNumber(value) || floor(value->valuedouble)
                                  != value->valuedouble)
    {
        return ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                          "must be a whole number");
    }

    number = value->valuedouble;

    if (fabs(number) < NGX_UPTIME_VALIDATE_INT_MAX
        && (int64_t) number >= field->min && (int64_t) number <= field->max)
    {
        return NGX_OK;
    }

    p = ngx_pnalloc(ctx->pool, sizeof("must be between  and ")
                               + 2 * NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(p, "must be between %L and %L%Z", field->min,
                       field->max);

    return ngx_uptime_validate_refuse(ctx, &field->name, "out_of_range",
                                      (char *) p);
}


ngx_int_t
ngx_uptime_validate_bool(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    return cJSON_IsBool(value)
           ? NGX_OK
           : ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                        "must be true or false");
}


ngx_int_t
ngx_uptime_validate_enum(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    size_t       len;
    u_char      *p, *message;
    ngx_uint_t   i;

    if (!cJSON_IsString(value)) {
        return ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                          "must be a string");
    }

    len = sizeof("must be one of ");

    for (i = 0; field->values[i] != NULL; i++) {
        if (ngx_strcmp(value->valuestring, field->values[i]) == 0) {
            return NGX_OK;
        }

        len += ngx_strlen(field->values[i]) + 2;
    }

    message = ngx_pnalloc(ctx->pool, len);
    if (message == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(message, "must be one of ", sizeof("must be one of ") - 1);

    for (i = 0; field->values[i] != NULL; i++) {
        p = ngx_sprintf(p, "%s%s", (i > 0) ? ", " : "", field->values[i]);
    }

    *p = '\0';

    return ngx_uptime_validate_refuse(ctx, &field->name, "not_allowed",
                                      (char *) message);
}


ngx_int_t
ngx_uptime_validate_strings(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    cJSON       *element;
    ngx_int_t    rc, result;
    ngx_uint_t   i;

    result = ngx_uptime_validate_list(ctx, field, value);

    if (result != NGX_OK) {
        return result;
    }

    element = value->child;

    for (i = 0; element != NULL; element = element->next, i++) {
        rc = ngx_uptime_validate_element(ctx, field, i, element);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_DECLINED) {
            result = NGX_DECLINED;
        }
    }

    return result;
}


ngx_int_t
ngx_uptime_validate_list(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    int64_t  n;

    if (!cJSON_IsArray(value)) {
        return ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                          (field->type
                                           == NGX_UPTIME_FIELD_STRINGS)
                                          ? "must be a list of strings"
                                          : "must be a list");
    }

    n = cJSON_GetArraySize(value);

    if (n > field->max) {
        return ngx_uptime_validate_refuse_limit(ctx, &field->name, "too_many",
                                                "must have at most",
                                                field->max, "elements");
    }

    if (n < field->min) {
        return ngx_uptime_validate_refuse_limit(ctx, &field->name,
                                                "too_short",
                                                "must have at least",
                                                field->min, "elements");
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_validate_object(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    return cJSON_IsObject(value)
           ? NGX_OK
           : ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                        "must be an object");
}


ngx_int_t
ngx_uptime_validate_ids(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    cJSON      *item;
    double      n;
    ngx_int_t   rc;

    rc = ngx_uptime_validate_list(ctx, field, value);

    if (rc != NGX_OK) {
        return rc;
    }

    for (item = value->child; item != NULL; item = item->next) {
        n = cJSON_IsNumber(item) ? item->valuedouble : 0;

        if (n < 1 || n >= NGX_UPTIME_VALIDATE_INT_MAX || floor(n) != n) {
            return ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                              "must be a list of ids");
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_uptime_validate_has_control(const char *text, ngx_uint_t multiline)
{
    u_char  ch;

    for ( /* void */ ; *text; text++) {
        ch = (u_char) *text;

        if (ch >= 0x20 && ch != 0x7f) {
            continue;
        }

        if (!multiline || (ch != '\t' && ch != '\r' && ch != '\n')) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_uptime_validate_element(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, ngx_uint_t index, cJSON *value)
{
    u_char              *p;
    int64_t              max;
    ngx_str_t            name;
    ngx_uptime_field_t   one;

    /* the name is needed for errors only, but it is short */

    p = ngx_pnalloc(ctx->pool, field->name.len + NGX_INT64_LEN
                               + sizeof("[]"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    name.data = p;
    p = ngx_sprintf(p, "%V[%ui]", &field->name, index);
    name.len = p - name.data;

    if (field->values != NULL) {
        one = *field;
        one.name = name;
        return ngx_uptime_validate_enum(ctx, &one, value);
    }

    max = field->item_max ? (int64_t) field->item_max : NGX_MAX_INT32_VALUE;

    return ngx_uptime_validate_text(ctx, field, &name, value, 1, max);
}


static ngx_int_t
ngx_uptime_validate_text(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, const ngx_str_t *name, cJSON *value,
    int64_t min, int64_t max)
{
    int64_t  n;

    if (!cJSON_IsString(value)) {
        return ngx_uptime_validate_refuse(ctx, name, "wrong_type",
                                          "must be a string");
    }

    if (field->flags & NGX_UPTIME_FIELD_TRIM) {
        ngx_uptime_validate_trim(value->valuestring);
    }

    if (!(field->flags & NGX_UPTIME_FIELD_SECRET)
        && ngx_uptime_validate_has_control(value->valuestring,
                                           field->flags
                                           & NGX_UPTIME_FIELD_MULTILINE))
    {
        return ngx_uptime_validate_refuse(ctx, name, "control_character",
                                          "must not contain control "
                                          "characters");
    }

    n = ngx_uptime_utf8_length((u_char *) value->valuestring,
                               ngx_strlen(value->valuestring));

    if (n == 0 && min > 0) {
        return ngx_uptime_validate_refuse(ctx, name, "too_short",
                                          "must not be empty");
    }

    if (n < min) {
        return ngx_uptime_validate_refuse_limit(ctx, name, "too_short",
                                                "must have at least", min,
                                                "characters");
    }

    if (n > max) {
        return ngx_uptime_validate_refuse_limit(ctx, name, "too_long",
                                                "must have at most", max,
                                                "characters");
    }

    return NGX_OK;
}


static void
ngx_uptime_validate_trim(char *text)
{
    size_t  start, end;

    start = 0;
    end = ngx_strlen(text);

    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t'
                       || text[end - 1] == '\r' || text[end - 1] == '\n'))
    {
        end--;
    }

    while (start < end && (text[start] == ' ' || text[start] == '\t'
                           || text[start] == '\r' || text[start] == '\n'))
    {
        start++;
    }

    ngx_memmove(text, text + start, end - start);
    text[end - start] = '\0';
}
