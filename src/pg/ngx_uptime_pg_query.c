
/*
 * A query: its parameters, its way through the pool, its end.
 *
 * Each query has a pool of its own, since it may outlive whoever asked, and
 * one deadline that runs from submit on, in line and in flight.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <math.h>

#include "ngx_uptime_pg_private.h"


struct ngx_uptime_pg_array_s {
    u_char                        *start;
    u_char                        *last;
    int                           *length;      /* the parameter's          */
    ngx_uptime_pg_elem_e           type;
};


static ngx_int_t ngx_uptime_pg_param(ngx_uptime_pg_query_t *q,
    const char *value, int len, int format);
static void ngx_uptime_pg_query_timeout(ngx_event_t *ev);
static u_char *ngx_uptime_pg_put(u_char *p, uint64_t value, ngx_uint_t n);


ngx_uptime_pg_query_t *
ngx_uptime_pg_query_create(ngx_uptime_pg_pool_t *owner, ngx_uptime_sql_e sql)
{
    ngx_uint_t              n;
    ngx_pool_t             *pool;
    ngx_uptime_pg_query_t  *q;

    pool = ngx_create_pool(1024, owner->log);
    if (pool == NULL) {
        return NULL;
    }

    n = ngx_uptime_sql[sql].nparams;

    q = ngx_pcalloc(pool, sizeof(ngx_uptime_pg_query_t));

    if (q != NULL && n) {
        q->values = ngx_pcalloc(pool, n * sizeof(char *));
        q->lengths = ngx_pcalloc(pool, n * sizeof(int));
        q->formats = ngx_pcalloc(pool, n * sizeof(int));
    }

    if (q == NULL
        || (n && (q->values == NULL || q->lengths == NULL
                  || q->formats == NULL)))
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    q->pool = pool;
    q->log = owner->log;
    q->sql = sql;
    q->owner = owner;
    q->timeout = owner->conf->timeout;

    q->timer.handler = ngx_uptime_pg_query_timeout;
    q->timer.data = q;
    q->timer.log = owner->log;

    return q;
}


void
ngx_uptime_pg_query_destroy(ngx_uptime_pg_query_t *q)
{
    if (q->timer.timer_set) {
        ngx_del_timer(&q->timer);
    }

    if (q->many) {
        ngx_uptime_pg_queries_destroy(&q->members);
    }

    if (!q->member) {
        PQclear(q->res);
    }

    ngx_destroy_pool(q->pool);
}


void
ngx_uptime_pg_queries_destroy(ngx_queue_t *queries)
{
    ngx_queue_t            *head;
    ngx_uptime_pg_query_t  *q;

    while (!ngx_queue_empty(queries)) {
        head = ngx_queue_head(queries);
        q = ngx_queue_data(head, ngx_uptime_pg_query_t, queue);
        ngx_queue_remove(head);
        ngx_uptime_pg_query_destroy(q);
    }
}


static ngx_int_t
ngx_uptime_pg_param(ngx_uptime_pg_query_t *q, const char *value, int len,
    int format)
{
    if (q->nparams == ngx_uptime_sql[q->sql].nparams) {
        ngx_log_error(NGX_LOG_ALERT, q->log, 0,
                      "uptime: too many parameters for \"%s\"",
                      ngx_uptime_sql[q->sql].name);
        return NGX_ERROR;
    }

    q->values[q->nparams] = value;
    q->lengths[q->nparams] = len;
    q->formats[q->nparams] = format;
    q->nparams++;

    return NGX_OK;
}


ngx_int_t
ngx_uptime_pg_text(ngx_uptime_pg_query_t *q, const ngx_str_t *text)
{
    u_char  *p;

    if (ngx_strlchr(text->data, text->data + text->len, '\0') != NULL) {
        ngx_log_error(NGX_LOG_ALERT, q->log, 0,
                      "uptime: NUL in a parameter of \"%s\"",
                      ngx_uptime_sql[q->sql].name);
        return NGX_ERROR;
    }

    p = ngx_pnalloc(q->pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, text->data, text->len) = '\0';

    return ngx_uptime_pg_param(q, (char *) p, 0, 0);
}


