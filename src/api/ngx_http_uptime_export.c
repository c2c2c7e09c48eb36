
/*
 * GET /checks and /monitors/{id}/checks with format=csv or jsonl: a stream of
 * pieces.  Each piece is a statement of its own (no transaction stays open)
 * on connections that are for exports only; the next one is asked for when
 * the client has taken the last one, so memory does not grow with the length.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


#define NGX_HTTP_UPTIME_EXPORTS        4        /* of a worker              */
#define NGX_HTTP_UPTIME_EXPORTS_USER   2        /* of one user in it        */
#define NGX_HTTP_UPTIME_EXPORT_CONNS   2
#define NGX_HTTP_UPTIME_EXPORT_TIMEOUT 30000    /* of a piece, ms           */
#define NGX_HTTP_UPTIME_EXPORT_RETRY   5        /* s                        */
#define NGX_HTTP_UPTIME_EXPORT_PIECE   1000     /* rows                     */


typedef struct {
    ngx_http_uptime_ctx_t         *ctx;
    int64_t                        user;
    u_char                        *text;        /* the piece, or NULL       */
    ngx_buf_t                      buf;
    ngx_uint_t                     last;        /* no piece comes after it  */
} ngx_http_uptime_export_t;


static ngx_uint_t ngx_http_uptime_export_format(ngx_http_uptime_ctx_t *ctx);
static ngx_http_uptime_export_t *ngx_http_uptime_export_slot(int64_t user);
static void ngx_http_uptime_export_release(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_export_ask(ngx_http_uptime_export_t *e);
static void ngx_http_uptime_export_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_export_keep(ngx_http_uptime_export_t *e,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_export_begin(ngx_http_uptime_export_t *e);
static void ngx_http_uptime_export_send(ngx_http_uptime_export_t *e,
    ngx_chain_t *in);
static void ngx_http_uptime_export_write(ngx_http_request_t *r);


static ngx_http_uptime_export_t
    ngx_http_uptime_exports[NGX_HTTP_UPTIME_EXPORTS];
static ngx_uptime_pg_conf_t   ngx_http_uptime_export_conf;
static ngx_uptime_pg_pool_t  *ngx_http_uptime_export_pg;


void
ngx_http_uptime_checks_list(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_export_t  *e;

    if (!ngx_http_uptime_export_format(ctx)) {
        ngx_http_uptime_plain(ctx);
        return;
    }

    if (ngx_http_uptime_export_pg == NULL) {
        ngx_http_uptime_export_conf = *ctx->api->pg_conf;
        ngx_http_uptime_export_conf.connections = NGX_HTTP_UPTIME_EXPORT_CONNS;
        ngx_http_uptime_export_conf.timeout = NGX_HTTP_UPTIME_EXPORT_TIMEOUT;

        ngx_http_uptime_export_pg = ngx_uptime_pg_pool_create(
                                 &ngx_http_uptime_export_conf, ngx_cycle->log);
    }

    if (ngx_http_uptime_export_pg == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    e = ngx_http_uptime_export_slot(ctx->caller.user);

    if (e == NULL) {
        ctx->retry_after = NGX_HTTP_UPTIME_EXPORT_RETRY;
        ngx_http_uptime_fail(ctx, "too_many_requests");
        return;
    }

    ngx_memzero(e, sizeof(ngx_http_uptime_export_t));

    e->ctx = ctx;
    e->user = ctx->caller.user;

    ctx->data = e;
    ctx->release = ngx_http_uptime_export_release;

    /* pieces have their own size and places */

    cJSON_DeleteItemFromObjectCaseSensitive(ctx->args, "cursor");
    cJSON_DeleteItemFromObjectCaseSensitive(ctx->args, "limit");

    if (cJSON_AddNumberToObject(ctx->args, "limit",
                                NGX_HTTP_UPTIME_EXPORT_PIECE)
        == NULL)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_export_ask(e);
}


void
ngx_http_uptime_export_stop(void)
{
    if (ngx_http_uptime_export_pg != NULL) {
        ngx_uptime_pg_pool_destroy(ngx_http_uptime_export_pg);
        ngx_http_uptime_export_pg = NULL;
    }
}


/*
 * 1: csv or jsonl, which is in the arguments then.  Of several types in Accept
 * the first counts, whatever parameters it has.
 */

static ngx_uint_t
ngx_http_uptime_export_format(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t    accept, format;
    const char  *name;

    format = ngx_http_uptime_arg(ctx, "format");

    if (format.len) {
        return format.len != 4 || ngx_strncmp(format.data, "json", 4) != 0;
    }

    accept = ngx_http_uptime_header_in(ctx->request, "Accept");

    if (accept.len) {
        accept.len = ngx_min(accept.len,
                             strcspn((char *) accept.data, ";, \t"));
    }

    if (accept.len == sizeof("text/csv") - 1
        && ngx_strncasecmp(accept.data, (u_char *) "text/csv", accept.len)
           == 0)
    {
        name = "csv";

    } else if (accept.len == sizeof("application/jsonl") - 1
               && ngx_strncasecmp(accept.data, (u_char *) "application/jsonl",
                                  accept.len)
                  == 0)
    {
        name = "jsonl";

    } else {
        return 0;
    }

    return cJSON_AddStringToObject(ctx->args, "format", name) != NULL;
}


static ngx_http_uptime_export_t *
ngx_http_uptime_export_slot(int64_t user)
{
    ngx_uint_t                 i, n;
    ngx_http_uptime_export_t  *e, *free;

    n = 0;
    free = NULL;

    for (i = 0; i < NGX_HTTP_UPTIME_EXPORTS; i++) {
        e = &ngx_http_uptime_exports[i];

        if (e->ctx == NULL) {
            free = e;

        } else if (e->user == user) {
            n++;
        }
    }

    return (n < NGX_HTTP_UPTIME_EXPORTS_USER) ? free : NULL;
}


static void
ngx_http_uptime_export_release(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_export_t *e = ctx->data;

    ngx_free(e->text);
    e->text = NULL;
    e->ctx = NULL;
}


static void
ngx_http_uptime_export_ask(ngx_http_uptime_export_t *e)
{
    ngx_str_t               args;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ngx_http_uptime_export_pg,
                                   NGX_UPTIME_SQL_API_CHECK_EXPORT);
    if (q == NULL) {
        goto failed;
    }

    /* in the query's pool: the request's grows until its end */

    if (ngx_uptime_json_print(q->pool, e->ctx->args, &args) != NGX_OK
        || ngx_uptime_pg_int(q, e->user) != NGX_OK
        || ngx_uptime_pg_int(q, e->ctx->id) != NGX_OK
        || ngx_uptime_pg_text(q, &args) != NGX_OK)
    {
        ngx_uptime_pg_query_destroy(q);
        goto failed;
    }

    (void) ngx_http_uptime_query(e->ctx, q, ngx_http_uptime_export_answer);
    return;

failed:

    if (e->ctx->request->header_sent) {
        ngx_http_finalize_request(e->ctx->request, NGX_ERROR);
        return;
    }

    ngx_http_uptime_fail(e->ctx, "internal_error");
}


static void
ngx_http_uptime_export_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_int_t                  rc;
    ngx_chain_t                out;
    ngx_http_request_t        *r;
    ngx_http_uptime_export_t  *e;

    e = ctx->data;
    r = ctx->request;

    if (!r->header_sent && ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    if (q->rows != 1 || ngx_http_uptime_export_keep(e, q) != NGX_OK) {
        ngx_http_finalize_request(r, r->header_sent ? NGX_ERROR
                                  : NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (!r->header_sent) {
        rc = ngx_http_uptime_export_begin(e);

        if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
            ngx_http_finalize_request(r, rc);
            return;
        }
    }

    r->write_event_handler = ngx_http_uptime_export_write;

    out.buf = &e->buf;
    out.next = NULL;

    ngx_http_uptime_export_send(e, &out);
}


/* The piece as a buffer, and where the next one begins. */

static ngx_int_t
ngx_http_uptime_export_keep(ngx_http_uptime_export_t *e,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  text, cursor;

    text = ngx_uptime_pg_str(q, 0, 1);
    cursor = ngx_uptime_pg_str(q, 0, 2);

    e->last = (cursor.data == NULL);

    if (!e->last) {
        cJSON_DeleteItemFromObjectCaseSensitive(e->ctx->args, "cursor");

        if (cJSON_AddStringToObject(e->ctx->args, "cursor",
                                    (char *) cursor.data)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    ngx_memzero(&e->buf, sizeof(ngx_buf_t));

    e->buf.flush = 1;
    e->buf.last_buf = e->last;

    if (text.len) {
        e->text = ngx_alloc(text.len, e->ctx->request->connection->log);
        if (e->text == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(e->text, text.data, text.len);

        e->buf.pos = e->text;
        e->buf.last = e->text + text.len;
        e->buf.memory = 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_export_begin(ngx_http_uptime_export_t *e)
{
    ngx_uint_t           csv;
    ngx_http_request_t  *r;

    static const ngx_str_t  csv_name =
        ngx_string("attachment; filename=\"checks.csv\"");
    static const ngx_str_t  jsonl_name =
        ngx_string("attachment; filename=\"checks.jsonl\"");

    r = e->ctx->request;
    csv = (ngx_http_uptime_arg(e->ctx, "format").len == 3);

    if (ngx_http_uptime_headers(e->ctx, NGX_HTTP_OK) != NGX_OK
        || ngx_http_uptime_header(r, "Content-Disposition",
                                  csv ? &csv_name : &jsonl_name)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = -1;

    if (csv) {
        ngx_str_set(&r->headers_out.content_type, "text/csv; charset=utf-8");
    } else {
        ngx_str_set(&r->headers_out.content_type, "application/jsonl");
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;

    return ngx_http_send_header(r);
}


/* in: a piece, or NULL for what is left of it. */

static void
ngx_http_uptime_export_send(ngx_http_uptime_export_t *e, ngx_chain_t *in)
{
    ngx_int_t                  rc;
    ngx_event_t               *wev;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = e->ctx->request;
    wev = r->connection->write;

    rc = ngx_http_output_filter(r, in);

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    /* nginx sends the end of it by itself, but it is our memory */

    if (rc == NGX_AGAIN || r->buffered || r->connection->buffered) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

        if (!wev->delayed) {
            ngx_add_timer(wev, clcf->send_timeout);
        }

        if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_ERROR);
        }

        return;
    }

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    ngx_free(e->text);
    e->text = NULL;

    if (e->last) {
        ngx_http_finalize_request(r, NGX_OK);
        return;
    }

    ngx_http_uptime_export_ask(e);
}


static void
ngx_http_uptime_export_write(ngx_http_request_t *r)
{
    ngx_event_t            *wev;
    ngx_http_uptime_ctx_t  *ctx;

    wev = r->connection->write;
    ctx = ngx_http_get_module_ctx(r, ngx_http_uptime_module);

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "client timed out");
        r->connection->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (wev->delayed || ctx->query != NULL) {
        return;
    }

    ngx_http_uptime_export_send(ctx->data, NULL);
}
