
#ifndef _NGX_UPTIME_PG_PRIVATE_H_INCLUDED_
#define _NGX_UPTIME_PG_PRIVATE_H_INCLUDED_


/* Only for the files of src/pg. */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <libpq-fe.h>

#include "ngx_uptime_pg.h"


/* queries that may share one connection before a further one has to wait */
#define NGX_UPTIME_PG_DEPTH           16

/* a query in line is not kept longer while the database is known to be away */
#define NGX_UPTIME_PG_AWAY_WAIT       1000

/* what a connection whose query timed out has left to prove itself alive */
#define NGX_UPTIME_PG_DRAIN           1000

#define NGX_UPTIME_PG_BACKOFF_MIN     100
#define NGX_UPTIME_PG_BACKOFF_MAX     2000

#define NGX_UPTIME_PG_MAX_PARAMS      32

/* queries of one row that go as one statement, at most */
#define NGX_UPTIME_PG_BATCH           32

/* batches in flight; further ones gather, unless the last is late (ms) */
#define NGX_UPTIME_PG_FLIGHTS         2
#define NGX_UPTIME_PG_FLIGHT_SLOW     10


/*
 * CLOSED -> CONNECTING -> STARTING -> READY <-> DRAINING -> FAILED -> CLOSED;
 * any state may go to FAILED.  FAILED only waits for its posted event, so
 * that nothing is closed below a caller.  Only ngx_uptime_pg_conn.c moves it.
 */
typedef enum {
    NGX_UPTIME_PG_CLOSED = 0,
    NGX_UPTIME_PG_CONNECTING,       /* PQconnectPoll                        */
    NGX_UPTIME_PG_STARTING,         /* session settings, schema, LISTEN     */
    NGX_UPTIME_PG_READY,
    NGX_UPTIME_PG_DRAINING,         /* no new queries: one timed out        */
    NGX_UPTIME_PG_FAILED
} ngx_uptime_pg_state_e;


struct ngx_uptime_pg_conn_s {
    ngx_uptime_pg_state_e          state;
    ngx_uptime_pg_pool_t          *pool;
    PGconn                        *pg;
    ngx_connection_t              *c;           /* pg's socket in the loop  */
    ngx_queue_t                    sent;        /* queries, oldest first    */
    ngx_uint_t                     nsent;
    ngx_event_t                    timer;       /* connecting, draining     */
    ngx_event_t                    failed;      /* posted                   */
    ngx_uptime_pg_err_e            err;         /* why it failed            */
    unsigned                       listener:1;
    unsigned                       prepared[NGX_UPTIME_SQL_N];
};


struct ngx_uptime_pg_pool_s {
    ngx_uptime_pg_conf_t          *conf;
    ngx_log_t                     *log;
    ngx_uptime_pg_conn_t          *conns;       /* conf->connections        */
    ngx_uptime_pg_conn_t          *listener;    /* or NULL                  */
    ngx_queue_t                    waiting;     /* queries in line          */
    ngx_queue_t                    batch;       /* in line, may go together */
    ngx_uint_t                     nwaiting;    /* in both                  */
    ngx_uint_t                     nbatch;      /* in batch                 */
    ngx_uint_t                     nflights;    /* from batch               */
    ngx_msec_t                     flight;      /* when the last one left   */
    ngx_event_t                    timer;       /* back-off                 */
    ngx_event_t                    dispatch;    /* posted                   */
    ngx_uint_t                     failures;    /* to connect, in a row     */
    ngx_uptime_pg_err_e            away;        /* OK, or why               */
    uint64_t                       queries;     /* that ended               */
    uint64_t                       query_failures;

    ngx_uptime_sql_e               listen;
    ngx_uptime_pg_notify_pt        notify;
    ngx_uptime_pg_ready_pt         ready;
    void                          *data;

    unsigned                       check_schema:1;
};


/* conn */

void ngx_uptime_pg_conn_init(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_pg_pool_t *pool);

/* Starts to connect; what becomes of it the pool hears by opened or closed. */
void ngx_uptime_pg_conn_open(ngx_uptime_pg_conn_t *conn);

/* Sends q, which then belongs to conn->sent; failures come later, posted. */
void ngx_uptime_pg_conn_send(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_pg_query_t *q);

/* Marks it failed; closed by a posted event. */
void ngx_uptime_pg_conn_fail(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_pg_err_e err, const char *what);

/* A query on it timed out. */
void ngx_uptime_pg_conn_drain(ngx_uptime_pg_conn_t *conn);

/* Reads what is there and finishes queries; for use without the loop. */
void ngx_uptime_pg_conn_read(ngx_uptime_pg_conn_t *conn);

/* Closes at once, queries in flight are dropped without a call back. */
void ngx_uptime_pg_conn_destroy(ngx_uptime_pg_conn_t *conn);


/* Connected: makes it ready to serve. */
void ngx_uptime_pg_conn_start(ngx_uptime_pg_conn_t *conn);

/* A socket event. */
void ngx_uptime_pg_conn_event(ngx_event_t *ev);

/* The socket into the loop and out of it; while connecting one direction. */
void ngx_uptime_pg_conn_register(ngx_uptime_pg_conn_t *conn,
    ngx_uint_t write);
void ngx_uptime_pg_conn_unregister(ngx_uptime_pg_conn_t *conn);

/* Sends what libpq holds, and waits for the socket if that is not all. */
void ngx_uptime_pg_conn_flush(ngx_uptime_pg_conn_t *conn);


/* pool, called by conn */

void ngx_uptime_pg_pool_opened(ngx_uptime_pg_conn_t *conn);
void ngx_uptime_pg_pool_closed(ngx_uptime_pg_conn_t *conn,
    ngx_uptime_pg_err_e err);

/* Asks for a look at the waiting line, from the event loop. */
void ngx_uptime_pg_pool_wake(ngx_uptime_pg_pool_t *pool);


/* batch */

/* 1: there is something that may go now */
ngx_uint_t ngx_uptime_pg_batch_ready(ngx_uptime_pg_pool_t *pool);

/* Takes from the line what goes next, on conn, and is to be sent. */
ngx_uptime_pg_query_t *ngx_uptime_pg_batch_next(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_conn_t *conn);


/* query */

/* Puts q into line, last or first; takes it out. */
void ngx_uptime_pg_query_join(ngx_uptime_pg_query_t *q, ngx_uint_t first);
void ngx_uptime_pg_query_leave(ngx_uptime_pg_query_t *q);

/*
 * Puts a query whose transaction was undone in favour of another one back into
 * line, once; its time goes on.  NGX_DECLINED: it is over.
 */
ngx_int_t ngx_uptime_pg_query_again(ngx_uptime_pg_query_t *q);

/* Destroys all of them, nobody is called. */
void ngx_uptime_pg_queries_destroy(ngx_queue_t *queries);

/* Calls the handler, if any, and destroys the query. */
void ngx_uptime_pg_query_finish(ngx_uptime_pg_query_t *q);

/* Fails q (handler called with err) and destroys it. */
void ngx_uptime_pg_query_fail(ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_err_e err);


/* result */

/* Error of a failed PGresult; logs what is worth it. */
ngx_uptime_pg_err_e ngx_uptime_pg_result_error(ngx_uptime_pg_query_t *q,
    PGresult *res);

/* 1: only a new connection can do what failed here */
ngx_uint_t ngx_uptime_pg_result_stale(PGresult *res);

/* the first line of libpq's message, for logs */
ngx_str_t ngx_uptime_pg_message(const char *message);


#endif /* _NGX_UPTIME_PG_PRIVATE_H_INCLUDED_ */
