
/*
 * The way of one request: route, credentials, body, arguments, statement,
 * answer.  The context lives in the request's pool; what runs elsewhere for
 * it (a query, a password) is detached when the request goes away first.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_secret.h"


/* bytes, as nginx has it */
#define NGX_HTTP_UPTIME_REQUEST_ID  16


static ngx_http_uptime_ctx_t *ngx_http_uptime_create_ctx(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_uptime_request_id(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_cleanup(void *data);
static u_char *ngx_http_uptime_log(ngx_http_request_t *r,
    ngx_http_request_t *sr, u_char *buf, size_t len);
static void ngx_http_uptime_nginx_error(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_find(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_authenticate(ngx_http_uptime_ctx_t *ctx);
static const char *ngx_http_uptime_credentials(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_discard(ngx_http_request_t *r);
static ngx_uint_t ngx_http_uptime_is_json(ngx_http_request_t *r);
static void ngx_http_uptime_read(ngx_http_request_t *r);
static void ngx_http_uptime_run(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body);


static ngx_http_log_handler_pt  ngx_http_uptime_next_log;


ngx_int_t
ngx_http_uptime_handler(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ngx_http_uptime_create_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->err_status) {
        r->main->count++;
        ngx_http_uptime_nginx_error(ctx);
        return NGX_DONE;
    }

    if (ngx_http_uptime_find(ctx) == NGX_OK
        && ngx_http_uptime_authenticate(ctx) == NGX_OK)
    {
        if (ctx->route->body != NULL) {

            if (r->headers_in.content_length_n
                > ngx_http_uptime_max_body(ctx->route))
            {
                r->main->count++;
                r->err_status = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
                ngx_http_uptime_nginx_error(ctx);
                return NGX_DONE;
            }

            rc = ngx_http_read_client_request_body(r, ngx_http_uptime_read);

            return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
        }

        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }

        r->main->count++;
        ngx_http_uptime_run(ctx, NULL);
    }

    return NGX_DONE;
}


static ngx_http_uptime_ctx_t *
ngx_http_uptime_create_ctx(ngx_http_request_t *r)
{
    ngx_http_cleanup_t     *cln;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_uptime_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->loc = ngx_http_get_module_loc_conf(r, ngx_http_uptime_module);
    ctx->api = ctx->loc->api;

    if (ngx_http_uptime_request_id(ctx) != NGX_OK) {
        return NULL;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_uptime_cleanup;
    cln->data = ctx;

    ngx_http_set_ctx(r, ctx, ngx_http_uptime_module);

    /* nginx has one such handler for all requests */

    if (r->log_handler != ngx_http_uptime_log) {
        ngx_http_uptime_next_log = r->log_handler;
        r->log_handler = ngx_http_uptime_log;
    }

    return ctx;
}


/*
 * $request_id, so that nginx's logs have it, too: as many random bytes as nginx
 * takes, but not from OpenSSL for each request, which is 7 % of a worker's time
 * for a read of one row.
 */

static ngx_int_t
ngx_http_uptime_request_id(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_request_t         *r;
    ngx_http_variable_value_t  *id;

    static size_t  left;
    static u_char  random[64 * NGX_HTTP_UPTIME_REQUEST_ID];

    r = ctx->request;
    id = &r->variables[ctx->api->request_id];

    if (!id->valid && !id->not_found) {

        id->data = ngx_pnalloc(r->pool, 2 * NGX_HTTP_UPTIME_REQUEST_ID);
        if (id->data == NULL) {
            return NGX_ERROR;
        }

        if (left == 0) {
            left = sizeof(random);
            ngx_uptime_secret_bytes(random, left);
        }

        left -= NGX_HTTP_UPTIME_REQUEST_ID;
        ngx_hex_dump(id->data, random + left, NGX_HTTP_UPTIME_REQUEST_ID);

        id->len = 2 * NGX_HTTP_UPTIME_REQUEST_ID;
        id->valid = 1;
        id->no_cacheable = 0;
    }

    if (id->not_found) {
        return NGX_ERROR;
    }

    ctx->request_id.len = id->len;
    ctx->request_id.data = id->data;

    return NGX_OK;
}


/* The request ends, answered or not: whoever works for it must not call. */

static void
ngx_http_uptime_cleanup(void *data)
{
    ngx_http_uptime_ctx_t *ctx = data;

    ngx_http_uptime_count(ctx);

    if (ctx->query != NULL) {
        ngx_uptime_pg_detach(ctx->query);
        ctx->query = NULL;
    }

    if (ctx->password != NULL) {
        ngx_uptime_password_detach(ctx->password);
        ctx->password = NULL;
    }

    if (ctx->release != NULL) {
        ctx->release(ctx);
        ctx->release = NULL;
    }
}


/* Adds the request id to every line that nginx logs about this request. */

static u_char *
ngx_http_uptime_log(ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf,
    size_t len)
{
    u_char                 *p;
    ngx_http_uptime_ctx_t  *ctx;

    p = ngx_http_uptime_next_log(r, sr, buf, len);
    len -= p - buf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_uptime_module);

    if (ctx == NULL) {
        return p;
    }

    return ngx_snprintf(p, len, ", request_id: \"%V\"", &ctx->request_id);
}


/* An error page of ours: nginx refused the request before we saw it. */

static void
ngx_http_uptime_nginx_error(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    /* or its body would be taken for the next request */
    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    /*
     * nginx closes after 413; a body that is only a little too long is
     * discarded instead, and the connection stays usable.
     */

    if (r->err_status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE
        && r->http_version >= NGX_HTTP_VERSION_11
        && r->headers_in.connection_type != NGX_HTTP_CONNECTION_CLOSE
        && !r->headers_in.chunked
        && r->headers_in.content_length_n <= 16 * NGX_UPTIME_MAX_BODY)
    {
        r->keepalive = 1;
    }

    ngx_http_uptime_fail_status(ctx, r->err_status);
}


/* NGX_DECLINED: the answer was sent. */

static ngx_int_t
ngx_http_uptime_find(ngx_http_uptime_ctx_t *ctx)
{
    ngx_int_t                  rc;
    ngx_str_t                  path;
    ngx_uint_t                 allow;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = ctx->request;
    allow = 0;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ctx->route = ctx->loc->metrics ? ngx_http_uptime_metrics_route(r)
                                   : ngx_http_uptime_docs(&clcf->name, &r->uri);

    if (ctx->route != NULL) {
        rc = (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) ? NGX_OK : NGX_ABORT;
        allow = NGX_HTTP_GET;

    } else {
        rc = ngx_http_uptime_path(&clcf->name, &r->uri, &path);
    }

    if (rc == NGX_OK && ctx->route == NULL) {
        rc = ngx_http_uptime_route(ngx_http_uptime_routes, r->method, &path,
                                   &ctx->route, &ctx->id, &allow);
    }

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    r->main->count++;

    if (ngx_http_uptime_discard(r) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (rc == NGX_ABORT) {
        ngx_http_uptime_fail_method(ctx, allow);
    } else {
        ngx_http_uptime_fail(ctx, "not_found");
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_uptime_authenticate(ngx_http_uptime_ctx_t *ctx)
{
    const char          *code;
    ngx_http_request_t  *r;

    r = ctx->request;
    code = NULL;

    if (ctx->route->who != NGX_HTTP_UPTIME_ANYONE) {
        code = ngx_http_uptime_credentials(ctx);
    }

    if (code == NULL && ctx->route->body != NULL
        && !ngx_http_uptime_is_json(r))
    {
        code = "unsupported_media_type";
    }

    if (code == NULL) {
        return NGX_OK;
    }

    r->main->count++;

    if (ngx_http_uptime_discard(r) == NGX_OK) {
        ngx_http_uptime_fail(ctx, code);
    }

    return NGX_DECLINED;
}


/* NULL, or the code of what is wrong.  A key is looked up later. */

static const char *
ngx_http_uptime_credentials(ngx_http_uptime_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_str_t            token, *value;
    ngx_http_request_t  *r;

    r = ctx->request;

    value = r->headers_in.authorization
            ? &r->headers_in.authorization->value : NULL;

    if (value == NULL || value->len <= sizeof("Bearer ") - 1
        || ngx_strncasecmp(value->data, (u_char *) "Bearer ",
                           sizeof("Bearer ") - 1) != 0)
    {
        return "missing_token";
    }

    token.data = value->data + sizeof("Bearer ") - 1;
    token.len = value->len - (sizeof("Bearer ") - 1);

    if (ngx_uptime_secret_is_key(&token)) {
        ctx->key = token;
        return NULL;
    }

    rc = ngx_uptime_token_cached(ctx->api->known, r->pool, ctx->api->keys,
                                 &token, &ctx->caller);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? "invalid_token" : "internal_error";
    }

    if (ngx_uptime_ended(ctx->api->ended, ctx->caller.session)) {
        ctx->caller.user = 0;
        return "invalid_token";
    }

    return (ctx->route->who == NGX_HTTP_UPTIME_ADMIN && !ctx->caller.admin)
           ? "forbidden" : NULL;
}


/* NGX_DECLINED: the body is not even one, and nginx has answered that. */

static ngx_int_t
ngx_http_uptime_discard(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, rc);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_uptime_is_json(ngx_http_request_t *r)
{
    ngx_str_t         *type;

    static ngx_str_t   json = ngx_string("application/json");

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    type = &r->headers_in.content_type->value;

    return type->len >= json.len
           && ngx_strncasecmp(type->data, json.data, json.len) == 0
           && (type->len == json.len || type->data[json.len] == ';'
               || type->data[json.len] == ' ');
}


static void
ngx_http_uptime_read(ngx_http_request_t *r)
{
    ngx_str_t              *body;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_uptime_module);

    body = ngx_palloc(r->pool, sizeof(ngx_str_t));
    if (body == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (ngx_http_uptime_body(ctx, body) == NGX_OK) {
        ngx_http_uptime_run(ctx, body);
    }
}


static void
ngx_http_uptime_run(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    ctx->body = body;

    if (ctx->key.len) {
        ngx_http_uptime_key_check(ctx);
    } else {
        ngx_http_uptime_proceed(ctx);
    }
}


/* The caller is known. */

void
ngx_http_uptime_proceed(ngx_http_uptime_ctx_t *ctx)
{
    if (ngx_http_uptime_args(ctx, ctx->body) != NGX_OK) {
        return;
    }

    if (ctx->route->run != NULL) {
        ctx->route->run(ctx);
        return;
    }

    ngx_http_uptime_plain(ctx);
}
