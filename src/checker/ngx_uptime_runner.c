
/*
 * The checks: what is due is started, what is finished is judged, written
 * and scheduled again.  One timer serves all monitors; it is never more than
 * a second ahead, so that a clock that jumps is noticed.  Runs in the
 * checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_RUNNER_TICK   1000
#define NGX_UPTIME_RUNNER_QUIET  60000
#define NGX_UPTIME_RUNNER_NEW    60000
#define NGX_UPTIME_RUNNER_CHECK  16             /* costs                    */
#define NGX_UPTIME_RUNNER_WORK   256            /* for one round            */


typedef struct {
    ngx_uptime_checker_t          *checker;
    ngx_uptime_monitor_t          *monitor;
    ngx_uptime_probe_t             probe;
    ngx_uptime_evidence_t          evidence;    /* of it                    */
    ngx_uptime_suspect_t           suspect;
    ngx_uptime_outcome_t           outcome;     /* while it is one          */
    int64_t                        checked_at;
    ngx_msec_t                     started;
} ngx_uptime_check_t;


static void ngx_uptime_runner_timer(ngx_event_t *ev);
static void ngx_uptime_runner_run(ngx_uptime_checker_t *ck);
static void ngx_uptime_runner_arm(ngx_uptime_checker_t *ck, int64_t now);
static ngx_uint_t ngx_uptime_runner_next(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m, int64_t now);
static void ngx_uptime_runner_overdue(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m, int64_t now);
static ngx_int_t ngx_uptime_runner_check(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m, int64_t now);
static ngx_msec_t ngx_uptime_runner_patience(ngx_uptime_monitor_t *m,
    int64_t now);
static void ngx_uptime_runner_done(ngx_uptime_probe_t *p);
static void ngx_uptime_runner_verdict(ngx_uptime_suspect_t *s,
    ngx_uint_t ours);
static void ngx_uptime_runner_settle(ngx_uptime_check_t *c,
    const ngx_uptime_outcome_t *o);
static void ngx_uptime_runner_again(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m, ngx_uptime_outcome_t o, int64_t now);
static ngx_uptime_outcome_t ngx_uptime_runner_judge(ngx_uptime_check_t *c);


void
ngx_uptime_runner_start(ngx_uptime_checker_t *ck)
{
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    r->timer.handler = ngx_uptime_runner_timer;
    r->timer.data = ck;
    r->timer.log = ck->log;
    r->timer.cancelable = 1;

    r->wake = r->timer;
    ck->prober.fetcher->gate->notify = &r->wake;
    ck->prober.fetcher->tls.clock = ngx_uptime_now;

    ck->writer.untold = ngx_uptime_runner_untold;
    ck->writer.untold_data = ck;

    r->max = ngx_uptime_runner_max(ck);
    r->late_warned = ngx_current_msec - NGX_UPTIME_RUNNER_QUIET;
    r->own_warned = r->late_warned;

    ngx_uptime_runner_clock_start(ck);

    ngx_add_timer(&r->timer, NGX_UPTIME_RUNNER_TICK);
}


void
ngx_uptime_runner_wake(ngx_uptime_checker_t *ck)
{
    if (!ck->runner.stopped) {
        ngx_post_event(&ck->runner.wake, &ngx_posted_events);
    }
}


static void
ngx_uptime_runner_timer(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    ngx_uptime_runner_run(ck);
}


/* Not everything that is due at once: the loop has more to do. */

static void
ngx_uptime_runner_run(ngx_uptime_checker_t *ck)
{
    int64_t                now;
    ngx_uint_t             work;
    ngx_uptime_monitor_t  *m;

    now = ngx_uptime_now();

    ngx_uptime_runner_lag(ck);

    work = (ngx_uptime_runner_clock(ck, now) == NGX_OK)
           ? 0 : NGX_UPTIME_RUNNER_WORK;

    while (work < NGX_UPTIME_RUNNER_WORK) {
        m = ngx_uptime_schedule_head(&ck->schedule);

        /* in doubt, others may check what was ours */

        if (m == NULL || m->due > now || ck->lease.doubt
            || ngx_uptime_runner_taken(ck) >= ck->runner.max)
        {
            break;
        }

        work += ngx_uptime_runner_next(ck, m, now);
    }

    ngx_uptime_runner_arm(ck, now);
}


/* One that is due; returns what that cost, in some unit. */

