
/*
 * Attempts to get in are counted in the database, before any hashing and for
 * all workers and nodes: per account and per address; see throttle() in
 * sql/migrations.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static void ngx_http_uptime_signup_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


ngx_uint_t
ngx_http_uptime_throttled(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    int64_t  wait;

    wait = ngx_uptime_pg_num(q, 0, 0);

    if (wait <= 0) {
        return 0;
    }

    ctx->retry_after = (ngx_uint_t) wait;

    ngx_log_error(NGX_LOG_NOTICE, ctx->request->connection->log, 0,
                  "uptime: too many attempts to log in, wait %L s", wait);

    ngx_http_uptime_fail(ctx, "too_many_requests");

    return 1;
}


/* A sign-up costs a hash, and accounts in numbers are of use to nobody. */

void
ngx_http_uptime_signup_throttled(ngx_http_uptime_ctx_t *ctx)
{
    u_char     burst[NGX_INT64_LEN];
    ngx_str_t  texts[2];

    if (ctx->loc->login_attempts == 0) {
        ngx_http_uptime_signup(ctx);
        return;
    }

    texts[0] = ngx_http_uptime_address(ctx);
    texts[1] = ngx_http_uptime_number_text(burst, ctx->loc->login_attempts);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_AUTH_THROTTLE,
                                       texts, 2,
                                       ngx_http_uptime_signup_counted);
}


static void
ngx_http_uptime_signup_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    if (!ngx_http_uptime_throttled(ctx, q)) {
        ngx_http_uptime_signup(ctx);
    }
}


void
ngx_http_uptime_refund(ngx_http_uptime_ctx_t *ctx, ngx_uint_t proven)
{
    ngx_str_t  texts[3];

    texts[0] = ctx->mail;

    /* who is logged in has an account to count against */

    if (ctx->caller.user) {
        ngx_str_set(&texts[1], "");
    } else {
        texts[1] = ngx_http_uptime_address(ctx);
    }

    if (proven) {
        ngx_str_set(&texts[2], "true");
    } else {
        ngx_str_set(&texts[2], "false");
    }

    ngx_http_uptime_tell(ctx, NGX_UPTIME_SQL_API_AUTH_REFUND, texts, 3);
}
