
/*
 * Chores in the database: partitions, retention, what accounts leave behind.
 *
 * Steps are small and run one after the other on a connection of their own,
 * with pauses as long as the steps, and not while the writer is behind.  A
 * task is claimed in janitor_tasks, so that one checker works at a time and
 * another one takes over if it dies.  Every task stands it if two do it.
 *
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_janitor.h"


#define NGX_UPTIME_JANITOR_TIMEOUT  30000       /* of a step, at most       */
#define NGX_UPTIME_JANITOR_CLAIM    20000       /* then others have a turn  */
#define NGX_UPTIME_JANITOR_PAUSE    10          /* between steps, at least  */
#define NGX_UPTIME_JANITOR_AGAIN    1000
#define NGX_UPTIME_JANITOR_RETRY    300000      /* after errors, at most    */
#define NGX_UPTIME_JANITOR_POLITE   30000       /* for the writer           */
#define NGX_UPTIME_JANITOR_BUSY     200
#define NGX_UPTIME_JANITOR_PATIENCE 30          /* lock waits in a row      */


static void ngx_uptime_janitor_timer(ngx_event_t *ev);
static ngx_uint_t ngx_uptime_janitor_polite(ngx_uptime_janitor_t *j);
static ngx_int_t ngx_uptime_janitor_submit(ngx_uptime_janitor_t *j,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_handler_pt handler);
static ngx_int_t ngx_uptime_janitor_claim(ngx_uptime_janitor_t *j);
static void ngx_uptime_janitor_claimed(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_uptime_janitor_step(ngx_uptime_janitor_t *j);
static void ngx_uptime_janitor_stepped(ngx_uptime_pg_query_t *q);
static ngx_msec_t ngx_uptime_janitor_failed(ngx_uptime_janitor_t *j,
    ngx_uptime_pg_err_e err);
static void ngx_uptime_janitor_finish(ngx_uptime_janitor_t *j,
    ngx_msec_t due, const char *error);
static void ngx_uptime_janitor_finished(ngx_uptime_pg_query_t *q);


static const ngx_uptime_janitor_task_t  ngx_uptime_janitor_tasks[] = {
    { "partitions", NGX_UPTIME_SQL_JANITOR_PARTITIONS, 600000 },
    { "close", NGX_UPTIME_SQL_JANITOR_CLOSE, 300000 },
    { "pack", NGX_UPTIME_SQL_JANITOR_PACK, 60000 },
    { "late", NGX_UPTIME_SQL_JANITOR_LATE, 600000 },
    { "retention", NGX_UPTIME_SQL_JANITOR_RETENTION, 3600000 },
    { "accounts", NGX_UPTIME_SQL_JANITOR_ACCOUNTS, 15000 },
    { "leftovers", NGX_UPTIME_SQL_JANITOR_LEFTOVERS, 3600000 },
    { "maintenances", NGX_UPTIME_SQL_JANITOR_MAINTENANCES, 300000 },
    { "alerts", NGX_UPTIME_SQL_JANITOR_ALERTS, 600000 },
    { "rollups", NGX_UPTIME_SQL_JANITOR_ROLLUPS, 15000 }
};

#define NGX_UPTIME_JANITOR_N                                                  \
    (sizeof(ngx_uptime_janitor_tasks) / sizeof(ngx_uptime_janitor_task_t))


static ngx_uint_t  ngx_uptime_janitor_failures[NGX_UPTIME_JANITOR_N];


void
ngx_uptime_janitor_start(ngx_uptime_janitor_t *j,
    ngx_uptime_pg_conf_t *pg_conf, ngx_uptime_writer_t *writer,
    ngx_str_t *settings, int64_t *checker, ngx_log_t *log)
{
    j->conf = *pg_conf;
    j->conf.connections = 1;
    j->conf.timeout = NGX_UPTIME_JANITOR_TIMEOUT;

    j->writer = writer;
    j->settings = settings;
    j->checker = checker;
    j->log = log;

    j->pg = ngx_uptime_pg_pool_create(&j->conf, log);
    if (j->pg == NULL) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: no memory for the janitor: old history stays");
        return;
    }

    j->timer.handler = ngx_uptime_janitor_timer;
    j->timer.data = j;
    j->timer.log = log;
    j->timer.cancelable = 1;

    ngx_add_timer(&j->timer, NGX_UPTIME_JANITOR_PAUSE);
}


void
ngx_uptime_janitor_stop(ngx_uptime_janitor_t *j)
{
    if (j->timer.timer_set) {
        ngx_del_timer(&j->timer);
    }
}


