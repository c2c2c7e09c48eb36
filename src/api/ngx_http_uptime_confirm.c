
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


static void ngx_http_uptime_confirm_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_confirm_mail(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_confirm_verified(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);
static void ngx_http_uptime_confirm_passed(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_confirm_hashed(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);


void
ngx_http_uptime_confirm(ngx_http_uptime_ctx_t *ctx)
{
    (void) ngx_http_uptime_query_caller(ctx, NGX_UPTIME_SQL_API_AUTH_PASSWORD,
                                        ngx_http_uptime_confirm_found);
}


static void
ngx_http_uptime_confirm_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t    hash;
    const char  *name;

    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "invalid_token");
        return;
    }

    if (ngx_http_uptime_throttled(ctx, q)) {
        return;
    }

    if (ngx_http_uptime_confirm_mail(ctx, q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    hash = ngx_uptime_pg_str(q, 0, 1);
    name = cJSON_HasObjectItem(ctx->args, "current_password")
           ? "current_password" : "password";

    ngx_http_uptime_password(ctx, name, &hash,
                             ngx_http_uptime_confirm_verified);
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
ngx_http_uptime_confirm_verified(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    if (rc != NGX_OK) {
        ngx_http_uptime_fail(ctx, "wrong_password");
        return;
    }

    ngx_http_uptime_refund(ctx, 1);
    ngx_http_uptime_confirm_passed(ctx);
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
ngx_http_uptime_confirm_hashed(ngx_http_uptime_ctx_t *ctx, ngx_int_t rc,
    ngx_str_t *hash)
{
    if (rc != NGX_OK) {
        ngx_http_uptime_fail(ctx, "busy");
        return;
    }

    if (cJSON_AddStringToObject(ctx->args, "_hash", (char *) hash->data)
        == NULL)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_plain(ctx);
}
