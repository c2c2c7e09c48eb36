
/*
 * Pushes on their way into the database.  All that came while a statement was
 * running is the next statement, so that the cost of one falls as they grow.
 * What was taken is stored even if the client does not wait, and after the
 * database was away: otherwise our absence would look like the target's.
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_push.h"


#define NGX_HTTP_UPTIME_PUSH_BATCH  1000
#define NGX_HTTP_UPTIME_PUSH_MAX    10000
#define NGX_HTTP_UPTIME_PUSH_AGAIN  1000


/* of a worker */

struct ngx_http_uptime_pushes_s {
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    ngx_queue_t                    waiting;
    ngx_uint_t                     n;           /* all, sent ones included  */
    ngx_uint_t                     nsent;
    ngx_http_uptime_push_t        *sent[NGX_HTTP_UPTIME_PUSH_BATCH];
    ngx_uptime_pg_query_t         *query;
    ngx_event_t                    event;
};


static ngx_http_uptime_pushes_t *ngx_http_uptime_pushes(
    ngx_http_uptime_api_t *api);
static void ngx_http_uptime_push_send(ngx_event_t *ev);
static ngx_uptime_pg_query_t *ngx_http_uptime_push_query(
    ngx_http_uptime_pushes_t *ps);
static ngx_http_uptime_push_t *ngx_http_uptime_push_head(
    ngx_http_uptime_pushes_t *ps);
static ngx_int_t ngx_http_uptime_push_ints(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_elem_e type,
    int64_t (*value)(ngx_http_uptime_push_t *p));
static ngx_int_t ngx_http_uptime_push_texts(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q, size_t offset);
static int64_t ngx_http_uptime_push_up(ngx_http_uptime_push_t *p);
static int64_t ngx_http_uptime_push_latency(ngx_http_uptime_push_t *p);
static int64_t ngx_http_uptime_push_ago(ngx_http_uptime_push_t *p);
static void ngx_http_uptime_push_stored(ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_push_kept(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q);
static void ngx_http_uptime_push_answer(ngx_http_uptime_push_t *p,
    ngx_uint_t status);
static void ngx_http_uptime_push_free(ngx_http_uptime_pushes_t *ps,
    ngx_http_uptime_push_t *p);


ngx_int_t
ngx_http_uptime_pushes_add(ngx_http_uptime_api_t *api,
    ngx_http_uptime_push_t *p)
{
    ngx_http_uptime_pushes_t  *ps;

    ps = ngx_http_uptime_pushes(api);

    if (ps == NULL || ps->n >= NGX_HTTP_UPTIME_PUSH_MAX) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&ps->waiting, &p->queue);
    ps->n++;

    /* behind a statement that runs, or after the pause */

    if (ps->query == NULL && !ps->event.timer_set) {
        ngx_post_event(&ps->event, &ngx_posted_events);
    }

    return NGX_OK;
}


static ngx_http_uptime_pushes_t *
ngx_http_uptime_pushes(ngx_http_uptime_api_t *api)
{
    ngx_http_uptime_pushes_t  *ps;

    if (api->pushes != NULL) {
        return api->pushes;
    }

    ps = ngx_calloc(sizeof(ngx_http_uptime_pushes_t), ngx_cycle->log);
    if (ps == NULL) {
        return NULL;
    }

    ps->pg = api->pg;
    ps->log = ngx_cycle->log;

    ngx_queue_init(&ps->waiting);

    ps->event.handler = ngx_http_uptime_push_send;
    ps->event.data = ps;
    ps->event.log = ps->log;
    ps->event.cancelable = 1;

    api->pushes = ps;

    return ps;
}


void
ngx_http_uptime_pushes_destroy(ngx_http_uptime_pushes_t *ps)
{
    ngx_uint_t  i;

    if (ps->query != NULL) {
        ngx_uptime_pg_detach(ps->query);
    }

    if (ps->event.timer_set) {
        ngx_del_timer(&ps->event);
    }

    if (ps->event.posted) {
        ngx_delete_posted_event(&ps->event);
    }

    if (ps->n) {
        ngx_log_error(NGX_LOG_WARN, ps->log, 0,
                      "uptime: %ui pushes could not be stored", ps->n);
    }

    for (i = 0; i < ps->nsent; i++) {
        ngx_http_uptime_push_free(ps, ps->sent[i]);
    }

    while (!ngx_queue_empty(&ps->waiting)) {
        ngx_http_uptime_push_free(ps, ngx_http_uptime_push_head(ps));
    }

    ngx_free(ps);
}


static void
ngx_http_uptime_push_send(ngx_event_t *ev)
{
    ngx_uptime_pg_query_t     *q;
    ngx_http_uptime_pushes_t  *ps;

    ps = ev->data;

    if (ps->query != NULL || ngx_queue_empty(&ps->waiting)) {
        return;
    }

    q = ngx_http_uptime_push_query(ps);

    if (q != NULL) {
        q->handler = ngx_http_uptime_push_stored;
        q->data = ps;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            ps->query = q;
            return;
        }
    }

    ngx_http_uptime_push_kept(ps, NULL);
}


/* Takes a batch.  NULL: no memory. */

