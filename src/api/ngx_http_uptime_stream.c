
/*
 * Answers in pieces: one buffer for each answer, which points into a block
 * that may be sent to many.  What nginx's filters allocate for a piece they
 * use again for the next one.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_stream.h"


static void ngx_http_uptime_stream_cleanup(void *data);
static void ngx_http_uptime_stream_release(ngx_http_uptime_stream_t *s);
static ngx_int_t ngx_http_uptime_stream_put(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block, ngx_uint_t last);
static ngx_int_t ngx_http_uptime_stream_sent(ngx_http_uptime_stream_t *s,
    ngx_int_t rc);
static void ngx_http_uptime_stream_write(ngx_http_request_t *r);


ngx_http_uptime_block_t *
ngx_http_uptime_block(size_t len, ngx_log_t *log)
{
    ngx_http_uptime_block_t  *block;

    block = ngx_alloc(sizeof(ngx_http_uptime_block_t) + len, log);
    if (block == NULL) {
        return NULL;
    }

    block->refs = 1;
    block->len = len;
    block->data = (u_char *) block + sizeof(ngx_http_uptime_block_t);

    return block;
}


void
ngx_http_uptime_block_free(ngx_http_uptime_block_t *block)
{
    if (--block->refs == 0) {
        ngx_free(block);
    }
}


ngx_int_t
ngx_http_uptime_stream_start(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_stream_t *s, const char *type)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = ctx->request;

    s->request = r;
    ctx->data = s;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return NGX_DONE;
    }

    cln->handler = ngx_http_uptime_stream_cleanup;
    cln->data = s;

    rc = ngx_http_uptime_send_header(ctx, NGX_HTTP_OK, type, -1);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ngx_http_finalize_request(r, rc);
        return NGX_DONE;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_OK;
}


static void
ngx_http_uptime_stream_cleanup(void *data)
{
    ngx_http_uptime_stream_t *s = data;

    s->drained = NULL;
    ngx_http_uptime_stream_release(s);
}


static void
ngx_http_uptime_stream_release(ngx_http_uptime_stream_t *s)
{
    if (s->block != NULL) {
        ngx_http_uptime_block_free(s->block);
        s->block = NULL;
    }
}


ngx_int_t
ngx_http_uptime_stream_send(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block)
{
    return ngx_http_uptime_stream_sent(s,
                                ngx_http_uptime_stream_put(s, block, 0));
}


void
ngx_http_uptime_stream_end(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = s->request;
    s->drained = NULL;

    /* what was begun cannot be ended in order */

    rc = (s->block != NULL) ? NGX_ERROR
                            : ngx_http_uptime_stream_put(s, block, 1);

    if (r->connection->write->timer_set) {
        ngx_del_timer(r->connection->write);
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_uptime_stream_put(ngx_http_uptime_stream_t *s,
    ngx_http_uptime_block_t *block, ngx_uint_t last)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    b = &s->buf;

    ngx_memzero(b, sizeof(ngx_buf_t));

    if (block != NULL) {
        block->refs++;
        s->block = block;

        b->pos = block->data;
        b->last = block->data + block->len;
        b->memory = 1;
    }

    b->flush = 1;
    b->last_buf = last;
    b->last_in_chain = last;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(s->request, &out);
}


/* The buffer is the filters' until all of it was taken. */

static ngx_int_t
ngx_http_uptime_stream_sent(ngx_http_uptime_stream_t *s, ngx_int_t rc)
{
    ngx_event_t               *wev;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = s->request;
    c = r->connection;
    wev = c->write;

    if (rc == NGX_ERROR || c->error) {
        return NGX_ERROR;
    }

    if (!r->buffered && !c->buffered && s->buf.pos == s->buf.last) {

        if (wev->timer_set) {
            ngx_del_timer(wev);
        }

        r->write_event_handler = ngx_http_request_empty_handler;
        ngx_http_uptime_stream_release(s);

        return NGX_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->write_event_handler = ngx_http_uptime_stream_write;

    if (!wev->delayed) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    return (ngx_handle_write_event(wev, clcf->send_lowat) == NGX_OK)
           ? NGX_AGAIN : NGX_ERROR;
}


static void
ngx_http_uptime_stream_write(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_uptime_ctx_t     *ctx;
    ngx_http_uptime_stream_t  *s;

    ctx = ngx_http_get_module_ctx(r, ngx_http_uptime_module);
    s = ctx->data;

    if (r->connection->write->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "uptime: client takes nothing");
        r->connection->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    rc = ngx_http_uptime_stream_sent(s, ngx_http_output_filter(r, NULL));

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    if (rc == NGX_OK && s->drained != NULL) {
        s->drained(s->data);
    }
}
