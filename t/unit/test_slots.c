
/*
 * sources: src/checker/ngx_uptime_schedule_slots.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "schedule_monitor.h"


#define NOW  1795320000123LL


static void
slots(void)
{
    int       bad, bins[10], i, low, high;
    int64_t   id, now, previous, next, interval;

    bad = 0;
    now = NOW;

    for (id = 1; id <= 1000; id++) {
        interval = 10000 + (id % 7) * 50000;
        now += 777;

        previous = ngx_uptime_slot_previous(id, interval, now);
        next = ngx_uptime_slot_next(id, interval, now);

        bad += !(previous <= now && now < next);
        bad += (next - previous != interval);
        bad += ((previous - ngx_uptime_slot_phase(id, interval)) % interval
                != 0);
        bad += (ngx_uptime_slot_previous(id, interval, previous) != previous);
        bad += (ngx_uptime_slot_next(id, interval, previous) != next);
        bad += (ngx_uptime_slot_next(id, interval, next - 1) != next);
    }

    tap_is_int(bad, 0, "slots lie on the grid around now");

    memset(bins, 0, sizeof(bins));

    for (id = 1; id <= 10000; id++) {
        bins[ngx_uptime_slot_phase(id, 60000) / 6000]++;
    }

    low = high = bins[0];

    for (i = 1; i < 10; i++) {
        low = (bins[i] < low) ? bins[i] : low;
        high = (bins[i] > high) ? bins[i] : high;
    }

    tap_ok(low > 850 && high < 1150, "consecutive ids are spread evenly");
    tap_ok(ngx_uptime_slot_previous(7, 60000, 5) <= 5,
           "just after 1970 there is a previous slot too");
}


static void
first(void)
{
    int64_t                previous;
    ngx_uptime_monitor_t  *m;

    m = monitor(42);
    previous = ngx_uptime_slot_previous(42, 60000, NOW);

    m->state.status = NGX_UPTIME_PENDING;
    ngx_uptime_schedule_first(m, previous + 30000);
    tap_is_int(m->slot, previous, "pending: the slot before");
    tap_is_int(m->due, previous + 30000, "pending: at once");
    tap_is_int(m->attempt, 1, "pending: the first attempt");

    m->last_slot = previous;
    m->last_attempt = 2;
    ngx_uptime_schedule_first(m, previous + 30000);
    tap_is_int(m->slot, previous, "resumed in the same slot");
    tap_is_int(m->attempt, 3, "resumed: newer than what is stored");

    m->last_slot = previous - 1000;
    m->last_attempt = 9;
    ngx_uptime_schedule_first(m, previous + 30000);
    tap_is_int(m->slot, previous, "another grid before");
    tap_is_int(m->attempt, 1, "another grid before: the first attempt");

    m->last_slot = previous + 1000;
    ngx_uptime_schedule_first(m, previous + 30000);
    tap_is_int(m->slot, previous + 1000, "another grid, later slot");
    tap_is_int(m->attempt, 10, "another grid, later slot: newer");

    m->last_slot = previous;
    m->last_attempt = 32767;
    ngx_uptime_schedule_first(m, previous + 1);
    tap_ok(m->attempt <= 32767, "attempts fit into a smallint");

    m->state.status = NGX_UPTIME_DOWN;
    m->last_slot = previous;
    ngx_uptime_schedule_first(m, previous + 5000);
    tap_is_int(m->slot, previous + 60000, "done by another: the next slot");
    tap_is_int(m->due, previous + 60000, "done by another: on time");

    m->last_slot = previous - 60000;
    ngx_uptime_schedule_first(m, previous + NGX_UPTIME_CATCH_UP);
    tap_is_int(m->slot, previous, "missed a moment ago: made up for");
    tap_is_int(m->due, previous + NGX_UPTIME_CATCH_UP * 5 / 4,
               "missed a moment ago: soon");

    ngx_uptime_schedule_first(m, previous + 40);
    tap_is_int(m->due, previous + 50, "... the sooner, the later it was");

    ngx_uptime_schedule_first(m, previous + NGX_UPTIME_CATCH_UP + 1);
    tap_is_int(m->slot, previous + 60000, "missed long ago: left out");

    ngx_free(m);
}


static void
after(void)
{
    int64_t                slot;
    ngx_uptime_monitor_t  *m;

    m = monitor(43);
    slot = ngx_uptime_slot_previous(43, 60000, NOW);

    m->slot = m->due = slot;
    m->attempt = 1;
    ngx_uptime_schedule_after(m, 0, slot + 100);
    tap_is_int(m->slot, slot + 60000, "the next slot");
    tap_is_int(m->due, slot + 60000, "without drift");
    tap_is_int(m->last_slot, slot, "what was done is known");
    tap_is_int(m->last_attempt, 1, "and the attempt");

    m->slot = slot;
    ngx_uptime_schedule_after(m, 1, slot + 100);
    tap_is_int(m->slot, slot, "retry: the same slot");
    tap_is_int(m->attempt, 2, "retry: the next attempt");
    tap_is_int(m->due, slot + 5100, "retry: after the retry interval");

    ngx_uptime_schedule_after(m, 1, slot + 56000);
    tap_is_int(m->slot, slot + 60000, "no retry when the next slot is nearer");
    tap_is_int(m->attempt, 1, "a new slot starts with attempt 1");

    m->slot = slot;
    m->attempt = 2;
    m->due = slot + 5100;
    ngx_uptime_schedule_after(m, 1, slot + 61000);
    tap_is_int(m->slot, slot + 60000, "a slot that came meanwhile");
    tap_is_int(m->due, slot + 61000, "is done at once");
    tap_is_int(m->attempt, 1, "with attempt 1");

    m->slot = slot;
    ngx_uptime_schedule_after(m, 0, slot + 190000);
    tap_is_int(m->slot, slot + 180000, "of several only the last");

    m->slot = slot;
    ngx_uptime_schedule_after(m, 0, slot + 60000 + NGX_UPTIME_CATCH_UP + 1);
    tap_is_int(m->slot, slot + 120000, "unless it is too long ago");

    ngx_free(m);
}


/* How soon a failure may be confirmed. */

