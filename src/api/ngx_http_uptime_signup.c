
/*
 * Sign-up and the invitations for it:
 *
 *     sign-up:     auth_signup_check.sql -> hash -> auth_signup.sql -> tokens
 *     invitation:  a secret -> admin_invitation_create.sql
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_secret.h"


#define NGX_HTTP_UPTIME_INVITATION_TIME  604800     /* 7 days, s */


static ngx_int_t ngx_http_uptime_signup_texts(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_digest_t *digest, ngx_str_t *open, ngx_str_t *invitation);
static void ngx_http_uptime_signup_checked(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_signup_hashed(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);
static void ngx_http_uptime_signup_query(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *hash);
static void ngx_http_uptime_signup_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_invitation_created(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_invitation_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *object, int64_t id);


void
ngx_http_uptime_signup(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t            texts[2];
    ngx_uptime_digest_t  digest;

    if (ngx_http_uptime_signup_texts(ctx, &digest, &texts[0], &texts[1])
        != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "invalid_invitation");
        return;
    }

    (void) ngx_http_uptime_query_texts(ctx,
                                       NGX_UPTIME_SQL_API_AUTH_SIGNUP_CHECK,
                                       texts, 2,
                                       ngx_http_uptime_signup_checked);
}


/* NGX_DECLINED: what was sent as an invitation cannot be one. */

static ngx_int_t
ngx_http_uptime_signup_texts(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_digest_t *digest, ngx_str_t *open, ngx_str_t *invitation)
{
    ngx_str_t  secret;

    if (ctx->loc->signup_open) {
        ngx_str_set(open, "true");
    } else {
        ngx_str_set(open, "false");
    }

    ngx_str_set(invitation, "");

    if (!cJSON_HasObjectItem(ctx->args, "invitation")) {
        return NGX_OK;
    }

    secret = ngx_http_uptime_arg(ctx, "invitation");

    if (!ngx_uptime_secret_valid(&secret)) {
        return NGX_DECLINED;
    }

    ngx_uptime_secret_digest(digest, secret.data, secret.len);

    *invitation = ngx_http_uptime_digest_text(digest);

    return NGX_OK;
}


static void
ngx_http_uptime_signup_checked(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (!ngx_http_uptime_refused(ctx, q)) {
        ngx_http_uptime_password(ctx, "password", NULL,
                                 ngx_http_uptime_signup_hashed);
    }
}


static void
ngx_http_uptime_signup_hashed(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    if (rc == NGX_OK) {
        ngx_http_uptime_signup_query(ctx, hash);
    } else {
        ngx_http_uptime_fail(ctx, "busy");
    }
}


static void
ngx_http_uptime_signup_query(ngx_http_uptime_ctx_t *ctx, ngx_str_t *hash)
{
    ngx_str_t            texts[5];
    ngx_uptime_digest_t  digest;

    texts[0] = ngx_http_uptime_arg(ctx, "email");
    texts[1] = *hash;
    texts[4] = ngx_http_uptime_address(ctx);

    if (ngx_http_uptime_signup_texts(ctx, &digest, &texts[2], &texts[3])
        != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "invalid_invitation");
        return;
    }

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_SIGNUP,
                                       texts, 5, ngx_http_uptime_signup_done);
}


static void
ngx_http_uptime_signup_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (!ngx_http_uptime_refused(ctx, q)) {
        ngx_http_uptime_session_start_row(ctx, q, 1, NGX_HTTP_CREATED);
    }
}


void
ngx_http_uptime_invitation_create(ngx_http_uptime_ctx_t *ctx)
{
    u_char               time[NGX_INT64_LEN], id[NGX_INT64_LEN];
    cJSON               *expires;
    int64_t              seconds;
    ngx_str_t            texts[4];
    ngx_uptime_digest_t  digest;

    if (ngx_http_uptime_secret(ctx, &digest) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    expires = cJSON_GetObjectItemCaseSensitive(ctx->args, "expires_in");
    seconds = expires ? (int64_t) cJSON_GetNumberValue(expires)
                      : NGX_HTTP_UPTIME_INVITATION_TIME;

    texts[0] = ngx_http_uptime_number_text(id, ctx->caller.user);
    texts[1] = ngx_http_uptime_number_text(time, seconds);
    texts[2] = ngx_http_uptime_digest_text(&digest);
    texts[3] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx,
                                   NGX_UPTIME_SQL_API_ADMIN_INVITATION_CREATE,
                                   texts, 4,
                                   ngx_http_uptime_invitation_created);
}


static void
ngx_http_uptime_invitation_created(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  object;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    object = ngx_uptime_pg_str(q, 0, 1);

    ngx_http_uptime_invitation_answer(ctx, &object,
                                      ngx_uptime_pg_num(q, 0, 2));
}


/*
 * The only answer that ever shows the secret: {..., "token", "path"}.  In a
 * link it follows "#", so that no server's log has it.
 */

static void
ngx_http_uptime_invitation_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *object, int64_t id)
{
    ngx_str_t             body;
    ngx_uptime_secret_t  *secret;

    static const char  format[] = "%*s,\"token\":\"%*s\","
                                  "\"path\":\"/signup#invitation=%*s\"}";

    secret = ctx->data;

    body.data = ngx_pnalloc(ctx->request->pool, object->len + sizeof(format)
                                                + 2 * NGX_UPTIME_SECRET_LEN);

    if (body.data == NULL || object->len == 0) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.len = ngx_sprintf(body.data, format, object->len - 1, object->data,
                           (size_t) NGX_UPTIME_SECRET_LEN, secret->text,
                           (size_t) NGX_UPTIME_SECRET_LEN, secret->text)
               - body.data;

    ngx_http_uptime_respond(ctx, NGX_HTTP_CREATED, &body, -1, id);
}