static void
ngx_uptime_janitor_timer(ngx_event_t *ev)
{
    ngx_int_t             rc;
    ngx_uptime_janitor_t *j;

    j = ev->data;

    if (ngx_uptime_janitor_polite(j)) {
        ngx_add_timer(&j->timer, NGX_UPTIME_JANITOR_BUSY);
        return;
    }

    rc = (j->task == NULL) ? ngx_uptime_janitor_claim(j)
                           : ngx_uptime_janitor_step(j);

    if (rc != NGX_OK) {
        ngx_add_timer(&j->timer, NGX_UPTIME_JANITOR_AGAIN);
    }
}


/*
 * 1: the writer is behind, and the next step had better wait; not for ever,
 * because without chores it might stay behind.
 */

static ngx_uint_t
ngx_uptime_janitor_polite(ngx_uptime_janitor_t *j)
{
    if (j->writer->rows < 2 * NGX_UPTIME_WRITER_ROWS
        && ngx_uptime_writer_replayed(j->writer))
    {
        j->waits = 0;
        return 0;
    }

    if (!j->waits) {
        j->waits = 1;
        j->polite = ngx_current_msec;
    }

    return ngx_current_msec - j->polite < NGX_UPTIME_JANITOR_POLITE;
}


/* Takes q; NULL: there was no memory for it. */

static ngx_int_t
ngx_uptime_janitor_submit(ngx_uptime_janitor_t *j, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    if (q == NULL) {
        return NGX_ERROR;
    }

    q->handler = handler;
    q->data = j;

    return ngx_uptime_pg_submit(q);
}


static ngx_int_t
ngx_uptime_janitor_claim(ngx_uptime_janitor_t *j)
{
    size_t                  size;
    ngx_uint_t              i;
    const char             *name;
    ngx_uptime_pg_query_t  *q;
    ngx_uptime_pg_array_t  *a;

    q = ngx_uptime_pg_query_create(j->pg, NGX_UPTIME_SQL_JANITOR_CLAIM);
    if (q == NULL) {
        return NGX_ERROR;
    }

    size = 0;

    for (i = 0; i < NGX_UPTIME_JANITOR_N; i++) {
        size += ngx_strlen(ngx_uptime_janitor_tasks[i].name);
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, NGX_UPTIME_JANITOR_N, size);

    if (a == NULL || ngx_uptime_pg_int(q, *j->checker) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_UPTIME_JANITOR_N; i++) {
        name = ngx_uptime_janitor_tasks[i].name;
        ngx_uptime_pg_array_text(a, name, ngx_strlen(name));
    }

    return ngx_uptime_janitor_submit(j, q, ngx_uptime_janitor_claimed);
}


static void
ngx_uptime_janitor_claimed(ngx_uptime_pg_query_t *q)
{
    ngx_str_t              name;
    ngx_uint_t             i;
    ngx_uptime_janitor_t  *j;

    j = q->data;

    if (q->err != NGX_UPTIME_PG_OK || q->rows != 1) {
        ngx_add_timer(&j->timer, NGX_UPTIME_JANITOR_AGAIN);
        return;
    }

    name = ngx_uptime_pg_str(q, 0, 0);

    for (i = 0; i < NGX_UPTIME_JANITOR_N; i++) {

        if (name.len == ngx_strlen(ngx_uptime_janitor_tasks[i].name)
            && ngx_strncmp(name.data, ngx_uptime_janitor_tasks[i].name,
                           name.len)
               == 0)
        {
            j->task = &ngx_uptime_janitor_tasks[i];
            j->claimed = ngx_current_msec;
            j->steps = 0;

            ngx_add_timer(&j->timer, 0);
            return;
        }
    }

    ngx_add_timer(&j->timer, (ngx_msec_t) ngx_uptime_pg_num(q, 0, 1));
}


static ngx_int_t
ngx_uptime_janitor_step(ngx_uptime_janitor_t *j)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(j->pg, j->task->sql);

    if (q != NULL && ngx_uptime_sql[j->task->sql].nparams == 1
        && ngx_uptime_pg_text(q, j->settings) != NGX_OK)
    {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    j->sent = ngx_current_msec;

    return ngx_uptime_janitor_submit(j, q, ngx_uptime_janitor_stepped);
}