static void
confirmed(void)
{
    int64_t                slot;
    ngx_uptime_monitor_t  *m;

    m = monitor(44);
    m->interval = m->retry = 10000;
    slot = ngx_uptime_slot_previous(44, 10000, NOW);

    m->slot = m->due = slot;
    m->attempt = 1;
    ngx_uptime_schedule_after(m, 1, slot + 100);
    tap_is_int(m->due, slot + 10000, "a check on time: the next slot");

    m->slot = slot;
    m->due = slot + 9700;
    ngx_uptime_schedule_after(m, 1, slot + 9800);
    tap_is_int(m->slot, slot + 10000, "made up for: the next slot");
    tap_is_int(m->due, slot + 19700, "... the retry interval later");

    m->slot = slot;
    m->due = slot + 9700;
    ngx_uptime_schedule_after(m, 0, slot + 9800);
    tap_is_int(m->due, slot + 10000, "made up for, not failed: on time");

    m->slot = slot;
    m->due = slot + 9700;
    ngx_uptime_schedule_after(m, 1, slot + 10200);
    tap_is_int(m->slot, slot + 10000, "a slot that came meanwhile");
    tap_is_int(m->due, slot + 19700, "... the retry interval later");

    m->retry = 3600000;
    m->slot = slot;
    m->due = slot + 9700;
    ngx_uptime_schedule_after(m, 1, slot + 9800);
    tap_is_int(m->due, slot + 19700, "a long retry: at most the interval");

    m->slot = slot;
    m->due = slot + 86400000;
    ngx_uptime_schedule_after(m, 1, slot + 100);
    tap_is_int(m->due, slot + 10100, "the clock was set back");

    ngx_free(m);
}


/* A failure that waits to be confirmed, and what may happen meanwhile. */

