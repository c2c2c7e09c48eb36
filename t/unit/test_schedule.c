
/*
 * sources: src/checker/ngx_uptime_schedule.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_schedule.h"


#define NOW  1795320000123LL
#define N    5000


static ngx_uptime_schedule_t  s;


/* nginx's; obeys ngx_stub_fail */

void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    if (ngx_stub_fail > 0 && --ngx_stub_fail == 0) {
        return NULL;
    }

    return malloc(size);
}


static ngx_uptime_monitor_t *
monitor(int64_t id)
{
    ngx_uptime_monitor_t  *m;

    m = ngx_alloc(sizeof(ngx_uptime_monitor_t), NULL);
    memset(m, 0, sizeof(*m));

    m->id = id;
    m->interval = 60000;
    m->retry = 5000;
    m->state.status = NGX_UPTIME_UP;

    return m;
}


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
    tap_is_int(m->due, previous + NGX_UPTIME_CATCH_UP,
               "missed a moment ago: at once");

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


static void
table(void)
{
    int                     i, bad;
    int64_t                 last;
    unsigned                seed;
    ngx_uptime_monitor_t   *m;
    ngx_uptime_monitor_t  **all;

    all = calloc(N, sizeof(*all));
    seed = 1;

    tap_is_int(ngx_uptime_schedule_init(&s, NULL), NGX_OK, "init");
    tap_ok(ngx_uptime_schedule_head(&s) == NULL, "empty");
    tap_ok(ngx_uptime_schedule_find(&s, 1) == NULL, "nothing to find");

    for (i = 0; i < N; i++) {
        all[i] = monitor(i + 1);
        all[i]->due = rand_r(&seed) % 100000;

        if (ngx_uptime_schedule_insert(&s, all[i]) != NGX_OK) {
            break;
        }

        if (i % 10) {
            ngx_uptime_schedule_queue(&s, all[i]);
        }
    }

    tap_is_int(i, N, "inserted");
    tap_is_int(s.n, N, "counted");
    tap_is_int(s.queued, N - N / 10, "queued");

    for (i = 0, bad = 0; i < N; i++) {
        bad += (ngx_uptime_schedule_find(&s, i + 1) != all[i]);
    }

    tap_is_int(bad, 0, "all are found");
    tap_ok(ngx_uptime_schedule_find(&s, N + 1) == NULL, "one more is not");

    /* moved, unqueued, removed in any order */

    for (i = 0; i < N; i++) {
        m = all[i];

        switch (rand_r(&seed) % 4) {
        case 0:
            m->due = rand_r(&seed) % 100000;
            ngx_uptime_schedule_queue(&s, m);
            break;
        case 1:
            ngx_uptime_schedule_unqueue(&s, m);
            ngx_uptime_schedule_unqueue(&s, m);
            break;
        case 2:
            ngx_uptime_schedule_remove(&s, m);
            all[i] = NULL;
            break;
        }
    }

    for (i = 0, bad = 0; i < N; i++) {
        bad += (ngx_uptime_schedule_find(&s, i + 1) != all[i]);
    }

    tap_is_int(bad, 0, "what was removed is not found, the rest is");

    last = -1;
    bad = 0;

    while ((m = ngx_uptime_schedule_head(&s)) != NULL) {
        bad += (m->due < last);
        last = m->due;
        all[m->id - 1] = NULL;
        ngx_uptime_schedule_remove(&s, m);
    }

    tap_is_int(bad, 0, "the head is always the first that is due");
    tap_is_int(s.queued, 0, "nothing is queued any more");

    for (i = 0; i < N; i++) {
        if (all[i]) {
            ngx_uptime_schedule_remove(&s, all[i]);
        }
    }

    tap_is_int(s.n, 0, "the table is empty");

    ngx_free(s.heap);
    ngx_free(s.buckets);
    free(all);
}


/* A walk in pieces, while the table grows a hundredfold. */

static void
walk(void)
{
    int                    bad, i, most, n;
    char                  *seen;
    ngx_uint_t             b;
    ngx_uptime_monitor_t  *m;

    seen = calloc(200 * N, 1);
    bad = most = 0;

    (void) ngx_uptime_schedule_init(&s, NULL);

    for (i = 1; i <= N; i++) {
        (void) ngx_uptime_schedule_insert(&s, monitor(i));
    }

    for (b = 0; b < ngx_uptime_schedule_buckets(&s); b++) {

        for (m = s.buckets[b], n = 0; m; m = m->next, n++) {
            seen[m->id] = 1;
        }

        most = (n > most) ? n : most;

        for (n = 0; b < 50 && n < 2 * N; n++, i++) {
            (void) ngx_uptime_schedule_insert(&s, monitor(i));
        }

        /* some go */

        m = ngx_uptime_schedule_find(&s, N + b + 1);

        if (m != NULL) {
            ngx_uptime_schedule_remove(&s, m);
        }
    }

    for (i = 1; i <= N; i++) {
        bad += !seen[i] || ngx_uptime_schedule_find(&s, i) == NULL;
    }

    tap_is_int(bad, 0, "who was there from the beginning is seen");
    tap_ok(most < 20, "no bucket is long");

    ngx_uptime_schedule_destroy(&s);
    free(seen);
}


static void
memory(void)
{
    ngx_uptime_monitor_t  *m;

    tap_ok(sizeof(ngx_uptime_monitor_t) + 512 <= 1024,
           "a monitor with a URL of 512 bytes fits into 1 KiB");

    ngx_stub_fail = 1;
    tap_is_int(ngx_uptime_schedule_init(&s, NULL), NGX_ERROR,
               "no memory for the heap");

    ngx_stub_fail = 2;
    tap_is_int(ngx_uptime_schedule_init(&s, NULL), NGX_ERROR,
               "no memory for the hash");

    tap_is_int(ngx_uptime_schedule_init(&s, NULL), NGX_OK, "memory again");

    while (s.n < s.allocated) {
        if (ngx_uptime_schedule_insert(&s, monitor(s.n + 1)) != NGX_OK) {
            break;
        }
    }

    m = monitor(s.n + 1);

    ngx_stub_fail = 1;
    tap_is_int(ngx_uptime_schedule_insert(&s, m), NGX_ERROR,
               "no memory to grow");
    tap_ok(ngx_uptime_schedule_find(&s, m->id) == NULL
           && ngx_uptime_schedule_find(&s, 1) != NULL,
           "the table is as it was");
    tap_is_int(ngx_uptime_schedule_insert(&s, m), NGX_OK, "and grows later");
}


int
main(void)
{
    ngx_stub_fail = 0;

    slots();
    first();
    after();
    confirmed();
    table();
    walk();
    memory();

    return tap_done();
}