static void
ngx_uptime_janitor_stepped(ngx_uptime_pg_query_t *q)
{
    ngx_msec_t             took, due;
    ngx_uint_t            *failures;
    ngx_uptime_janitor_t  *j;

    j = q->data;

    failures = &ngx_uptime_janitor_failures[j->task - ngx_uptime_janitor_tasks];

    if (q->err != NGX_UPTIME_PG_OK || q->rows != 1) {
        due = ngx_uptime_janitor_failed(j, q->err);
        ngx_uptime_janitor_finish(j, due, ngx_uptime_pg_strerror(q->err));
        return;
    }

    if (*failures > NGX_UPTIME_JANITOR_PATIENCE) {
        ngx_log_error(NGX_LOG_NOTICE, j->log, 0,
                      "uptime: janitor's task \"%s\" works again",
                      j->task->name);
    }

    *failures = 0;
    j->steps++;

    took = ngx_current_msec - j->sent;

    if (ngx_uptime_pg_num(q, 0, 0) == 0) {
        ngx_uptime_janitor_finish(j, j->task->period, NULL);
        return;
    }

    if (ngx_current_msec - j->claimed > NGX_UPTIME_JANITOR_CLAIM) {
        ngx_uptime_janitor_finish(j, 0, NULL);
        return;
    }

    ngx_add_timer(&j->timer, ngx_max(took, NGX_UPTIME_JANITOR_PAUSE));
}


/*
 * Returns when to try again.  Steps wait for a lock only shortly, so that they
 * hold up nobody: that they do not get it at once is nothing to tell.
 */

static ngx_msec_t
ngx_uptime_janitor_failed(ngx_uptime_janitor_t *j, ngx_uptime_pg_err_e err)
{
    ngx_uint_t  *failures;

    failures = &ngx_uptime_janitor_failures[j->task - ngx_uptime_janitor_tasks];

    if (err == NGX_UPTIME_PG_RETRY
        && *failures < NGX_UPTIME_JANITOR_PATIENCE)
    {
        (*failures)++;
        return NGX_UPTIME_JANITOR_AGAIN;
    }

    if (*failures <= NGX_UPTIME_JANITOR_PATIENCE) {
        *failures = NGX_UPTIME_JANITOR_PATIENCE;

        ngx_log_error(NGX_LOG_WARN, j->log, 0,
                      "uptime: janitor's task \"%s\" failed: %s; it will be "
                      "tried again", j->task->name,
                      ngx_uptime_pg_strerror(err));
    }

    (*failures)++;

    return ngx_min((*failures - NGX_UPTIME_JANITOR_PATIENCE) * 10
                   * NGX_UPTIME_JANITOR_AGAIN, NGX_UPTIME_JANITOR_RETRY);
}


/* due: ms from now.  If this fails, the claim runs out by itself. */

static void
ngx_uptime_janitor_finish(ngx_uptime_janitor_t *j, ngx_msec_t due,
    const char *error)
{
    ngx_int_t               rc;
    ngx_str_t               name, text;
    ngx_uptime_pg_query_t  *q;

    name.data = (u_char *) j->task->name;
    name.len = ngx_strlen(name.data);

    j->task = NULL;

    q = ngx_uptime_pg_query_create(j->pg, NGX_UPTIME_SQL_JANITOR_FINISH);

    if (q == NULL
        || ngx_uptime_pg_text(q, &name) != NGX_OK
        || ngx_uptime_pg_int(q, *j->checker) != NGX_OK
        || ngx_uptime_pg_int(q, due) != NGX_OK
        || ngx_uptime_pg_int(q, j->steps) != NGX_OK)
    {
        goto failed;
    }

    if (error) {
        text.data = (u_char *) error;
        text.len = ngx_strlen(error);
        rc = ngx_uptime_pg_text(q, &text);

    } else {
        rc = ngx_uptime_pg_null(q);
    }

    if (rc != NGX_OK) {
        goto failed;
    }

    if (ngx_uptime_janitor_submit(j, q, ngx_uptime_janitor_finished)
        == NGX_OK)
    {
        return;
    }

    q = NULL;

failed:

    if (q) {
        ngx_uptime_pg_query_destroy(q);
    }

    ngx_add_timer(&j->timer, NGX_UPTIME_JANITOR_AGAIN);
}


static void
ngx_uptime_janitor_finished(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_janitor_t  *j;

    j = q->data;

    ngx_add_timer(&j->timer, (q->err == NGX_UPTIME_PG_OK)
                             ? NGX_UPTIME_JANITOR_PAUSE
                             : NGX_UPTIME_JANITOR_AGAIN);
}
