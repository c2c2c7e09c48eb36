
/*
 * One connection to PostgreSQL inside nginx's event loop, in pipeline mode.
 *
 * The connection owns its PGconn and the queries it has sent.  Whatever goes
 * wrong, it is closed from a posted event only, never below a caller, so
 * that no handler runs inside of ngx_uptime_pg_submit().
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


static void ngx_uptime_pg_conn_poll(ngx_uptime_pg_conn_t *conn);
static void ngx_uptime_pg_conn_result(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_pg_query_t *q, PGresult *res);
static void ngx_uptime_pg_conn_notifies(ngx_uptime_pg_conn_t *conn);
static void ngx_uptime_pg_conn_timeout(ngx_event_t *ev);
static void ngx_uptime_pg_conn_failed(ngx_event_t *ev);
static void ngx_uptime_pg_conn_close(ngx_uptime_pg_conn_t *conn);
static void ngx_uptime_pg_conn_notice(void *data, const PGresult *res);


void
ngx_uptime_pg_conn_init(ngx_uptime_pg_conn_t *conn, ngx_uptime_pg_pool_t *pool)
{
    ngx_queue_init(&conn->sent);

    conn->pool = pool;

    conn->timer.handler = ngx_uptime_pg_conn_timeout;
    conn->timer.data = conn;
    conn->timer.log = pool->log;
    conn->timer.cancelable = 1;

    conn->failed.handler = ngx_uptime_pg_conn_failed;
    conn->failed.data = conn;
    conn->failed.log = pool->log;
}


void
ngx_uptime_pg_conn_open(ngx_uptime_pg_conn_t *conn)
{
    ngx_uptime_pg_pool_t  *pool;

    pool = conn->pool;

    ngx_log_debug0(NGX_LOG_DEBUG_EVENT, pool->log, 0, "uptime: pg connect");

    conn->state = NGX_UPTIME_PG_CONNECTING;
    ngx_memzero(conn->prepared, sizeof(conn->prepared));

    conn->pg = PQconnectStartParams((const char *const *) pool->conf->keywords,
                                    (const char *const *) pool->conf->values,
                                    0);

    if (conn->pg == NULL) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE, "no memory");
        return;
    }

    if (PQstatus(conn->pg) == CONNECTION_BAD
        || PQsetnonblocking(conn->pg, 1) != 0)
    {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
        return;
    }

    PQsetNoticeReceiver(conn->pg, ngx_uptime_pg_conn_notice, conn);

    ngx_add_timer(&conn->timer, pool->conf->connect_timeout);
    ngx_uptime_pg_conn_register(conn, 1);
}


static void
ngx_uptime_pg_conn_poll(ngx_uptime_pg_conn_t *conn)
{
    /*
     * PQconnectPoll() may close the socket and open another one that has the
     * same number, so the old one must be out of the loop before.
     */

    ngx_uptime_pg_conn_unregister(conn);

    switch (PQconnectPoll(conn->pg)) {

    case PGRES_POLLING_READING:
        ngx_uptime_pg_conn_register(conn, 0);
        return;

    case PGRES_POLLING_WRITING:
        ngx_uptime_pg_conn_register(conn, 1);
        return;

    case PGRES_POLLING_OK:
        ngx_uptime_pg_conn_start(conn);
        return;

    default:
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
    }
}


void
ngx_uptime_pg_conn_event(ngx_event_t *ev)
{
    ngx_connection_t      *c;
    ngx_uptime_pg_conn_t  *conn;

    c = ev->data;
    conn = c->data;

    switch (conn->state) {

    case NGX_UPTIME_PG_CONNECTING:
        ngx_uptime_pg_conn_poll(conn);
        return;

    case NGX_UPTIME_PG_STARTING:
    case NGX_UPTIME_PG_READY:
    case NGX_UPTIME_PG_DRAINING:

        if (!ev->write) {
            ngx_uptime_pg_conn_read(conn);
        }

        ngx_uptime_pg_conn_flush(conn);
        return;

    default:    /* CLOSED, FAILED: its posted event is on the way */
        return;
    }
}


