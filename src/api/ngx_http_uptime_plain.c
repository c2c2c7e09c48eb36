
/*
 * Plain routes: the route table says what their statement gets and what its
 * row becomes.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static ngx_int_t ngx_http_uptime_plain_params(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_plain_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


void
ngx_http_uptime_plain(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_plain_sql(ctx, ctx->route->sql);
}


void
ngx_http_uptime_plain_sql(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql)
{
    ngx_http_uptime_plain_query(ctx, sql, ngx_http_uptime_plain_done);
}


void
ngx_http_uptime_plain_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql, ngx_http_uptime_answer_pt answer)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ctx->api->pg, sql);

    if (q == NULL || ngx_http_uptime_plain_params(ctx, q) != NGX_OK) {
        if (q != NULL) {
            ngx_uptime_pg_query_destroy(q);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query(ctx, q, answer);
}


static ngx_int_t
ngx_http_uptime_plain_params(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_int_t          rc;
    ngx_str_t          text;
    const char        *p;

    static ngx_str_t   yes = ngx_string("true");
    static ngx_str_t   no = ngx_string("false");

    rc = NGX_OK;

    for (p = ctx->route->params; *p && rc == NGX_OK; p++) {

        switch (*p) {

        case 'U':
            rc = ngx_uptime_pg_int(q, ctx->caller.user);
            break;

        case 'I':
            rc = ngx_uptime_pg_int(q, ctx->id);
            break;

        case 'A':
            rc = ngx_uptime_json_print(ctx->request->pool, ctx->args, &text);
            if (rc == NGX_OK) {
                rc = ngx_uptime_pg_text(q, &text);
            }
            break;

        case 'S':
            rc = ngx_uptime_pg_int(q, ctx->caller.session);
            break;

        case 'N':
            text = ngx_http_uptime_address(ctx);
            rc = ngx_uptime_pg_text(q, &text);
            break;

        case 'Q':
            rc = ngx_uptime_pg_int(q, (int64_t) ctx->api->max_monitors);
            break;

        case 'H':
            rc = ngx_uptime_pg_int(q, (int64_t) ctx->api->host_rate);
            break;

        case 'R':
            rc = ngx_uptime_pg_text(q, ctx->read_only ? &yes : &no);
            break;

        case 'B':
            q->binary = 1;
            break;

        default:
            rc = ngx_uptime_pg_text(q, *p == 'T' ? &yes : &no);
        }
    }

    return rc;
}


ngx_uint_t
ngx_http_uptime_invalid(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t                  code, list;
    ngx_uptime_validate_ctx_t  v;

    code = ngx_uptime_pg_str(q, 0, 0);

    if (code.data == NULL
        || ngx_strcmp(code.data, "invalid_fields") != 0)
    {
        return 0;
    }

    list = ngx_uptime_pg_str(q, 0, 1);

    ngx_memzero(&v, sizeof(ngx_uptime_validate_ctx_t));
    v.pool = ctx->request->pool;
    v.errors = ngx_array_create(v.pool, 4, sizeof(ngx_uptime_field_error_t));

    if (v.errors == NULL || ngx_uptime_field_errors(&v, &list) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return 1;
    }

    ngx_http_uptime_fail_fields(ctx, v.errors);

    return 1;
}


static void
ngx_http_uptime_plain_done(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    int64_t     id;
    ngx_str_t   body;
    ngx_uint_t  n;

    if (q->rows && ngx_http_uptime_invalid(ctx, q)) {
        return;
    }

    id = 0;
    n = ngx_http_uptime_rows_are_page(q) ? 0 : ngx_uptime_pg_columns(q);

    if (q->rows && n > 2) {
        ctx->version = ngx_uptime_pg_num(q, 0, 2);
    }

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    if (ngx_http_uptime_rows(ctx->request->pool, q, &body) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (ctx->route->method == NGX_HTTP_GET && ctx->version
        && !ngx_http_uptime_if_match(ctx, ctx->version))
    {
        ngx_http_uptime_fail(ctx, "version_mismatch");
        return;
    }

    if (n > 3) {
        id = ngx_uptime_pg_num(q, 0, 3);
    }

    if (ctx->route->status != NGX_HTTP_CREATED) {
        ctx->state = id;
        id = 0;
    }

    ngx_http_uptime_respond(ctx, ctx->route->status, &body,
                            ctx->version ? ctx->version : -1, id);
}
