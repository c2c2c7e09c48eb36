
/*
 * Reads of one row by its key, asked for at the same time, are one statement.
 *
 * A statement that names another one "many at once" may go to the server as
 * that one, which takes an array for each of its parameters and says in its
 * last column for which of them a row is.  Whoever asked does not notice: each
 * has a query, a deadline, a row and an end of its own.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


static ngx_uint_t ngx_uptime_pg_batch_collect(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_query_t **members);
static ngx_uptime_pg_query_t *ngx_uptime_pg_batch_create(
    ngx_uptime_pg_query_t **members, ngx_uint_t n);
static ngx_int_t ngx_uptime_pg_batch_param(ngx_uptime_pg_query_t *batch,
    ngx_uptime_pg_query_t **members, ngx_uint_t n, ngx_uint_t i);
static void ngx_uptime_pg_batch_done(ngx_uptime_pg_query_t *batch);
static void ngx_uptime_pg_batch_rows(ngx_uptime_pg_query_t *batch);
static void ngx_uptime_pg_batch_end(ngx_uptime_pg_query_t *batch,
    ngx_uptime_pg_query_t *q);


ngx_uint_t
ngx_uptime_pg_batch_ready(ngx_uptime_pg_pool_t *pool)
{
    if (ngx_queue_empty(&pool->batch)) {
        return 0;
    }

    return pool->nflights < NGX_UPTIME_PG_FLIGHTS
           || ngx_current_msec - pool->flight >= NGX_UPTIME_PG_FLIGHT_SLOW;
}


ngx_uptime_pg_query_t *
ngx_uptime_pg_batch_next(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_conn_t *conn)
{
    ngx_uint_t              i, n;
    ngx_uptime_pg_query_t  *batch, *members[NGX_UPTIME_PG_BATCH];

    n = ngx_uptime_pg_batch_collect(pool, members);
    batch = (n > 1) ? ngx_uptime_pg_batch_create(members, n) : NULL;

    if (batch == NULL) {
        batch = members[0];
        ngx_uptime_pg_query_leave(batch);

    } else {

        for (i = 0; i < n; i++) {
            ngx_uptime_pg_query_leave(members[i]);
            ngx_queue_insert_tail(&batch->members, &members[i]->queue);
            members[i]->conn = conn;
        }
    }

    batch->flight = 1;
    pool->nflights++;
    pool->flight = ngx_current_msec;

    return batch;
}


/* The first one in line, and others like it; never 0. */

static ngx_uint_t
ngx_uptime_pg_batch_collect(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_query_t **members)
{
    ngx_uint_t              n;
    ngx_queue_t            *at;
    ngx_uptime_pg_query_t  *q;

    at = ngx_queue_head(&pool->batch);
    members[0] = ngx_queue_data(at, ngx_uptime_pg_query_t, queue);
    n = 1;

    /* what failed together goes alone the second time */

    while (!members[0]->again && n < NGX_UPTIME_PG_BATCH) {

        at = ngx_queue_next(at);
        if (at == ngx_queue_sentinel(&pool->batch)) {
            break;
        }

        q = ngx_queue_data(at, ngx_uptime_pg_query_t, queue);

        if (q->sql == members[0]->sql && !q->again) {
            members[n++] = q;
        }
    }

    return n;
}


static ngx_uptime_pg_query_t *
ngx_uptime_pg_batch_create(ngx_uptime_pg_query_t **members, ngx_uint_t n)
{
    ngx_uint_t              i;
    ngx_uptime_sql_e        sql;
    ngx_uptime_pg_query_t  *batch;

    sql = ngx_uptime_sql[members[0]->sql].many;

    batch = ngx_uptime_pg_query_create(members[0]->owner, sql);
    if (batch == NULL) {
        return NULL;
    }

    ngx_queue_init(&batch->members);
    batch->many = 1;
    batch->handler = ngx_uptime_pg_batch_done;

    for (i = 0; i < ngx_uptime_sql[sql].nparams; i++) {
        if (ngx_uptime_pg_batch_param(batch, members, n, i) != NGX_OK) {
            ngx_uptime_pg_query_destroy(batch);
            return NULL;
        }
    }

    return batch;
}


