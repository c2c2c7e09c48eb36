
/*
 * Sessions: the access token for the Authorization header and the refresh
 * token in a cookie.  A session begins after a log-in or a sign-up, goes on
 * with every refresh, and ends by log-out, elsewhere, or by a stolen token.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_cookie.h"


#define NGX_HTTP_UPTIME_COOKIE_AGE  2592000         /* 30 days, s */
#define NGX_HTTP_UPTIME_KEYS_MAX    8


typedef struct {
    ngx_http_uptime_user_t    user;
    ngx_uint_t                status;
    ngx_uptime_secret_t       refresh;
    ngx_str_t                 parent;       /* in the request's header */
} ngx_http_uptime_session_t;


static void ngx_http_uptime_session_started(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_session_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_session_t *s, int64_t session);
static u_char *ngx_http_uptime_children(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *parent, u_char *p);
static void ngx_http_uptime_refreshed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_logged_out(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_session_none(ngx_http_uptime_ctx_t *ctx);
static ngx_int_t ngx_http_uptime_cookie_get(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *value);
static ngx_str_t *ngx_http_uptime_cookie_name(ngx_http_uptime_ctx_t *ctx);
static ngx_uint_t ngx_http_uptime_same_site(ngx_http_uptime_ctx_t *ctx);


void
ngx_http_uptime_session_start(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_user_t *user, ngx_uint_t status)
{
    u_char                      id[NGX_INT64_LEN];
    ngx_str_t                   texts[4];
    ngx_http_request_t         *r;
    ngx_uptime_digest_t         digest;
    ngx_http_uptime_session_t  *s;

    r = ctx->request;

    s = ngx_palloc(r->pool, sizeof(ngx_http_uptime_session_t));
    if (s == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    s->user = *user;
    s->status = status;
    ngx_uptime_secret_new(&s->refresh);
    ngx_uptime_secret_digest(&digest, s->refresh.text, NGX_UPTIME_SECRET_LEN);

    ctx->data = s;

    texts[0] = ngx_http_uptime_number_text(id, user->id);
    texts[1] = ngx_http_uptime_digest_text(&digest);
    texts[2] = ngx_http_uptime_address(ctx);
    texts[3] = ngx_http_uptime_user_agent(ctx);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_SESSION,
                                       texts, 4,
                                       ngx_http_uptime_session_started);
}


void
ngx_http_uptime_session_start_row(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col, ngx_uint_t status)
{
    ngx_http_uptime_user_t  *user;

    user = ngx_http_uptime_user(ctx, q, col);

    if (user == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_session_start(ctx, user, status);
}


static void
ngx_http_uptime_session_started(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_credentials");
        return;
    }

    ngx_http_uptime_session_answer(ctx, ctx->data,
                                   ngx_uptime_pg_num(q, 0, 0));
}


static void
ngx_http_uptime_session_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_session_t *s, int64_t session)
{
    ngx_str_t             token, body, refresh;
    ngx_pool_t           *pool;
    ngx_uptime_claims_t   claims;

    pool = ctx->request->pool;

    claims.user = s->user.id;
    claims.admin = s->user.admin;
    claims.session = session;
    claims.expires = ngx_time() + ctx->api->token_time;

    refresh.data = s->refresh.text;
    refresh.len = NGX_UPTIME_SECRET_LEN;

    body.data = NULL;

    if (ngx_http_uptime_cookie_set(ctx, &refresh) == NGX_OK
        && ngx_uptime_token_issue(pool, ctx->api->keys, &claims, &token)
           == NGX_OK)
    {
        body.data = ngx_pnalloc(pool, sizeof("{\"access_token\":\"\","
                                             "\"token_type\":\"Bearer\","
                                             "\"expires_in\":,\"user\":}")
                                      + token.len + NGX_TIME_T_LEN
                                      + s->user.json.len);
    }

    if (body.data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.len = ngx_sprintf(body.data,
                           "{\"access_token\":\"%V\","
                           "\"token_type\":\"Bearer\","
                           "\"expires_in\":%T,\"user\":%V}",
                           &token, ctx->api->token_time, &s->user.json)
               - body.data;

    ngx_http_uptime_respond(ctx, s->status, &body, -1, 0);
}


void
ngx_http_uptime_refresh(ngx_http_uptime_ctx_t *ctx)
{
    u_char                      hex[NGX_HTTP_UPTIME_KEYS_MAX
                                    * (NGX_UPTIME_DIGEST_LEN + 1)];
    ngx_str_t                   texts[3];
    ngx_uptime_digest_t         parent;
    ngx_http_uptime_session_t  *s;

    if (!ngx_http_uptime_same_site(ctx)) {
        ngx_http_uptime_fail(ctx, "cross_site");
        return;
    }

    s = ngx_palloc(ctx->request->pool, sizeof(ngx_http_uptime_session_t));
    if (s == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ctx->data = s;
    s->status = NGX_HTTP_OK;

    if (ngx_http_uptime_cookie_get(ctx, &s->parent) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "invalid_session");
        return;
    }

    ngx_uptime_secret_digest(&parent, s->parent.data, s->parent.len);

    texts[0] = ngx_http_uptime_digest_text(&parent);
    texts[1].data = hex;
    texts[1].len = ngx_http_uptime_children(ctx, &s->parent, hex) - hex;
    texts[2] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_REFRESH,
                                       texts, 3, ngx_http_uptime_refreshed);
}


/* The digests of its child under every key: which one it has, the row knows. */

