
/*
 * Two-factor: enrol, confirm, and the second step of a log-in.  (Disabling it
 * is plain, with the password first.)
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_secret.h"
#include "ngx_uptime_totp.h"


static void ngx_http_uptime_totp_pending(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_enable(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *secret, int64_t step);
static void ngx_http_uptime_totp_codes(u_char *body, u_char *digests);
static void ngx_http_uptime_totp_enabled(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_spend(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *secret, int64_t last);
static void ngx_http_uptime_totp_passed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static int64_t ngx_http_uptime_totp_step(ngx_str_t *secret, int64_t last,
    ngx_str_t *code);


/* The secret is made here, and stored once the password is confirmed. */

void
ngx_http_uptime_totp_enrol(ngx_http_uptime_ctx_t *ctx)
{
    cJSON   *one, *two;
    u_char   bytes[NGX_UPTIME_TOTP_SECRET];
    u_char   hex[NGX_UPTIME_TOTP_HEX + 1];
    u_char   base32[NGX_UPTIME_TOTP_BASE32 + 1];

    ngx_uptime_secret_bytes(bytes, sizeof(bytes));

    *ngx_hex_dump(hex, bytes, sizeof(bytes)) = '\0';
    *ngx_uptime_totp_base32(base32, bytes, sizeof(bytes)) = '\0';

    one = cJSON_AddStringToObject(ctx->args, "_secret", (char *) hex);
    two = cJSON_AddStringToObject(ctx->args, "_base32", (char *) base32);

    ngx_explicit_memzero(bytes, sizeof(bytes));
    ngx_explicit_memzero(hex, sizeof(hex));
    ngx_explicit_memzero(base32, sizeof(base32));

    if (one == NULL || two == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_confirm(ctx);
}


void
ngx_http_uptime_totp_confirm(ngx_http_uptime_ctx_t *ctx)
{
    (void) ngx_http_uptime_query_caller(ctx, NGX_UPTIME_SQL_API_TOTP_PENDING,
                                        ngx_http_uptime_totp_pending);
}


static void
ngx_http_uptime_totp_pending(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    int64_t    step;
    ngx_str_t  secret, code;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    secret = ngx_uptime_pg_str(q, 0, 1);
    code = ngx_http_uptime_arg(ctx, "code");
    step = ngx_http_uptime_totp_step(&secret, 0, &code);

    if (step == 0) {

        /* not 401: the session is good */

        ngx_http_uptime_fail_field(ctx, "code", "invalid_code",
                                   "is not the code that the authenticator "
                                   "shows now");
        return;
    }

    ngx_http_uptime_totp_enable(ctx, &secret, step);
}


static void
ngx_http_uptime_totp_enable(ngx_http_uptime_ctx_t *ctx, ngx_str_t *secret,
    int64_t step)
{
    size_t      len;
    u_char      id[NGX_INT64_LEN], number[NGX_INT64_LEN];
    ngx_str_t   texts[4], *body;
    ngx_pool_t *pool;

    pool = ctx->request->pool;

    len = NGX_UPTIME_RECOVERY_N * (NGX_UPTIME_DIGEST_LEN + 3)
          + sizeof("{\"recovery_codes\":[]}");

    body = ngx_palloc(pool, sizeof(ngx_str_t));
    texts[3].data = ngx_pcalloc(pool, len);

    if (body == NULL || texts[3].data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body->data = ngx_pcalloc(pool, len);
    if (body->data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_totp_codes(body->data, texts[3].data);
    body->len = ngx_strlen(body->data);
    ctx->data = body;

    texts[0] = ngx_http_uptime_number_text(id, ctx->caller.user);
    texts[1] = *secret;
    texts[2] = ngx_http_uptime_number_text(number, step);
    texts[3].len = ngx_strlen(texts[3].data);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_TOTP_CONFIRM,
                                       texts, 4,
                                       ngx_http_uptime_totp_enabled);
}


/* New recovery codes: the answer, and what is stored of them. */

static void
ngx_http_uptime_totp_codes(u_char *body, u_char *digests)
{
    u_char               code[NGX_UPTIME_RECOVERY_LEN];
    u_char               random[NGX_UPTIME_RECOVERY_BITS * 5 / 8];
    u_char               plain[NGX_UPTIME_RECOVERY_BITS];
    ngx_str_t            text;
    ngx_uint_t           i;
    ngx_uptime_digest_t  digest;

    text.data = code;
    text.len = sizeof(code);

    body = ngx_sprintf(body, "{\"recovery_codes\":[");
    *digests++ = '[';

    for (i = 0; i < NGX_UPTIME_RECOVERY_N; i++) {
        ngx_uptime_secret_bytes(random, sizeof(random));
        ngx_uptime_totp_recovery(code, random);
        (void) ngx_uptime_totp_recovery_read(plain, &text);
        ngx_uptime_secret_digest(&digest, plain, sizeof(plain));

        body = ngx_sprintf(body, "%s\"%V\"", i ? "," : "", &text);
        digests = ngx_sprintf(digests, "%s\"%*s\"", i ? "," : "",
                              (size_t) NGX_UPTIME_DIGEST_LEN, digest.hex);
    }

    (void) ngx_sprintf(body, "]}%Z");
    (void) ngx_sprintf(digests, "]%Z");

    ngx_explicit_memzero(random, sizeof(random));
    ngx_explicit_memzero(plain, sizeof(plain));
    ngx_explicit_memzero(code, sizeof(code));
}


static void
ngx_http_uptime_totp_enabled(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "conflict");
        return;
    }

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, ctx->data, -1, 0);
}


