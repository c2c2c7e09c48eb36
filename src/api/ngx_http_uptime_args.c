
/*
 * Query string, body and If-Match of a request, validated by the route's
 * field tables and put together into one object for the statement.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"


static ngx_int_t ngx_http_uptime_args_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_validate_ctx_t *v);
static ngx_int_t ngx_http_uptime_args_body(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_validate_ctx_t *v, ngx_str_t *body);
static ngx_int_t ngx_http_uptime_args_if_match(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_args_tag(u_char **at, u_char *last);
static ngx_int_t ngx_http_uptime_body_file(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *body);


static const ngx_uptime_field_t  ngx_http_uptime_no_fields[] = {
    ngx_uptime_null_field
};


ngx_int_t
ngx_http_uptime_args(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    ngx_int_t                   rc;
    ngx_pool_t                 *pool;
    ngx_uptime_validate_ctx_t   v;

    pool = ctx->request->pool;

    v.pool = pool;
    v.policy = &ctx->api->policy;
    v.errors = ngx_array_create(pool, 4, sizeof(ngx_uptime_field_error_t));

    if (v.errors == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return NGX_DECLINED;
    }

    rc = ngx_http_uptime_args_query(ctx, &v);

    if (rc == NGX_OK && body != NULL) {
        rc = ngx_http_uptime_args_body(ctx, &v, body);
    }

    if (rc == NGX_OK && v.errors->nelts) {
        ngx_http_uptime_fail_fields(ctx, v.errors);
        return NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        rc = ngx_http_uptime_args_if_match(ctx);
    }

    if (rc == NGX_OK && ctx->read_only
        && cJSON_AddTrueToObject(ctx->args, "_read_only") == NULL)
    {
        rc = NGX_ERROR;
    }

    if (rc == NGX_ERROR) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return NGX_DECLINED;
    }

    return rc;
}


static ngx_int_t
ngx_http_uptime_args_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_validate_ctx_t *v)
{
    cJSON                     *object;
    ngx_int_t                  rc;
    const char                *reason;
    const ngx_uptime_field_t  *fields;

    fields = ctx->route->query ? ctx->route->query : ngx_http_uptime_no_fields;

    rc = ngx_uptime_validate_args(v->pool, fields, &ctx->request->args,
                                  &object, &reason);

    if (rc == NGX_DECLINED) {
        ngx_http_uptime_fail_detail(ctx, "malformed_query", reason);
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ctx->args = object;

    return ngx_uptime_validate(v, fields, object, 0);
}


static ngx_int_t
ngx_http_uptime_args_body(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_validate_ctx_t *v, ngx_str_t *body)
{
    cJSON       *object, *query;
    ngx_int_t    rc;
    const char  *reason;

    query = ctx->args;

    rc = ngx_uptime_json_parse(v->pool, body, &object, &reason);

    if (rc == NGX_DECLINED) {
        ngx_http_uptime_fail_detail(ctx, "malformed_json", reason);
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (!cJSON_IsObject(object)) {
        ngx_http_uptime_fail(ctx, "malformed_json");
        return NGX_DECLINED;
    }

    ctx->args = object;

    rc = ngx_uptime_validate(v, ctx->route->body, object, ctx->route->patch);

    if (rc == NGX_OK && query->child != NULL
        && !cJSON_AddItemReferenceToObject(object, "_args", query))
    {
        return NGX_ERROR;
    }

    return rc;
}


/*
 * As member "_if_match", an array of the versions named; what is not a version
 * of ours matches nothing.  "W/" is nginx's, which says that it has compressed
 * an answer: the version is the same.
 */