void
ngx_uptime_pg_conn_send(ngx_uptime_pg_conn_t *conn, ngx_uptime_pg_query_t *q)
{
    int                      rc;
    u_char                   name[sizeof("u") + NGX_INT_T_LEN];
    const ngx_uptime_sql_t  *sql, *first;

    sql = &ngx_uptime_sql[q->sql];

    q->conn = conn;
    ngx_queue_insert_tail(&conn->sent, &q->queue);
    conn->nsent++;

    *ngx_sprintf(name, "u%ui", (ngx_uint_t) q->sql) = '\0';

    rc = 1;

    if (!sql->anew && !conn->prepared[q->sql]) {
        q->prepare = 1;
        conn->prepared[q->sql] = 1;
        rc = PQsendPrepare(conn->pg, (char *) name, sql->text, 0, NULL);
    }

    /* its answer is replaced by that of the query */

    if (rc == 1 && sql->after) {
        first = &ngx_uptime_sql[sql->after];
        rc = PQsendQueryParams(conn->pg, first->text, (int) first->nparams,
                               NULL, q->values, q->lengths, q->formats, 0);
    }

    if (rc == 1 && sql->anew) {
        rc = PQsendQueryParams(conn->pg, sql->text, (int) q->nparams, NULL,
                               q->values, q->lengths, q->formats,
                               q->binary);

    } else if (rc == 1) {
        rc = PQsendQueryPrepared(conn->pg, (char *) name, (int) q->nparams,
                                 q->values, q->lengths, q->formats,
                                 q->binary);
    }

    /* each query is a transaction of its own and fails alone */

    if (rc == 1) {
        rc = PQpipelineSync(conn->pg);
    }

    if (rc != 1) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
        return;
    }

    ngx_uptime_pg_conn_flush(conn);
}


void
ngx_uptime_pg_conn_read(ngx_uptime_pg_conn_t *conn)
{
    PGresult               *res;
    ngx_uint_t              nothing;
    ngx_queue_t            *head;
    ngx_uptime_pg_query_t  *q;

    if (PQconsumeInput(conn->pg) != 1) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
        return;
    }

    ngx_uptime_pg_conn_notifies(conn);

    nothing = 0;

    while (!ngx_queue_empty(&conn->sent)
           && conn->state != NGX_UPTIME_PG_FAILED
           && !PQisBusy(conn->pg))
    {
        head = ngx_queue_head(&conn->sent);
        q = ngx_queue_data(head, ngx_uptime_pg_query_t, queue);

        res = PQgetResult(conn->pg);

        if (res == NULL) {

            /* the end of one command; twice: libpq has nothing at all */

            if (nothing++) {
                break;
            }

            continue;
        }

        nothing = 0;
        ngx_uptime_pg_conn_result(conn, q, res);
    }

    if (conn->state == NGX_UPTIME_PG_DRAINING && conn->nsent == 0) {
        ngx_del_timer(&conn->timer);
        conn->state = NGX_UPTIME_PG_READY;
    }

    if (conn->state == NGX_UPTIME_PG_READY) {
        ngx_uptime_pg_pool_wake(conn->pool);
    }
}


/* Takes res; q is the oldest query in flight. */

static void
ngx_uptime_pg_conn_result(ngx_uptime_pg_conn_t *conn, ngx_uptime_pg_query_t *q,
    PGresult *res)
{
    switch (PQresultStatus(res)) {

    case PGRES_PIPELINE_SYNC:
        PQclear(res);
        ngx_queue_remove(&q->queue);
        conn->nsent--;

        if (ngx_uptime_pg_query_again(q) != NGX_OK) {
            ngx_uptime_pg_query_finish(q);
        }

        return;

    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:

        if (q->prepare) {
            q->prepare = 0;
            break;
        }

        PQclear(q->res);
        q->res = res;
        return;

    case PGRES_PIPELINE_ABORTED:
        break;

    default:

        if (q->prepare) {
            q->prepare = 0;
            conn->prepared[q->sql] = 0;
        }

        if (!q->failed) {
            q->failed = 1;
            q->err = ngx_uptime_pg_result_error(q, res);
        }

        if (PQstatus(conn->pg) == CONNECTION_BAD) {
            ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                    PQresultErrorMessage(res));

        } else if (ngx_uptime_pg_result_stale(res)) {
            ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_RETRY,
                                    "its session is stale");
        }
    }

    PQclear(res);
}


