
/*
 * Slot arithmetic and the table of monitors: a hash by id and a binary heap
 * by due time, so that one timer serves any number of monitors.  Pure: unit
 * tests build this file alone.  The table owns its monitors.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_schedule.h"


#define NGX_UPTIME_SCHEDULE_SIZE  1024          /* a power of 2             */
#define NGX_UPTIME_MAX_ATTEMPT    30000         /* smallint in the database */


static uint64_t ngx_uptime_schedule_mix(uint64_t x);
static ngx_int_t ngx_uptime_schedule_grow(ngx_uptime_schedule_t *s);
static void ngx_uptime_schedule_split(ngx_uptime_schedule_t *s);
static ngx_uptime_monitor_t **ngx_uptime_schedule_bucket(
    ngx_uptime_schedule_t *s, int64_t id);
static void ngx_uptime_schedule_up(ngx_uptime_schedule_t *s, ngx_uint_t i);
static void ngx_uptime_schedule_down(ngx_uptime_schedule_t *s, ngx_uint_t i);
static void ngx_uptime_schedule_place(ngx_uptime_schedule_t *s, ngx_uint_t i,
    ngx_uptime_monitor_t *m);


/* Spreads consecutive numbers evenly (the finalizer of splitmix64). */

static uint64_t
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

    m->attempt = 1;

    if (m->last_slot < previous && now - previous <= NGX_UPTIME_CATCH_UP) {
        m->slot = previous;
        m->due = now;
        return;
    }

    m->slot = previous + m->interval;
    m->due = m->slot;
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
    int64_t  previous, next, earliest;

    m->last_slot = m->slot;
    m->last_attempt = m->attempt;

    previous = ngx_uptime_slot_previous(m->id, m->interval, now);
    next = previous + m->interval;

    /*
     * A slot that was made up for may be followed by the next one at once:
     * a failure of a moment must not confirm itself.
     */

    earliest = retry ? ngx_min(m->due, now) + ngx_min(m->retry, m->interval)
                     : now;

    /* a slot that came while the check was still running */

    if (previous > m->slot && now - previous <= NGX_UPTIME_CATCH_UP) {
        m->slot = previous;
        m->attempt = 1;
        m->due = ngx_max(now, earliest);
        return;
    }

    if (retry && now + m->retry < next) {
        m->attempt++;
        m->due = now + m->retry;
        return;
    }

    m->slot = next;
    m->attempt = 1;
    m->due = ngx_max(next, earliest);
}


ngx_int_t
ngx_uptime_schedule_init(ngx_uptime_schedule_t *s, ngx_log_t *log)
{
    ngx_memzero(s, sizeof(ngx_uptime_schedule_t));

    s->log = log;

    if (ngx_uptime_schedule_grow(s) != NGX_OK) {
        return NGX_ERROR;
    }

    s->size = NGX_UPTIME_SCHEDULE_SIZE;

    return NGX_OK;
}


/* Room for twice as many in both the hash and the heap. */

static ngx_int_t
ngx_uptime_schedule_grow(ngx_uptime_schedule_t *s)
{
    size_t                  old, size;
    ngx_uptime_monitor_t  **heap, **buckets;

    old = s->allocated * sizeof(ngx_uptime_monitor_t *);
    size = old ? old * 2
               : NGX_UPTIME_SCHEDULE_SIZE * sizeof(ngx_uptime_monitor_t *);

    heap = ngx_alloc(size, s->log);
    buckets = ngx_alloc(size, s->log);

    if (heap == NULL || buckets == NULL) {
        if (heap) {
            ngx_free(heap);
        }

        if (buckets) {
            ngx_free(buckets);
        }

        return NGX_ERROR;
    }

    ngx_memzero((u_char *) buckets + old, size - old);

    if (old) {
        ngx_memcpy(heap, s->heap, old);
        ngx_memcpy(buckets, s->buckets, old);
        ngx_free(s->heap);
        ngx_free(s->buckets);
    }

    s->heap = heap;
    s->buckets = buckets;
    s->allocated = size / sizeof(ngx_uptime_monitor_t *);

    return NGX_OK;
}


/*
 * Linear hashing: one more bucket, filled from one other, so that no insert
 * takes long, however many there are.
 */

static void
ngx_uptime_schedule_split(ngx_uptime_schedule_t *s)
{
    ngx_uptime_monitor_t  *m, *next, **stay, **move;

    stay = &s->buckets[s->split];
    move = &s->buckets[s->size + s->split];

    m = *stay;
    *stay = NULL;
    *move = NULL;

    for ( /* void */ ; m; m = next) {
        next = m->next;

        if (ngx_uptime_schedule_mix((uint64_t) m->id) & s->size) {
            m->next = *move;
            *move = m;

        } else {
            m->next = *stay;
            *stay = m;
        }
    }

    if (++s->split == s->size) {
        s->size *= 2;
        s->split = 0;
    }
}


ngx_uint_t
ngx_uptime_schedule_buckets(ngx_uptime_schedule_t *s)
{
    return s->size + s->split;
}


