
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
#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_totp.h"


#define NGX_HTTP_UPTIME_TOTP_HEX  NGX_UPTIME_BOX_HEX(NGX_UPTIME_TOTP_SECRET)


/* a secret as it is stored */

typedef struct {
    ngx_str_t                 hex;
    ngx_str_t                 kid;          /* data == NULL: not sealed */
} ngx_http_uptime_totp_t;


static void ngx_http_uptime_totp_pending(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_enable(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *hex, int64_t step);
static void ngx_http_uptime_totp_codes(u_char *body, u_char *digests);
static void ngx_http_uptime_totp_enabled(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_spend(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_totp_t *stored, int64_t last);
static ngx_str_t ngx_http_uptime_totp_again(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_totp_t *stored, const u_char *secret, u_char *hex);
static void ngx_http_uptime_totp_passed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_totp_stored(ngx_http_uptime_totp_t *stored,
    ngx_uptime_pg_query_t *q, ngx_uint_t hex, ngx_uint_t kid);
static ngx_int_t ngx_http_uptime_totp_open(ngx_http_uptime_ctx_t *ctx,
    int64_t user, ngx_http_uptime_totp_t *stored, u_char *secret);


/* The secret is made here, and stored once the password is confirmed. */

void
ngx_http_uptime_totp_enrol(ngx_http_uptime_ctx_t *ctx)
{
    u_char                   bytes[NGX_UPTIME_TOTP_SECRET];
    u_char                   hex[NGX_HTTP_UPTIME_TOTP_HEX + 1];
    u_char                   base32[NGX_UPTIME_TOTP_BASE32 + 1];
    ngx_int_t                rc;
    ngx_uptime_token_key_t  *key;

    key = ctx->api->keys->elts;

    ngx_uptime_secret_bytes(bytes, sizeof(bytes));

    ngx_uptime_secret_seal(hex, &key->secret, NGX_UPTIME_BOX_TOTP,
                           ctx->caller.user, bytes, sizeof(bytes));
    hex[NGX_HTTP_UPTIME_TOTP_HEX] = '\0';
    *ngx_uptime_totp_base32(base32, bytes, sizeof(bytes)) = '\0';

    rc = (cJSON_AddStringToObject(ctx->args, "_secret", (char *) hex)
          && cJSON_AddStringToObject(ctx->args, "_key",
                                     (char *) key->kid.data)
          && cJSON_AddStringToObject(ctx->args, "_base32", (char *) base32))
         ? NGX_OK : NGX_ERROR;

    ngx_explicit_memzero(bytes, sizeof(bytes));
    ngx_explicit_memzero(base32, sizeof(base32));

    if (rc != NGX_OK) {
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
    u_char                  secret[NGX_UPTIME_TOTP_SECRET];
    int64_t                 step;
    ngx_str_t               code;
    ngx_http_uptime_totp_t  stored;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    ngx_http_uptime_totp_stored(&stored, q, 1, 2);

    if (ngx_http_uptime_totp_open(ctx, ctx->caller.user, &stored, secret)
        != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "totp_not_enrolled");
        return;
    }

    code = ngx_http_uptime_arg(ctx, "code");
    step = ngx_uptime_totp_check(secret, sizeof(secret), ngx_time(), 0,
                                 &code);

    ngx_explicit_memzero(secret, sizeof(secret));

    if (step == 0) {

        /* not 401: the session is good */

        ngx_http_uptime_fail_field(ctx, "code", "invalid_code",
                                   "is not the code that the authenticator "
                                   "shows now");
        return;
    }

    ngx_http_uptime_totp_enable(ctx, &stored.hex, step);
}


static void
ngx_http_uptime_totp_enable(ngx_http_uptime_ctx_t *ctx, ngx_str_t *hex,
    int64_t step)
{
    size_t      len;
    u_char      id[NGX_INT64_LEN], number[NGX_INT64_LEN];
    ngx_str_t   texts[5], *body;
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
    texts[1] = *hex;
    texts[2] = ngx_http_uptime_number_text(number, step);
    texts[3].len = ngx_strlen(texts[3].data);
    texts[4] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_TOTP_CONFIRM,
                                       texts, 5,
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
    ngx_str_t               mail;
    ngx_http_uptime_totp_t  stored;

    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_challenge");
        return;
    }

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    mail = ngx_uptime_pg_str(q, 0, 1);

    if (cJSON_AddStringToObject(ctx->args, "email", (char *) mail.data)
        == NULL)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_totp_stored(&stored, q, 2, 4);
    ngx_http_uptime_totp_spend(ctx, &stored, ngx_uptime_pg_num(q, 0, 3));
}


static void
ngx_http_uptime_totp_spend(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_totp_t *stored, int64_t last)
{
    u_char               id[NGX_INT64_LEN], number[NGX_INT64_LEN];
    u_char               plain[NGX_UPTIME_RECOVERY_BITS];
    u_char               secret[NGX_UPTIME_TOTP_SECRET];
    u_char               hex[NGX_HTTP_UPTIME_TOTP_HEX];
    int64_t              step;
    ngx_str_t            code, texts[7];
    ngx_uptime_digest_t  digest;

    code = ngx_http_uptime_arg(ctx, "code");
    step = 0;

    ngx_str_set(&texts[2], "");
    ngx_str_set(&texts[5], "");

    if (ngx_http_uptime_totp_open(ctx, ctx->id, stored, secret) == NGX_OK) {
        step = ngx_uptime_totp_check(secret, sizeof(secret), ngx_time(), last,
                                     &code);
        texts[5] = ngx_http_uptime_totp_again(ctx, stored, secret, hex);
        ngx_explicit_memzero(secret, sizeof(secret));
    }

    if (ngx_uptime_totp_recovery_read(plain, &code) == NGX_OK) {
        ngx_uptime_secret_digest(&digest, plain, sizeof(plain));
        ngx_explicit_memzero(plain, sizeof(plain));
        texts[2] = ngx_http_uptime_digest_text(&digest);
    }

    if (step == 0 && texts[2].len == 0) {
        ngx_http_uptime_login_refused(ctx, "invalid_code");
        return;
    }

    texts[0] = ngx_http_uptime_number_text(id, ctx->id);
    texts[1] = ngx_http_uptime_number_text(number, step);
    texts[3] = ngx_http_uptime_address(ctx);
    texts[4] = stored->hex;
    texts[6] = ((ngx_uptime_token_key_t *) ctx->api->keys->elts)->kid;

    (void) ngx_http_uptime_query_texts(ctx,
                                  NGX_UPTIME_SQL_API_AUTH_LOGIN_TOTP_PASSED,
                                  texts, 7, ngx_http_uptime_totp_passed);
}


/* Empty if it is sealed with the first key already. */

static ngx_str_t
ngx_http_uptime_totp_again(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_totp_t *stored, const u_char *secret, u_char *hex)
{
    ngx_str_t                text;
    ngx_uptime_token_key_t  *key;

    key = ctx->api->keys->elts;

    if (stored->kid.data != NULL
        && ngx_uptime_token_key_of(ctx->api->keys, &stored->kid) == key)
    {
        ngx_str_set(&text, "");
        return text;
    }

    ngx_uptime_secret_seal(hex, &key->secret, NGX_UPTIME_BOX_TOTP, ctx->id,
                           secret, NGX_UPTIME_TOTP_SECRET);

    text.data = hex;
    text.len = NGX_HTTP_UPTIME_TOTP_HEX;

    return text;
}


static void
ngx_http_uptime_totp_passed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (q->rows == 0) {
        ngx_http_uptime_login_refused(ctx, "invalid_code");
        return;
    }

    ngx_http_uptime_session_start_row(ctx, q, 0, NGX_HTTP_OK);
}


