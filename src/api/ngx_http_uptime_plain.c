
/*
 * Statements for requests: those of plain routes, whose parameters and answer
 * the route table describes, and those that an endpoint sends itself.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static ngx_int_t ngx_http_uptime_plain_params(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_plain_done(ngx_uptime_pg_query_t *q);


void
ngx_http_uptime_plain(ngx_http_uptime_ctx_t *ctx)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ctx->api->pg, ctx->route->sql);

    if (q == NULL || ngx_http_uptime_plain_params(ctx, q) != NGX_OK) {
        if (q != NULL) {
            ngx_uptime_pg_query_destroy(q);
        }

        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    (void) ngx_http_uptime_query(ctx, q, ngx_http_uptime_plain_done);
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

        case 'T':
            rc = ngx_uptime_pg_text(q, &yes);
            break;

        default:
            rc = ngx_uptime_pg_text(q, &no);
        }
    }

    return rc;
}


static void
ngx_http_uptime_plain_done(ngx_uptime_pg_query_t *q)
{
    int64_t                 version, id;
    ngx_str_t               code, body;
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;
    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "not_found");

    } else {
        code = ngx_uptime_pg_str(q, 0, 0);
        body = ngx_uptime_pg_str(q, 0, 1);
        version = ngx_uptime_pg_columns(q) > 2 ? ngx_uptime_pg_num(q, 0, 2)
                                               : -1;

        if (code.data != NULL) {
            ngx_http_uptime_fail(ctx, (char *) code.data);

        } else if (ctx->route->method == NGX_HTTP_GET && version >= 0
                   && !ngx_http_uptime_if_match(ctx, version))
        {
            ngx_http_uptime_fail(ctx, "version_mismatch");

        } else {
            id = (ctx->route->status == NGX_HTTP_CREATED
                  && ngx_uptime_pg_columns(q) > 3)
                 ? ngx_uptime_pg_num(q, 0, 3) : 0;

            ngx_http_uptime_respond(ctx, ctx->route->status, &body, version,
                                    id);
        }
    }

    ngx_http_run_posted_requests(c);
}


ngx_uint_t
ngx_http_uptime_query(ngx_http_uptime_ctx_t *ctx, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    q->handler = handler;
    q->data = ctx;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "busy");
        return 0;
    }

    ctx->query = q;

    /* notice a client that goes away meanwhile */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return 1;
}


/*
 * Sends the statement with text parameters; as ngx_http_uptime_query().  For
 * statements whose parameters do not come from the route.
 */

ngx_uint_t
ngx_http_uptime_query_texts(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n, ngx_uptime_pg_handler_pt handler)
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

    if (q == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return 0;
    }

    return ngx_http_uptime_query(ctx, q, handler);
}
