
/*
 * Slot arithmetic: which check of a monitor is next, and when.  Pure: unit
 * tests build this file alone.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_schedule.h"


#define NGX_UPTIME_MAX_ATTEMPT    30000         /* smallint in the database */

/* between tries while all are unknown, ms, and how often it is doubled */
#define NGX_UPTIME_UNKNOWN_MIN    5000
#define NGX_UPTIME_UNKNOWN_MAX    3600000
#define NGX_UPTIME_UNKNOWN_TWICE  10


static ngx_uint_t ngx_uptime_schedule_doubt(ngx_uptime_monitor_t *m);
static ngx_uint_t ngx_uptime_schedule_open(ngx_uptime_monitor_t *m);
static void ngx_uptime_schedule_again(ngx_uptime_monitor_t *m, int64_t failed,
    int64_t now);
static void ngx_uptime_schedule_later(ngx_uptime_monitor_t *m, int64_t wait,
    int64_t earliest, int64_t now);


/* the finalizer of splitmix64 */

uint64_t
ngx_uptime_schedule_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;

    return x ^ (x >> 31);
}


int64_t
ngx_uptime_slot_phase(int64_t id, int64_t interval)
{
    return (int64_t) (ngx_uptime_schedule_mix((uint64_t) id)
                      % (uint64_t) interval);
}


int64_t
ngx_uptime_slot_previous(int64_t id, int64_t interval, int64_t now)
{
    int64_t  phase, passed;

    phase = ngx_uptime_slot_phase(id, interval);
    passed = (now - phase) % interval;

    if (passed < 0) {
        passed += interval;
    }

    return now - passed;
}


int64_t
ngx_uptime_slot_next(int64_t id, int64_t interval, int64_t now)
{
    return ngx_uptime_slot_previous(id, interval, now) + interval;
}


void
ngx_uptime_schedule_first(ngx_uptime_monitor_t *m, int64_t now)
{
    int64_t  previous;

    previous = ngx_uptime_slot_previous(m->id, m->interval, now);

    if (m->state.status == NGX_UPTIME_PENDING) {
        ngx_uptime_schedule_now(m, now);
        return;
    }

    if (ngx_uptime_schedule_open(m)) {
        ngx_uptime_schedule_again(m, now, now);
        return;
    }

    m->attempt = 1;

    /*
     * Those that are made up for come one after the other: all of them at
     * once would delay what is on time.
     */

    if (m->last_slot < previous && now - previous <= NGX_UPTIME_CATCH_UP) {
        m->slot = previous;
        m->due = now + (now - previous) / 4;
        return;
    }

    m->slot = previous + m->interval;
    m->due = m->slot;
}


/* A failure that is to be confirmed or not. */

static ngx_uint_t
ngx_uptime_schedule_doubt(ngx_uptime_monitor_t *m)
{
    return m->state.fails > 0
           && m->state.fails < m->threshold
           && m->state.status != NGX_UPTIME_DOWN;
}


/* Such a failure, or a new monitor of which nothing is known yet. */

static ngx_uint_t
ngx_uptime_schedule_open(ngx_uptime_monitor_t *m)
{
    return ngx_uptime_schedule_doubt(m)
           || (m->state.status == NGX_UPTIME_UNKNOWN
               && m->state.told == NGX_UPTIME_PENDING);
}


/*
 * The next try after a failure that was seen at "failed", or earlier: neither
 * within moments nor, with a long interval, as late as the next slot.
 */

static void
ngx_uptime_schedule_again(ngx_uptime_monitor_t *m, int64_t failed,
    int64_t now)
{
    int64_t  due;

    due = failed + ngx_min(m->retry, m->interval);

    ngx_uptime_schedule_now(m, now);

    m->due = ngx_max(due, now);
}


