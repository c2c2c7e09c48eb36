
/*
 * GET or POST /push/{token}, from whoever knows the token.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_push.h"


#define NGX_HTTP_UPTIME_PUSH_TOKEN  100


static ngx_http_uptime_push_t *ngx_http_uptime_push_create(
    ngx_http_uptime_ctx_t *ctx, ngx_str_t *token);
static void ngx_http_uptime_push_token(ngx_http_request_t *r,
    ngx_str_t *token);
static void ngx_http_uptime_push_gone(void *data);


void
ngx_http_uptime_push(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t                token;
    ngx_http_cleanup_t      *cln;
    ngx_http_request_t      *r;
    ngx_http_uptime_push_t  *p;

    r = ctx->request;

    ngx_http_uptime_push_token(r, &token);

    if (token.len > NGX_HTTP_UPTIME_PUSH_TOKEN) {
        ngx_http_uptime_fail(ctx, "not_found");
        return;
    }

    cln = ngx_http_cleanup_add(r, 0);
    p = (cln != NULL) ? ngx_http_uptime_push_create(ctx, &token) : NULL;

    if (p == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (ngx_http_uptime_pushes_add(ctx->api, p) != NGX_OK) {
        ngx_free(p);
        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    cln->handler = ngx_http_uptime_push_gone;
    cln->data = ctx;
    ctx->data = p;

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
}


/* The last part of the path; the router has seen that there is one. */

static void
ngx_http_uptime_push_token(ngx_http_request_t *r, ngx_str_t *token)
{
    u_char  *p, *last;

    last = r->uri.data + r->uri.len;
    p = last;

    while (p > r->uri.data && p[-1] != '/') {
        p--;
    }

    token->data = p;
    token->len = last - p;
}


/* One piece of memory that does not end with the request. */

static ngx_http_uptime_push_t *
ngx_http_uptime_push_create(ngx_http_uptime_ctx_t *ctx, ngx_str_t *token)
{
    cJSON                   *latency;
    u_char                  *last;
    ngx_str_t                message, status;
    ngx_http_uptime_push_t  *p;

    message = ngx_http_uptime_arg(ctx, "message");
    status = ngx_http_uptime_arg(ctx, "status");
    latency = cJSON_GetObjectItemCaseSensitive(ctx->args, "latency_ms");

    p = ngx_alloc(sizeof(ngx_http_uptime_push_t) + token->len + message.len,
                  ctx->request->connection->log);
    if (p == NULL) {
        return NULL;
    }

    p->ctx = ctx;
    p->arrived = ngx_current_msec;
    p->up = (status.len != sizeof("down") - 1);
    p->latency = (latency != NULL) ? (int64_t) latency->valuedouble * 1000
                                   : -1;

    p->token.data = (u_char *) p + sizeof(ngx_http_uptime_push_t);
    p->token.len = token->len;
    last = ngx_cpymem(p->token.data, token->data, token->len);

    p->message.data = last;
    p->message.len = message.len;

    if (message.len) {
        ngx_memcpy(last, message.data, message.len);
    }

    return p;
}


/* The client has gone, or was answered. */

static void
ngx_http_uptime_push_gone(void *data)
{
    ngx_http_uptime_push_t  *p;
    ngx_http_uptime_ctx_t   *ctx;

    ctx = data;
    p = ctx->data;

    if (p != NULL) {
        p->ctx = NULL;
    }
}
