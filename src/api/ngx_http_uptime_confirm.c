
/*
 * Plain endpoints that want the caller's password first: a row of the route
 * table with this as run().  The body's "password" or "current_password" is
 * verified; a "new_password" is hashed and becomes the argument "_hash"; then
 * the statement runs as for any other row.  No password reaches it.
 *
 * Attempts count like those to log in: who found an open session must not
 * guess on.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_common.h"


static void ngx_http_uptime_confirm_found(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_confirm_mail(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_confirm_verified(void *data, ngx_int_t rc,
    ngx_str_t *hash);
static void ngx_http_uptime_confirm_passed(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_confirm_hashed(void *data, ngx_int_t rc,
    ngx_str_t *hash);


void
ngx_http_uptime_confirm(ngx_http_uptime_ctx_t *ctx)
{
    u_char     id[NGX_INT64_LEN];
    ngx_str_t  text;

    text = ngx_http_uptime_number_text(id, ctx->caller.user);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_PASSWORD,
                                       &text, 1,
                                       ngx_http_uptime_confirm_found);
}


static void
ngx_http_uptime_confirm_found(ngx_uptime_pg_query_t *q)
{
    int64_t                 wait;
    ngx_str_t               hash;
    const char             *name;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_token");

    } else if ((wait = ngx_uptime_pg_num(q, 0, 0)) > 0) {
        ngx_http_uptime_fail_wait(ctx, wait);

    } else if (ngx_http_uptime_confirm_mail(ctx, q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");

    } else {
        hash = ngx_uptime_pg_str(q, 0, 1);
        name = cJSON_HasObjectItem(ctx->args, "current_password")
               ? "current_password" : "password";

        ngx_http_uptime_password(ctx, name, &hash,
                                 ngx_http_uptime_confirm_verified);
    }

    ngx_http_run_posted_requests(c);
}


/* It outlives the query. */

static ngx_int_t
ngx_http_uptime_confirm_mail(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  mail;

    mail = ngx_uptime_pg_str(q, 0, 2);

    ctx->mail.len = mail.len;
    ctx->mail.data = ngx_pstrdup(ctx->request->pool, &mail);

    return ctx->mail.data ? NGX_OK : NGX_ERROR;
}


static void
ngx_http_uptime_confirm_verified(void *data, ngx_int_t rc, ngx_str_t *hash)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = data;
    ctx->password = NULL;
    c = ctx->request->connection;

    if (rc != NGX_OK) {
        ngx_http_uptime_deny(ctx, "wrong_password");

    } else {
        ngx_http_uptime_refund(ctx, 1);
        ngx_http_uptime_confirm_passed(ctx);
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_confirm_passed(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  password;

    if (!cJSON_HasObjectItem(ctx->args, "new_password")) {
        ngx_http_uptime_plain(ctx);
        return;
    }

    /* the field table does not know whose it becomes */

    password = ngx_http_uptime_arg(ctx, "new_password");

    if (ngx_uptime_common_mail(&password, &ctx->mail)) {
        ngx_http_uptime_fail_field(ctx, "new_password",
                                   NGX_UPTIME_COMMON_CODE,
                                   NGX_UPTIME_COMMON_MESSAGE);
        return;
    }

    ngx_http_uptime_password(ctx, "new_password", NULL,
                             ngx_http_uptime_confirm_hashed);
}


static void
ngx_http_uptime_confirm_hashed(void *data, ngx_int_t rc, ngx_str_t *hash)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = data;
    ctx->password = NULL;
    c = ctx->request->connection;

    if (rc != NGX_OK) {
        ngx_http_uptime_fail(ctx, "busy");

    } else if (cJSON_AddStringToObject(ctx->args, "_hash",
                                       (char *) hash->data)
               == NULL)
    {
        ngx_http_uptime_fail(ctx, "internal_error");

    } else {
        ngx_http_uptime_plain(ctx);
    }

    ngx_http_run_posted_requests(c);
}