void
ngx_uptime_schedule_destroy(ngx_uptime_schedule_t *s)
{
    ngx_uint_t             i;
    ngx_uptime_monitor_t  *m, *next;

    for (i = 0; i < ngx_uptime_schedule_buckets(s); i++) {
        for (m = s->buckets[i]; m; m = next) {
            next = m->next;
            ngx_free(m);
        }
    }

    if (s->allocated) {
        ngx_free(s->buckets);
        ngx_free(s->heap);
    }

    ngx_memzero(s, sizeof(ngx_uptime_schedule_t));
}


static ngx_uptime_monitor_t **
ngx_uptime_schedule_bucket(ngx_uptime_schedule_t *s, int64_t id)
{
    uint64_t  i;

    i = ngx_uptime_schedule_mix((uint64_t) id) & (2 * s->size - 1);

    if (i >= s->size + s->split) {
        i -= s->size;
    }

    return &s->buckets[i];
}


ngx_int_t
ngx_uptime_schedule_insert(ngx_uptime_schedule_t *s, ngx_uptime_monitor_t *m)
{
    ngx_uptime_monitor_t  **bucket;

    if (s->n == s->allocated && ngx_uptime_schedule_grow(s) != NGX_OK) {
        return NGX_ERROR;
    }

    bucket = ngx_uptime_schedule_bucket(s, m->id);

    m->next = *bucket;
    *bucket = m;

    m->place = NGX_UPTIME_UNQUEUED;
    s->n++;

    if (s->n > ngx_uptime_schedule_buckets(s)) {
        ngx_uptime_schedule_split(s);
    }

    return NGX_OK;
}


void
ngx_uptime_schedule_remove(ngx_uptime_schedule_t *s, ngx_uptime_monitor_t *m)
{
    ngx_uptime_monitor_t  **p;

    ngx_uptime_schedule_unqueue(s, m);

    p = ngx_uptime_schedule_bucket(s, m->id);

    while (*p != m) {
        p = &(*p)->next;
    }

    *p = m->next;
    s->n--;

    ngx_free(m);
}


ngx_uptime_monitor_t *
ngx_uptime_schedule_find(ngx_uptime_schedule_t *s, int64_t id)
{
    ngx_uptime_monitor_t  *m;

    m = *ngx_uptime_schedule_bucket(s, id);

    while (m && m->id != id) {
        m = m->next;
    }

    return m;
}


void
ngx_uptime_schedule_queue(ngx_uptime_schedule_t *s, ngx_uptime_monitor_t *m)
{
    if (m->place == NGX_UPTIME_UNQUEUED) {
        ngx_uptime_schedule_place(s, s->queued++, m);
    }

    ngx_uptime_schedule_up(s, m->place);
    ngx_uptime_schedule_down(s, m->place);
}


void
ngx_uptime_schedule_unqueue(ngx_uptime_schedule_t *s, ngx_uptime_monitor_t *m)
{
    ngx_uint_t             i;
    ngx_uptime_monitor_t  *last;

    i = m->place;

    if (i == NGX_UPTIME_UNQUEUED) {
        return;
    }

    m->place = NGX_UPTIME_UNQUEUED;
    last = s->heap[--s->queued];

    if (last == m) {
        return;
    }

    ngx_uptime_schedule_place(s, i, last);
    ngx_uptime_schedule_up(s, i);
    ngx_uptime_schedule_down(s, last->place);
}


ngx_uptime_monitor_t *
ngx_uptime_schedule_head(ngx_uptime_schedule_t *s)
{
    return s->queued ? s->heap[0] : NULL;
}


static void
ngx_uptime_schedule_up(ngx_uptime_schedule_t *s, ngx_uint_t i)
{
    ngx_uint_t             parent;
    ngx_uptime_monitor_t  *m;

    m = s->heap[i];

    while (i) {
        parent = (i - 1) / 2;

        if (s->heap[parent]->due <= m->due) {
            break;
        }

        ngx_uptime_schedule_place(s, i, s->heap[parent]);
        i = parent;
    }

    ngx_uptime_schedule_place(s, i, m);
}


static void
ngx_uptime_schedule_down(ngx_uptime_schedule_t *s, ngx_uint_t i)
{
    ngx_uint_t             child;
    ngx_uptime_monitor_t  *m;

    m = s->heap[i];

    for ( ;; ) {
        child = 2 * i + 1;

        if (child >= s->queued) {
            break;
        }

        if (child + 1 < s->queued
            && s->heap[child + 1]->due < s->heap[child]->due)
        {
            child++;
        }

        if (m->due <= s->heap[child]->due) {
            break;
        }

        ngx_uptime_schedule_place(s, i, s->heap[child]);
        i = child;
    }

    ngx_uptime_schedule_place(s, i, m);
}


static void
ngx_uptime_schedule_place(ngx_uptime_schedule_t *s, ngx_uint_t i,
    ngx_uptime_monitor_t *m)
{
    s->heap[i] = m;
    m->place = i;
}