static u_char *
ngx_http_uptime_children(ngx_http_uptime_ctx_t *ctx, ngx_str_t *parent,
    u_char *p)
{
    ngx_uint_t               i, n;
    ngx_uptime_digest_t      digest;
    ngx_uptime_secret_t      child;
    ngx_uptime_token_key_t  *key;

    key = ctx->api->keys->elts;
    n = ngx_min(ctx->api->keys->nelts, NGX_HTTP_UPTIME_KEYS_MAX);

    for (i = 0; i < n; i++) {
        ngx_uptime_secret_next(&child, parent, &key[i].secret);
        ngx_uptime_secret_digest(&digest, child.text, NGX_UPTIME_SECRET_LEN);

        if (i) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, digest.hex, NGX_UPTIME_DIGEST_LEN);
    }

    ngx_explicit_memzero(&child, sizeof(child));

    return p;
}


static void
ngx_http_uptime_refreshed(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t                   none;
    ngx_uint_t                  n;
    ngx_uptime_token_key_t     *key;
    ngx_http_uptime_user_t     *user;
    ngx_http_uptime_session_t  *s;

    if (q->rows == 0 || !ngx_uptime_pg_is_null(q, 0, 0)) {

        ngx_log_error(NGX_LOG_NOTICE, ctx->request->connection->log, 0,
                      "uptime: refresh refused");

        ngx_str_null(&none);
        (void) ngx_http_uptime_cookie_set(ctx, &none);
        ngx_http_uptime_fail(ctx, "invalid_session");
        return;
    }

    user = ngx_http_uptime_user(ctx, q, 1);
    n = (ngx_uint_t) ngx_uptime_pg_num(q, 0, 5);

    if (user == NULL || n == 0 || n > ctx->api->keys->nelts) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    s = ctx->data;
    s->user = *user;

    key = ctx->api->keys->elts;
    ngx_uptime_secret_next(&s->refresh, &s->parent, &key[n - 1].secret);

    ngx_http_uptime_session_answer(ctx, s, ngx_uptime_pg_num(q, 0, 4));
}


/* 204 whatever the cookie was: afterwards there is no session. */

void
ngx_http_uptime_logout(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t            texts[2], cookie;
    ngx_uptime_digest_t  digest;

    if (!ngx_http_uptime_same_site(ctx)) {
        ngx_http_uptime_fail(ctx, "cross_site");
        return;
    }

    if (ngx_http_uptime_cookie_get(ctx, &cookie) != NGX_OK) {
        ngx_http_uptime_session_none(ctx);
        return;
    }

    ngx_uptime_secret_digest(&digest, cookie.data, cookie.len);

    texts[0] = ngx_http_uptime_digest_text(&digest);
    texts[1] = ngx_http_uptime_address(ctx);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_LOGOUT,
                                       texts, 2, ngx_http_uptime_logged_out);
}


static void
ngx_http_uptime_logged_out(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_http_uptime_session_none(ctx);
}


/* There is no session now. */

static void
ngx_http_uptime_session_none(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  none;

    ngx_str_null(&none);
    (void) ngx_http_uptime_cookie_set(ctx, &none);
    ngx_http_uptime_respond(ctx, NGX_HTTP_NO_CONTENT, &none, -1, 0);
}


/*
 * "__Host-" binds the cookie to this host and to TLS; over plain HTTP, which
 * uptime_insecure_cookie allows for local use, browsers refuse that.
 */

static ngx_str_t *
ngx_http_uptime_cookie_name(ngx_http_uptime_ctx_t *ctx)
{
    static ngx_str_t  secure = ngx_string("__Host-uptime_refresh");
    static ngx_str_t  insecure = ngx_string("uptime_refresh");

    return ctx->loc->insecure_cookie ? &insecure : &secure;
}


/* An empty value takes the cookie away. */

ngx_int_t
ngx_http_uptime_cookie_set(ngx_http_uptime_ctx_t *ctx, ngx_str_t *secret)
{
    ngx_str_t  *name, value;

    name = ngx_http_uptime_cookie_name(ctx);

    value.data = ngx_pnalloc(ctx->request->pool,
                             name->len + secret->len + NGX_INT_T_LEN
                             + sizeof("=; Path=/; Max-Age=; HttpOnly; "
                                      "SameSite=Strict; Secure"));
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%V=%V; Path=/; Max-Age=%d; HttpOnly; "
                            "SameSite=Strict%s", name, secret,
                            secret->len ? NGX_HTTP_UPTIME_COOKIE_AGE : 0,
                            ctx->loc->insecure_cookie ? "" : "; Secure")
                - value.data;

    return ngx_http_uptime_header(ctx->request, "Set-Cookie", &value);
}


static ngx_int_t
ngx_http_uptime_cookie_get(ngx_http_uptime_ctx_t *ctx, ngx_str_t *value)
{
    ngx_str_t  field;

    field = ngx_http_uptime_header_in(ctx->request, "Cookie");

    if (field.data == NULL
        || ngx_uptime_cookie_find(&field, ngx_http_uptime_cookie_name(ctx),
                                  value)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return ngx_uptime_secret_valid(value) ? NGX_OK : NGX_DECLINED;
}


/*
 * The cookie comes by itself, also with a request that another site made.
 * Sec-Fetch-Site cannot be set by a page; browsers without it send Origin.
 */

static ngx_uint_t
ngx_http_uptime_same_site(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t            site, origin;
    ngx_http_request_t  *r;

    r = ctx->request;
    site = ngx_http_uptime_header_in(r, "Sec-Fetch-Site");

    if (site.data != NULL) {
        return site.len == sizeof("same-origin") - 1
               && ngx_strncmp(site.data, "same-origin", site.len) == 0;
    }

    origin = ngx_http_uptime_header_in(r, "Origin");

    return origin.data != NULL && r->headers_in.host != NULL
           && ngx_uptime_cookie_same_origin(&origin,
                                            &r->headers_in.host->value);
}
