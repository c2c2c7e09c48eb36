
/*
 * The table of monitors: a hash by id and a binary heap by due time, so that
 * one timer serves any number of monitors.  Pure: unit tests build this file
 * without nginx.  The table owns its monitors.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_schedule.h"


#define NGX_UPTIME_SCHEDULE_SIZE  1024          /* a power of 2             */


static ngx_int_t ngx_uptime_schedule_grow(ngx_uptime_schedule_t *s);
static void ngx_uptime_schedule_split(ngx_uptime_schedule_t *s);
static ngx_uptime_monitor_t **ngx_uptime_schedule_bucket(
    ngx_uptime_schedule_t *s, int64_t id);
static void ngx_uptime_schedule_up(ngx_uptime_schedule_t *s, ngx_uint_t i);
static void ngx_uptime_schedule_down(ngx_uptime_schedule_t *s, ngx_uint_t i);
static void ngx_uptime_schedule_place(ngx_uptime_schedule_t *s, ngx_uint_t i,
    ngx_uptime_monitor_t *m);


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
