
/*
 * API keys: "upk_<id>_<secret>".  The secret is random and long, so its
 * SHA-256 is stored; the id finds the row.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_secret.h"


static void ngx_http_uptime_key_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_key_created(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


/* Asks for the key in ctx->key; then the request goes on, or fails. */

void
ngx_http_uptime_key_check(ngx_http_uptime_ctx_t *ctx)
{
    u_char               number[NGX_INT64_LEN];
    int64_t              id;
    ngx_str_t            texts[2], secret;
    ngx_uptime_digest_t  digest;

    if (ngx_uptime_secret_key(&ctx->key, &id, &secret) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "invalid_token");
        return;
    }

    ngx_uptime_secret_digest(&digest, secret.data, secret.len);

    texts[0] = ngx_http_uptime_number_text(number, id);
    texts[1] = ngx_http_uptime_digest_text(&digest);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_KEY,
                                       texts, 2, ngx_http_uptime_key_found);
}


static void
ngx_http_uptime_key_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  scope;

    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_token");
        return;
    }

    scope = ngx_uptime_pg_str(q, 0, 1);

    ctx->caller.user = ngx_uptime_pg_num(q, 0, 0);
    ctx->caller.admin = 0;
    ctx->caller.session = 0;

    if (ctx->route->who != NGX_HTTP_UPTIME_USER) {
        ngx_http_uptime_fail(ctx, "key_not_allowed");
        return;
    }

    ctx->read_only = (scope.len != sizeof("write") - 1
                      || ngx_strncmp(scope.data, "write", scope.len) != 0);

    if (ctx->route->method != NGX_HTTP_GET && ctx->read_only) {
        ngx_http_uptime_fail(ctx, "read_only_key");
        return;
    }

    ngx_http_uptime_proceed(ctx);
}


void
ngx_http_uptime_key_create(ngx_http_uptime_ctx_t *ctx)
{
    u_char               hex[NGX_UPTIME_DIGEST_LEN + 1], id[NGX_INT64_LEN];
    ngx_str_t            texts[2];
    ngx_uptime_digest_t  digest;

    if (ngx_http_uptime_secret(ctx, &digest) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_cpystrn(hex, digest.hex, sizeof(hex));

    texts[0] = ngx_http_uptime_number_text(id, ctx->caller.user);

    if (cJSON_AddStringToObject(ctx->args, "_digest", (char *) hex) == NULL
        || ngx_uptime_json_print(ctx->request->pool, ctx->args, &texts[1])
           != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_KEY_CREATE,
                                       texts, 2, ngx_http_uptime_key_created);
}


/* The only answer that ever shows the secret: {..., "key": "upk_..."}. */

static void
ngx_http_uptime_key_created(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    int64_t               id;
    ngx_str_t             key, body;
    ngx_uptime_secret_t  *secret;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    secret = ctx->data;
    key = ngx_uptime_pg_str(q, 0, 1);
    id = ngx_uptime_pg_num(q, 0, 2);

    body.data = ngx_pnalloc(ctx->request->pool,
                            key.len + sizeof(",\"key\":\"upk__\"")
                            + NGX_INT64_LEN + NGX_UPTIME_SECRET_LEN);

    if (body.data == NULL || key.len == 0) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.len = ngx_sprintf(body.data, "%*s,\"key\":\"upk_%L_%*s\"}",
                           key.len - 1, key.data, id,
                           (size_t) NGX_UPTIME_SECRET_LEN, secret->text)
               - body.data;

    ngx_http_uptime_respond(ctx, NGX_HTTP_CREATED, &body, -1, id);
}
