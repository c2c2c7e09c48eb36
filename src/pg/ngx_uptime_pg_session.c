
/*
 * What a new connection does before it serves: pipeline mode, settings of the
 * session, the schema's version, LISTEN - all sent in one go.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


static ngx_int_t ngx_uptime_pg_conn_internal(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_sql_e sql, ngx_uptime_pg_handler_pt handler, ngx_uint_t arg);
static void ngx_uptime_pg_conn_session_done(ngx_uptime_pg_query_t *q);
static void ngx_uptime_pg_conn_schema_done(ngx_uptime_pg_query_t *q);
static void ngx_uptime_pg_conn_ready(ngx_uptime_pg_query_t *q);


/* Connected: settings, then the schema's version or LISTEN, all in one go. */

void
ngx_uptime_pg_conn_start(ngx_uptime_pg_conn_t *conn)
{
    ngx_int_t  rc;

    if (PQenterPipelineMode(conn->pg) != 1) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
        return;
    }

    conn->state = NGX_UPTIME_PG_STARTING;
    ngx_uptime_pg_conn_register(conn, 0);

    rc = ngx_uptime_pg_conn_internal(conn, NGX_UPTIME_SQL_PG_SESSION,
                                     ngx_uptime_pg_conn_session_done,
                                     conn->pool->conf->timeout);

    if (rc == NGX_OK && conn->pool->check_schema) {
        rc = ngx_uptime_pg_conn_internal(conn, NGX_UPTIME_SQL_PG_SCHEMA,
                                         ngx_uptime_pg_conn_schema_done, 0);
    }

    if (rc == NGX_OK && conn->listener) {
        rc = ngx_uptime_pg_conn_internal(conn, conn->pool->listen,
                                         ngx_uptime_pg_conn_ready, 0);
    }

    if (rc != NGX_OK) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE, "no memory");
    }
}


static ngx_int_t
ngx_uptime_pg_conn_internal(ngx_uptime_pg_conn_t *conn, ngx_uptime_sql_e sql,
    ngx_uptime_pg_handler_pt handler, ngx_uint_t arg)
{
    u_char                  text[NGX_INT_T_LEN];
    ngx_str_t               value;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(conn->pool, sql);
    if (q == NULL) {
        return NGX_ERROR;
    }

    q->handler = handler;
    q->data = conn;

    if (arg) {
        value.data = text;
        value.len = ngx_sprintf(text, "%ui", arg) - text;

        if (ngx_uptime_pg_text(q, &value) != NGX_OK) {
            ngx_uptime_pg_query_destroy(q);
            return NGX_ERROR;
        }
    }

    ngx_uptime_pg_conn_send(conn, q);

    return NGX_OK;
}


static void
ngx_uptime_pg_conn_session_done(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_pg_conn_t  *conn;

    conn = q->data;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                "session settings refused");
        return;
    }

    if (!conn->pool->check_schema && !conn->listener) {
        ngx_uptime_pg_conn_ready(q);
    }
}


static void
ngx_uptime_pg_conn_schema_done(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_pg_conn_t  *conn;

    conn = q->data;

    if (q->err == NGX_UPTIME_PG_UNAVAILABLE) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE, NULL);
        return;
    }

    if (q->err != NGX_UPTIME_PG_OK
        || ngx_uptime_pg_num(q, 0, 0) < (int64_t) ngx_uptime_sql_version)
    {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_NOT_READY,
                                "the schema is not there yet or too old: a "
                                "checker brings it up to date");
        return;
    }

    if (!conn->listener) {
        ngx_uptime_pg_conn_ready(q);
    }
}


static void
ngx_uptime_pg_conn_ready(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_pg_conn_t  *conn;

    conn = q->data;

    if (conn->state != NGX_UPTIME_PG_STARTING) {
        return;
    }

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                "LISTEN refused");
        return;
    }

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    conn->state = NGX_UPTIME_PG_READY;
    ngx_uptime_pg_pool_opened(conn);
}
