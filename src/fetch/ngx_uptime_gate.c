
/*
 * At most so many connections to one address at once.  A door is an address
 * that is used or waited for, a line is what one owner has at a door; both go
 * with the last pass that names them.  A pass takes a place at each of its
 * doors or none, and waits in a line that cannot go on.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_gate.h"


#define NGX_UPTIME_GATE_BUCKETS  8192           /* a power of 2             */

/*
 * An owner has as many places as one may have: the last one is kept for
 * others, who would otherwise wait for somebody's checks that hang.
 */

#define ngx_uptime_gate_own(gate, l)                                          \
    ((l)->inside >= ngx_max((gate)->max - 1, 1))


typedef struct {
    uint64_t                       key[2];
    ngx_queue_t                    ready;       /* lines that may go on     */
    ngx_uint_t                     inside;
    ngx_uint_t                     refs;        /* lines                    */
} ngx_uptime_door_t;


struct ngx_uptime_line_s {
    ngx_uptime_line_t             *next;
    ngx_uptime_door_t             *door;
    int64_t                        owner;
    ngx_queue_t                    queue;       /* in ready                 */
    ngx_queue_t                    passes;      /* that wait, oldest first  */
    ngx_uint_t                     waiting;
    ngx_uint_t                     inside;
    ngx_uint_t                     refs;        /* passes                   */
    ngx_uint_t                     ready;
};


static ngx_int_t ngx_uptime_gate_lines(ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n);
static void ngx_uptime_gate_key(const ngx_uptime_sockaddr_t *sa,
    uint64_t *key);
static ngx_uptime_line_t **ngx_uptime_gate_bucket(ngx_uptime_gate_t *gate,
    const uint64_t *key);
static ngx_uptime_line_t *ngx_uptime_gate_line(ngx_uptime_gate_t *gate,
    const uint64_t *key, int64_t owner);
static ngx_uptime_line_t *ngx_uptime_gate_new(ngx_uptime_gate_t *gate,
    ngx_uptime_door_t *d, const uint64_t *key);
static void ngx_uptime_gate_forget(ngx_uptime_pass_t *p);
static ngx_uptime_line_t *ngx_uptime_gate_full(ngx_uptime_pass_t *p);
static void ngx_uptime_gate_turn(ngx_uptime_gate_t *gate,
    ngx_uptime_line_t *l);
static void ngx_uptime_gate_take(ngx_uptime_pass_t *p);
static void ngx_uptime_gate_queue(ngx_uptime_pass_t *p,
    ngx_uptime_line_t *l);
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
                                      * sizeof(ngx_uptime_line_t *));
    if (gate->buckets == NULL) {
        return NULL;
    }

    gate->max = max;
    gate->log = log;

    gate->seed = ((uint64_t) ngx_random() << 32) ^ (uint64_t) ngx_random();

    return gate;
}


