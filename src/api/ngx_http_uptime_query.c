
/*
 * Statements for requests.  What every answer has in common is here: the
 * request lets go of the query, a failed one is a problem, and requests that
 * were posted meanwhile run at the end.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


static ngx_uptime_pg_query_t *ngx_http_uptime_query_create(
    ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql, ngx_str_t *texts,
    ngx_uint_t n);
static void ngx_http_uptime_answered(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_told(ngx_uptime_pg_query_t *q);


ngx_uint_t
ngx_http_uptime_query(ngx_http_uptime_ctx_t *ctx, ngx_uptime_pg_query_t *q,
    ngx_http_uptime_answer_pt answer)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    q->handler = ngx_http_uptime_answered;
    q->data = ctx;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {

        if (r->header_sent) {
            ngx_http_finalize_request(r, NGX_ERROR);
        } else {
            ngx_http_uptime_fail(ctx, "busy");
        }

        return 0;
    }

    ctx->query = q;
    ctx->answer = answer;

    /* notice a client that goes away meanwhile */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return 1;
}


ngx_uint_t
ngx_http_uptime_query_texts(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n, ngx_http_uptime_answer_pt answer)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_http_uptime_query_create(ctx, sql, texts, n);

    if (q == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return 0;
    }

    return ngx_http_uptime_query(ctx, q, answer);
}


ngx_uint_t
ngx_http_uptime_query_caller(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql, ngx_http_uptime_answer_pt answer)
{
    u_char     id[NGX_INT64_LEN];
    ngx_str_t  text;

    text = ngx_http_uptime_number_text(id, ctx->caller.user);

    return ngx_http_uptime_query_texts(ctx, sql, &text, 1, answer);
}


static ngx_uptime_pg_query_t *
ngx_http_uptime_query_create(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n)
{
    ngx_uint_t              i;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ctx->api->pg, sql);

    for (i = 0; q != NULL && i < n; i++) {
        if (ngx_uptime_pg_text(q, &texts[i]) != NGX_OK) {
            ngx_uptime_pg_query_destroy(q);
            return NULL;
        }
    }

    return q;
}


static void
ngx_http_uptime_answered(ngx_uptime_pg_query_t *q)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = q->data;
    ctx->query = NULL;

    /* the request may be gone afterwards */

    c = ctx->request->connection;

    if (q->err != NGX_UPTIME_PG_OK && ctx->request->header_sent) {

        /* in the middle of an export: the client sees that it is cut off */
        ngx_http_finalize_request(ctx->request, NGX_ERROR);

    } else if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_fail_query(ctx, q);

    } else {
        ctx->answer(ctx, q);
    }

    ngx_http_run_posted_requests(c);
}


ngx_uint_t
ngx_http_uptime_refused(ngx_http_uptime_ctx_t *ctx, ngx_uptime_pg_query_t *q)
{
    ngx_str_t  code;

    if (q->rows == 0) {
        ngx_http_uptime_fail(ctx, "not_found");
        return 1;
    }

    code = ngx_uptime_pg_str(q, 0, 0);

    if (code.data != NULL) {
        ngx_http_uptime_fail(ctx, (char *) code.data);
        return 1;
    }

    return 0;
}


void
ngx_http_uptime_tell(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_http_uptime_query_create(ctx, sql, texts, n);

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


ngx_str_t
ngx_http_uptime_number_text(u_char *buf, int64_t n)
{
    ngx_str_t  text;

    text.data = buf;
    text.len = ngx_sprintf(buf, "%L", n) - buf;

    return text;
}


ngx_str_t
ngx_http_uptime_digest_text(ngx_uptime_digest_t *digest)
{
    ngx_str_t  text;

    text.data = digest->hex;
    text.len = NGX_UPTIME_DIGEST_LEN;

    return text;
}