static ngx_uint_t
ngx_uptime_runner_next(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    int64_t now)
{
    ngx_uptime_schedule_unqueue(&ck->schedule, m);

    if (ngx_uptime_monitors_dropped(ck, m)) {
        return 1;
    }

    if (now - m->due > NGX_UPTIME_OVERDUE
        && m->state.status != NGX_UPTIME_PENDING)
    {
        ngx_uptime_runner_overdue(ck, m, now);
        return 2;
    }

    ngx_uptime_lag_add(&ck->runner.late, (ngx_msec_t) (now - m->due));

    if (ngx_uptime_runner_check(ck, m, now) != NGX_OK) {
        ngx_uptime_runner_overdue(ck, m, now);
    }

    return NGX_UPTIME_RUNNER_CHECK;
}


static void
ngx_uptime_runner_arm(ngx_uptime_checker_t *ck, int64_t now)
{
    int64_t                wait;
    ngx_event_t           *ev;
    ngx_uptime_monitor_t  *m;

    ev = &ck->runner.timer;
    wait = NGX_UPTIME_RUNNER_TICK;

    m = ngx_uptime_schedule_head(&ck->schedule);

    /*
     * With all places taken, the next check that ends looks again; in doubt,
     * the lease does.
     */

    if (m != NULL && ngx_uptime_runner_taken(ck) < ck->runner.max
        && !ck->lease.doubt)
    {
        wait = ngx_min(wait, m->due - now);
        wait = ngx_max(wait, 1);
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (ck->runner.walking) {
        wait = 1;
    }

    ngx_add_timer(ev, (ngx_msec_t) wait);
}


/* It could not be started in time, or not at all: that is our fault. */

static void
ngx_uptime_runner_overdue(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    int64_t now)
{
    ngx_uptime_outcome_t  o;

    o.status = NGX_UPTIME_UNKNOWN;
    o.cause = NGX_UPTIME_CAUSE_OWN_OVERLOAD;

    if (ngx_current_msec - ck->runner.late_warned >= NGX_UPTIME_RUNNER_QUIET) {
        ck->runner.late_warned = ngx_current_msec;
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: checks cannot be started in time, %ui run",
                      ck->runner.running);
    }

    ngx_uptime_runner_record(ck, m, &o, NULL, now);
    ngx_uptime_runner_again(ck, m, o, now);
}