static ngx_int_t
ngx_http_uptime_args_if_match(ngx_http_uptime_ctx_t *ctx)
{
    u_char           *p, *last;
    cJSON            *versions, *item;
    ngx_int_t         version;
    ngx_table_elt_t  *h;

    h = ctx->request->headers_in.if_match;

    if (h == NULL || (h->value.len == 1 && h->value.data[0] == '*')) {
        return NGX_OK;
    }

    versions = cJSON_AddArrayToObject(ctx->args, "_if_match");
    if (versions == NULL) {
        return NGX_ERROR;
    }

    p = h->value.data;
    last = p + h->value.len;

    while (p < last) {
        version = ngx_http_uptime_args_tag(&p, last);

        if (version == NGX_ERROR) {
            continue;
        }

        item = cJSON_CreateNumber((double) version);

        if (!cJSON_AddItemToArray(versions, item)) {
            cJSON_Delete(item);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The version of the entity tag that begins at or behind *at; moves that. */

static ngx_int_t
ngx_http_uptime_args_tag(u_char **at, u_char *last)
{
    u_char     *p, *end, *dot;
    ngx_int_t   version;

    p = ngx_strlchr(*at, last, '"');
    end = (p != NULL) ? ngx_strlchr(p + 1, last, '"') : NULL;

    if (end == NULL) {
        *at = last;
        return NGX_ERROR;
    }

    *at = end + 1;
    p++;

    /* what follows a dot is not about the version */

    dot = ngx_strlchr(p, end, '.');
    version = ngx_atoi(p, (dot ? dot : end) - p);

    return (version > 0x7fffffff) ? NGX_ERROR : version;
}


ngx_uint_t
ngx_http_uptime_if_match(ngx_http_uptime_ctx_t *ctx, int64_t version)
{
    cJSON  *versions, *item;

    versions = cJSON_GetObjectItemCaseSensitive(ctx->args, "_if_match");

    cJSON_ArrayForEach(item, versions) {
        if ((int64_t) item->valuedouble == version) {
            return 1;
        }
    }

    return versions == NULL;
}


ngx_int_t
ngx_http_uptime_body(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    size_t               len;
    u_char              *p;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;

    r = ctx->request;

    ngx_str_null(body);

    if (r->request_body == NULL) {
        return NGX_OK;
    }

    if (r->request_body->temp_file != NULL) {
        return ngx_http_uptime_body_file(ctx, body);
    }

    len = 0;

    for (cl = r->request_body->bufs; cl != NULL; cl = cl->next) {
        len += cl->buf->last - cl->buf->pos;
    }

    if ((off_t) len > ngx_http_uptime_max_body(ctx->route)) {
        ngx_http_uptime_fail(ctx, "body_too_large");
        return NGX_DECLINED;
    }

    cl = r->request_body->bufs;

    if (len == 0) {
        return NGX_OK;
    }

    if (cl->next == NULL) {
        body->data = cl->buf->pos;
        body->len = len;
        return NGX_OK;
    }

    body->data = ngx_pnalloc(r->pool, len);
    if (body->data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return NGX_DECLINED;
    }

    for (p = body->data; cl != NULL; cl = cl->next) {
        len = cl->buf->last - cl->buf->pos;

        /* the buffer that ends a chunked body has no memory */

        if (len) {
            p = ngx_cpymem(p, cl->buf->pos, len);
        }
    }

    body->len = p - body->data;

    return NGX_OK;
}


/* nginx has just written it: it is in the page cache */

static ngx_int_t
ngx_http_uptime_body_file(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    ssize_t      n;
    ngx_file_t  *file;

    file = &ctx->request->request_body->temp_file->file;

    if (file->offset > ngx_http_uptime_max_body(ctx->route)) {
        ngx_http_uptime_fail(ctx, "body_too_large");
        return NGX_DECLINED;
    }

    body->len = (size_t) file->offset;
    body->data = ngx_pnalloc(ctx->request->pool, body->len);

    n = body->data ? ngx_read_file(file, body->data, body->len, 0) : 0;

    if (n != (ssize_t) body->len) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


off_t
ngx_http_uptime_max_body(const ngx_http_uptime_route_t *route)
{
    return (route->body == ngx_http_uptime_import_fields)
           ? NGX_HTTP_UPTIME_MAX_IMPORT : NGX_UPTIME_MAX_BODY;
}