void
ngx_uptime_schedule_edited(ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *old, ngx_uint_t target, int64_t now)
{
    int64_t  due;

    if (m->state.status == NGX_UPTIME_PENDING) {
        ngx_uptime_schedule_now(m, now);
        return;
    }

    if (target) {

        /* what failed was something else */

        if (ngx_uptime_schedule_doubt(m)) {
            m->state.fails = 0;
        }

        ngx_uptime_schedule_now(m, now);
        return;
    }

    if (m->interval == old->interval) {
        m->slot = old->slot;
        m->attempt = old->attempt;
        m->due = old->due;
        return;
    }

    ngx_uptime_schedule_first(m, now);

    /* a try that was planned is not put off */

    if (ngx_uptime_schedule_doubt(m)) {
        due = ngx_max(old->due, now);
        m->due = ngx_min(m->due, due);
    }
}


void
ngx_uptime_schedule_jumped(ngx_uptime_monitor_t *m, int64_t now)
{
    m->slot = ngx_uptime_slot_next(m->id, m->interval, now);
    m->attempt = 1;
    m->due = m->slot;

    if (ngx_uptime_schedule_doubt(m)) {
        m->due = ngx_max(m->due, now + ngx_min(m->retry, m->interval));
    }
}


void
ngx_uptime_schedule_now(ngx_uptime_monitor_t *m, int64_t now)
{
    m->slot = ngx_uptime_slot_previous(m->id, m->interval, now);
    m->attempt = 1;
    m->due = now;

    /*
     * The result has to be newer than what is stored, or it would change
     * nothing: another interval has another grid.
     */

    if (m->slot <= m->last_slot && m->last_slot <= now) {
        m->slot = m->last_slot;
        m->attempt = ngx_min(m->last_attempt + 1, NGX_UPTIME_MAX_ATTEMPT);
    }
}


void
ngx_uptime_schedule_after(ngx_uptime_monitor_t *m, ngx_uint_t retry,
    int64_t now)
{
    int64_t  earliest;

    m->unknowns = 0;
    m->overload = 0;

    /*
     * A slot that was made up for may be followed by the next one at once:
     * a failure of a moment must not confirm itself.
     */

    earliest = retry ? ngx_min(m->due, now) + ngx_min(m->retry, m->interval)
                     : now;

    ngx_uptime_schedule_later(m, retry ? m->retry : 0, earliest, now);
}


/*
 * It changes nothing, and so a try that was needed still is.  Our trouble may
 * last: each wait is twice as long as the one before, and for one who is
 * overloaded there is one more try, not many.
 */

void
ngx_uptime_schedule_unknown(ngx_uptime_monitor_t *m, ngx_uint_t overload,
    int64_t now)
{
    int64_t  wait;

    wait = 0;

    if (ngx_uptime_schedule_open(m) && !(overload && m->overload)) {
        wait = ngx_max(m->retry, NGX_UPTIME_UNKNOWN_MIN);
        wait = ngx_min(wait << m->unknowns, NGX_UPTIME_UNKNOWN_MAX);

        if (m->unknowns < NGX_UPTIME_UNKNOWN_TWICE) {
            m->unknowns++;
        }
    }

    if (overload) {
        m->overload = 1;
    }

    ngx_uptime_schedule_later(m, wait, now, now);
}


/*
 * The check after this one: "wait" from now, 0: not before the next slot,
 * which is put off until "earliest".
 */

static void
ngx_uptime_schedule_later(ngx_uptime_monitor_t *m, int64_t wait,
    int64_t earliest, int64_t now)
{
    int64_t  previous, next;

    m->last_slot = m->slot;
    m->last_attempt = m->attempt;

    previous = ngx_uptime_slot_previous(m->id, m->interval, now);
    next = previous + m->interval;

    /* a slot that came while the check was still running */

    if (previous > m->slot && now - previous <= NGX_UPTIME_CATCH_UP) {
        m->slot = previous;
        m->attempt = 1;
        m->due = ngx_max(now, earliest);
        return;
    }

    if (wait && now + wait < next) {
        m->attempt++;
        m->due = now + wait;
        return;
    }

    m->slot = next;
    m->attempt = 1;
    m->due = ngx_max(next, earliest);
}
