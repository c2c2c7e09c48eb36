
/*
 * Monitors from the database into the schedule: whole shards in pages when
 * they are gained, then what changed since the last look.  One statement is
 * in flight at a time.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_MONITORS_PAGE    500
#define NGX_UPTIME_MONITORS_SWEEP   4096        /* buckets                  */
#define NGX_UPTIME_MONITORS_PAUSE   50
#define NGX_UPTIME_MONITORS_AGAIN   1000
#define NGX_UPTIME_MONITORS_TIMEOUT 10000


static void ngx_uptime_monitors_sweep(ngx_event_t *ev);
static void ngx_uptime_monitors_step(ngx_uptime_checker_t *ck);
static void ngx_uptime_monitors_timer(ngx_event_t *ev);
static void ngx_uptime_monitors_wait(ngx_uptime_checker_t *ck,
    ngx_msec_t msec);
static void ngx_uptime_monitors_submit(ngx_uptime_checker_t *ck,
    ngx_uptime_sql_e sql, uint64_t shards);
static ngx_int_t ngx_uptime_monitors_params(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, uint64_t shards);
static void ngx_uptime_monitors_loaded(ngx_uptime_pg_query_t *q);
static void ngx_uptime_monitors_polled(ngx_uptime_pg_query_t *q);
static void ngx_uptime_monitors_locked(ngx_uptime_checker_t *ck);
static void ngx_uptime_monitors_failed(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
static uint64_t ngx_uptime_monitors_held(ngx_uptime_checker_t *ck);


void
ngx_uptime_monitors_start(ngx_uptime_checker_t *ck, int64_t since)
{
    ngx_uptime_monitors_t  *ms;

    ms = &ck->monitors;

    ms->timer.handler = ngx_uptime_monitors_timer;
    ms->timer.data = ck;
    ms->timer.log = ck->log;
    ms->timer.cancelable = 1;

    ms->sweep = ms->timer;
    ms->sweep.handler = ngx_uptime_monitors_sweep;

    ms->since = since;
    ms->polled = ngx_current_msec - NGX_UPTIME_MONITORS_PAUSE;
}


void
ngx_uptime_monitors_load(ngx_uptime_checker_t *ck, uint64_t shards)
{
    ck->monitors.wanted |= shards;

    ngx_uptime_monitors_step(ck);
}


void
ngx_uptime_monitors_poll(ngx_uptime_checker_t *ck)
{
    ck->monitors.poll = 1;

    ngx_uptime_monitors_step(ck);
}


/*
 * From now on none of them is checked and nothing of them is recorded.  They
 * are freed in pieces: a walk through a million takes a while.
 */

void
ngx_uptime_monitors_drop(ngx_uptime_checker_t *ck, uint64_t shards)
{
    ngx_uptime_monitors_t  *ms;

    ms = &ck->monitors;

    ms->wanted &= ~shards;
    ms->loading &= ~shards;

    /* an answer from before would be stale if a shard came back meanwhile */

    ms->discard = (ms->query != NULL);

    ms->dropping |= shards;
    ms->bucket = 0;

    if (!ms->sweep.timer_set) {
        ngx_uptime_monitors_sweep(&ms->sweep);
    }
}


static void
ngx_uptime_monitors_sweep(ngx_event_t *ev)
{
    ngx_uint_t              last, n;
    ngx_uptime_checker_t   *ck;
    ngx_uptime_monitor_t   *m, *next;
    ngx_uptime_monitors_t  *ms;

    ck = ev->data;
    ms = &ck->monitors;

    n = ngx_uptime_schedule_buckets(&ck->schedule);
    last = ngx_min(n, ms->bucket + NGX_UPTIME_MONITORS_SWEEP);

    for ( /* void */ ; ms->bucket < last; ms->bucket++) {
        for (m = ck->schedule.buckets[ms->bucket]; m; m = next) {
            next = m->next;

            if (ms->dropping & ((uint64_t) 1 << m->shard)) {
                ngx_uptime_runner_cancel(ck, m);
                ngx_uptime_schedule_remove(&ck->schedule, m);
            }
        }
    }

    if (last < n) {
        ngx_add_timer(ev, 1);
        return;
    }

    /* a shard that came back meanwhile is loaded only now */

    ms->dropping = 0;

    ngx_uptime_monitors_step(ck);
}


ngx_uint_t
ngx_uptime_monitors_dropped(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m)
{
    return (ck->monitors.dropping & ((uint64_t) 1 << m->shard)) != 0;
}


static void
ngx_uptime_monitors_timer(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    ngx_uptime_monitors_step(ck);
}


static void
ngx_uptime_monitors_wait(ngx_uptime_checker_t *ck, ngx_msec_t msec)
{
    if (!ck->monitors.timer.timer_set) {
        ngx_add_timer(&ck->monitors.timer, msec);
    }
}


static void
ngx_uptime_monitors_step(ngx_uptime_checker_t *ck)
{
    ngx_msec_t              passed;
    ngx_uptime_monitors_t  *ms;

    ms = &ck->monitors;

    if (ms->query != NULL || ms->timer.timer_set || ms->dropping
        || ck->stopping)
    {
        return;
    }

    if (ms->paging) {
        ngx_uptime_monitors_submit(ck, NGX_UPTIME_SQL_CHECKER_CHANGES,
                                   ngx_uptime_monitors_held(ck));
        return;
    }

    if (ms->loading == 0 && ms->wanted) {
        ms->loading = ms->wanted;
        ms->wanted = 0;
        ms->after = 0;
        ms->began = ngx_current_msec;
    }

    if (ms->loading) {
        ngx_uptime_monitors_submit(ck, NGX_UPTIME_SQL_CHECKER_LOAD,
                                   ms->loading);
        return;
    }

    if (!ms->poll || ck->lease.held == 0) {
        return;
    }

    passed = ngx_current_msec - ms->polled;

    if (passed < NGX_UPTIME_MONITORS_PAUSE) {
        ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_PAUSE - passed);
        return;
    }

    ms->polled = ngx_current_msec;
    ms->poll = 0;
    ms->paging = 1;
    ms->after = 0;

    ngx_uptime_monitors_submit(ck, NGX_UPTIME_SQL_CHECKER_CHANGES,
                               ngx_uptime_monitors_held(ck));
}