void
ngx_http_uptime_login_totp(ngx_http_uptime_ctx_t *ctx)
{
    u_char               id[NGX_INT64_LEN], burst[NGX_INT64_LEN];
    u_char               version[NGX_INT64_LEN];
    ngx_int_t            rc;
    ngx_str_t            token, texts[4];
    ngx_uptime_claims_t  claims;

    token = ngx_http_uptime_arg(ctx, "challenge");

    rc = ngx_uptime_token_verify_use(ctx->request->pool, ctx->api->keys,
                                     NGX_UPTIME_TOKEN_TOTP, &token, &claims);

    if (rc != NGX_OK) {
        ngx_http_uptime_fail(ctx, (rc == NGX_DECLINED) ? "invalid_challenge"
                                                       : "internal_error");
        return;
    }

    /* not ctx->caller: nobody is logged in yet */

    ctx->id = claims.user;

    texts[0] = ngx_http_uptime_number_text(id, claims.user);
    texts[1] = ngx_http_uptime_address(ctx);
    texts[2] = ngx_http_uptime_number_text(burst, ctx->loc->login_attempts);
    texts[3] = ngx_http_uptime_number_text(version, claims.session);

    (void) ngx_http_uptime_query_texts(ctx,
                                       NGX_UPTIME_SQL_API_AUTH_LOGIN_TOTP,
                                       texts, 4,
                                       ngx_http_uptime_totp_counted);
}


static void
ngx_http_uptime_totp_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  secret, mail;

    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_challenge");
        return;
    }

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    mail = ngx_uptime_pg_str(q, 0, 1);
    secret = ngx_uptime_pg_str(q, 0, 2);

    if (cJSON_AddStringToObject(ctx->args, "email", (char *) mail.data)
        == NULL)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_totp_spend(ctx, &secret, ngx_uptime_pg_num(q, 0, 3));
}


static void
ngx_http_uptime_totp_spend(ngx_http_uptime_ctx_t *ctx, ngx_str_t *secret,
    int64_t last)
{
    u_char               id[NGX_INT64_LEN], number[NGX_INT64_LEN];
    u_char               plain[NGX_UPTIME_RECOVERY_BITS];
    int64_t              step;
    ngx_str_t            code, texts[4];
    ngx_uptime_digest_t  digest;

    code = ngx_http_uptime_arg(ctx, "code");
    step = ngx_http_uptime_totp_step(secret, last, &code);

    ngx_str_set(&texts[2], "");

    if (ngx_uptime_totp_recovery_read(plain, &code) == NGX_OK) {
        ngx_uptime_secret_digest(&digest, plain, sizeof(plain));
        texts[2] = ngx_http_uptime_digest_text(&digest);
    }

    if (step == 0 && texts[2].len == 0) {
        ngx_http_uptime_login_refused(ctx, "invalid_code");
        return;
    }

    texts[0] = ngx_http_uptime_number_text(id, ctx->id);
    texts[1] = ngx_http_uptime_number_text(number, step);
    texts[3] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx,
                                  NGX_UPTIME_SQL_API_AUTH_LOGIN_TOTP_PASSED,
                                  texts, 4, ngx_http_uptime_totp_passed);

    ngx_explicit_memzero(plain, sizeof(plain));
}


static void
ngx_http_uptime_totp_passed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_http_uptime_user_t  *user;

    if (q->rows == 0) {
        ngx_http_uptime_login_refused(ctx, "invalid_code");
        return;
    }

    user = ngx_http_uptime_user(ctx, q, 0);

    if (user == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_session_start(ctx, user, NGX_HTTP_OK);
}


/* 0: not a code of this secret now.  The secret comes in hex. */

static int64_t
ngx_http_uptime_totp_step(ngx_str_t *secret, int64_t last, ngx_str_t *code)
{
    u_char      bytes[NGX_UPTIME_TOTP_SECRET];
    int64_t     step;
    ngx_int_t   value;
    ngx_uint_t  i;

    if (secret->len != NGX_UPTIME_TOTP_HEX) {
        return 0;
    }

    for (i = 0; i < NGX_UPTIME_TOTP_SECRET; i++) {
        value = ngx_hextoi(secret->data + 2 * i, 2);
        bytes[i] = (u_char) value;
    }

    step = ngx_uptime_totp_check(bytes, sizeof(bytes), ngx_time(), last, code);

    ngx_explicit_memzero(bytes, sizeof(bytes));

    return step;
}
