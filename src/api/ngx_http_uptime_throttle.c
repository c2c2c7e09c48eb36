
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


static void ngx_http_uptime_signup_counted(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_told(ngx_uptime_pg_query_t *q);


void
ngx_http_uptime_fail_wait(ngx_http_uptime_ctx_t *ctx, int64_t seconds)
{
    ctx->retry_after = (ngx_uint_t) seconds;

    ngx_log_error(NGX_LOG_NOTICE, ctx->request->connection->log, 0,
                  "uptime: too many attempts to log in, wait %L s", seconds);

    ngx_http_uptime_fail(ctx, "too_many_requests");
}


ngx_str_t
ngx_http_uptime_number_text(u_char *buf, int64_t n)
{
    ngx_str_t  text;

    text.data = buf;
    text.len = ngx_sprintf(buf, "%L", n) - buf;

    return text;
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
ngx_http_uptime_signup_counted(ngx_uptime_pg_query_t *q)
{
    int64_t                 wait;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if ((wait = ngx_uptime_pg_num(q, 0, 0)) > 0) {
        ngx_http_uptime_fail_wait(ctx, wait);

    } else {
        ngx_http_uptime_signup(ctx);
    }

    ngx_http_run_posted_requests(c);
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


void
ngx_http_uptime_tell(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n)
{
    ngx_uint_t              i;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ctx->api->pg, sql);

    for (i = 0; q != NULL && i < n; i++) {
        if (ngx_uptime_pg_text(q, &texts[i]) != NGX_OK) {
            ngx_uptime_pg_query_destroy(q);
            q = NULL;
        }
    }

    if (q != NULL) {
        q->handler = ngx_http_uptime_told;
        (void) ngx_uptime_pg_submit(q);
    }
}


static void
ngx_http_uptime_told(ngx_uptime_pg_query_t *q)
{
    /* void */
}
