
/*
 * Assertions as users enter them.  Pure; see ngx_uptime_validate.c.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_assert.h"
#include "ngx_uptime_validate.h"
#include "ngx_uptime_validate_types.h"


/* characters */
#define NGX_UPTIME_ASSERT_MAX_PATH   200
#define NGX_UPTIME_ASSERT_MAX_NAME   100
#define NGX_UPTIME_ASSERT_MAX_VALUE  500


typedef struct {
    ngx_uptime_validate_ctx_t     *validate;
    const ngx_uptime_field_t      *field;
    ngx_uint_t                     index;
} ngx_uptime_assert_check_t;


static ngx_int_t ngx_uptime_assert_check_item(ngx_uptime_assert_check_t *c,
    cJSON *item);
static ngx_int_t ngx_uptime_assert_check_members(ngx_uptime_assert_check_t *c,
    cJSON *item, const char *where);
static ngx_int_t ngx_uptime_assert_check_where(ngx_uptime_assert_check_t *c,
    cJSON *value, ngx_uint_t json);
static ngx_int_t ngx_uptime_assert_check_value(ngx_uptime_assert_check_t *c,
    cJSON *value, ngx_uptime_assert_op_e op, ngx_uint_t json);
static const char *ngx_uptime_assert_check_type(cJSON *value,
    ngx_uptime_assert_op_e op, ngx_uint_t json);
static ngx_int_t ngx_uptime_assert_check_refuse(ngx_uptime_assert_check_t *c,
    const char *member, const char *code, const char *message);