static void
ngx_http_uptime_totp_stored(ngx_http_uptime_totp_t *stored,
    ngx_uptime_pg_query_t *q, ngx_uint_t hex, ngx_uint_t kid)
{
    stored->hex = ngx_uptime_pg_str(q, 0, hex);
    stored->kid = ngx_uptime_pg_str(q, 0, kid);
}


static ngx_int_t
ngx_http_uptime_totp_open(ngx_http_uptime_ctx_t *ctx, int64_t user,
    ngx_http_uptime_totp_t *stored, u_char *secret)
{
    ngx_int_t                rc;
    ngx_uptime_token_key_t  *key;

    if (stored->kid.data == NULL) {
        rc = ngx_uptime_secret_unhex(secret, NGX_UPTIME_TOTP_SECRET,
                                     &stored->hex);
    } else {
        key = ngx_uptime_token_key_of(ctx->api->keys, &stored->kid);

        rc = (key != NULL)
             ? ngx_uptime_secret_open(secret, NGX_UPTIME_TOTP_SECRET,
                                      &key->secret, NGX_UPTIME_BOX_TOTP,
                                      user, &stored->hex)
             : NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "uptime: the two-factor secret of user %L cannot be "
                      "read with key \"%V\" of \"uptime_token_key_file\"",
                      user, &stored->kid);
    }

    return rc;
}