static void
ngx_uptime_pg_conn_notifies(ngx_uptime_pg_conn_t *conn)
{
    PGnotify              *notify;
    ngx_uptime_pg_pool_t  *pool;

    pool = conn->pool;

    for ( ;; ) {
        notify = PQnotifies(conn->pg);
        if (notify == NULL) {
            return;
        }

        if (conn->listener && pool->notify != NULL) {
            pool->notify(pool->data, notify->extra);
        }

        PQfreemem(notify);
    }
}


void
ngx_uptime_pg_conn_drain(ngx_uptime_pg_conn_t *conn)
{
    if (conn->state == NGX_UPTIME_PG_READY) {
        conn->state = NGX_UPTIME_PG_DRAINING;
        ngx_add_timer(&conn->timer, NGX_UPTIME_PG_DRAIN);
    }
}


static void
ngx_uptime_pg_conn_timeout(ngx_event_t *ev)
{
    ngx_uptime_pg_conn_t  *conn;

    conn = ev->data;

    ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                            conn->state == NGX_UPTIME_PG_DRAINING
                            ? "no answer in time"
                            : "connect timed out");
}


void
ngx_uptime_pg_conn_fail(ngx_uptime_pg_conn_t *conn, ngx_uptime_pg_err_e err,
    const char *what)
{
    ngx_str_t   message;
    ngx_uint_t  level;

    if (conn->state == NGX_UPTIME_PG_FAILED
        || conn->state == NGX_UPTIME_PG_CLOSED)
    {
        return;
    }

    if (what != NULL) {
        message = ngx_uptime_pg_message(what);

        /* loud once, until a connection works again */

        level = (conn->pool->away == err) ? NGX_LOG_INFO
                : (err == NGX_UPTIME_PG_NOT_READY) ? NGX_LOG_NOTICE
                : NGX_LOG_ERR;

        ngx_log_error(level, conn->pool->log, 0,
                      "uptime: database connection failed: %V", &message);
    }

    conn->state = NGX_UPTIME_PG_FAILED;
    conn->err = err;

    ngx_post_event(&conn->failed, &ngx_posted_events);
}


static void
ngx_uptime_pg_conn_failed(ngx_event_t *ev)
{
    ngx_queue_t            *head, lost;
    ngx_uptime_pg_conn_t   *conn;
    ngx_uptime_pg_query_t  *q;

    conn = ev->data;

    ngx_queue_init(&lost);

    if (!ngx_queue_empty(&conn->sent)) {
        ngx_queue_add(&lost, &conn->sent);
        ngx_queue_init(&conn->sent);
        conn->nsent = 0;
    }

    ngx_uptime_pg_conn_close(conn);

    /* first the pool: what the handlers ask for meets the new state */

    ngx_uptime_pg_pool_closed(conn, conn->err);

    while (!ngx_queue_empty(&lost)) {
        head = ngx_queue_head(&lost);
        q = ngx_queue_data(head, ngx_uptime_pg_query_t, queue);
        ngx_queue_remove(head);
        ngx_uptime_pg_query_fail(q, NGX_UPTIME_PG_UNAVAILABLE);
    }
}


static void
ngx_uptime_pg_conn_close(ngx_uptime_pg_conn_t *conn)
{
    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    if (conn->failed.posted) {
        ngx_delete_posted_event(&conn->failed);
    }

    ngx_uptime_pg_conn_unregister(conn);

    if (conn->pg != NULL) {
        PQfinish(conn->pg);
        conn->pg = NULL;
    }

    conn->state = NGX_UPTIME_PG_CLOSED;
}


void
ngx_uptime_pg_conn_destroy(ngx_uptime_pg_conn_t *conn)
{
    ngx_uptime_pg_queries_destroy(&conn->sent);

    conn->nsent = 0;

    ngx_uptime_pg_conn_close(conn);
}


static void
ngx_uptime_pg_conn_notice(void *data, const PGresult *res)
{
    ngx_uptime_pg_conn_t *conn = data;

    ngx_str_t  message;

    message = ngx_uptime_pg_message(
                  PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));

    ngx_log_error(NGX_LOG_INFO, conn->pool->log, 0,
                  "uptime: database notice: %V", &message);
}
