
#ifndef _NGX_UPTIME_JANITOR_H_INCLUDED_
#define _NGX_UPTIME_JANITOR_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg.h"
#include "ngx_uptime_writer.h"


/*
 * Chores in the database, one at a time and by one checker at a time; see
 * docs/janitor.md.  A task is a row in ngx_uptime_janitor.c and a statement
 * under sql/janitor that does a small step and answers one row: 1 if there is
 * more to do at once, else 0.  A statement with a parameter gets the settings.
 */

typedef struct {
    const char                    *name;        /* in janitor_tasks         */
    ngx_uptime_sql_e               sql;
    ngx_msec_t                     period;      /* from its end on          */
} ngx_uptime_janitor_task_t;


typedef struct {
    ngx_uptime_pg_conf_t           conf;        /* one connection           */
    ngx_uptime_pg_pool_t          *pg;
    ngx_uptime_writer_t           *writer;      /* goes first               */
    ngx_str_t                     *settings;    /* JSON, for statements     */
                                                /* that have a parameter    */
    ngx_log_t                     *log;
    int64_t                       *checker;
    ngx_event_t                    timer;
    const ngx_uptime_janitor_task_t  *task;     /* claimed, or NULL         */
    ngx_msec_t                     claimed;     /* since                    */
    ngx_msec_t                     sent;        /* the step in flight       */
    ngx_msec_t                     polite;      /* since when it waits for  */
                                                /* the writer               */
    ngx_uint_t                     steps;       /* of this claim            */
    unsigned                       waits:1;     /* for the writer           */
} ngx_uptime_janitor_t;


/*
 * Starts it; pg_conf, writer, settings (retention as JSON, for statements
 * that have a parameter) and checker (its number) are borrowed.
 */
void ngx_uptime_janitor_start(ngx_uptime_janitor_t *j,
    ngx_uptime_pg_conf_t *pg_conf, ngx_uptime_writer_t *writer,
    ngx_str_t *settings, int64_t *checker, ngx_log_t *log);

/* No further step; the one in flight ends with the process. */
void ngx_uptime_janitor_stop(ngx_uptime_janitor_t *j);


#endif /* _NGX_UPTIME_JANITOR_H_INCLUDED_ */
