
/*
 * Assertions about a response.  Nothing that a user writes is a program or a
 * regular expression: every comparison takes as long as its operands.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_assert.h"
#include "ngx_uptime_json_scan.h"


/* of a list, that may contain something */
#define NGX_UPTIME_ASSERT_ELEMENTS  10000

/* of one name, that are looked at */
#define NGX_UPTIME_ASSERT_FIELDS    100


typedef struct {
    const ngx_uptime_assert_response_t  *response;
    ngx_str_t                            body;   /* behind a BOM            */
    ngx_uint_t                           valid;  /* it is JSON              */
} ngx_uptime_assert_ctx_t;


static ngx_int_t ngx_uptime_assert_json(ngx_uptime_assert_ctx_t *ctx,
    cJSON *item, ngx_uptime_assert_op_e op);
static ngx_int_t ngx_uptime_assert_header(ngx_uptime_assert_ctx_t *ctx,
    cJSON *item, ngx_uptime_assert_op_e op);
static ngx_uptime_assert_op_e ngx_uptime_assert_positive(
    ngx_uptime_assert_op_e op);
static ngx_int_t ngx_uptime_assert_compare(const ngx_str_t *text,
    ngx_uptime_assert_op_e op, cJSON *want);
static ngx_int_t ngx_uptime_assert_contains(const ngx_str_t *text,
    cJSON *want);
static ngx_int_t ngx_uptime_assert_field(const ngx_str_t *value,
    ngx_uptime_assert_op_e op, cJSON *want);
static ngx_uint_t ngx_uptime_assert_order(double value,
    ngx_uptime_assert_op_e op, double want);


static const char *const  ngx_uptime_assert_ops[] = {
    "eq", "ne", "lt", "le", "gt", "ge", "contains", "not_contains", "exists",
    "not_exists"
};


ngx_int_t
ngx_uptime_assert(ngx_pool_t *pool, ngx_str_t *list,
    const ngx_uptime_assert_response_t *response, const char **source,
    ngx_uint_t *n)
{
    cJSON                    *root, *item, *from, *op;
    ngx_int_t                 rc;
    ngx_uint_t                json;
    const char               *reason;
    ngx_uptime_assert_ctx_t   ctx;

    if (ngx_uptime_json_parse(pool, list, &root, &reason) != NGX_OK
        || !cJSON_IsArray(root))
    {
        return NGX_ERROR;
    }

    ctx.response = response;
    ctx.body = response->body;

    /* RFC 8259, 8.1: who reads may ignore it */

    if (ctx.body.len >= 3 && ngx_memcmp(ctx.body.data, "\xef\xbb\xbf", 3) == 0)
    {
        ctx.body.data += 3;
        ctx.body.len -= 3;
    }

    ctx.valid = (ngx_uptime_json_scan(&ctx.body, &reason) == NGX_OK);

    *n = 0;

    for (item = root->child; item != NULL; item = item->next) {
        from = cJSON_GetObjectItemCaseSensitive(item, "source");
        op = cJSON_GetObjectItemCaseSensitive(item, "op");

        if (!cJSON_IsString(from) || !cJSON_IsString(op)) {
            return NGX_ERROR;
        }

        json = (ngx_strcmp(from->valuestring, "json") == 0);

        rc = json ? ngx_uptime_assert_json(&ctx, item,
                                      ngx_uptime_assert_op(op->valuestring))
                  : ngx_uptime_assert_header(&ctx, item,
                                      ngx_uptime_assert_op(op->valuestring));

        if (rc != NGX_OK) {
            *source = json ? "json" : "header";
            return rc;
        }

        (*n)++;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_uptime_assert_wants_body(const ngx_str_t *list)
{
    /* too often is no harm */

    return memmem(list->data, list->len, "\"json\"", sizeof("\"json\"") - 1)
           != NULL;
}


ngx_uptime_assert_op_e
ngx_uptime_assert_op(const char *name)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_UPTIME_ASSERT_NO_OP; i++) {
        if (ngx_strcmp(name, ngx_uptime_assert_ops[i]) == 0) {
            break;
        }
    }

    return (ngx_uptime_assert_op_e) i;
}


/* A body that is no JSON fails, whatever is said about it. */

static ngx_int_t
ngx_uptime_assert_json(ngx_uptime_assert_ctx_t *ctx, cJSON *item,
    ngx_uptime_assert_op_e op)
{
    cJSON                   *path, *want;
    ngx_int_t                rc;
    ngx_str_t                text, value;
    ngx_uptime_assert_op_e   positive;

    path = cJSON_GetObjectItemCaseSensitive(item, "path");
    want = cJSON_GetObjectItemCaseSensitive(item, "value");

    if (!cJSON_IsString(path)) {
        return NGX_ERROR;
    }

    if (!ctx->valid) {
        return NGX_DECLINED;
    }

    text.data = (u_char *) path->valuestring;
    text.len = ngx_strlen(text.data);

    positive = ngx_uptime_assert_positive(op);

    rc = ngx_uptime_assert_path_find(&text, &ctx->body, &value);

    if (rc == NGX_OK && positive != NGX_UPTIME_ASSERT_EXISTS) {
        rc = ngx_uptime_assert_compare(&value, positive, want);
    }

    if (rc == NGX_ERROR || op == positive) {
        return rc;
    }

    return (rc == NGX_OK) ? NGX_DECLINED : NGX_OK;
}


/* Of several fields of one name it is enough that one is as it should. */