ngx_int_t
ngx_uptime_pg_int(ngx_uptime_pg_query_t *q, int64_t value)
{
    u_char  *p;

    p = ngx_pnalloc(q->pool, NGX_INT64_LEN + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(p, "%L", value) = '\0';

    return ngx_uptime_pg_param(q, (char *) p, 0, 0);
}


ngx_int_t
ngx_uptime_pg_null(ngx_uptime_pg_query_t *q)
{
    return ngx_uptime_pg_param(q, NULL, 0, 0);
}


/*
 * The binary form of a one-dimensional array (PostgreSQL, array_recv): number
 * of dimensions, has-null flag, element type, size, lower bound, and for each
 * element its length or -1 and its bytes.
 */

ngx_uptime_pg_array_t *
ngx_uptime_pg_array(ngx_uptime_pg_query_t *q, ngx_uptime_pg_elem_e type,
    ngx_uint_t n, size_t size)
{
    u_char                 *p;
    size_t                  len;
    ngx_uptime_pg_array_t  *a;

    /* pg_type.dat: int2, int4, int8, text, float8 */
    static const uint32_t   oid[] = { 21, 23, 20, 25, 701 };
    static const size_t     width[] = { 2, 4, 8, 0, 8 };

    len = 20 + n * (4 + width[type]) + size;

    a = ngx_palloc(q->pool, sizeof(ngx_uptime_pg_array_t));
    p = ngx_pnalloc(q->pool, len);

    if (a == NULL || p == NULL
        || ngx_uptime_pg_param(q, (char *) p, (int) len, 1) != NGX_OK)
    {
        return NULL;
    }

    a->start = p;
    a->length = &q->lengths[q->nparams - 1];
    a->type = type;

    p = ngx_uptime_pg_put(p, 1, 4);
    p = ngx_uptime_pg_put(p, 1, 4);
    p = ngx_uptime_pg_put(p, oid[type], 4);
    p = ngx_uptime_pg_put(p, n, 4);
    p = ngx_uptime_pg_put(p, 1, 4);

    a->last = p;
    *a->length = (int) (a->last - a->start);

    return a;
}


void
ngx_uptime_pg_array_int(ngx_uptime_pg_array_t *a, int64_t value)
{
    double      seconds;
    ngx_uint_t  n;

    n = (a->type == NGX_UPTIME_PG_INT2) ? 2
        : (a->type == NGX_UPTIME_PG_INT4) ? 4 : 8;

    if (a->type == NGX_UPTIME_PG_TIME) {
        seconds = (value == INT64_MIN) ? -INFINITY : (double) value / 1000;
        ngx_memcpy(&value, &seconds, 8);
    }

    a->last = ngx_uptime_pg_put(a->last, n, 4);
    a->last = ngx_uptime_pg_put(a->last, (uint64_t) value, n);
    *a->length = (int) (a->last - a->start);
}


void
ngx_uptime_pg_array_text(ngx_uptime_pg_array_t *a, const char *text,
    size_t len)
{
    a->last = ngx_uptime_pg_put(a->last, len, 4);
    a->last = ngx_cpymem(a->last, text, len);
    *a->length = (int) (a->last - a->start);
}


void
ngx_uptime_pg_array_null(ngx_uptime_pg_array_t *a)
{
    a->last = ngx_uptime_pg_put(a->last, 0xffffffff, 4);
    *a->length = (int) (a->last - a->start);
}


/* The low n bytes of value, most significant first. */

static u_char *
ngx_uptime_pg_put(u_char *p, uint64_t value, ngx_uint_t n)
{
    while (n--) {
        *p++ = (u_char) (value >> (8 * n));
    }

    return p;
}


ngx_int_t
ngx_uptime_pg_submit(ngx_uptime_pg_query_t *q)
{
    ngx_msec_t             timeout;
    ngx_uptime_pg_pool_t  *pool;

    pool = q->owner;

    if (q->nparams != ngx_uptime_sql[q->sql].nparams) {
        ngx_log_error(NGX_LOG_ALERT, q->log, 0,
                      "uptime: \"%s\" has %ui of its %ui parameters",
                      ngx_uptime_sql[q->sql].name, q->nparams,
                      (ngx_uint_t) ngx_uptime_sql[q->sql].nparams);
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    if (pool->nwaiting >= pool->conf->queue) {
        ngx_log_error(NGX_LOG_WARN, q->log, 0,
                      "uptime: %ui queries wait for the database already",
                      pool->nwaiting);
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    timeout = q->timeout;

    if (pool->away != NGX_UPTIME_PG_OK) {
        timeout = ngx_min(timeout, NGX_UPTIME_PG_AWAY_WAIT);
    }

    ngx_uptime_pg_query_join(q, 0);

    ngx_add_timer(&q->timer, timeout);

    ngx_uptime_pg_pool_wake(pool);

    return NGX_OK;
}


void
ngx_uptime_pg_query_join(ngx_uptime_pg_query_t *q, ngx_uint_t first)
{
    ngx_queue_t           *line;
    ngx_uptime_pg_pool_t  *pool;

    pool = q->owner;
    line = ngx_uptime_sql[q->sql].many ? &pool->batch : &pool->waiting;

    if (first) {
        ngx_queue_insert_head(line, &q->queue);
    } else {
        ngx_queue_insert_tail(line, &q->queue);
    }

    pool->nwaiting++;
    pool->nbatch += (line == &pool->batch);
}


void
ngx_uptime_pg_query_leave(ngx_uptime_pg_query_t *q)
{
    ngx_queue_remove(&q->queue);

    q->owner->nwaiting--;
    q->owner->nbatch -= (ngx_uptime_sql[q->sql].many != 0);
}


static void
ngx_uptime_pg_query_timeout(ngx_event_t *ev)
{
    ngx_uptime_pg_err_e        err;
    ngx_uptime_pg_pool_t      *pool;
    ngx_uptime_pg_query_t     *q;
    ngx_uptime_pg_handler_pt   handler;

    q = ev->data;
    pool = q->owner;

    if (q->conn == NULL) {
        ngx_uptime_pg_query_leave(q);

        err = (pool->away != NGX_UPTIME_PG_OK) ? pool->away
                                               : NGX_UPTIME_PG_TIMEOUT;
        ngx_uptime_pg_query_fail(q, err);
        return;
    }

    /*
     * In flight: libpq 15 can cancel only with a blocking call.  The server's
     * own statement_timeout ends the statement; if not even an answer to that
     * comes, the connection is given up.
     */

    ngx_log_error(NGX_LOG_WARN, q->log, 0,
                  "uptime: \"%s\" timed out after %M ms",
                  ngx_uptime_sql[q->sql].name, q->timeout);

    ngx_uptime_pg_conn_drain(q->conn);

    handler = q->handler;
    q->handler = NULL;

    if (handler != NULL) {
        q->err = NGX_UPTIME_PG_TIMEOUT;
        handler(q);
    }
}


void
ngx_uptime_pg_detach(ngx_uptime_pg_query_t *q)
{
    q->handler = NULL;

    if (q->conn == NULL) {
        ngx_uptime_pg_query_leave(q);
        ngx_uptime_pg_query_destroy(q);
    }
}


ngx_int_t
ngx_uptime_pg_query_again(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_pg_pool_t  *pool;

    pool = q->owner;

    /* of a batch each member goes again */

    if (!q->victim || q->again || q->handler == NULL || q->many) {
        return NGX_DECLINED;
    }

    pool->nflights -= q->flight;

    q->again = 1;
    q->victim = 0;
    q->failed = 0;
    q->err = NGX_UPTIME_PG_OK;
    q->conn = NULL;
    q->flight = 0;

    ngx_uptime_pg_query_join(q, 1);

    ngx_uptime_pg_pool_wake(pool);

    return NGX_OK;
}


void
ngx_uptime_pg_query_finish(ngx_uptime_pg_query_t *q)
{
    if (q->timer.timer_set) {
        ngx_del_timer(&q->timer);
    }

    if (q->flight) {
        q->owner->nflights--;
        ngx_uptime_pg_pool_wake(q->owner);
    }

    if (!q->many) {
        q->owner->queries++;
        q->owner->query_failures += (q->err != NGX_UPTIME_PG_OK);
    }

    if (q->handler != NULL) {
        q->rows = (q->res == NULL) ? 0
                  : q->member ? 1 : (ngx_uint_t) PQntuples(q->res);
        q->handler(q);
    }

    ngx_uptime_pg_query_destroy(q);
}


void
ngx_uptime_pg_query_fail(ngx_uptime_pg_query_t *q, ngx_uptime_pg_err_e err)
{
    PQclear(q->res);
    q->res = NULL;
    q->err = err;

    ngx_uptime_pg_query_finish(q);
}
