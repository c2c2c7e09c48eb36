
/*
 * sources: src/checker/ngx_uptime_schedule.c
 * sources: src/checker/ngx_uptime_schedule_slots.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "schedule_monitor.h"


#define N    5000


static ngx_uptime_schedule_t  s;


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

    table();
    walk();
    memory();

    return tap_done();
}