static ngx_int_t
ngx_uptime_assert_header(ngx_uptime_assert_ctx_t *ctx, cJSON *item,
    ngx_uptime_assert_op_e op)
{
    cJSON                   *name, *want;
    ngx_int_t                rc;
    ngx_str_t                value;
    ngx_uint_t               n;
    ngx_uptime_assert_op_e   positive;

    name = cJSON_GetObjectItemCaseSensitive(item, "name");
    want = cJSON_GetObjectItemCaseSensitive(item, "value");

    if (!cJSON_IsString(name)) {
        return NGX_ERROR;
    }

    positive = ngx_uptime_assert_positive(op);
    rc = NGX_DECLINED;

    for (n = 0; rc == NGX_DECLINED && n < NGX_UPTIME_ASSERT_FIELDS; n++) {

        if (ctx->response->header(ctx->response->data, name->valuestring, n,
                                  &value)
            != NGX_OK)
        {
            break;
        }

        rc = (positive == NGX_UPTIME_ASSERT_EXISTS)
             ? NGX_OK : ngx_uptime_assert_field(&value, positive, want);
    }

    if (rc == NGX_ERROR || op == positive) {
        return rc;
    }

    return (rc == NGX_OK) ? NGX_DECLINED : NGX_OK;
}


static ngx_uptime_assert_op_e
ngx_uptime_assert_positive(ngx_uptime_assert_op_e op)
{
    switch (op) {

    case NGX_UPTIME_ASSERT_NE:
        return NGX_UPTIME_ASSERT_EQ;

    case NGX_UPTIME_ASSERT_NOT_CONTAINS:
        return NGX_UPTIME_ASSERT_CONTAINS;

    case NGX_UPTIME_ASSERT_NOT_EXISTS:
        return NGX_UPTIME_ASSERT_EXISTS;

    default:
        return op;
    }
}


/* text is valid JSON without space around it; types are never converted */

static ngx_int_t
ngx_uptime_assert_compare(const ngx_str_t *text, ngx_uptime_assert_op_e op,
    cJSON *want)
{
    cJSON      *value;
    ngx_uint_t  holds;

    if (want == NULL) {
        return NGX_ERROR;
    }

    if (text->data[0] == '[' || text->data[0] == '{') {
        return (op == NGX_UPTIME_ASSERT_CONTAINS)
               ? ngx_uptime_assert_contains(text, want) : NGX_DECLINED;
    }

    value = cJSON_ParseWithLength((char *) text->data, text->len);
    if (value == NULL) {
        return NGX_ERROR;
    }

    holds = 0;

    if (cJSON_IsNumber(value) && cJSON_IsNumber(want)) {
        holds = ngx_uptime_assert_order(value->valuedouble, op,
                                        want->valuedouble);

    } else if (cJSON_IsString(value) && cJSON_IsString(want)) {
        holds = (op == NGX_UPTIME_ASSERT_CONTAINS)
                ? ngx_strstr(value->valuestring, want->valuestring) != NULL
                : op == NGX_UPTIME_ASSERT_EQ
                  && ngx_strcmp(value->valuestring, want->valuestring) == 0;

    } else if (op == NGX_UPTIME_ASSERT_EQ) {
        holds = ((value->type & 0xff) == (want->type & 0xff));
    }

    cJSON_Delete(value);

    return holds ? NGX_OK : NGX_DECLINED;
}


/* An object contains nothing: a path asks for its members. */

static ngx_int_t
ngx_uptime_assert_contains(const ngx_str_t *text, cJSON *want)
{
    u_char      *p;
    ngx_int_t    rc;
    ngx_str_t    value;
    ngx_uint_t   n;

    if (text->data[0] == '{') {
        return NGX_DECLINED;
    }

    p = text->data;
    n = NGX_UPTIME_ASSERT_ELEMENTS;
    rc = NGX_DECLINED;

    while (rc == NGX_DECLINED && n--
           && ngx_uptime_assert_element(&p, text->data + text->len, &value)
              == NGX_OK)
    {
        rc = ngx_uptime_assert_compare(&value, NGX_UPTIME_ASSERT_EQ, want);
    }

    return rc;
}


/* A field is text; what is wanted says whether as a number. */

static ngx_int_t
ngx_uptime_assert_field(const ngx_str_t *value, ngx_uptime_assert_op_e op,
    cJSON *want)
{
    const char  *reason;

    if (want == NULL) {
        return NGX_ERROR;
    }

    if (cJSON_IsNumber(want)) {

        if (ngx_uptime_json_scan(value, &reason) != NGX_OK
            || value->data[0] == '[' || value->data[0] == '{')
        {
            return NGX_DECLINED;
        }

        return ngx_uptime_assert_compare(value, op, want);
    }

    if (!cJSON_IsString(want)) {
        return NGX_ERROR;
    }

    if (op == NGX_UPTIME_ASSERT_CONTAINS) {
        return (ngx_strstr(value->data, want->valuestring) != NULL)
               ? NGX_OK : NGX_DECLINED;
    }

    return (op == NGX_UPTIME_ASSERT_EQ
            && ngx_strcmp(value->data, want->valuestring) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_uint_t
ngx_uptime_assert_order(double value, ngx_uptime_assert_op_e op, double want)
{
    switch (op) {

    case NGX_UPTIME_ASSERT_EQ:
        return value == want;

    case NGX_UPTIME_ASSERT_LT:
        return value < want;

    case NGX_UPTIME_ASSERT_LE:
        return value <= want;

    case NGX_UPTIME_ASSERT_GT:
        return value > want;

    case NGX_UPTIME_ASSERT_GE:
        return value >= want;

    default:
        return 0;
    }
}