static void
doubt(void)
{
    int64_t                slot;
    ngx_uptime_monitor_t  *m, *old;

    m = monitor(45);
    old = monitor(45);
    m->threshold = 2;
    m->state.fails = 1;
    slot = ngx_uptime_slot_previous(45, 60000, NOW);

    /* another process, or this one after a restart */

    m->last_slot = slot;
    m->last_attempt = 1;
    ngx_uptime_schedule_first(m, slot + 2000);
    tap_ok(m->slot == slot && m->attempt == 2, "restart: the next attempt");
    tap_is_int(m->due, slot + 7000, "... retry_interval after it is known");

    m->last_slot = slot - 60000;
    ngx_uptime_schedule_first(m, slot + 1000);
    tap_ok(m->slot == slot && m->attempt == 1, "restart, missed: its slot");
    tap_is_int(m->due, slot + 6000, "... not within moments either");

    m->state.fails = 2;
    m->state.status = NGX_UPTIME_DOWN;
    ngx_uptime_schedule_first(m, slot + 1000);
    tap_is_int(m->due, slot + 1250, "restart, confirmed: soon");

    m->interval = 86400000;
    m->state.fails = 1;
    m->state.status = NGX_UPTIME_UP;
    m->last_slot = ngx_uptime_slot_previous(45, 86400000, NOW);
    ngx_uptime_schedule_first(m, NOW);
    tap_is_int(m->due, NOW + 5000, "interval of a day: not a day later");

    /* the interval is edited */

    *old = *m;
    old->interval = 60000;
    old->due = NOW + 3000;
    ngx_uptime_schedule_edited(m, old, 0, NOW);
    tap_is_int(m->due, NOW + 3000, "longer interval: the try is kept");

    m->interval = 10000;
    ngx_uptime_schedule_edited(m, old, 0, NOW);
    tap_is_int(m->due, NOW + 3000, "shorter interval: not within moments");
    tap_ok(m->slot > m->last_slot || m->attempt > 1, "... newer than stored");

    m->retry = 3600000;
    old->due = NOW + 3600000;
    ngx_uptime_schedule_edited(m, old, 0, NOW);
    tap_is_int(m->due, NOW + 10000, "long retry: the new interval at most");

    /* something else is edited */

    m->interval = old->interval;
    old->slot = slot;
    old->attempt = 2;
    ngx_uptime_schedule_edited(m, old, 0, NOW);
    tap_ok(m->slot == slot && m->attempt == 2 && m->due == old->due,
           "the name: everything goes on");
    tap_is_int(m->state.fails, 1, "... and the failure counts");

    ngx_uptime_schedule_edited(m, old, 1, NOW);
    tap_is_int(m->due, NOW, "the target: at once");
    tap_is_int(m->state.fails, 0, "... and what failed before does not count");

    m->state.status = NGX_UPTIME_DOWN;
    m->state.fails = 7;
    ngx_uptime_schedule_edited(m, old, 1, NOW);
    tap_is_int(m->state.fails, 7, "the target of one that is down: it stays");

    /* paused and resumed: the database says pending */

    m->state.status = NGX_UPTIME_PENDING;
    m->state.fails = 0;
    ngx_uptime_schedule_edited(m, old, 0, NOW);
    tap_is_int(m->due, NOW, "resumed: at once");

    /* the clock jumps */

    m->state.status = NGX_UPTIME_UP;
    ngx_uptime_schedule_jumped(m, slot + 59000);
    tap_is_int(m->due, slot + 60000, "clock: the next slot");

    m->retry = 5000;
    m->state.fails = 1;
    ngx_uptime_schedule_jumped(m, slot + 59000);
    tap_is_int(m->slot, slot + 60000, "clock, failed: the next slot");
    tap_is_int(m->due, slot + 64000, "... but not within moments");

    /* threshold 1: nothing is ever in doubt */

    m->threshold = 1;
    ngx_uptime_schedule_jumped(m, slot + 59000);
    tap_is_int(m->due, slot + 60000, "threshold 1: the next slot");

    ngx_free(m);
    ngx_free(old);
}


/* A result that is unknown, where one is needed. */

