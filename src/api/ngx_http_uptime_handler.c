
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


extern ngx_module_t  ngx_http_uptime_module;


static ngx_http_uptime_ctx_t *ngx_http_uptime_create_ctx(
    ngx_http_request_t *r);
static void ngx_http_uptime_cleanup(void *data);
static u_char *ngx_http_uptime_log(ngx_http_request_t *r,
    ngx_http_request_t *sr, u_char *buf, size_t len);
static void ngx_http_uptime_nginx_error(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_find(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_authenticate(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_discard(ngx_http_request_t *r);
static ngx_uint_t ngx_http_uptime_is_json(ngx_http_request_t *r);
static void ngx_http_uptime_read(ngx_http_request_t *r);
static void ngx_http_uptime_run(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body);
static void ngx_http_uptime_plain(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_plain_done(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_plain_params(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


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
    ngx_http_cleanup_t         *cln;
    ngx_http_uptime_ctx_t      *ctx;
    ngx_http_variable_value_t  *id;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_uptime_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->loc = ngx_http_get_module_loc_conf(r, ngx_http_uptime_module);
    ctx->api = ctx->loc->api;

    id = ngx_http_get_indexed_variable(r, ctx->api->request_id);
    if (id == NULL || id->not_found) {
        return NULL;
    }

    ctx->request_id.len = id->len;
    ctx->request_id.data = id->data;

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


/* The request ends, answered or not: whoever works for it must not call. */

static void
ngx_http_uptime_cleanup(void *data)
{
    ngx_http_uptime_ctx_t *ctx = data;

    if (ctx->query != NULL) {
        ngx_uptime_pg_detach(ctx->query);
        ctx->query = NULL;
    }

    if (ctx->password != NULL) {
        ngx_uptime_password_detach(ctx->password);
        ctx->password = NULL;
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

    rc = ngx_http_uptime_path(&clcf->name, &r->uri, &path);

    if (rc == NGX_OK) {
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
    ngx_int_t            rc;
    ngx_str_t            token, *value;
    const char          *code;
    ngx_http_request_t  *r;

    r = ctx->request;
    code = NULL;

    if (ctx->route->who != NGX_HTTP_UPTIME_ANYONE) {

        value = r->headers_in.authorization
                ? &r->headers_in.authorization->value : NULL;

        if (value == NULL || value->len <= sizeof("Bearer ") - 1
            || ngx_strncasecmp(value->data, (u_char *) "Bearer ",
                               sizeof("Bearer ") - 1) != 0)
        {
            code = "missing_token";

        } else {
            token.data = value->data + sizeof("Bearer ") - 1;
            token.len = value->len - (sizeof("Bearer ") - 1);

            rc = ngx_uptime_token_verify(r->pool, ctx->api->keys, &token,
                                         &ctx->caller);

            code = (rc == NGX_OK) ? NULL
                   : (rc == NGX_DECLINED) ? "invalid_token" : "internal_error";
        }
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
    ngx_str_t               body;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_uptime_module);

    if (ngx_http_uptime_body(ctx, &body) == NGX_OK) {
        ngx_http_uptime_run(ctx, &body);
    }
}


static void
ngx_http_uptime_run(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    if (ngx_http_uptime_args(ctx, body) != NGX_OK) {
        return;
    }

    if (ctx->route->run != NULL) {
        ctx->route->run(ctx);
        return;
    }

    ngx_http_uptime_plain(ctx);
}


static void
ngx_http_uptime_plain(ngx_http_uptime_ctx_t *ctx)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ctx->api->pg, ctx->route->sql);

    if (q == NULL || ngx_http_uptime_plain_params(ctx, q) != NGX_OK) {
        if (q != NULL) {
            ngx_uptime_pg_query_destroy(q);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query(ctx, q, ngx_http_uptime_plain_done);
}


static ngx_int_t
ngx_http_uptime_plain_params(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_int_t          rc;
    ngx_str_t          text;
    const char        *p;

    static ngx_str_t   yes = ngx_string("true");
    static ngx_str_t   no = ngx_string("false");

    rc = NGX_OK;

    for (p = ctx->route->params; *p && rc == NGX_OK; p++) {

        switch (*p) {

        case 'U':
            rc = ngx_uptime_pg_int(q, ctx->caller.user);
            break;

        case 'I':
            rc = ngx_uptime_pg_int(q, ctx->id);
            break;

        case 'A':
            rc = ngx_uptime_json_print(ctx->request->pool, ctx->args, &text);
            if (rc == NGX_OK) {
                rc = ngx_uptime_pg_text(q, &text);
            }
            break;

        case 'T':
            rc = ngx_uptime_pg_text(q, &yes);
            break;

        default:
            rc = ngx_uptime_pg_text(q, &no);
        }
    }

    return rc;
}


ngx_uint_t
ngx_http_uptime_query(ngx_http_uptime_ctx_t *ctx, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    q->handler = handler;
    q->data = ctx;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "busy");
        return 0;
    }

    ctx->query = q;

    /* notice a client that goes away meanwhile */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return 1;
}


static void
ngx_http_uptime_plain_done(ngx_uptime_pg_query_t *q)
{
    int64_t                 version, id;
    ngx_str_t               code, body;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "not_found");

    } else {
        code = ngx_uptime_pg_str(q, 0, 0);
        body = ngx_uptime_pg_str(q, 0, 1);
        version = ngx_uptime_pg_columns(q) > 2 ? ngx_uptime_pg_num(q, 0, 2)
                                               : -1;

        if (code.data != NULL) {
            ngx_http_uptime_fail(ctx, (char *) code.data);

        } else if (ctx->route->method == NGX_HTTP_GET && version >= 0
                   && !ngx_http_uptime_if_match(ctx, version))
        {
            ngx_http_uptime_fail(ctx, "version_mismatch");

        } else {
            id = (ctx->route->status == NGX_HTTP_CREATED
                  && ngx_uptime_pg_columns(q) > 3)
                 ? ngx_uptime_pg_num(q, 0, 3) : 0;

            ngx_http_uptime_respond(ctx, ctx->route->status, &body, version,
                                    id);
        }
    }

    ngx_http_run_posted_requests(c);
}
