
/*
 * Brings the schema up to this build's version.
 *
 * A pool of one connection, not checked for the schema, sends the runner
 * (a function of the session) and then every migration as one statement; the
 * server skips those it has.  Any failure starts all over after a pause.
 *
 * Runs in the checker only.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


/* a migration may rewrite a large table, ms */
#define NGX_UPTIME_PG_MIGRATE_TIMEOUT  3600000


struct ngx_uptime_pg_migrate_s {
    ngx_uptime_pg_conf_t           conf;
    ngx_uptime_pg_pool_t          *pool;
    ngx_log_t                     *log;
    ngx_event_t                    event;       /* next try; then the end   */
    ngx_msec_t                     delay;
    ngx_uint_t                     next;        /* migration                */
    ngx_uptime_pg_migrate_pt       done;
    void                          *data;
    unsigned                       over:1;
};


static void ngx_uptime_pg_migrate_event(ngx_event_t *ev);
static ngx_int_t ngx_uptime_pg_migrate_send(ngx_uptime_pg_migrate_t *m,
    const ngx_uptime_sql_migration_t *migration);
static void ngx_uptime_pg_migrate_result(ngx_uptime_pg_query_t *q);
static void ngx_uptime_pg_migrate_again(ngx_uptime_pg_migrate_t *m);


ngx_uptime_pg_migrate_t *
ngx_uptime_pg_migrate(ngx_uptime_pg_conf_t *conf, ngx_log_t *log,
    ngx_uptime_pg_migrate_pt done, void *data)
{
    ngx_uptime_pg_migrate_t  *m;

    m = ngx_calloc(sizeof(ngx_uptime_pg_migrate_t), log);
    if (m == NULL) {
        return NULL;
    }

    m->conf = *conf;
    m->conf.connections = 1;
    m->conf.timeout = NGX_UPTIME_PG_MIGRATE_TIMEOUT;

    m->log = log;
    m->delay = NGX_UPTIME_PG_BACKOFF_MIN;
    m->done = done;
    m->data = data;

    m->event.handler = ngx_uptime_pg_migrate_event;
    m->event.data = m;
    m->event.log = log;
    m->event.cancelable = 1;

    m->pool = ngx_uptime_pg_pool_create(&m->conf, log);
    if (m->pool == NULL) {
        ngx_free(m);
        return NULL;
    }

    m->pool->check_schema = 0;

    ngx_post_event(&m->event, &ngx_posted_events);

    return m;
}


static void
ngx_uptime_pg_migrate_event(ngx_event_t *ev)
{
    void                      *data;
    ngx_uptime_pg_migrate_t   *m;
    ngx_uptime_pg_migrate_pt   done;

    m = ev->data;

    if (m->over) {
        done = m->done;
        data = m->data;

        ngx_uptime_pg_pool_destroy(m->pool);
        ngx_free(m);

        done(data);
        return;
    }

    m->next = 0;

    if (ngx_uptime_pg_migrate_send(m, NULL) != NGX_OK) {
        ngx_uptime_pg_migrate_again(m);
    }
}


/* NULL: the runner itself. */

static ngx_int_t
ngx_uptime_pg_migrate_send(ngx_uptime_pg_migrate_t *m,
    const ngx_uptime_sql_migration_t *migration)
{
    ngx_str_t               name, script;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(m->pool, migration
                                            ? NGX_UPTIME_SQL_PG_MIGRATE
                                            : NGX_UPTIME_SQL_PG_MIGRATE_INIT);
    if (q == NULL) {
        return NGX_ERROR;
    }

    q->handler = ngx_uptime_pg_migrate_result;
    q->data = m;

    if (migration != NULL) {
        name.data = (u_char *) migration->name;
        name.len = ngx_strlen(migration->name);
        script.data = (u_char *) migration->text;
        script.len = ngx_strlen(migration->text);

        if (ngx_uptime_pg_int(q, migration->version) != NGX_OK
            || ngx_uptime_pg_text(q, &name) != NGX_OK
            || ngx_uptime_pg_text(q, &script) != NGX_OK)
        {
            ngx_uptime_pg_query_destroy(q);
            return NGX_ERROR;
        }
    }

    return ngx_uptime_pg_submit(q);
}


static void
ngx_uptime_pg_migrate_result(ngx_uptime_pg_query_t *q)
{
    ngx_str_t                          applied;
    ngx_uint_t                         level;
    ngx_uptime_pg_migrate_t           *m;
    const ngx_uptime_sql_migration_t  *migration;

    m = q->data;

    if (q->err != NGX_UPTIME_PG_OK) {
        level = ngx_uptime_pg_retryable(q->err) ? NGX_LOG_NOTICE
                                                : NGX_LOG_CRIT;

        ngx_log_error(level, m->log, 0, "uptime: migration failed: %s",
                      ngx_uptime_pg_strerror(q->err));
        ngx_uptime_pg_migrate_again(m);
        return;
    }

    if (q->sql == NGX_UPTIME_SQL_PG_MIGRATE) {
        applied = ngx_uptime_pg_str(q, 0, 0);

        if (applied.len && applied.data[0] == 't') {
            ngx_log_error(NGX_LOG_NOTICE, m->log, 0,
                          "uptime: migration %s applied",
                          ngx_uptime_sql_migrations[m->next].name);
        }

        m->next++;
    }

    migration = &ngx_uptime_sql_migrations[m->next];

    if (migration->version == 0) {

        /* the pool cannot go while one of its connections calls */

        m->over = 1;
        ngx_post_event(&m->event, &ngx_posted_events);
        return;
    }

    if (ngx_uptime_pg_migrate_send(m, migration) != NGX_OK) {
        ngx_uptime_pg_migrate_again(m);
    }
}


static void
ngx_uptime_pg_migrate_again(ngx_uptime_pg_migrate_t *m)
{
    ngx_add_timer(&m->event, m->delay);

    m->delay = ngx_min(m->delay * 2, NGX_UPTIME_PG_BACKOFF_MAX);
}
