
/*
 * At most so many connections to one address at once.  A door is an address
 * that somebody uses or waits for; it goes with the last of them.  A pass
 * needs a place at all of its doors, takes all of them or none, and waits at
 * the first that is full.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_gate.h"


#define NGX_UPTIME_GATE_BUCKETS  8192           /* a power of 2             */


struct ngx_uptime_door_s {
    ngx_uptime_door_t             *next;        /* in the bucket            */
    uint64_t                       key[2];
    ngx_queue_t                    queue;       /* passes, oldest first     */
    ngx_uint_t                     waiting;
    ngx_uint_t                     inside;
    ngx_uint_t                     refs;        /* passes that name it      */
};


static ngx_int_t ngx_uptime_gate_doors(ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n);
static void ngx_uptime_gate_key(const ngx_uptime_sockaddr_t *sa,
    uint64_t *key);
static ngx_uptime_door_t **ngx_uptime_gate_bucket(ngx_uptime_gate_t *gate,
    const uint64_t *key);
static ngx_uptime_door_t *ngx_uptime_gate_door(ngx_uptime_gate_t *gate,
    const uint64_t *key);
static void ngx_uptime_gate_forget(ngx_uptime_pass_t *p);
static ngx_uptime_door_t *ngx_uptime_gate_full(ngx_uptime_pass_t *p);
static void ngx_uptime_gate_take(ngx_uptime_pass_t *p);
static void ngx_uptime_gate_queue(ngx_uptime_pass_t *p,
    ngx_uptime_door_t *d);
static void ngx_uptime_gate_unqueue(ngx_uptime_pass_t *p);
static void ngx_uptime_gate_serve(ngx_uptime_gate_t *gate,
    ngx_uptime_door_t *d);
static void ngx_uptime_gate_handler(ngx_event_t *ev);


ngx_uptime_gate_t *
ngx_uptime_gate_create(ngx_pool_t *pool, ngx_uint_t max, ngx_log_t *log)
{
    ngx_uptime_gate_t  *gate;

    gate = ngx_pcalloc(pool, sizeof(ngx_uptime_gate_t));
    if (gate == NULL) {
        return NULL;
    }

    gate->buckets = ngx_pcalloc(pool, NGX_UPTIME_GATE_BUCKETS
                                      * sizeof(ngx_uptime_door_t *));
    if (gate->buckets == NULL) {
        return NULL;
    }

    gate->max = max;
    gate->log = log;

    /* which addresses share a bucket is not for users to know */

    gate->seed = ((uint64_t) ngx_random() << 32) ^ (uint64_t) ngx_random();

    return gate;
}


ngx_int_t
ngx_uptime_gate_enter(ngx_uptime_gate_t *gate, ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n)
{
    ngx_uptime_door_t  *d;

    p->in = 1;

    if (gate->max == 0) {
        return NGX_OK;
    }

    p->in = 0;
    p->gate = gate;

    if (ngx_uptime_gate_doors(p, addrs, n) != NGX_OK) {
        ngx_uptime_gate_forget(p);
        return NGX_ERROR;
    }

    d = ngx_uptime_gate_full(p);

    if (d == NULL) {
        ngx_uptime_gate_take(p);
        return NGX_OK;
    }

    if (d->waiting >= NGX_UPTIME_GATE_LINE
        || gate->waiting >= NGX_UPTIME_GATE_LINES)
    {
        gate->refused++;
        ngx_uptime_gate_forget(p);
        return NGX_DECLINED;
    }

    ngx_memzero(&p->event, sizeof(ngx_event_t));

    p->event.handler = ngx_uptime_gate_handler;
    p->event.data = p;
    p->event.log = gate->log;

    ngx_uptime_gate_queue(p, d);
    ngx_add_timer(&p->event, p->patience ? p->patience
                                         : NGX_UPTIME_GATE_PATIENCE);

    if (gate->notify != NULL) {
        ngx_post_event(gate->notify, &ngx_posted_events);
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_uptime_gate_doors(ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n)
{
    uint64_t            key[2];
    ngx_uint_t          i, j;
    ngx_uptime_door_t  *d;

    p->ndoors = 0;
    n = ngx_min(n, NGX_UPTIME_MAX_ADDRS);

    for (i = 0; i < n; i++) {
        ngx_uptime_gate_key(&addrs[i], key);

        d = ngx_uptime_gate_door(p->gate, key);
        if (d == NULL) {
            return NGX_ERROR;
        }

        for (j = 0; j < p->ndoors && p->doors[j] != d; j++) {
            /* void */
        }

        if (j == p->ndoors) {
            p->doors[p->ndoors++] = d;
            d->refs++;
        }
    }

    return NGX_OK;
}


/* An IPv4 address and the IPv6 one that it is mapped to are the same. */

static void
ngx_uptime_gate_key(const ngx_uptime_sockaddr_t *sa, uint64_t *key)
{
    u_char  *p;

    p = (u_char *) key;

#if (NGX_HAVE_INET6)

    if (sa->sockaddr.sa_family == AF_INET6) {
        ngx_memcpy(p, &sa->sin6.sin6_addr, 16);
        return;
    }

#endif

    ngx_memzero(p, 10);
    ngx_memset(p + 10, 0xff, 2);
    ngx_memcpy(p + 12, &sa->sin.sin_addr, 4);
}


static ngx_uptime_door_t **
ngx_uptime_gate_bucket(ngx_uptime_gate_t *gate, const uint64_t *key)
{
    uint64_t  x;

    x = (key[0] ^ gate->seed) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 31) ^ key[1]) * 0x94d049bb133111ebULL;

    return &gate->buckets[(x >> 40) & (NGX_UPTIME_GATE_BUCKETS - 1)];
}


