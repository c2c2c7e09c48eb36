
/*
 * The runner's clocks: how late the event loop is, all the time, and jumps
 * of the wall clock.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_CLOCK_EMPTY  1000            /* ms between two looks     */
#define NGX_UPTIME_CLOCK_IDLE   100
#define NGX_UPTIME_CLOCK_BUSY   10
#define NGX_UPTIME_CLOCK_SLEEP  8000            /* leases may be gone       */
#define NGX_UPTIME_CLOCK_JUMP   2000
#define NGX_UPTIME_CLOCK_QUIET  60000
#define NGX_UPTIME_CLOCK_PIECE  4096            /* buckets                  */

/* a failure meanwhile may be ours; under sanitizers all takes longer, ms */
#if defined(__SANITIZE_ADDRESS__)
#define NGX_UPTIME_CLOCK_STALL  3000
#else
#define NGX_UPTIME_CLOCK_STALL  1000
#endif


static int64_t ngx_uptime_runner_mono(void);
static int64_t ngx_uptime_runner_cpu(void);
static void ngx_uptime_runner_look(ngx_event_t *ev);
static void ngx_uptime_runner_expect(ngx_uptime_checker_t *ck);
static void ngx_uptime_runner_walk(ngx_uptime_checker_t *ck, int64_t now);


/* Not ngx_current_msec: that stands still while a handler runs. */

static int64_t
ngx_uptime_runner_mono(void)
{
    return ngx_uptime_fetch_clock() / 1000;
}


/* us */

static int64_t
ngx_uptime_runner_cpu(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


void
ngx_uptime_runner_clock_start(ngx_uptime_checker_t *ck)
{
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    r->look.handler = ngx_uptime_runner_look;
    r->look.data = ck;
    r->look.log = ck->log;
    r->look.cancelable = 1;

    r->mono = ngx_uptime_runner_mono();
    r->wall = ngx_uptime_now();
    r->lag_warned = r->mono - NGX_UPTIME_CLOCK_QUIET;

    ngx_uptime_runner_expect(ck);
}


void
ngx_uptime_runner_clock_stop(ngx_uptime_checker_t *ck)
{
    ngx_uptime_lag_t  *lag, *late;

    lag = &ck->runner.lag;
    late = &ck->runner.late;

    if (ck->runner.look.timer_set) {
        ngx_del_timer(&ck->runner.look);
    }

    ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                  "uptime: event loop late by %M ms at most, p99 %M ms, by "
                  "its own work %M ms at most; "
                  "%uL checks started late by %M ms at most, p99 %M ms",
                  lag->max, ngx_uptime_lag_quantile(lag, 990),
                  ck->runner.held, late->n,
                  late->max, ngx_uptime_lag_quantile(late, 990));
}


/*
 * When the loop is late it was in one turn all the time, or it was not given
 * a processor: the time that this thread has used tells.
 */

static void
ngx_uptime_runner_look(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    int64_t               lag, own;
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    ngx_uptime_runner_lag(ck);

    lag = ngx_max(ngx_uptime_runner_mono() - r->expected, 0);
    own = ngx_min((ngx_uptime_runner_cpu() - r->cpu) / 1000, lag);

    ngx_uptime_lag_add(&r->lag, (ngx_msec_t) lag);
    r->held = ngx_max(r->held, (ngx_msec_t) own);

    ngx_uptime_runner_expect(ck);
}


/* More often while there is something to do that could take long. */

static void
ngx_uptime_runner_expect(ngx_uptime_checker_t *ck)
{
    ngx_msec_t  wait;

    wait = (ck->runner.running || ck->runner.walking
            || ck->monitors.query != NULL || ck->monitors.dropping)
           ? NGX_UPTIME_CLOCK_BUSY
           : ck->schedule.n ? NGX_UPTIME_CLOCK_IDLE : NGX_UPTIME_CLOCK_EMPTY;

    ngx_add_timer(&ck->runner.look, wait);

    ck->runner.expected = ngx_uptime_runner_mono() + (int64_t) wait;
    ck->runner.cpu = ngx_uptime_runner_cpu();
}


void
ngx_uptime_runner_lag(ngx_uptime_checker_t *ck)
{
    int64_t               now, lag;
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    now = ngx_uptime_runner_mono();
    lag = now - r->expected;

    if (lag <= NGX_UPTIME_CLOCK_STALL) {
        return;
    }

    r->stalled = ngx_current_msec;
    r->has_stalled = 1;

    if (lag > NGX_UPTIME_CLOCK_SLEEP) {
        ngx_uptime_lease_doubt(ck);
    }

    if (now - r->lag_warned >= NGX_UPTIME_CLOCK_QUIET) {
        r->lag_warned = now;
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: the checker was held up for %L ms", lag);
    }
}


/*
 * After a jump of the database's clock, or of this machine out of its sleep,
 * everything goes on with the next slot.
 */

ngx_int_t
ngx_uptime_runner_clock(ngx_uptime_checker_t *ck, int64_t now)
{
    int64_t               jump, mono;
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    mono = ngx_uptime_runner_mono();
    jump = (now - r->wall) - (mono - r->mono);

    r->wall = now;
    r->mono = mono;

    if (ngx_abs(jump) >= NGX_UPTIME_CLOCK_JUMP) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: the clock jumped by %L ms", jump);

        r->walking = 1;
        r->bucket = 0;
    }

    if (!r->walking) {
        return NGX_OK;
    }

    ngx_uptime_runner_walk(ck, now);

    return r->walking ? NGX_AGAIN : NGX_OK;
}


/* A piece of the table at a time: nothing else may have to wait for it. */

static void
ngx_uptime_runner_walk(ngx_uptime_checker_t *ck, int64_t now)
{
    ngx_uint_t              last, n;
    ngx_uptime_runner_t    *r;
    ngx_uptime_monitor_t   *m;
    ngx_uptime_schedule_t  *s;

    r = &ck->runner;
    s = &ck->schedule;

    n = ngx_uptime_schedule_buckets(s);
    last = ngx_min(n, r->bucket + NGX_UPTIME_CLOCK_PIECE);

    for ( /* void */ ; r->bucket < last; r->bucket++) {
        for (m = s->buckets[r->bucket]; m; m = m->next) {

            if (m->check != NULL || m->state.status == NGX_UPTIME_PENDING) {
                continue;
            }

            ngx_uptime_schedule_jumped(m, now);
            ngx_uptime_schedule_queue(s, m);
        }
    }

    r->walking = (last < n);
}