static void
ngx_uptime_monitors_submit(ngx_uptime_checker_t *ck, ngx_uptime_sql_e sql,
    uint64_t shards)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ck->pg, sql);

    if (q == NULL) {
        ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
        return;
    }

    if (ngx_uptime_monitors_params(ck, q, shards) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
        return;
    }

    q->data = ck;
    q->timeout = NGX_UPTIME_MONITORS_TIMEOUT;
    q->handler = (sql == NGX_UPTIME_SQL_CHECKER_LOAD)
                 ? ngx_uptime_monitors_loaded : ngx_uptime_monitors_polled;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
        return;
    }

    ck->monitors.query = q;
}


static ngx_int_t
ngx_uptime_monitors_params(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, uint64_t shards)
{
    uint64_t                bits;
    ngx_uint_t              i, n;
    ngx_uptime_pg_array_t  *a;

    n = 0;

    for (bits = shards; bits; bits &= bits - 1) {
        n++;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT2, n, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {
        if (shards & ((uint64_t) 1 << i)) {
            ngx_uptime_pg_array_int(a, i);
        }
    }

    if (q->sql == NGX_UPTIME_SQL_CHECKER_CHANGES
        && ngx_uptime_pg_int(q, ck->monitors.since) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_uptime_pg_int(q, ck->monitors.after) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_uptime_pg_int(q, NGX_UPTIME_MONITORS_PAGE);
}


static void
ngx_uptime_monitors_loaded(ngx_uptime_pg_query_t *q)
{
    ngx_uint_t              i;
    ngx_uptime_checker_t   *ck;
    ngx_uptime_monitors_t  *ms;

    ck = q->data;
    ms = &ck->monitors;
    ms->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_monitors_failed(ck, q);
        return;
    }

    if (ms->discard) {
        ms->discard = 0;
        ms->after = 0;
        ngx_uptime_monitors_step(ck);
        return;
    }

    for (i = 0; i < q->rows; i++) {

        if (ngx_uptime_monitors_apply(ck, q, i) != NGX_OK) {
            ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
            return;
        }

        ms->after = ngx_uptime_pg_num(q, i, 0);
    }

    if (q->rows < NGX_UPTIME_MONITORS_PAGE) {
        ms->loading = 0;

        ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                      "uptime: %ui monitors are scheduled, read in %M ms",
                      ck->schedule.n, ngx_current_msec - ms->began);
    }

    ngx_uptime_monitors_locked(ck);
    ngx_uptime_runner_wake(ck);
    ngx_uptime_monitors_step(ck);
}


static void
ngx_uptime_monitors_polled(ngx_uptime_pg_query_t *q)
{
    ngx_uint_t              i;
    ngx_uptime_checker_t   *ck;
    ngx_uptime_monitors_t  *ms;

    ck = q->data;
    ms = &ck->monitors;
    ms->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_monitors_failed(ck, q);
        return;
    }

    if (ms->discard) {
        ms->discard = 0;
        ms->after = 0;
        ngx_uptime_monitors_step(ck);
        return;
    }

    /* the first page's snapshot is the one that has seen the least */

    if (ms->after == 0) {
        ms->next_since = ngx_uptime_pg_num(q, 0, 2);
    }

    for (i = 1; i < q->rows; i++) {

        if (ngx_uptime_monitors_apply(ck, q, i) != NGX_OK) {
            ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
            return;
        }

        ms->after = ngx_uptime_pg_num(q, i, 0);
    }

    if (q->rows - 1 < NGX_UPTIME_MONITORS_PAGE) {
        ms->paging = 0;
        ms->since = ms->next_since;
    }

    ngx_uptime_monitors_locked(ck);
    ngx_uptime_runner_wake(ck);
    ngx_uptime_monitors_step(ck);
}


/* One line for a page, so that a lost key is no flood. */

static void
ngx_uptime_monitors_locked(ngx_uptime_checker_t *ck)
{
    ngx_uptime_monitors_t  *ms;

    ms = &ck->monitors;

    if (ms->locked) {
        ngx_log_error(NGX_LOG_ERR, ck->log, 0,
                      "uptime: the secrets of %ui monitors cannot be opened "
                      "with a key of uptime_token_key_file, so they are "
                      "unknown; monitor %L is one", ms->locked,
                      ms->locked_id);
        ms->locked = 0;
    }
}


static void
ngx_uptime_monitors_failed(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q)
{
    ngx_uint_t  level;

    level = ngx_uptime_pg_retryable(q->err) ? NGX_LOG_INFO : NGX_LOG_CRIT;

    ngx_log_error(level, ck->log, 0,
                  "uptime: monitors could not be read: %s",
                  ngx_uptime_pg_strerror(q->err));

    ngx_uptime_monitors_wait(ck, NGX_UPTIME_MONITORS_AGAIN);
}


static uint64_t
ngx_uptime_monitors_held(ngx_uptime_checker_t *ck)
{
    uint64_t    shards;
    ngx_uint_t  i;

    shards = 0;

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {
        if (ck->shard[i] == NGX_UPTIME_SHARD_HELD) {
            shards |= (uint64_t) 1 << i;
        }
    }

    return shards;
}