ngx_int_t
ngx_uptime_check_assertions(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    cJSON                      *item;
    ngx_uptime_assert_check_t   c;

    c.validate = ctx;
    c.field = field;
    c.index = 0;

    for (item = value->child; item != NULL; item = item->next) {

        if (ngx_uptime_assert_check_item(&c, item) != NGX_OK) {
            return NGX_ERROR;
        }

        c.index++;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_assert_check_item(ngx_uptime_assert_check_t *c, cJSON *item)
{
    cJSON                   *source, *op, *value;
    ngx_uint_t               json;
    const char              *where;
    ngx_uptime_assert_op_e   code;

    if (!cJSON_IsObject(item)) {
        return ngx_uptime_assert_check_refuse(c, NULL, "wrong_type",
                                              "must be an object");
    }

    source = cJSON_GetObjectItemCaseSensitive(item, "source");
    op = cJSON_GetObjectItemCaseSensitive(item, "op");

    json = (cJSON_IsString(source)
            && ngx_strcmp(source->valuestring, "json") == 0);

    if (!json && !(cJSON_IsString(source)
                   && ngx_strcmp(source->valuestring, "header") == 0))
    {
        return ngx_uptime_assert_check_refuse(c, "source",
                                              source ? "not_allowed"
                                                     : "required",
                                              "must be json or header");
    }

    code = cJSON_IsString(op) ? ngx_uptime_assert_op(op->valuestring)
                              : NGX_UPTIME_ASSERT_NO_OP;

    if (code == NGX_UPTIME_ASSERT_NO_OP) {
        return ngx_uptime_assert_check_refuse(c, "op",
                                   op ? "not_allowed" : "required",
                                   "must be one of eq, ne, lt, le, gt, ge, "
                                   "contains, not_contains, exists, "
                                   "not_exists");
    }

    where = json ? "path" : "name";
    value = cJSON_GetObjectItemCaseSensitive(item, "value");

    if (ngx_uptime_assert_check_members(c, item, where) != NGX_OK
        || ngx_uptime_assert_check_where(c,
                             cJSON_GetObjectItemCaseSensitive(item, where),
                             json)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_assert_check_value(c, value, code, json);
}


static ngx_int_t
ngx_uptime_assert_check_members(ngx_uptime_assert_check_t *c, cJSON *item,
    const char *where)
{
    cJSON  *member;

    for (member = item->child; member != NULL; member = member->next) {

        if (ngx_strcmp(member->string, "source") == 0
            || ngx_strcmp(member->string, "op") == 0
            || ngx_strcmp(member->string, "value") == 0
            || ngx_strcmp(member->string, where) == 0)
        {
            continue;
        }

        if (ngx_uptime_assert_check_refuse(c, member->string, "unknown_field",
                                           "is not known here, remove it")
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The path, or the name of the field. */

static ngx_int_t
ngx_uptime_assert_check_where(ngx_uptime_assert_check_t *c, cJSON *value,
    ngx_uint_t json)
{
    size_t      n;
    ngx_str_t   text;

    if (value == NULL) {
        return ngx_uptime_assert_check_refuse(c, json ? "path" : "name",
                                              "required", "must be given");
    }

    if (!cJSON_IsString(value)) {
        return ngx_uptime_assert_check_refuse(c, value->string, "wrong_type",
                                              "must be a string");
    }

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    n = ngx_uptime_utf8_length(text.data, text.len);

    if (n > (json ? NGX_UPTIME_ASSERT_MAX_PATH : NGX_UPTIME_ASSERT_MAX_NAME)) {
        return ngx_uptime_assert_check_refuse(c, value->string, "too_long",
                                              "must be shorter");
    }

    if (json) {
        return (ngx_uptime_assert_path_check(&text) == NGX_OK)
               ? NGX_OK
               : ngx_uptime_assert_check_refuse(c, "path", "bad_path",
                                     "must be a path such as "
                                     "$.items[0].\"first name\"");
    }

    return ngx_uptime_validate_header_token(value->valuestring)
           ? NGX_OK
           : ngx_uptime_assert_check_refuse(c, "name", "bad_header_name",
                                            "must be the name of a header, "
                                            "such as Content-Type");
}


static ngx_int_t
ngx_uptime_assert_check_value(ngx_uptime_assert_check_t *c, cJSON *value,
    ngx_uptime_assert_op_e op, ngx_uint_t json)
{
    size_t       n;
    const char  *message;

    if (op == NGX_UPTIME_ASSERT_EXISTS || op == NGX_UPTIME_ASSERT_NOT_EXISTS) {
        return (value == NULL)
               ? NGX_OK
               : ngx_uptime_assert_check_refuse(c, "value", "not_allowed",
                                                "has no meaning with this "
                                                "op, remove it");
    }

    if (value == NULL) {
        return ngx_uptime_assert_check_refuse(c, "value", "required",
                                              "must be given");
    }

    message = ngx_uptime_assert_check_type(value, op, json);

    if (message != NULL) {
        return ngx_uptime_assert_check_refuse(c, "value", "wrong_type",
                                              message);
    }

    if (!cJSON_IsString(value)) {
        return NGX_OK;
    }

    n = ngx_uptime_utf8_length((u_char *) value->valuestring,
                               ngx_strlen(value->valuestring));

    if (n == 0 && (op == NGX_UPTIME_ASSERT_CONTAINS
                   || op == NGX_UPTIME_ASSERT_NOT_CONTAINS))
    {
        return ngx_uptime_assert_check_refuse(c, "value", "too_short",
                                              "must not be empty");
    }

    return (n <= NGX_UPTIME_ASSERT_MAX_VALUE)
           ? NGX_OK
           : ngx_uptime_assert_check_refuse(c, "value", "too_long",
                                            "must be shorter");
}


/* NULL: this type can be compared so */

static const char *
ngx_uptime_assert_check_type(cJSON *value, ngx_uptime_assert_op_e op,
    ngx_uint_t json)
{
    ngx_uint_t  contains;

    if (op >= NGX_UPTIME_ASSERT_LT && op <= NGX_UPTIME_ASSERT_GE) {
        return cJSON_IsNumber(value) ? NULL : "must be a number";
    }

    contains = (op == NGX_UPTIME_ASSERT_CONTAINS
                || op == NGX_UPTIME_ASSERT_NOT_CONTAINS);

    if (cJSON_IsString(value)) {
        return NULL;
    }

    if (!json) {
        return (cJSON_IsNumber(value) && !contains)
               ? NULL : contains ? "must be a string"
                                 : "must be a string or a number";
    }

    return (cJSON_IsNumber(value) || cJSON_IsBool(value)
            || (cJSON_IsNull(value) && !contains))
           ? NULL : "must be a string, a number, true or false";
}


/* member NULL: the element itself */

static ngx_int_t
ngx_uptime_assert_check_refuse(ngx_uptime_assert_check_t *c,
    const char *member, const char *code, const char *message)
{
    u_char     *p;
    ngx_str_t   prefix, name;

    p = ngx_pnalloc(c->validate->pool, c->field->name.len + NGX_INT64_LEN
                                       + sizeof("[]."));
    if (p == NULL) {
        return NGX_ERROR;
    }

    prefix.data = p;
    prefix.len = ngx_sprintf(p, "%V[%ui]%s", &c->field->name, c->index,
                             member ? "." : "")
                 - p;

    if (ngx_uptime_validate_name(c->validate->pool, &prefix,
                                 member ? member : "", &name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_field_error(c->validate, &name, code, message);
}
