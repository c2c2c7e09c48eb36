
/*
 * Log-in:
 *
 *     sql/api/auth_login.sql (counts, finds) -> verify
 *         -> [hash again, if today's parameters are others]
 *         -> sql/api/auth_login_passed.sql (counts back) -> session,
 *            or a challenge: the second step is in ngx_http_uptime_totp.c
 *
 * An unknown account goes the same way, so that neither the answer nor its
 * time tells which of both was wrong.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


#define NGX_HTTP_UPTIME_CHALLENGE_TIME  300         /* s */


typedef struct {
    ngx_http_uptime_user_t   *user;         /* NULL: nobody                */
    ngx_str_t                 hash;         /* that is stored              */
    int64_t                   version;      /* of the password             */
    unsigned                  totp:1;
} ngx_http_uptime_login_t;


static void ngx_http_uptime_login_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_login_account(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_login_verified(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);
static void ngx_http_uptime_login_hashed(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);
static void ngx_http_uptime_login_passed(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *hash);
static void ngx_http_uptime_login_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_login_challenge(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_login_t *login);


void
ngx_http_uptime_login(ngx_http_uptime_ctx_t *ctx)
{
    u_char     burst[NGX_INT64_LEN];
    ngx_str_t  texts[3];

    texts[0] = ngx_http_uptime_arg(ctx, "email");
    texts[1] = ngx_http_uptime_address(ctx);
    texts[2] = ngx_http_uptime_number_text(burst, ctx->loc->login_attempts);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_LOGIN,
                                       texts, 3, ngx_http_uptime_login_found);
}


static void
ngx_http_uptime_login_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_http_uptime_login_t  *login;

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    if (ngx_http_uptime_login_account(ctx, q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    login = ctx->data;
    ctx->mail = ngx_http_uptime_arg(ctx, "email");

    ngx_http_uptime_password(ctx, "password", &login->hash,
                             ngx_http_uptime_login_verified);
}


static ngx_int_t
ngx_http_uptime_login_account(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t                 hash, password;
    ngx_http_uptime_login_t  *login;

    login = ngx_pcalloc(ctx->request->pool, sizeof(ngx_http_uptime_login_t));
    if (login == NULL) {
        return NGX_ERROR;
    }

    ctx->data = login;

    if (ngx_uptime_pg_is_null(q, 0, 2)) {
        return NGX_OK;                  /* an empty hash is always wrong */
    }

    hash = ngx_uptime_pg_str(q, 0, 1);

    login->user = ngx_http_uptime_user(ctx, q, 2);
    login->hash.len = hash.len;
    login->hash.data = ngx_pstrdup(ctx->request->pool, &hash);
    login->totp = (ngx_uptime_pg_num(q, 0, 5) != 0);
    login->version = ngx_uptime_pg_num(q, 0, 6);

    if (login->user == NULL || login->hash.data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_uptime_password_outdated(&login->hash)) {

        /* "password" is wiped once it is verified */

        password = ngx_http_uptime_arg(ctx, "password");

        if (cJSON_AddStringToObject(ctx->args, "_again",
                                    (char *) password.data)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_http_uptime_login_verified(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    ngx_str_t                 none, again;
    ngx_http_uptime_login_t  *login;

    login = ctx->data;

    ngx_str_set(&none, "");

    if (rc != NGX_OK || login->user == NULL) {

        again = ngx_http_uptime_arg(ctx, "_again");
        ngx_explicit_memzero(again.data, again.len);

        ngx_http_uptime_login_refused(ctx, "invalid_credentials");

    } else if (cJSON_HasObjectItem(ctx->args, "_again")) {
        ngx_http_uptime_password(ctx, "_again", NULL,
                                 ngx_http_uptime_login_hashed);

    } else {
        ngx_http_uptime_login_passed(ctx, &none);
    }
}


static void
ngx_http_uptime_login_hashed(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    ngx_str_t  none;

    ngx_str_set(&none, "");

    /* without memory the old hash goes on to serve */

    ngx_http_uptime_login_passed(ctx, (rc == NGX_OK) ? hash : &none);
}


/*
 * With two-factor the password alone must not reset the account's count, or
 * who knows it could go on guessing codes.
 */

static void
ngx_http_uptime_login_passed(ngx_http_uptime_ctx_t *ctx, ngx_str_t *hash)
{
    u_char                    id[NGX_INT64_LEN];
    ngx_str_t                 texts[6];
    ngx_http_uptime_login_t  *login;

    login = ctx->data;

    texts[0] = ngx_http_uptime_number_text(id, login->user->id);
    texts[1] = ngx_http_uptime_arg(ctx, "email");
    texts[2] = ngx_http_uptime_address(ctx);
    texts[3] = login->hash;
    texts[4] = *hash;

    if (login->totp) {
        ngx_str_set(&texts[5], "false");
    } else {
        ngx_str_set(&texts[5], "true");
    }

    (void) ngx_http_uptime_query_texts(ctx,
                                       NGX_UPTIME_SQL_API_AUTH_LOGIN_PASSED,
                                       texts, 6, ngx_http_uptime_login_done);
}


static void
ngx_http_uptime_login_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_http_uptime_login_t  *login;

    login = ctx->data;

    if (login->totp) {
        ngx_http_uptime_login_challenge(ctx, login);
    } else {
        ngx_http_uptime_session_start(ctx, login->user, NGX_HTTP_OK);
    }
}


/* Good for the second step, and only while the password stays the same. */

static void
ngx_http_uptime_login_challenge(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_login_t *login)
{
    ngx_str_t            token, body;
    ngx_pool_t          *pool;
    ngx_uptime_claims_t  claims;

    pool = ctx->request->pool;

    claims.user = login->user->id;
    claims.admin = 0;
    claims.session = login->version;
    claims.expires = ngx_time() + NGX_HTTP_UPTIME_CHALLENGE_TIME;

    body.data = NULL;

    if (ngx_uptime_token_issue_use(pool, ctx->api->keys,
                                   NGX_UPTIME_TOKEN_TOTP, &claims, &token)
        == NGX_OK)
    {
        body.data = ngx_pnalloc(pool, sizeof("{\"totp_required\":true,"
                                             "\"challenge\":\"\"}")
                                      + token.len);
    }

    if (body.data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.len = ngx_sprintf(body.data, "{\"totp_required\":true,"
                           "\"challenge\":\"%V\"}", &token)
               - body.data;

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}


/* The mail address is the argument or the one that the challenge names. */

void
ngx_http_uptime_login_refused(ngx_http_uptime_ctx_t *ctx, const char *code)
{
    ngx_str_t  texts[2];

    texts[0] = ngx_http_uptime_arg(ctx, "email");
    texts[1] = ngx_http_uptime_address(ctx);

    /* nobody waits: an answer must not take longer for a known account */

    ngx_http_uptime_tell(ctx, NGX_UPTIME_SQL_API_AUTH_LOGIN_FAILED, texts, 2);

    ngx_log_error(NGX_LOG_NOTICE, ctx->request->connection->log, 0,
                  "uptime: log-in refused");

    ngx_http_uptime_fail(ctx, code);
}