static ngx_uptime_pg_query_t *
ngx_http_uptime_push_query(ngx_http_uptime_pushes_t *ps)
{
    ngx_uptime_pg_query_t  *q;

    while (ps->nsent < NGX_HTTP_UPTIME_PUSH_BATCH
           && !ngx_queue_empty(&ps->waiting))
    {
        ps->sent[ps->nsent++] = ngx_http_uptime_push_head(ps);
    }

    q = ngx_uptime_pg_query_create(ps->pg, NGX_UPTIME_SQL_API_PUSH);
    if (q == NULL) {
        return NULL;
    }

    if (ngx_http_uptime_push_texts(ps, q,
                                   offsetof(ngx_http_uptime_push_t, token))
        != NGX_OK
        || ngx_http_uptime_push_ints(ps, q, NGX_UPTIME_PG_INT2,
                                     ngx_http_uptime_push_up)
           != NGX_OK
        || ngx_http_uptime_push_ints(ps, q, NGX_UPTIME_PG_INT4,
                                     ngx_http_uptime_push_latency)
           != NGX_OK
        || ngx_http_uptime_push_texts(ps, q,
                                   offsetof(ngx_http_uptime_push_t, message))
           != NGX_OK
        || ngx_http_uptime_push_ints(ps, q, NGX_UPTIME_PG_INT8,
                                     ngx_http_uptime_push_ago)
           != NGX_OK)
    {
        ngx_uptime_pg_query_destroy(q);
        return NULL;
    }

    return q;
}


/* Takes the one that has waited longest. */

static ngx_http_uptime_push_t *
ngx_http_uptime_push_head(ngx_http_uptime_pushes_t *ps)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&ps->waiting);
    ngx_queue_remove(q);

    return ngx_queue_data(q, ngx_http_uptime_push_t, queue);
}


static ngx_int_t
ngx_http_uptime_push_ints(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_elem_e type,
    int64_t (*value)(ngx_http_uptime_push_t *p))
{
    int64_t                 v;
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    a = ngx_uptime_pg_array(q, type, ps->nsent, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < ps->nsent; i++) {
        v = value(ps->sent[i]);

        if (v < 0) {
            ngx_uptime_pg_array_null(a);
        } else {
            ngx_uptime_pg_array_int(a, v);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_push_texts(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q, size_t offset)
{
    size_t                   size;
    ngx_str_t               *s;
    ngx_uint_t               i;
    ngx_uptime_pg_array_t   *a;

#define ngx_http_uptime_push_text(i)                                          \
    ((ngx_str_t *) ((u_char *) ps->sent[i] + offset))

    size = 0;

    for (i = 0; i < ps->nsent; i++) {
        size += ngx_http_uptime_push_text(i)->len;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, ps->nsent, size);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < ps->nsent; i++) {
        s = ngx_http_uptime_push_text(i);

        if (s->len) {
            ngx_uptime_pg_array_text(a, (char *) s->data, s->len);
        } else {
            ngx_uptime_pg_array_null(a);
        }
    }

    return NGX_OK;
}


static int64_t
ngx_http_uptime_push_up(ngx_http_uptime_push_t *p)
{
    return p->up;
}


static int64_t
ngx_http_uptime_push_latency(ngx_http_uptime_push_t *p)
{
    return p->latency;
}


static int64_t
ngx_http_uptime_push_ago(ngx_http_uptime_push_t *p)
{
    return (int64_t) (ngx_current_msec - p->arrived);
}


static void
ngx_http_uptime_push_stored(ngx_uptime_pg_query_t *q)
{
    ngx_str_t                  known;
    ngx_uint_t                 i, status;
    ngx_http_uptime_pushes_t  *ps;

    ps = q->data;
    ps->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_http_uptime_push_kept(ps, q);
        return;
    }

    for (i = 0; i < ps->nsent; i++) {
        known = ngx_uptime_pg_str(q, i, 0);
        status = (known.len && known.data[0] == 't') ? NGX_HTTP_OK
                                                     : NGX_HTTP_NOT_FOUND;

        ngx_http_uptime_push_answer(ps->sent[i], status);
        ngx_http_uptime_push_free(ps, ps->sent[i]);
    }

    ps->nsent = 0;

    if (!ngx_queue_empty(&ps->waiting)) {
        ngx_post_event(&ps->event, &ngx_posted_events);
    }
}


/* It goes on later; whoever waits is told so.  q: NULL if it was not sent. */

static void
ngx_http_uptime_push_kept(ngx_http_uptime_pushes_t *ps,
    ngx_uptime_pg_query_t *q)
{
    ngx_uint_t  i;

    ngx_log_error(NGX_LOG_INFO, ps->log, 0,
                  "uptime: %ui pushes wait for the database: %s", ps->n,
                  q ? ngx_uptime_pg_strerror(q->err) : "no memory");

    for (i = 0; i < ps->nsent; i++) {
        ngx_http_uptime_push_answer(ps->sent[i], NGX_HTTP_ACCEPTED);
    }

    /* before those that came meanwhile */

    for (i = ps->nsent; i > 0; i--) {
        ngx_queue_insert_head(&ps->waiting, &ps->sent[i - 1]->queue);
    }

    ps->nsent = 0;

    ngx_add_timer(&ps->event, NGX_HTTP_UPTIME_PUSH_AGAIN);
}


static void
ngx_http_uptime_push_answer(ngx_http_uptime_push_t *p, ngx_uint_t status)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    static const ngx_str_t  stored = ngx_string("{\"status\":\"ok\"}");
    static const ngx_str_t  queued = ngx_string("{\"status\":\"queued\"}");

    ctx = p->ctx;

    if (ctx == NULL) {
        return;
    }

    p->ctx = NULL;
    ctx->data = NULL;
    c = ctx->request->connection;

    if (status == NGX_HTTP_NOT_FOUND) {
        ngx_http_uptime_fail(ctx, "not_found");

    } else {
        ngx_http_uptime_respond(ctx, status,
                                status == NGX_HTTP_OK ? &stored : &queued,
                                -1, 0);
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_push_free(ngx_http_uptime_pushes_t *ps,
    ngx_http_uptime_push_t *p)
{
    ps->n--;

    ngx_free(p);
}