ngx_int_t
ngx_uptime_gate_enter(ngx_uptime_gate_t *gate, ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n)
{
    ngx_uptime_line_t  *l;

    p->in = 1;

    if (gate->max == 0) {
        return NGX_OK;
    }

    p->in = 0;
    p->gate = gate;

    if (ngx_uptime_gate_lines(p, addrs, n) != NGX_OK) {
        ngx_uptime_gate_forget(p);
        return NGX_ERROR;
    }

    l = ngx_uptime_gate_full(p);

    if (l == NULL) {
        ngx_uptime_gate_take(p);
        return NGX_OK;
    }

    if (l->waiting >= NGX_UPTIME_GATE_LINE
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

    ngx_uptime_gate_queue(p, l);
    ngx_add_timer(&p->event, p->patience ? p->patience
                                         : NGX_UPTIME_GATE_PATIENCE);

    if (gate->notify != NULL) {
        ngx_post_event(gate->notify, &ngx_posted_events);
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_uptime_gate_lines(ngx_uptime_pass_t *p,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n)
{
    uint64_t            key[2];
    ngx_uint_t          i, j;
    ngx_uptime_line_t  *l;

    p->nlines = 0;
    n = ngx_min(n, NGX_UPTIME_MAX_ADDRS);

    for (i = 0; i < n; i++) {
        ngx_uptime_gate_key(&addrs[i], key);

        l = ngx_uptime_gate_line(p->gate, key, p->owner);
        if (l == NULL) {
            return NGX_ERROR;
        }

        for (j = 0; j < p->nlines && p->lines[j] != l; j++) { /* void */ }

        if (j == p->nlines) {
            p->lines[p->nlines++] = l;
            l->refs++;
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


static ngx_uptime_line_t **
ngx_uptime_gate_bucket(ngx_uptime_gate_t *gate, const uint64_t *key)
{
    uint64_t  x;

    x = (key[0] ^ gate->seed) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 31) ^ key[1]) * 0x94d049bb133111ebULL;

    return &gate->buckets[(x >> 40) & (NGX_UPTIME_GATE_BUCKETS - 1)];
}


/* A new one has no references; NULL: no memory. */

static ngx_uptime_line_t *
ngx_uptime_gate_line(ngx_uptime_gate_t *gate, const uint64_t *key,
    int64_t owner)
{
    ngx_uptime_line_t  *l, **bucket;
    ngx_uptime_door_t  *d;

    bucket = ngx_uptime_gate_bucket(gate, key);
    d = NULL;

    for (l = *bucket; l; l = l->next) {

        if (l->door->key[0] != key[0] || l->door->key[1] != key[1]) {
            continue;
        }

        d = l->door;

        if (l->owner == owner) {
            return l;
        }
    }

    l = ngx_uptime_gate_new(gate, d, key);
    if (l == NULL) {
        return NULL;
    }

    l->owner = owner;
    l->next = *bucket;
    *bucket = l;

    return l;
}


/* d may be NULL */

static ngx_uptime_line_t *
ngx_uptime_gate_new(ngx_uptime_gate_t *gate, ngx_uptime_door_t *d,
    const uint64_t *key)
{
    ngx_uptime_line_t  *l;

    l = ngx_alloc(sizeof(ngx_uptime_line_t), gate->log);
    if (l == NULL) {
        return NULL;
    }

    ngx_memzero(l, sizeof(ngx_uptime_line_t));
    ngx_queue_init(&l->passes);

    if (d == NULL) {
        d = ngx_alloc(sizeof(ngx_uptime_door_t), gate->log);
        if (d == NULL) {
            ngx_free(l);
            return NULL;
        }

        ngx_memzero(d, sizeof(ngx_uptime_door_t));

        d->key[0] = key[0];
        d->key[1] = key[1];
        ngx_queue_init(&d->ready);
    }

    l->door = d;
    d->refs++;

    return l;
}


/* The pass has no lines any more; what nobody names is freed. */

static void
ngx_uptime_gate_forget(ngx_uptime_pass_t *p)
{
    ngx_uint_t          i;
    ngx_uptime_line_t  *l, **prev;

    for (i = 0; i < p->nlines; i++) {
        l = p->lines[i];

        if (--l->refs) {
            continue;
        }

        prev = ngx_uptime_gate_bucket(p->gate, l->door->key);

        while (*prev != l) {
            prev = &(*prev)->next;
        }

        *prev = l->next;

        if (--l->door->refs == 0) {
            ngx_free(l->door);
        }

        ngx_free(l);
    }

    p->nlines = 0;
    p->in = 0;
}


static ngx_uptime_line_t *
ngx_uptime_gate_full(ngx_uptime_pass_t *p)
{
    ngx_uint_t          i;
    ngx_uptime_line_t  *l;

    for (i = 0; i < p->nlines; i++) {
        l = p->lines[i];

        if (l->door->inside >= p->gate->max
            || ngx_uptime_gate_own(p->gate, l))
        {
            return l;
        }
    }

    return NULL;
}


/* Whether the line may go on has perhaps changed. */

static void
ngx_uptime_gate_turn(ngx_uptime_gate_t *gate, ngx_uptime_line_t *l)
{
    ngx_uint_t  ready;

    ready = (l->waiting && !ngx_uptime_gate_own(gate, l));

    if (ready == l->ready) {
        return;
    }

    l->ready = ready;

    if (ready) {
        ngx_queue_insert_tail(&l->door->ready, &l->queue);
        return;
    }

    ngx_queue_remove(&l->queue);
}


static void
ngx_uptime_gate_take(ngx_uptime_pass_t *p)
{
    ngx_uint_t  i;

    for (i = 0; i < p->nlines; i++) {
        p->lines[i]->inside++;
        p->lines[i]->door->inside++;

        ngx_uptime_gate_turn(p->gate, p->lines[i]);
    }

    p->in = 1;
}


static void
ngx_uptime_gate_queue(ngx_uptime_pass_t *p, ngx_uptime_line_t *l)
{
    p->at = l;
    p->queued = 1;
    p->gate->waiting++;
    l->waiting++;

    ngx_queue_insert_tail(&l->passes, &p->queue);
    ngx_uptime_gate_turn(p->gate, l);
}


static void
ngx_uptime_gate_unqueue(ngx_uptime_pass_t *p)
{
    ngx_queue_remove(&p->queue);

    p->gate->waiting--;
    p->at->waiting--;
    p->queued = 0;

    ngx_uptime_gate_turn(p->gate, p->at);
}


/* A door that is not full has no line that is ready. */

static void
ngx_uptime_gate_serve(ngx_uptime_gate_t *gate, ngx_uptime_door_t *d)
{
    ngx_queue_t        *q;
    ngx_uptime_line_t  *l, *other;
    ngx_uptime_pass_t  *p;

    while (d->inside < gate->max && !ngx_queue_empty(&d->ready)) {
        q = ngx_queue_head(&d->ready);
        l = ngx_queue_data(q, ngx_uptime_line_t, queue);

        /* the next one is another owner's */

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&d->ready, q);

        q = ngx_queue_head(&l->passes);
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

    if (p->nlines == 0) {
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

        for (i = 0; i < p->nlines; i++) {
            p->lines[i]->inside--;
            p->lines[i]->door->inside--;

            ngx_uptime_gate_turn(p->gate, p->lines[i]);
        }

        for (i = 0; i < p->nlines; i++) {
            ngx_uptime_gate_serve(p->gate, p->lines[i]->door);
        }
    }

    ngx_uptime_gate_forget(p);
}