/* A new one has no references; NULL: no memory. */

static ngx_uptime_door_t *
ngx_uptime_gate_door(ngx_uptime_gate_t *gate, const uint64_t *key)
{
    ngx_uptime_door_t  *d, **bucket;

    bucket = ngx_uptime_gate_bucket(gate, key);

    for (d = *bucket; d; d = d->next) {
        if (d->key[0] == key[0] && d->key[1] == key[1]) {
            return d;
        }
    }

    d = ngx_alloc(sizeof(ngx_uptime_door_t), gate->log);
    if (d == NULL) {
        return NULL;
    }

    ngx_memzero(d, sizeof(ngx_uptime_door_t));

    d->key[0] = key[0];
    d->key[1] = key[1];
    ngx_queue_init(&d->queue);

    d->next = *bucket;
    *bucket = d;

    return d;
}


/* The pass has no doors any more; those that nobody names are freed. */

static void
ngx_uptime_gate_forget(ngx_uptime_pass_t *p)
{
    ngx_uint_t          i;
    ngx_uptime_door_t  *d, **prev;

    for (i = 0; i < p->ndoors; i++) {
        d = p->doors[i];

        if (--d->refs) {
            continue;
        }

        prev = ngx_uptime_gate_bucket(p->gate, d->key);

        while (*prev != d) {
            prev = &(*prev)->next;
        }

        *prev = d->next;
        ngx_free(d);
    }

    p->ndoors = 0;
    p->in = 0;
}


static ngx_uptime_door_t *
ngx_uptime_gate_full(ngx_uptime_pass_t *p)
{
    ngx_uint_t  i;

    for (i = 0; i < p->ndoors; i++) {
        if (p->doors[i]->inside >= p->gate->max) {
            return p->doors[i];
        }
    }

    return NULL;
}


static void
ngx_uptime_gate_take(ngx_uptime_pass_t *p)
{
    ngx_uint_t  i;

    for (i = 0; i < p->ndoors; i++) {
        p->doors[i]->inside++;
    }

    p->in = 1;
}


static void
ngx_uptime_gate_queue(ngx_uptime_pass_t *p, ngx_uptime_door_t *d)
{
    p->at = d;
    p->queued = 1;
    p->gate->waiting++;
    d->waiting++;

    ngx_queue_insert_tail(&d->queue, &p->queue);
}


static void
ngx_uptime_gate_unqueue(ngx_uptime_pass_t *p)
{
    ngx_queue_remove(&p->queue);

    p->at->waiting--;
    p->gate->waiting--;
    p->queued = 0;
}


/* A door that is not full has nobody who waits at it. */

static void
ngx_uptime_gate_serve(ngx_uptime_gate_t *gate, ngx_uptime_door_t *d)
{
    ngx_queue_t        *q;
    ngx_uptime_door_t  *other;
    ngx_uptime_pass_t  *p;

    while (d->inside < gate->max && !ngx_queue_empty(&d->queue)) {
        q = ngx_queue_head(&d->queue);
        p = ngx_queue_data(q, ngx_uptime_pass_t, queue);

        ngx_uptime_gate_unqueue(p);

        other = ngx_uptime_gate_full(p);

        if (other != NULL) {
            ngx_uptime_gate_queue(p, other);
            continue;
        }

        ngx_uptime_gate_take(p);

        ngx_del_timer(&p->event);
        ngx_post_event(&p->event, &ngx_posted_events);
    }
}


static void
ngx_uptime_gate_handler(ngx_event_t *ev)
{
    ngx_uptime_pass_t *p = ev->data;

    if (p->queued) {
        p->gate->expired++;
        ngx_uptime_gate_unqueue(p);
        ngx_uptime_gate_forget(p);
    }

    p->handler(p);
}


void
ngx_uptime_gate_leave(ngx_uptime_pass_t *p)
{
    ngx_uint_t  i;

    if (p->ndoors == 0) {
        return;
    }

    if (p->queued) {
        ngx_uptime_gate_unqueue(p);
        ngx_del_timer(&p->event);
    }

    if (p->event.posted) {
        ngx_delete_posted_event(&p->event);
    }

    if (p->in) {

        for (i = 0; i < p->ndoors; i++) {
            p->doors[i]->inside--;
        }

        for (i = 0; i < p->ndoors; i++) {
            ngx_uptime_gate_serve(p->gate, p->doors[i]);
        }
    }

    ngx_uptime_gate_forget(p);
}
