
/*
 * What the endpoints of accounts share: arguments, passwords, users.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static void ngx_http_uptime_hashed(void *data, ngx_int_t rc, ngx_str_t *hash);


ngx_str_t
ngx_http_uptime_arg(ngx_http_uptime_ctx_t *ctx, const char *name)
{
    char       *value;
    ngx_str_t   s;

    /* required by the field table, so it is there */

    value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(ctx->args,
                                                                  name));
    s.data = (u_char *) (value ? value : "");
    s.len = ngx_strlen(s.data);

    return s;
}


/* The argument is taken out of ctx->args: no statement gets a password. */

void
ngx_http_uptime_password(ngx_http_uptime_ctx_t *ctx, const char *name,
    ngx_str_t *hash, ngx_http_uptime_hashed_pt handler)
{
    ngx_str_t            password;
    ngx_http_request_t  *r;

    r = ctx->request;
    password = ngx_http_uptime_arg(ctx, name);

    ctx->hashed = handler;
    ctx->password = ngx_uptime_password_post(ctx->api->threads, &password,
                                             hash, ngx_http_uptime_hashed,
                                             ctx, ngx_cycle->log);

    ngx_explicit_memzero(password.data, password.len);
    cJSON_DeleteItemFromObjectCaseSensitive(ctx->args, name);

    if (ctx->password == NULL) {

        if (ctx->mail.data != NULL) {
            ngx_http_uptime_refund(ctx, 0);
        }

        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
}


static void
ngx_http_uptime_hashed(void *data, ngx_int_t rc, ngx_str_t *hash)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = data;
    ctx->password = NULL;

    /* the request may be gone afterwards */

    c = ctx->request->connection;

    ctx->hashed(ctx, rc, hash);

    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_http_uptime_secret(ngx_http_uptime_ctx_t *ctx, ngx_uptime_digest_t *digest)
{
    ngx_uptime_secret_t  *secret;

    secret = ngx_palloc(ctx->request->pool, sizeof(ngx_uptime_secret_t));
    if (secret == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_secret_new(secret);
    ngx_uptime_secret_digest(digest, secret->text, NGX_UPTIME_SECRET_LEN);

    ctx->data = secret;

    return NGX_OK;
}


/* Columns from col on: id, role, user object.  NULL: no memory. */

ngx_http_uptime_user_t *
ngx_http_uptime_user(ngx_http_uptime_ctx_t *ctx, ngx_uptime_pg_query_t *q,
    ngx_uint_t col)
{
    ngx_str_t                role, json;
    ngx_http_uptime_user_t  *user;

    user = ngx_palloc(ctx->request->pool, sizeof(ngx_http_uptime_user_t));
    if (user == NULL) {
        return NULL;
    }

    role = ngx_uptime_pg_str(q, 0, col + 1);
    json = ngx_uptime_pg_str(q, 0, col + 2);

    user->id = ngx_uptime_pg_num(q, 0, col);
    user->admin = (role.len == sizeof("admin") - 1
                   && ngx_strncmp(role.data, "admin", role.len) == 0);

    user->json.len = json.len;
    user->json.data = ngx_pstrdup(ctx->request->pool, &json);

    return user->json.data ? user : NULL;
}