/* The i-th parameters of all, numbers and booleans, as text: "{7,7,9}". */

static ngx_int_t
ngx_uptime_pg_batch_param(ngx_uptime_pg_query_t *batch,
    ngx_uptime_pg_query_t **members, ngx_uint_t n, ngx_uint_t i)
{
    u_char      *p;
    size_t       size;
    ngx_str_t    text;
    ngx_uint_t   k;
    const char  *value;

    size = sizeof("}");

    for (k = 0; k < n; k++) {
        value = members[k]->values[i];

        if (value == NULL || members[k]->formats[i] != 0
            || strspn(value, "0123456789-aeflrstu") != ngx_strlen(value))
        {
            return NGX_ERROR;
        }

        size += ngx_strlen(value) + 1;
    }

    text.data = ngx_pnalloc(batch->pool, size);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    p = text.data;

    for (k = 0; k < n; k++) {
        value = members[k]->values[i];
        *p++ = k ? ',' : '{';
        p = ngx_cpymem(p, value, ngx_strlen(value));
    }

    *p++ = '}';
    text.len = p - text.data;

    return ngx_uptime_pg_text(batch, &text);
}


static void
ngx_uptime_pg_batch_done(ngx_uptime_pg_query_t *batch)
{
    ngx_queue_t            *head;
    ngx_uptime_pg_query_t  *q;

    ngx_uptime_pg_batch_rows(batch);

    while (!ngx_queue_empty(&batch->members)) {
        head = ngx_queue_head(&batch->members);
        q = ngx_queue_data(head, ngx_uptime_pg_query_t, queue);
        ngx_queue_remove(head);
        ngx_uptime_pg_batch_end(batch, q);
    }
}


/* Gives each row to the query it is for: the last column counts from 1. */

static void
ngx_uptime_pg_batch_rows(ngx_uptime_pg_query_t *batch)
{
    int64_t                 nth;
    ngx_uint_t              row, n;
    ngx_queue_t            *at;
    ngx_uptime_pg_query_t  *q, *members[NGX_UPTIME_PG_BATCH];

    if (batch->err != NGX_UPTIME_PG_OK) {
        return;
    }

    n = 0;

    at = ngx_queue_head(&batch->members);

    while (at != ngx_queue_sentinel(&batch->members)) {
        members[n++] = ngx_queue_data(at, ngx_uptime_pg_query_t, queue);
        at = ngx_queue_next(at);
    }

    for (row = 0; row < batch->rows; row++) {
        nth = ngx_uptime_pg_num(batch, row,
                                ngx_uptime_pg_columns(batch) - 1);

        if (nth < 1 || nth > (int64_t) n) {
            ngx_log_error(NGX_LOG_ALERT, batch->log, 0,
                          "uptime: \"%s\" has a row for nobody",
                          ngx_uptime_sql[batch->sql].name);
            continue;
        }

        q = members[nth - 1];
        q->res = batch->res;
        q->row = row;
        q->member = 1;
    }
}


/*
 * What the server did not like of one of them is not for the others to bear:
 * each is tried once more, alone.
 */

static void
ngx_uptime_pg_batch_end(ngx_uptime_pg_query_t *batch, ngx_uptime_pg_query_t *q)
{
    switch (batch->err) {

    case NGX_UPTIME_PG_OK:
        ngx_uptime_pg_query_finish(q);
        return;

    case NGX_UPTIME_PG_UNAVAILABLE:
    case NGX_UPTIME_PG_NOT_READY:
    case NGX_UPTIME_PG_TIMEOUT:
        ngx_uptime_pg_query_fail(q, batch->err);
        return;

    default:
        q->victim = 1;

        if (ngx_uptime_pg_query_again(q) != NGX_OK) {
            ngx_uptime_pg_query_fail(q, batch->err);
        }
    }
}
