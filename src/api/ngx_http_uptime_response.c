
/*
 * Answers: every response of the API leaves through ngx_http_uptime_send().
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static ngx_int_t ngx_http_uptime_etag(ngx_http_uptime_ctx_t *ctx,
    int64_t version);
static ngx_int_t ngx_http_uptime_retry_after(ngx_http_uptime_ctx_t *ctx);


ngx_int_t
ngx_http_uptime_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_http_uptime_headers(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status)
{
    ngx_http_request_t      *r;

    static const ngx_str_t   no_store = ngx_string("no-store");
    static const ngx_str_t   nosniff = ngx_string("nosniff");
    static const ngx_str_t   bearer = ngx_string("Bearer");
    static const ngx_str_t   no_referrer = ngx_string("no-referrer");

    /* an answer that is opened as a page is none, in no frame either */
    static const ngx_str_t   csp = ngx_string("default-src 'none'; "
                                              "frame-ancestors 'none'");

    r = ctx->request;

    if (ngx_http_uptime_header(r, "X-Request-Id", &ctx->request_id) != NGX_OK
        || ngx_http_uptime_header(r, "Cache-Control", &no_store) != NGX_OK
        || ngx_http_uptime_header(r, "X-Content-Type-Options", &nosniff)
           != NGX_OK
        || ngx_http_uptime_header(r, "Content-Security-Policy",
                                  ctx->csp ? ctx->csp : &csp) != NGX_OK
        || ngx_http_uptime_header(r, "Referrer-Policy", &no_referrer)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (status == NGX_HTTP_UNAUTHORIZED
        && ngx_http_uptime_header(r, "WWW-Authenticate", &bearer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if ((status == NGX_HTTP_SERVICE_UNAVAILABLE
         || status == NGX_HTTP_TOO_MANY_REQUESTS)
        && ngx_http_uptime_retry_after(ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_retry_after(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  value;

    value.data = ngx_pnalloc(ctx->request->pool, NGX_INT_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%ui", ngx_max(ctx->retry_after, 1))
                - value.data;

    return ngx_http_uptime_header(ctx->request, "Retry-After", &value);
}


ngx_int_t
ngx_http_uptime_send_header(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status,
    const char *type, off_t length)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    if (ngx_http_uptime_headers(ctx, status) != NGX_OK) {
        return NGX_ERROR;
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = length;

    if (length) {
        r->headers_out.content_type.data = (u_char *) type;
        r->headers_out.content_type.len = ngx_strlen(type);
        r->headers_out.content_type_len = strcspn(type, ";");

    } else {
        r->header_only = 1;

        if (status == NGX_HTTP_NO_CONTENT) {
            r->headers_out.content_length_n = -1;
        }
    }

    return ngx_http_send_header(r);
}


void
ngx_http_uptime_send(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status,
    const char *type, ngx_str_t *body)
{
    ngx_buf_t           *b;
    ngx_int_t            rc;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = ctx->request;

    /* a client that has closed gets nothing, but the request must end */

    rc = ngx_http_uptime_send_header(ctx, status, type, body->len);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    ngx_http_finalize_request(r, ngx_http_output_filter(r, &out));
}


static ngx_int_t
ngx_http_uptime_etag(ngx_http_uptime_ctx_t *ctx, int64_t version)
{
    u_char              *p, *last;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = ctx->request;

    h = ngx_list_push(&r->headers_out.headers);
    p = ngx_pnalloc(r->pool, 2 * NGX_INT64_LEN + sizeof("\".\""));

    if (h == NULL || p == NULL) {
        return NGX_ERROR;
    }

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->hash = 1;
    ngx_str_set(&h->key, "ETag");
    h->value.data = p;

    last = ngx_sprintf(p, "\"%L", version);

    if (ctx->state) {
        last = ngx_sprintf(last, ".%L", ctx->state);
    }

    *last++ = '"';
    h->value.len = last - p;

    r->headers_out.etag = h;

    return NGX_OK;
}


void
ngx_http_uptime_respond(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status,
    const ngx_str_t *body, int64_t version, int64_t location)
{
    ngx_str_t            copy, value;
    ngx_http_request_t  *r;

    r = ctx->request;

    if ((r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD)
        || version < 0)
    {
        /* If-Match was ours to judge, by the version before the change */

        r->disable_not_modified = 1;
    }

    /* there are no dates, and nginx would answer 412 in HTML */

    r->headers_in.if_unmodified_since = NULL;
    r->headers_in.if_match = NULL;

    if (version >= 0 && ngx_http_uptime_etag(ctx, version) != NGX_OK) {
        goto failed;
    }

    if (location) {
        value.data = ngx_pnalloc(r->pool, r->uri.len + 1 + NGX_INT64_LEN);
        if (value.data == NULL) {
            goto failed;
        }

        value.len = ngx_sprintf(value.data, "%V/%L", &r->uri, location)
                    - value.data;

        if (ngx_http_uptime_header(r, "Location", &value) != NGX_OK) {
            goto failed;
        }
    }

    copy.len = (status == NGX_HTTP_NO_CONTENT) ? 0 : body->len;
    copy.data = NULL;

    if (copy.len) {
        copy.data = ngx_pnalloc(r->pool, copy.len);
        if (copy.data == NULL) {
            goto failed;
        }

        ngx_memcpy(copy.data, body->data, copy.len);
    }

    ngx_http_uptime_send(ctx, status, "application/json", &copy);
    return;

failed:

    ngx_http_finalize_request(r, NGX_ERROR);
}
