
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


#define NGX_HTTP_UPTIME_KEY_PREFIX  "upk_"


static void ngx_http_uptime_key_found(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_key_created(ngx_uptime_pg_query_t *q);


/* 1: *token is a key's text, though perhaps none of ours. */

ngx_uint_t
ngx_http_uptime_is_key(ngx_str_t *token)
{
    return token->len > sizeof(NGX_HTTP_UPTIME_KEY_PREFIX) - 1
           && ngx_strncmp(token->data, NGX_HTTP_UPTIME_KEY_PREFIX,
                          sizeof(NGX_HTTP_UPTIME_KEY_PREFIX) - 1) == 0;
}


/* Asks for the key in ctx->key; then the request goes on, or fails. */

void
ngx_http_uptime_key_check(ngx_http_uptime_ctx_t *ctx)
{
    u_char               *p, *last, id[NGX_INT64_LEN];
    ngx_int_t             n;
    ngx_str_t             texts[2], secret;
    ngx_uptime_digest_t   digest;

    p = ctx->key.data + sizeof(NGX_HTTP_UPTIME_KEY_PREFIX) - 1;
    last = ctx->key.data + ctx->key.len;

    secret.data = ngx_strlchr(p, last, '_');
    n = secret.data ? ngx_atoi(p, secret.data - p) : NGX_ERROR;

    if (n <= 0) {
        ngx_http_uptime_fail(ctx, "invalid_token");
        return;
    }

    secret.data++;
    secret.len = last - secret.data;

    if (!ngx_uptime_secret_valid(&secret)) {
        ngx_http_uptime_fail(ctx, "invalid_token");
        return;
    }

    ngx_uptime_secret_digest(&digest, secret.data, secret.len);

    texts[0].data = id;
    texts[0].len = ngx_sprintf(id, "%i", n) - id;
    texts[1].data = digest.hex;
    texts[1].len = NGX_UPTIME_DIGEST_LEN;

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_KEY,
                                       texts, 2, ngx_http_uptime_key_found);
}


static void
ngx_http_uptime_key_found(ngx_uptime_pg_query_t *q)
{
    ngx_str_t               scope;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_token");

    } else {
        scope = ngx_uptime_pg_str(q, 0, 1);

        ctx->caller.user = ngx_uptime_pg_num(q, 0, 0);
        ctx->caller.admin = 0;
        ctx->caller.session = 0;

        if (ctx->route->method != NGX_HTTP_GET
            && (scope.len != sizeof("write") - 1
                || ngx_strncmp(scope.data, "write", scope.len) != 0))
        {
            ngx_http_uptime_deny(ctx, "read_only_key");
        } else {
            ngx_http_uptime_proceed(ctx);
        }
    }

    ngx_http_run_posted_requests(c);
}


void
ngx_http_uptime_key_create(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t             texts[2];
    u_char                hex[NGX_UPTIME_DIGEST_LEN + 1], id[NGX_INT64_LEN];
    ngx_uptime_digest_t   digest;
    ngx_uptime_secret_t  *secret;

    secret = ngx_palloc(ctx->request->pool, sizeof(ngx_uptime_secret_t));
    if (secret == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ctx->data = secret;

    ngx_uptime_secret_new(secret);
    ngx_uptime_secret_digest(&digest, secret->text, NGX_UPTIME_SECRET_LEN);
    ngx_cpystrn(hex, digest.hex, sizeof(hex));

    texts[0].data = id;
    texts[0].len = ngx_sprintf(id, "%L", ctx->caller.user) - id;

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
ngx_http_uptime_key_created(ngx_uptime_pg_query_t *q)
{
    int64_t                 id;
    ngx_str_t               code, key, body;
    ngx_connection_t       *c;
    ngx_uptime_secret_t    *secret;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;
    secret = ctx->data;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if ((code = ngx_uptime_pg_str(q, 0, 0)).data != NULL) {
        ngx_http_uptime_fail(ctx, (char *) code.data);

    } else {
        key = ngx_uptime_pg_str(q, 0, 1);
        id = ngx_uptime_pg_num(q, 0, 2);

        body.data = ngx_pnalloc(ctx->request->pool,
                                key.len + sizeof(",\"key\":\"upk__\"")
                                + NGX_INT64_LEN + NGX_UPTIME_SECRET_LEN);

        if (body.data == NULL || key.len == 0) {
            ngx_http_uptime_fail(ctx, "internal_error");

        } else {
            body.len = ngx_sprintf(body.data, "%*s,\"key\":\"upk_%L_%*s\"}",
                                   key.len - 1, key.data, id,
                                   (size_t) NGX_UPTIME_SECRET_LEN,
                                   secret->text)
                       - body.data;

            ngx_http_uptime_respond(ctx, NGX_HTTP_CREATED, &body, -1, id);
        }
    }

    ngx_http_run_posted_requests(c);
}
