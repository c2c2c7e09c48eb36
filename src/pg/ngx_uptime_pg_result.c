
/*
 * Reading results, and what SQLSTATE means to callers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


typedef struct {
    const char           *sqlstate;     /* or the first characters of it */
    ngx_uptime_pg_err_e   err;
} ngx_uptime_pg_sqlstate_t;


/* PostgreSQL manual, appendix A; the first match counts */

static const ngx_uptime_pg_sqlstate_t  ngx_uptime_pg_sqlstates[] = {
    { "23505", NGX_UPTIME_PG_UNIQUE },
    { "23503", NGX_UPTIME_PG_FOREIGN_KEY },
    { "23",    NGX_UPTIME_PG_INVALID },
    { "22",    NGX_UPTIME_PG_INVALID },
    { "40",    NGX_UPTIME_PG_RETRY },        /* serialisation, deadlock     */
    { "55P03", NGX_UPTIME_PG_RETRY },        /* lock_timeout                */
    { "57014", NGX_UPTIME_PG_TIMEOUT },      /* statement_timeout           */
    { "57",    NGX_UPTIME_PG_UNAVAILABLE },  /* shutdown, crash, starting   */
    { "53",    NGX_UPTIME_PG_UNAVAILABLE },  /* disk full, memory, slots    */
    { "58",    NGX_UPTIME_PG_UNAVAILABLE },  /* I/O error                   */
    { "08",    NGX_UPTIME_PG_UNAVAILABLE },
    { "25006", NGX_UPTIME_PG_UNAVAILABLE },  /* read-only: failed over      */
    { "26000", NGX_UPTIME_PG_RETRY },        /* not prepared (any more)     */
    { "0A000", NGX_UPTIME_PG_RETRY },        /* prepared for older columns  */
    { "42P01", NGX_UPTIME_PG_NOT_READY },    /* no such table (yet)         */
    { "3D000", NGX_UPTIME_PG_UNAVAILABLE },
    { NULL,    NGX_UPTIME_PG_INTERNAL }
};


static const char *const  ngx_uptime_pg_names[] = {
    "ok", "unavailable", "schema not ready", "overload", "timeout", "retry",
    "unique", "foreign key", "invalid", "internal"
};


ngx_uint_t
ngx_uptime_pg_retryable(ngx_uptime_pg_err_e err)
{
    return err >= NGX_UPTIME_PG_UNAVAILABLE && err <= NGX_UPTIME_PG_RETRY;
}


const char *
ngx_uptime_pg_strerror(ngx_uptime_pg_err_e err)
{
    return ngx_uptime_pg_names[err];
}


ngx_uptime_pg_err_e
ngx_uptime_pg_result_error(ngx_uptime_pg_query_t *q, PGresult *res)
{
    char                            *constraint;
    ngx_str_t                        message;
    ngx_uint_t                       level;
    const char                      *sqlstate;
    const ngx_uptime_pg_sqlstate_t  *s;

    sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (sqlstate == NULL) {
        /* made by libpq itself: the connection is gone */
        return NGX_UPTIME_PG_UNAVAILABLE;
    }

    for (s = ngx_uptime_pg_sqlstates; s->sqlstate != NULL; s++) {
        if (ngx_strncmp(s->sqlstate, sqlstate, ngx_strlen(s->sqlstate)) == 0) {
            break;
        }
    }

    q->victim = (sqlstate[0] == '4' && sqlstate[1] == '0');

    if (s->err == NGX_UPTIME_PG_UNIQUE || s->err == NGX_UPTIME_PG_FOREIGN_KEY) {

        constraint = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);

        if (constraint != NULL) {
            message.data = (u_char *) constraint;
            message.len = ngx_strlen(constraint);
            q->constraint.data = ngx_pstrdup(q->pool, &message);
            q->constraint.len = q->constraint.data ? message.len : 0;
        }

        return s->err;
    }

    /* the detail line may quote users' data: only the primary message */

    message = ngx_uptime_pg_message(
                  PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));

    /* the macro does not put its level in parentheses */

    level = (s->err == NGX_UPTIME_PG_INTERNAL) ? NGX_LOG_ERR : NGX_LOG_INFO;

    ngx_log_error(level, q->log, 0, "uptime: \"%s\" failed: %s: %V",
                  ngx_uptime_sql[q->sql].name, sqlstate, &message);

    return s->err;
}


/*
 * 26000: a pipelined query whose statement failed to be prepared just before,
 * or somebody else's DEALLOCATE; 0A000: a table was altered; 25006: the server
 * is a standby now, and target_session_attrs counts only for a new connection.
 */

ngx_uint_t
ngx_uptime_pg_result_stale(PGresult *res)
{
    const char  *sqlstate;

    sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    return sqlstate != NULL && (ngx_strcmp(sqlstate, "26000") == 0
                                || ngx_strcmp(sqlstate, "0A000") == 0
                                || ngx_strcmp(sqlstate, "25006") == 0);
}


ngx_str_t
ngx_uptime_pg_message(const char *message)
{
    ngx_str_t  s;

    if (message == NULL) {
        ngx_str_set(&s, "unknown error");
        return s;
    }

    /* further lines are hints, and a log line is one line */

    s.data = (u_char *) message;

    for (s.len = 0; message[s.len] != '\0'; s.len++) {
        if (message[s.len] == LF || message[s.len] == CR) {
            break;
        }
    }

    return s;
}


ngx_str_t
ngx_uptime_pg_str(ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t col)
{
    ngx_str_t  s;

    row += q->row;

    if (PQgetisnull(q->res, (int) row, (int) col)) {
        ngx_str_null(&s);
        return s;
    }

    s.data = (u_char *) PQgetvalue(q->res, (int) row, (int) col);
    s.len = PQgetlength(q->res, (int) row, (int) col);

    return s;
}


int64_t
ngx_uptime_pg_num(ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t col)
{
    size_t      i;
    uint64_t    value;
    ngx_str_t   s;
    ngx_uint_t  minus;

    s = ngx_uptime_pg_str(q, row, col);

    minus = (s.len && s.data[0] == '-');
    value = 0;

    for (i = minus; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return 0;
        }

        value = value * 10 + (s.data[i] - '0');
    }

    return (int64_t) (minus ? 0 - value : value);
}


ngx_uint_t
ngx_uptime_pg_is_null(ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t col)
{
    return PQgetisnull(q->res, (int) (row + q->row), (int) col);
}


ngx_uint_t
ngx_uptime_pg_columns(ngx_uptime_pg_query_t *q)
{
    /* the last one of a batch says whose a row is */

    return PQnfields(q->res) - q->member;
}


const char *
ngx_uptime_pg_name(ngx_uptime_pg_query_t *q, ngx_uint_t col)
{
    return PQfname(q->res, (int) col);
}


uint32_t
ngx_uptime_pg_type(ngx_uptime_pg_query_t *q, ngx_uint_t col)
{
    return PQftype(q->res, (int) col);
}
