
#ifndef _NGX_UPTIME_PG_H_INCLUDED_
#define _NGX_UPTIME_PG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_sql.h"            /* made by tools/embed-sql */


/*
 * PostgreSQL for the rest of the project; docs/pg.md tells how it works.
 * Nothing here blocks and nothing here knows a table.
 *
 * The rule for callbacks: a query that ngx_uptime_pg_submit() accepted calls
 * its handler exactly once, later, never from inside the call - unless it is
 * detached before.
 */


typedef struct ngx_uptime_pg_conf_s   ngx_uptime_pg_conf_t;
typedef struct ngx_uptime_pg_pool_s   ngx_uptime_pg_pool_t;
typedef struct ngx_uptime_pg_conn_s   ngx_uptime_pg_conn_t;
typedef struct ngx_uptime_pg_query_s  ngx_uptime_pg_query_t;
typedef struct ngx_uptime_pg_array_s  ngx_uptime_pg_array_t;


typedef enum {
    NGX_UPTIME_PG_OK = 0,
    NGX_UPTIME_PG_UNAVAILABLE,      /* no connection, or it was lost        */
    NGX_UPTIME_PG_NOT_READY,        /* the schema is older than this build  */
    NGX_UPTIME_PG_OVERLOAD,         /* the waiting line is full             */
    NGX_UPTIME_PG_TIMEOUT,          /* in line, in flight or in the server  */
    NGX_UPTIME_PG_RETRY,            /* serialisation, deadlock, lock wait   */
    NGX_UPTIME_PG_UNIQUE,           /* 23505, q->constraint is set          */
    NGX_UPTIME_PG_FOREIGN_KEY,      /* 23503, q->constraint is set          */
    NGX_UPTIME_PG_INVALID,          /* 22xxx, 23514, 23502                  */
    NGX_UPTIME_PG_INTERNAL          /* anything else: a bug, logged         */
} ngx_uptime_pg_err_e;


/* 1: the same query may succeed later without a change */
ngx_uint_t ngx_uptime_pg_retryable(ngx_uptime_pg_err_e err);

/* "ok", "unavailable", ...: for logs */
const char *ngx_uptime_pg_strerror(ngx_uptime_pg_err_e err);


/* configuration of one process's access; lives as long as the cycle */

struct ngx_uptime_pg_conf_s {
    const char                   **keywords;    /* for PQconnectStartParams */
    const char                   **values;
    ngx_uint_t                     connections; /* at most, per process     */
    ngx_uint_t                     queue;       /* waiting queries, at most */
    ngx_msec_t                     connect_timeout;
    ngx_msec_t                     timeout;     /* of a query, all in all   */
};


/*
 * Parses a libpq connection string (keywords or URI) and looks its host
 * names up, so that no process does that later.  NGX_ERROR: logged through
 * cf, without the string, which may hold a password.
 */
ngx_int_t ngx_uptime_pg_conf_parse(ngx_conf_t *cf, ngx_str_t *conninfo,
    ngx_uptime_pg_conf_t *conf);


/* pool */

typedef void (*ngx_uptime_pg_notify_pt)(void *data, const char *payload);
typedef void (*ngx_uptime_pg_ready_pt)(void *data);


/*
 * A pool of at most conf->connections connections, opened when needed.  They
 * serve only once the database's schema is at least this build's.  conf is
 * borrowed for as long as the pool lives.  NULL: no memory.
 */
ngx_uptime_pg_pool_t *ngx_uptime_pg_pool_create(ngx_uptime_pg_conf_t *conf,
    ngx_log_t *log);

/*
 * Keeps one more connection open that runs the statement listen (a LISTEN):
 * ready is called each time it is (re)connected, since notifications may
 * have been missed before; notify for every notification.  One listener for
 * each pool.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_pg_pool_listen(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_sql_e listen, ngx_uptime_pg_notify_pt notify,
    ngx_uptime_pg_ready_pt ready, void *data);

/*
 * Serves accepted queries without the event loop until none is left or msec
 * have passed; for process exit only.  Returns the number of queries left.
 */
ngx_uint_t ngx_uptime_pg_pool_drain(ngx_uptime_pg_pool_t *pool,
    ngx_msec_t msec);

typedef struct {
    ngx_uint_t                     open;        /* connections              */
    ngx_uint_t                     busy;        /* with queries in flight   */
    ngx_uint_t                     waiting;     /* queries in line          */
    uint64_t                       queries;     /* ended, since the start   */
    uint64_t                       failures;    /* of them                  */
} ngx_uptime_pg_stats_t;

void ngx_uptime_pg_pool_stats(const ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_stats_t *stats);

/* Closes everything; pending queries are dropped without a call back. */
void ngx_uptime_pg_pool_destroy(ngx_uptime_pg_pool_t *pool);


/* queries */

typedef void (*ngx_uptime_pg_handler_pt)(ngx_uptime_pg_query_t *q);


/*
 * A query owns its pool: parameters are copied into it and it may outlive
 * whoever asked.  It is destroyed after its handler has returned (or when it
 * was detached and is over).  Set handler and data, and timeout if another
 * than the pool's default is wanted, before submit.
 */

