
/*
 * Sign-up and log-in: the only endpoints of accounts that need more than a
 * statement, because a password is hashed in between.
 *
 *     sign-up:  hash -> sql/api/auth_signup.sql -> token
 *     log-in:   sql/api/auth_login.sql -> verify -> token
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


typedef struct {
    int64_t      id;
    ngx_uint_t   admin;
    ngx_str_t    json;          /* the user object, in the request's pool */
} ngx_http_uptime_user_t;


static ngx_str_t ngx_http_uptime_arg(ngx_http_uptime_ctx_t *ctx,
    const char *name);
static void ngx_http_uptime_signup_hashed(void *data, ngx_int_t rc,
    ngx_str_t *hash);
static void ngx_http_uptime_signup_query(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *hash);
static void ngx_http_uptime_signup_done(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_login_found(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_login_verified(void *data, ngx_int_t rc,
    ngx_str_t *hash);
static void ngx_http_uptime_password(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *hash, ngx_uptime_password_pt handler);
static ngx_http_uptime_user_t *ngx_http_uptime_user(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col);
static void ngx_http_uptime_session(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_user_t *user, ngx_uint_t status);


void
ngx_http_uptime_signup(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_password(ctx, NULL, ngx_http_uptime_signup_hashed);
}


static void
ngx_http_uptime_signup_hashed(void *data, ngx_int_t rc, ngx_str_t *hash)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = data;
    ctx->password = NULL;
    c = ctx->request->connection;

    if (rc == NGX_OK) {
        ngx_http_uptime_signup_query(ctx, hash);
    } else {
        ngx_http_uptime_fail(ctx, "busy");
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_signup_query(ngx_http_uptime_ctx_t *ctx, ngx_str_t *hash)
{
    ngx_str_t               email, open;
    ngx_uptime_pg_query_t  *q;

    email = ngx_http_uptime_arg(ctx, "email");

    if (ctx->loc->signup_open) {
        ngx_str_set(&open, "true");
    } else {
        ngx_str_set(&open, "false");
    }

    q = ngx_uptime_pg_query_create(ctx->api->pg,
                                   NGX_UPTIME_SQL_API_AUTH_SIGNUP);

    if (q == NULL
        || ngx_uptime_pg_text(q, &email) != NGX_OK
        || ngx_uptime_pg_text(q, hash) != NGX_OK
        || ngx_uptime_pg_text(q, &open) != NGX_OK)
    {
        if (q != NULL) {
            ngx_uptime_pg_query_destroy(q);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query(ctx, q, ngx_http_uptime_signup_done);
}


static void
ngx_http_uptime_signup_done(ngx_uptime_pg_query_t *q)
{
    ngx_str_t                code;
    ngx_connection_t        *c;
    ngx_http_uptime_ctx_t   *ctx;
    ngx_http_uptime_user_t  *user;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if ((code = ngx_uptime_pg_str(q, 0, 0)).data != NULL) {
        ngx_http_uptime_fail(ctx, (char *) code.data);

    } else {
        user = ngx_http_uptime_user(ctx, q, 1);
        ngx_http_uptime_session(ctx, user, NGX_HTTP_CREATED);
    }

    ngx_http_run_posted_requests(c);
}


void
ngx_http_uptime_login(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t               email;
    ngx_uptime_pg_query_t  *q;

    email = ngx_http_uptime_arg(ctx, "email");

    q = ngx_uptime_pg_query_create(ctx->api->pg,
                                   NGX_UPTIME_SQL_API_AUTH_LOGIN);

    if (q == NULL || ngx_uptime_pg_text(q, &email) != NGX_OK) {
        if (q != NULL) {
            ngx_uptime_pg_query_destroy(q);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query(ctx, q, ngx_http_uptime_login_found);
}


static void
ngx_http_uptime_login_found(ngx_uptime_pg_query_t *q)
{
    ngx_str_t               hash;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);
        ngx_http_run_posted_requests(c);
        return;
    }

    /* an unknown account costs the same time: an empty hash is always wrong */

    ngx_str_null(&hash);

    if (q->rows) {
        hash = ngx_uptime_pg_str(q, 0, 0);

        ctx->data = ngx_http_uptime_user(ctx, q, 1);
        if (ctx->data == NULL) {
            ngx_http_uptime_fail(ctx, "internal_error");
            ngx_http_run_posted_requests(c);
            return;
        }
    }

    ngx_http_uptime_password(ctx, &hash, ngx_http_uptime_login_verified);

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_login_verified(void *data, ngx_int_t rc, ngx_str_t *hash)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = data;
    ctx->password = NULL;
    c = ctx->request->connection;

    if (rc == NGX_OK && ctx->data != NULL) {
        ngx_http_uptime_session(ctx, ctx->data, NGX_HTTP_OK);

    } else {
        ngx_log_error(NGX_LOG_NOTICE, c->log, 0, "uptime: log-in refused");
        ngx_http_uptime_fail(ctx, "invalid_credentials");
    }

    ngx_http_run_posted_requests(c);
}


static ngx_str_t
ngx_http_uptime_arg(ngx_http_uptime_ctx_t *ctx, const char *name)
{
    char       *value;
    ngx_str_t   s;

    /* required by the field table, so it is there */

    value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(ctx->args,
                                                                  name));
    s.data = (u_char *) value;
    s.len = value ? ngx_strlen(value) : 0;

    return s;
}


/* hash: NULL to make one, else to verify against. */

static void
ngx_http_uptime_password(ngx_http_uptime_ctx_t *ctx, ngx_str_t *hash,
    ngx_uptime_password_pt handler)
{
    ngx_str_t            password;
    ngx_http_request_t  *r;

    r = ctx->request;
    password = ngx_http_uptime_arg(ctx, "password");

    ctx->password = ngx_uptime_password_post(ctx->api->threads, &password,
                                             hash, handler, ctx,
                                             ngx_cycle->log);

    /* the body's copy is not needed any more */

    ngx_memzero(password.data, password.len);

    if (ctx->password == NULL) {
        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
}


/* Columns from col on: id, role, user object.  NULL: no memory. */

static ngx_http_uptime_user_t *
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


static void
ngx_http_uptime_session(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_user_t *user, ngx_uint_t status)
{
    ngx_str_t             token, body;
    ngx_pool_t           *pool;
    ngx_uptime_claims_t   claims;

    pool = ctx->request->pool;

    if (user == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    claims.user = user->id;
    claims.admin = user->admin;
    claims.expires = ngx_time() + ctx->api->token_time;

    if (ngx_uptime_token_issue(pool, ctx->api->keys, &claims, &token)
        != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.data = ngx_pnalloc(pool, sizeof("{\"access_token\":\"\","
                                         "\"token_type\":\"Bearer\","
                                         "\"expires_in\":,\"user\":}")
                                  + token.len + NGX_TIME_T_LEN
                                  + user->json.len);
    if (body.data == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    body.len = ngx_sprintf(body.data,
                           "{\"access_token\":\"%V\","
                           "\"token_type\":\"Bearer\","
                           "\"expires_in\":%T,\"user\":%V}",
                           &token, ctx->api->token_time, &user->json)
               - body.data;

    ngx_http_uptime_respond(ctx, status, &body, -1, 0);
}
