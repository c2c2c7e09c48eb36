
/*
 * A forgotten password:
 *
 *     POST /auth/password/forgot:  auth_forgot.sql counts -> the answer, and
 *         auth_forgot_mail.sql, for which nobody waits: whether there is such
 *         an account shows neither in the answer nor in its time
 *     POST /auth/password/reset:   auth_reset_check.sql -> hash
 *         -> auth_reset.sql
 *
 * The mail waits in account_mails until a checker sends it; its link is
 * sealed, so that a copy of the database opens no account.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_common.h"
#include "ngx_uptime_json.h"
#include "ngx_uptime_secret_box.h"


/* in a link it follows "#", so that no server's log has it */
#define NGX_HTTP_UPTIME_RESET_PATH  "/reset#token="

#define NGX_HTTP_UPTIME_RESET_TEXT                                            \
    "Somebody, probably you, asked for a new password of your account at "    \
    "%V/.\n\n"                                                                \
    "This link lets you choose one. It is good for 10 minutes, and once:\n"   \
    "%V\n\n"                                                                  \
    "It was asked for from %V. If that was not you, do nothing: the password "\
    "stays as it is.\n"


static void ngx_http_uptime_forgot_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_forgot_mail(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_forgot_text(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *text);
static ngx_int_t ngx_http_uptime_forgot_seal(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *text, ngx_str_t *box);
static ngx_int_t ngx_http_uptime_reset_digest(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_digest_t *digest);
static void ngx_http_uptime_reset_checked(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_reset_hashed(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);
static void ngx_http_uptime_reset_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


void
ngx_http_uptime_forgot(ngx_http_uptime_ctx_t *ctx)
{
    u_char                    burst[NGX_INT64_LEN];
    ngx_str_t                 texts[3];
    ngx_uptime_alert_conf_t  *conf;

    conf = ctx->api->alert;

    if (conf->smtp == NULL || conf->dashboard_url.len == 0) {
        ngx_http_uptime_fail(ctx, "no_mail_server");
        return;
    }

    texts[0] = ngx_http_uptime_arg(ctx, "email");
    texts[1] = ngx_http_uptime_address(ctx);
    texts[2] = ngx_http_uptime_number_text(burst, ctx->loc->login_attempts);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_FORGOT,
                                       texts, 3,
                                       ngx_http_uptime_forgot_counted);
}


static void
ngx_http_uptime_forgot_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    static const ngx_str_t  body = ngx_string("{\"expires_in\":600}");

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    if (ngx_http_uptime_forgot_mail(ctx) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_respond(ctx, NGX_HTTP_ACCEPTED, &body, -1, 0);
}


/* Made for an unknown address, too; only the statement knows. */

static ngx_int_t
ngx_http_uptime_forgot_mail(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t                texts[5], text;
    ngx_uptime_digest_t      digest;
    ngx_uptime_token_key_t  *key;

    if (ngx_http_uptime_secret(ctx, &digest) != NGX_OK
        || ngx_http_uptime_forgot_text(ctx, &text) != NGX_OK
        || ngx_http_uptime_forgot_seal(ctx, &text, &texts[2]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    key = ctx->api->keys->elts;

    texts[0] = ngx_http_uptime_arg(ctx, "email");
    texts[1] = ngx_http_uptime_digest_text(&digest);
    texts[3] = key->kid;
    texts[4] = ngx_http_uptime_address(ctx);

    ngx_http_uptime_tell(ctx, NGX_UPTIME_SQL_API_AUTH_FORGOT_MAIL, texts, 5);

    return NGX_OK;
}


/* {"text", "link"}; the host comes from the configuration, never from Host. */

static ngx_int_t
ngx_http_uptime_forgot_text(ngx_http_uptime_ctx_t *ctx, ngx_str_t *text)
{
    u_char               *p;
    size_t                len;
    cJSON                *root;
    ngx_str_t             address, link, *url;
    ngx_pool_t           *pool;
    ngx_uptime_secret_t  *secret;

    pool = ctx->request->pool;
    secret = ctx->data;
    url = &ctx->api->alert->dashboard_url;
    address = ngx_http_uptime_address(ctx);

    len = url->len + sizeof(NGX_HTTP_UPTIME_RESET_PATH)
          + NGX_UPTIME_SECRET_LEN;

    link.data = ngx_pnalloc(pool, len);
    p = ngx_pnalloc(pool, sizeof(NGX_HTTP_UPTIME_RESET_TEXT) + url->len + len
                          + address.len);
    root = ngx_uptime_json_object(pool);

    if (link.data == NULL || p == NULL || root == NULL) {
        return NGX_ERROR;
    }

    link.len = ngx_sprintf(link.data, "%V" NGX_HTTP_UPTIME_RESET_PATH "%*s%Z",
                           url, (size_t) NGX_UPTIME_SECRET_LEN, secret->text)
               - link.data - 1;

    (void) ngx_sprintf(p, NGX_HTTP_UPTIME_RESET_TEXT "%Z", url, &link,
                       &address);

    if (cJSON_AddStringToObject(root, "text", (char *) p) == NULL
        || cJSON_AddStringToObject(root, "link", (char *) link.data) == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_json_print(pool, root, text);
}


/* It is nobody's: whose account it opens, the hash of its token says. */

static ngx_int_t
ngx_http_uptime_forgot_seal(ngx_http_uptime_ctx_t *ctx, ngx_str_t *text,
    ngx_str_t *box)
{
    ngx_uptime_token_key_t  *key;

    key = ctx->api->keys->elts;

    box->len = NGX_UPTIME_BOX_HEX(text->len);
    box->data = ngx_pnalloc(ctx->request->pool, box->len);

    if (box->data == NULL || text->len > NGX_UPTIME_BOX_MAX) {
        return NGX_ERROR;
    }

    ngx_uptime_secret_seal(box->data, &key->secret, NGX_UPTIME_BOX_CHANNEL, 0,
                           text->data, text->len);

    return NGX_OK;
}


void
ngx_http_uptime_reset(ngx_http_uptime_ctx_t *ctx)
{
    u_char               burst[NGX_INT64_LEN];
    ngx_str_t            texts[3];
    ngx_uptime_digest_t  digest;

    if (ngx_http_uptime_reset_digest(ctx, &digest) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "invalid_reset_link");
        return;
    }

    texts[0] = ngx_http_uptime_digest_text(&digest);
    texts[1] = ngx_http_uptime_address(ctx);
    texts[2] = ngx_http_uptime_number_text(burst, ctx->loc->login_attempts);

    (void) ngx_http_uptime_query_texts(ctx,
                                       NGX_UPTIME_SQL_API_AUTH_RESET_CHECK,
                                       texts, 3,
                                       ngx_http_uptime_reset_checked);
}


static ngx_int_t
ngx_http_uptime_reset_digest(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_digest_t *digest)
{
    ngx_str_t  token;

    token = ngx_http_uptime_arg(ctx, "token");

    if (!ngx_uptime_secret_valid(&token)) {
        return NGX_DECLINED;
    }

    ngx_uptime_secret_digest(digest, token.data, token.len);

    return NGX_OK;
}


/* Before the hash, which costs much; auth_reset.sql decides. */

static void
ngx_http_uptime_reset_checked(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  mail, password;

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    if (ngx_uptime_pg_is_null(q, 0, 1)) {
        ngx_http_uptime_fail(ctx, "invalid_reset_link");
        return;
    }

    mail = ngx_uptime_pg_str(q, 0, 1);
    password = ngx_http_uptime_arg(ctx, "new_password");

    if (ngx_uptime_common_mail(&password, &mail)) {
        ngx_http_uptime_fail_field(ctx, "new_password",
                                   NGX_UPTIME_COMMON_CODE,
                                   NGX_UPTIME_COMMON_MESSAGE);
        return;
    }

    ngx_http_uptime_password(ctx, "new_password", NULL,
                             ngx_http_uptime_reset_hashed);
}


static void
ngx_http_uptime_reset_hashed(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    ngx_str_t            texts[3];
    ngx_uptime_digest_t  digest;

    if (rc != NGX_OK || ngx_http_uptime_reset_digest(ctx, &digest) != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    texts[0] = ngx_http_uptime_digest_text(&digest);
    texts[1] = *hash;
    texts[2] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_RESET,
                                       texts, 3, ngx_http_uptime_reset_done);
}


static void
ngx_http_uptime_reset_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    static const ngx_str_t  none = ngx_string("");

    if (!ngx_http_uptime_refused(ctx, q)) {
        ngx_http_uptime_respond(ctx, NGX_HTTP_NO_CONTENT, &none, -1, 0);
    }
}
