
/*
 * What the checker has to do, once a second for /metrics of this nginx, and
 * every ten seconds for the row that /system of any node shows.
 *
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"
#include "ngx_uptime_stats.h"


#define NGX_UPTIME_GAUGES_TICK   1000           /* ms                       */
#define NGX_UPTIME_GAUGES_TELL   10000


static void ngx_uptime_gauges_tick(ngx_event_t *ev);
static void ngx_uptime_gauges_grow(ngx_uptime_checker_t *ck);
static void ngx_uptime_gauges_lag(ngx_uint_t stat, const ngx_uptime_lag_t *lag,
    ngx_uptime_lag_t *last);
static void ngx_uptime_gauges_tell(ngx_uptime_checker_t *ck);
static void ngx_uptime_gauges_told(ngx_uptime_pg_query_t *q);


void
ngx_uptime_gauges_start(ngx_uptime_checker_t *ck)
{
    ngx_uptime_gauges_t  *g;

    g = &ck->gauges;

    g->timer.handler = ngx_uptime_gauges_tick;
    g->timer.data = ck;
    g->timer.log = ck->log;
    g->timer.cancelable = 1;

    g->told = ngx_current_msec;

    ngx_add_timer(&g->timer, NGX_UPTIME_GAUGES_TICK);
}


void
ngx_uptime_gauges_stop(ngx_uptime_checker_t *ck)
{
    if (ck->gauges.timer.timer_set) {
        ngx_del_timer(&ck->gauges.timer);
        ngx_uptime_gauges_grow(ck);
    }
}


static void
ngx_uptime_gauges_tick(ngx_event_t *ev)
{
    uint64_t               *gauge;
    ngx_uptime_checker_t   *ck;
    ngx_uptime_pg_stats_t   db;

    ck = ev->data;

    ngx_uptime_gauges_grow(ck);

    gauge = ngx_uptime_stats_gauges(NGX_UPTIME_ROLE_CHECKER, &ck->gauges.cpu);

    ngx_uptime_pg_pool_stats(ck->pg, &db);

    gauge[NGX_UPTIME_GAUGE_DB_OPEN] = db.open;
    gauge[NGX_UPTIME_GAUGE_DB_BUSY] = db.busy;
    gauge[NGX_UPTIME_GAUGE_DB_WAITING] = db.waiting;
    gauge[NGX_UPTIME_GAUGE_IN_FLIGHT] = ck->runner.running;
    gauge[NGX_UPTIME_GAUGE_TURN] = ck->prober.fetcher->gate->waiting;
    gauge[NGX_UPTIME_GAUGE_MONITORS] = ck->schedule.n;
    gauge[NGX_UPTIME_GAUGE_SHARDS] = ck->lease.held;
    gauge[NGX_UPTIME_GAUGE_SHARE] = ck->lease.share;
    gauge[NGX_UPTIME_GAUGE_NODES] = ck->lease.nodes;
    gauge[NGX_UPTIME_GAUGE_ROWS] = ck->writer.rows;
    gauge[NGX_UPTIME_GAUGE_SPOOL] = (uint64_t) ck->writer.spool.size;

    if (ngx_current_msec - ck->gauges.told >= NGX_UPTIME_GAUGES_TELL) {
        ngx_uptime_gauges_tell(ck);
    }

    ngx_add_timer(&ck->gauges.timer, NGX_UPTIME_GAUGES_TICK);
}


static void
ngx_uptime_gauges_grow(ngx_uptime_checker_t *ck)
{
    ngx_uptime_gauges_t    *g;
    ngx_uptime_pg_stats_t   db;

    g = &ck->gauges;

    ngx_uptime_gauges_lag(NGX_UPTIME_STAT_LOOP_LAG, &ck->runner.lag, &g->lag);
    ngx_uptime_gauges_lag(NGX_UPTIME_STAT_START_DELAY, &ck->runner.late,
                          &g->late);

    ngx_uptime_stats_grow(NGX_UPTIME_STAT_RESULTS, ck->writer.added,
                          &g->added);
    ngx_uptime_stats_grow(NGX_UPTIME_STAT_SETTLED, ck->writer.settled,
                          &g->settled);
    ngx_uptime_stats_grow(NGX_UPTIME_STAT_DROPPED, ck->writer.dropped,
                          &g->dropped);

    ngx_uptime_pg_pool_stats(ck->pg, &db);

    ngx_uptime_stats_grow(NGX_UPTIME_STAT_QUERIES + NGX_UPTIME_ROLE_CHECKER,
                          db.queries, &g->queries);
    ngx_uptime_stats_grow(NGX_UPTIME_STAT_FAILURES + NGX_UPTIME_ROLE_CHECKER,
                          db.failures, &g->failures);
}


static void
ngx_uptime_gauges_lag(ngx_uint_t stat, const ngx_uptime_lag_t *lag,
    ngx_uptime_lag_t *last)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_UPTIME_LAG_N; i++) {
        ngx_uptime_stats_grow(stat + i, lag->count[i], &last->count[i]);
    }

    ngx_uptime_stats_grow(stat + NGX_UPTIME_LAG_N, lag->sum, &last->sum);
}


/* Its row, for the other nodes; no matter if one is lost. */

static void
ngx_uptime_gauges_tell(ngx_uptime_checker_t *ck)
{
    u_char                  text[512];
    ngx_str_t               stats;
    ngx_msec_t              ms;
    ngx_uptime_gauges_t    *g;
    ngx_uptime_pg_query_t  *q;

    g = &ck->gauges;
    ms = ngx_max(ngx_current_msec - g->told, 1);

    stats.data = text;
    stats.len = ngx_snprintf(text, sizeof(text),
                             "{\"checks_per_second\":%.3f,"
                             "\"start_delay_p99_ms\":%M,"
                             "\"start_delay_max_ms\":%M,"
                             "\"loop_lag_p99_ms\":%M,\"loop_lag_max_ms\":%M,"
                             "\"monitors\":%ui,\"in_flight\":%ui,"
                             "\"queue_rows\":%ui,\"spool_bytes\":%O,"
                             "\"results_dropped\":%uL}",
                             (double) (ck->writer.added - g->told_added)
                             * 1000 / ms,
                             ngx_uptime_lag_quantile(&ck->runner.late, 990),
                             ck->runner.late.max,
                             ngx_uptime_lag_quantile(&ck->runner.lag, 990),
                             ck->runner.lag.max, ck->schedule.n,
                             ck->runner.running, ck->writer.rows,
                             ck->writer.spool.size, ck->writer.dropped)
                - text;

    g->told = ngx_current_msec;
    g->told_added = ck->writer.added;

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_STATS);

    if (q != NULL && ngx_uptime_pg_int(q, ck->id) == NGX_OK
        && ngx_uptime_pg_text(q, &stats) == NGX_OK)
    {
        q->handler = ngx_uptime_gauges_told;
        (void) ngx_uptime_pg_submit(q);

    } else if (q != NULL) {
        ngx_uptime_pg_query_destroy(q);
    }
}


static void
ngx_uptime_gauges_told(ngx_uptime_pg_query_t *q)
{
    /* void */
}