struct ngx_uptime_pg_query_s {
    ngx_pool_t                    *pool;
    ngx_log_t                     *log;
    ngx_uptime_sql_e               sql;

    ngx_uptime_pg_handler_pt       handler;     /* NULL once detached       */
    void                          *data;
    ngx_msec_t                     timeout;

    /* set when the handler is called */
    ngx_uptime_pg_err_e            err;
    ngx_str_t                      constraint;  /* in the query's pool      */
    ngx_uint_t                     rows;

    /* private to src/pg */
    void                          *res;         /* PGresult                 */
    ngx_uptime_pg_pool_t          *owner;
    ngx_uptime_pg_conn_t          *conn;        /* NULL while in line       */
    ngx_queue_t                    queue;
    ngx_event_t                    timer;
    ngx_queue_t                    members;     /* if many                  */
    ngx_uint_t                     row;         /* of res, if a member      */
    ngx_uint_t                     nparams;
    const char                   **values;
    int                           *lengths;
    int                           *formats;
    unsigned                       binary:1;    /* set before submit: so
                                                   are the values it gets   */
    unsigned                       prepare:1;   /* its answer comes first   */
    unsigned                       failed:1;    /* err is set               */
    unsigned                       victim:1;    /* undone for another one   */
    unsigned                       again:1;     /* sent a second time       */
    unsigned                       many:1;      /* a batch                  */
    unsigned                       member:1;    /* res belongs to its batch */
    unsigned                       flight:1;    /* counts in nflights       */
};


/* NULL: no memory.  log must live as long as the process (cycle's log). */
ngx_uptime_pg_query_t *ngx_uptime_pg_query_create(ngx_uptime_pg_pool_t *pool,
    ngx_uptime_sql_e sql);

/* Only for a query that was not submitted. */
void ngx_uptime_pg_query_destroy(ngx_uptime_pg_query_t *q);

/*
 * Parameters, in the order of $1, $2, ...  Text is copied.  They return
 * NGX_ERROR without memory, or (logged) if there are too many or text holds
 * a NUL byte.
 */
ngx_int_t ngx_uptime_pg_text(ngx_uptime_pg_query_t *q, const ngx_str_t *text);
ngx_int_t ngx_uptime_pg_int(ngx_uptime_pg_query_t *q, int64_t value);
ngx_int_t ngx_uptime_pg_null(ngx_uptime_pg_query_t *q);

/*
 * A binary array parameter with exactly n elements, which are appended in
 * order.  NULL: no memory.  size: bytes that the texts need together (text
 * arrays only, else 0).  A time is given in ms since 1970 and is sent as the
 * float8 that to_timestamp() takes; INT64_MIN stands for -infinity.
 */
typedef enum {
    NGX_UPTIME_PG_INT2 = 0,
    NGX_UPTIME_PG_INT4,
    NGX_UPTIME_PG_INT8,
    NGX_UPTIME_PG_TEXT,
    NGX_UPTIME_PG_TIME                          /* float8                   */
} ngx_uptime_pg_elem_e;

ngx_uptime_pg_array_t *ngx_uptime_pg_array(ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_elem_e type, ngx_uint_t n, size_t size);
void ngx_uptime_pg_array_int(ngx_uptime_pg_array_t *a, int64_t value);
void ngx_uptime_pg_array_text(ngx_uptime_pg_array_t *a, const char *text,
    size_t len);
void ngx_uptime_pg_array_null(ngx_uptime_pg_array_t *a);

/*
 * NGX_OK: taken; the handler will be called.  NGX_ERROR: the waiting line is
 * full or memory is short; the query is destroyed, the handler not called.
 */
ngx_int_t ngx_uptime_pg_submit(ngx_uptime_pg_query_t *q);

/*
 * The asker goes away: the handler will not be called.  A query that was not
 * sent yet is dropped; one that was sent runs to its end.
 */
void ngx_uptime_pg_detach(ngx_uptime_pg_query_t *q);


/* results, only inside the handler and only if q->err is OK */

/* Points into the result; NULL is an empty string with data == NULL. */
ngx_str_t ngx_uptime_pg_str(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col);

/* NULL and what is not a number: 0. */
int64_t ngx_uptime_pg_num(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col);

ngx_uint_t ngx_uptime_pg_columns(ngx_uptime_pg_query_t *q);

/* A column's name, and the OID of its type. */
const char *ngx_uptime_pg_name(ngx_uptime_pg_query_t *q, ngx_uint_t col);
uint32_t ngx_uptime_pg_type(ngx_uptime_pg_query_t *q, ngx_uint_t col);

ngx_uint_t ngx_uptime_pg_is_null(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col);


/* migrations */

typedef void (*ngx_uptime_pg_migrate_pt)(void *data);

typedef struct ngx_uptime_pg_migrate_s  ngx_uptime_pg_migrate_t;

/*
 * Brings the schema up to this build's version on a connection of its own,
 * under an advisory lock, and tries again with a growing pause until it
 * succeeds; then done is called once.  NULL: no memory.
 */
ngx_uptime_pg_migrate_t *ngx_uptime_pg_migrate(ngx_uptime_pg_conf_t *conf,
    ngx_log_t *log, ngx_uptime_pg_migrate_pt done, void *data);


#endif /* _NGX_UPTIME_PG_H_INCLUDED_ */