static ngx_int_t
ngx_uptime_runner_check(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    int64_t now)
{
    ngx_uptime_check_t  *c;

    c = ngx_alloc(sizeof(ngx_uptime_check_t), ck->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->checker = ck;
    c->monitor = m;
    c->checked_at = now;
    c->started = ngx_current_msec;
    c->suspect.waits = 0;
    ngx_memzero(&c->evidence, sizeof(ngx_uptime_evidence_t));

    c->probe.target = &m->target;
    c->probe.owner = m->owner;
    c->probe.patience = ngx_uptime_runner_patience(m, now);
    c->probe.evidence = ngx_uptime_runner_decides(m) ? &c->evidence : NULL;
    c->probe.ungated = 0;
    c->probe.fresh = 0;
    c->probe.handler = ngx_uptime_runner_done;
    c->probe.data = c;

    if (ngx_uptime_probe(&ck->prober, &c->probe) != NGX_OK) {
        ngx_free(c);
        return NGX_ERROR;
    }

    m->check = c;
    ngx_uptime_runner_count(ck, &m->target, 1);

    return NGX_OK;
}


/*
 * How long it may wait for its turn at an address that many others want:
 * until the next slot, but a new monitor has no hurry to be unknown.
 */

static ngx_msec_t
ngx_uptime_runner_patience(ngx_uptime_monitor_t *m, int64_t now)
{
    int64_t  wait, max;

    wait = ngx_uptime_slot_next(m->id, m->interval, now) - now;
    max = NGX_UPTIME_OVERDUE;

    if (m->state.status == NGX_UPTIME_PENDING) {
        wait = ngx_max(wait, NGX_UPTIME_OVERDUE);
        max = NGX_UPTIME_RUNNER_NEW;
    }

    wait = ngx_min(wait, max);

    return (ngx_msec_t) ngx_max(wait, NGX_UPTIME_RUNNER_TICK);
}


static void
ngx_uptime_runner_done(ngx_uptime_probe_t *p)
{
    ngx_uptime_check_t    *c;
    ngx_uptime_checker_t  *ck;

    c = p->data;
    ck = c->checker;

    ngx_uptime_runner_lag(ck);

    if (ngx_uptime_monitors_dropped(ck, c->monitor)) {
        ngx_uptime_runner_cancel(ck, c->monitor);
        ngx_uptime_runner_wake(ck);
        return;
    }

    c->outcome = ngx_uptime_runner_judge(c);

    if (ck->canary != NULL
        && ngx_uptime_canary_suspects(&c->outcome,
                                      c->probe.target->upside_down))
    {
        c->suspect.handler = ngx_uptime_runner_verdict;
        c->suspect.data = c;
        c->suspect.began = c->started;
        c->suspect.lookup = c->probe.target->upside_down
                            || ngx_uptime_canary_lookup(&c->outcome,
                                                        &p->result);

        ngx_uptime_canary_ask(ck->canary, &c->suspect);
        return;
    }

    ngx_uptime_runner_settle(c, &c->outcome);
}


/* What looked like a failure of the target, and canaries were asked. */

static void
ngx_uptime_runner_verdict(ngx_uptime_suspect_t *s, ngx_uint_t ours)
{
    ngx_uptime_check_t *c = s->data;

    if (ngx_uptime_monitors_dropped(c->checker, c->monitor)) {
        ngx_uptime_runner_cancel(c->checker, c->monitor);
        ngx_uptime_runner_wake(c->checker);
        return;
    }

    if (ours) {
        c->outcome.status = NGX_UPTIME_UNKNOWN;
        c->outcome.cause = NGX_UPTIME_CAUSE_OWN_NETWORK;
    }

    ngx_uptime_runner_settle(c, &c->outcome);
}


static void
ngx_uptime_runner_settle(ngx_uptime_check_t *c, const ngx_uptime_outcome_t *o)
{
    int64_t                now;
    ngx_uptime_probe_t    *p;
    ngx_uptime_outcome_t   outcome;
    ngx_uptime_checker_t  *ck;
    ngx_uptime_monitor_t  *m;

    p = &c->probe;
    ck = c->checker;
    m = c->monitor;
    now = ngx_uptime_now();
    outcome = *o;

    ngx_uptime_runner_record(ck, m, o, p,
                             c->checked_at + p->result.waited_us / 1000);

    ngx_log_error(NGX_LOG_INFO, ck->log, 0,
                  "uptime: check of monitor %L: %s%s%s, status %ui, %L us",
                  m->id, ngx_uptime_status_name(o->status),
                  o->cause ? " " : "",
                  o->cause ? ngx_uptime_cause_name(o->cause) : "",
                  p->result.http_status, p->result.total_us);

    m->check = NULL;
    ngx_uptime_runner_count(ck, &m->target, -1);
    ngx_uptime_evidence_free(&c->evidence);
    ngx_free(c);

    ngx_uptime_runner_again(ck, m, outcome, now);
    ngx_uptime_runner_wake(ck);
}


/* By value: the check that it was part of is gone. */

static void
ngx_uptime_runner_again(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    ngx_uptime_outcome_t o, int64_t now)
{
    ngx_uint_t  retry;

    if (o.status == NGX_UPTIME_UNKNOWN) {
        ngx_uptime_schedule_unknown(m,
                                    o.cause == NGX_UPTIME_CAUSE_OWN_OVERLOAD,
                                    now);

    } else {
        retry = (o.status == NGX_UPTIME_DOWN
                 && m->state.fails < m->threshold);

        ngx_uptime_schedule_after(m, retry, now);
    }

    ngx_uptime_schedule_queue(&ck->schedule, m);
}


static ngx_uptime_outcome_t
ngx_uptime_runner_judge(ngx_uptime_check_t *c)
{
    ngx_uptime_runner_t   *r;
    ngx_uptime_outcome_t   o;

    r = &c->checker->runner;
    o = ngx_uptime_probe_outcome(&c->probe);

    /* upside down, a failure looks like a success */

    if (r->has_stalled && (o.status == NGX_UPTIME_DOWN
                           || o.status == NGX_UPTIME_DEGRADED
                           || c->probe.target->upside_down)
        && (ngx_msec_int_t) (r->stalled - c->started) >= 0)
    {
        o.status = NGX_UPTIME_UNKNOWN;
        o.cause = NGX_UPTIME_CAUSE_OWN_OVERLOAD;
    }

    return o;
}


void
ngx_uptime_runner_cancel(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m)
{
    ngx_uptime_check_t  *c;

    c = m->check;

    if (c == NULL) {
        return;
    }

    ngx_uptime_probe_cancel(&c->probe);
    ngx_uptime_canary_forget(&c->suspect);
    ngx_uptime_runner_count(ck, &m->target, -1);
    ngx_uptime_evidence_free(&c->evidence);
    ngx_free(c);

    m->check = NULL;
}


void
ngx_uptime_runner_stop(ngx_uptime_checker_t *ck)
{
    ngx_uptime_runner_t  *r;

    r = &ck->runner;

    if (r->max == 0) {
        return;
    }

    r->stopped = 1;

    if (ck->canary != NULL) {
        ngx_uptime_canary_stop(ck->canary);
    }

    ngx_uptime_runner_clock_stop(ck);
    ck->prober.fetcher->gate->notify = NULL;

    if (r->timer.timer_set) {
        ngx_del_timer(&r->timer);
    }

    if (r->wake.posted) {
        ngx_delete_posted_event(&r->wake);
    }
}