static void
unknown(void)
{
    int                    i, n;
    int64_t                slot, now;
    ngx_uptime_monitor_t  *m;

    m = monitor(46);
    m->interval = 86400000;
    m->threshold = 2;
    m->state.status = NGX_UPTIME_UNKNOWN;
    m->state.told = NGX_UPTIME_UP;
    slot = ngx_uptime_slot_previous(46, 86400000, NOW);
    m->slot = m->due = slot;
    m->attempt = 1;

    ngx_uptime_schedule_unknown(m, 0, slot + 100);
    tap_is_int(m->due, slot + 86400000, "unknown, was up: the next slot");

    m->slot = slot;
    m->state.fails = 1;
    ngx_uptime_schedule_unknown(m, 0, slot + 100);
    tap_is_int(m->due, slot + 5100, "unknown, failed before: again");
    tap_ok(m->slot == slot && m->attempt == 2, "... the next attempt");

    ngx_uptime_schedule_unknown(m, 0, slot + 6000);
    tap_is_int(m->due, slot + 16000, "... and later each time");

    ngx_uptime_schedule_after(m, 1, slot + 17000);
    ngx_uptime_schedule_unknown(m, 0, slot + 23000);
    tap_is_int(m->due, slot + 28000, "... until something is known");

    /* a day of it */

    for (n = 0, i = 0; i < 1000 && m->slot == slot; i++) {
        now = m->due + 50;
        ngx_uptime_schedule_unknown(m, 0, now);
        n += (m->slot == slot && m->due - now > 3600000);
    }

    tap_ok(i > 24 && i < 40, "unknown for a day: not many tries");
    tap_is_int(n, 0, "... an hour apart at most");
    tap_is_int(m->due, slot + 86400000, "... and the slot is on time");

    /* overload */

    m->slot = m->due = slot;
    m->unknowns = 0;
    ngx_uptime_schedule_unknown(m, 1, slot + 100);
    tap_is_int(m->due, slot + 5100, "overload: one more try");
    ngx_uptime_schedule_unknown(m, 1, slot + 5200);
    tap_is_int(m->due, slot + 86400000, "... and not another");

    /* nothing is known yet */

    m->slot = m->due = slot;
    m->overload = 0;
    m->unknowns = 0;
    m->retry = 1000;
    m->state.fails = 0;
    m->state.told = NGX_UPTIME_PENDING;
    ngx_uptime_schedule_unknown(m, 0, slot + 100);
    tap_is_int(m->due, slot + 5100, "never known: again, not within moments");

    m->last_slot = slot;
    ngx_uptime_schedule_first(m, slot + 90000);
    tap_is_int(m->due, slot + 91000, "... nor a day after a restart");

    /* short intervals */

    m->interval = 10000;
    slot = ngx_uptime_slot_previous(46, 10000, NOW);
    m->slot = slot;
    m->due = slot + 5000;
    ngx_uptime_schedule_unknown(m, 0, slot + 5100);
    tap_is_int(m->due, slot + 10000, "short interval: the slot as ever");

    ngx_free(m);
}


/* How often, and how far apart, a target that fails is tried until it is
 * down; returns the number of things that are wrong. */

static int
tries(int64_t id, uint32_t interval, uint32_t retry, int threshold)
{
    int                    bad, n;
    int64_t                now, last, apart;
    ngx_uptime_monitor_t  *m;

    m = monitor(id);
    m->interval = interval;
    m->retry = retry;
    m->threshold = threshold;
    m->slot = ngx_uptime_slot_next(m->id, m->interval, NOW);
    m->due = m->slot;
    m->attempt = 1;

    bad = n = 0;
    last = 0;
    apart = ngx_min(retry, interval);

    while ((int) m->state.fails < threshold && n < 20) {
        now = m->due + 50;
        bad += (last && now - last < apart);
        bad += (last && now - last > apart + interval);
        last = now;
        n++;
        m->state.fails++;
        ngx_uptime_schedule_after(m, (int) m->state.fails < threshold,
                                  now + 50);
        bad += (m->due <= now);
    }

    bad += (n != threshold);
    bad += (m->due - m->slot > (int64_t) interval);

    ngx_free(m);

    return bad;
}


static void
settings(void)
{
    int  bad, i, j, k;

    static const uint32_t  intervals[] = { 10000, 60000, 86400000 };
    static const uint32_t  retries[] = { 1000, 9000, 10000, 61000, 3600000 };

    bad = 0;

    for (i = 0; i < 3; i++) {
        for (j = 0; j < 5; j++) {
            for (k = 1; k < 6; k++) {
                bad += tries(100 * i + 10 * j + k, intervals[i], retries[j],
                             k);
            }
        }
    }

    tap_is_int(bad, 0, "threshold tries, at least retry_interval apart");
}


int
main(void)
{
    ngx_stub_fail = 0;

    slots();
    first();
    after();
    confirmed();
    doubt();
    unknown();
    settings();

    return tap_done();
}
