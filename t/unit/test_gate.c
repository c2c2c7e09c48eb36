
/*
 * sources: src/fetch/ngx_uptime_gate.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <ngx_event.h>

#include "ngx_uptime_gate.h"


#define N      400
#define ADDRS  12
#define MAX    5                    /* for one owner: 4 */


typedef struct {
    ngx_uptime_pass_t      pass;
    ngx_uint_t             n;
    ngx_uptime_sockaddr_t  addrs[3];
    int                    called;
    int                    busy;
} user_t;


static ngx_uptime_gate_t  *gate;
static int                 timers;
static int                 order[N];
static int                 norder;


/* nginx's */

ngx_queue_t             ngx_posted_events;
ngx_rbtree_t            ngx_event_timer_rbtree;


void
ngx_rbtree_insert(ngx_rbtree_t *tree, ngx_rbtree_node_t *node)
{
    timers++;
}


void
ngx_rbtree_delete(ngx_rbtree_t *tree, ngx_rbtree_node_t *node)
{
    timers--;
}


void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    if (ngx_stub_fail > 0 && --ngx_stub_fail == 0) {
        return NULL;
    }

    return malloc(size);
}


/* addresses that the gate remembers */

static int
doors(void)
{
    int    i, n;
    void  *d;

    n = 0;

    for (i = 0; i < 8192; i++) {
        for (d = gate->buckets[i]; d; d = *(void **) d) {
            n++;
        }
    }

    return n;
}


static void
came(ngx_uptime_pass_t *p)
{
    user_t *u = p->data;

    u->called++;

    if (norder < N) {
        order[norder++] = u->n;
    }
}


static void
posted(void)
{
    ngx_queue_t  *q;
    ngx_event_t  *ev;

    while (!ngx_queue_empty(&ngx_posted_events)) {
        q = ngx_queue_head(&ngx_posted_events);
        ev = ngx_queue_data(q, ngx_event_t, queue);
        ngx_delete_posted_event(ev);
        ev->handler(ev);
    }
}


static void
expire(user_t *u)
{
    ngx_event_t  *ev;

    ev = &u->pass.event;
    timers--;
    ev->timer_set = 0;
    ev->timedout = 1;
    ev->handler(ev);
}


static void
address(ngx_uptime_sockaddr_t *sa, int n)
{
    memset(sa, 0, sizeof(*sa));
    sa->sin.sin_family = AF_INET;
    sa->sin.sin_addr.s_addr = htonl(0x0a000000 + n);
}


static user_t *
user(int n, int a)
{
    user_t  *u;

    u = calloc(1, sizeof(user_t));
    u->n = n;
    u->pass.handler = came;
    u->pass.data = u;
    address(&u->addrs[0], a);

    return u;
}


static void
line(void)
{
    int      i;
    user_t  *u[10];

    norder = 0;

    for (i = 0; i < 10; i++) {
        u[i] = user(i, 1);
        tap_is_int(ngx_uptime_gate_enter(gate, &u[i]->pass, u[i]->addrs, 1),
                   (i < 4) ? NGX_OK : NGX_AGAIN,
                   (i < 4) ? "there is a place" : "full");
    }

    tap_is_int(gate->waiting, 6, "six wait");
    tap_is_int(timers, 6, "each with its patience");

    ngx_uptime_gate_leave(&u[0]->pass);
    tap_is_int(u[4]->called, 0, "nobody is called from inside");
    ngx_uptime_gate_leave(&u[1]->pass);
    posted();
    tap_ok(norder == 2 && order[0] == 4 && order[1] == 5,
           "two leave, two come in, the oldest first");
    tap_ok(u[4]->pass.in && u[5]->pass.in, "they are in");

    ngx_uptime_gate_leave(&u[6]->pass);
    ngx_uptime_gate_leave(&u[2]->pass);
    posted();
    tap_ok(u[6]->called == 0 && u[7]->called == 1,
           "who left the line is passed over");

    expire(u[8]);
    tap_ok(u[8]->called == 1 && !u[8]->pass.in, "out of patience");
    tap_is_int(gate->expired, 1, "which is counted");
    ngx_uptime_gate_leave(&u[8]->pass);

    /* called, but cancelled before it heard of it: the place goes on */

    ngx_uptime_gate_leave(&u[3]->pass);
    ngx_uptime_gate_leave(&u[9]->pass);
    posted();
    tap_is_int(u[9]->called, 0, "cancelled with a place");

    for (i = 0; i < 10; i++) {
        ngx_uptime_gate_leave(&u[i]->pass);
        ngx_uptime_gate_leave(&u[i]->pass);
        free(u[i]);
    }

    tap_is_int(gate->waiting, 0, "nobody waits");
    tap_is_int(timers, 0, "no timer is left");
    tap_is_int(doors(), 0, "no memory is left");
}


/* One owner's checks hang: others have a place, and their turns. */

static void
owners(void)
{
    int      i;
    user_t  *u[20];

    norder = 0;

    for (i = 0; i < 20; i++) {
        u[i] = user(i, 3);
        u[i]->pass.owner = (i < 10) ? 1 : 2 + i % 2;
        (void) ngx_uptime_gate_enter(gate, &u[i]->pass, u[i]->addrs, 1);
    }

    tap_ok(u[3]->pass.in && u[4]->pass.queued, "four of one owner");
    tap_ok(u[10]->pass.in && u[11]->pass.queued, "the fifth is another's");

    for (i = 0; i < 4; i++) {
        ngx_uptime_gate_leave(&u[i]->pass);
    }

    posted();
    tap_ok(norder == 4, "four leave, four come in");
    tap_ok(order[0] < 10 || order[1] < 10 || order[2] < 10,
           "the first owner is among them");
    tap_ok(u[11]->pass.in && u[12]->pass.in,
           "and so are the others, whose first come first");

    for (i = 0; i < 20; i++) {
        ngx_uptime_gate_leave(&u[i]->pass);
        posted();
    }

    for (i = 0; i < 20; i++) {
        free(u[i]);
    }

    tap_ok(gate->waiting == 0 && timers == 0 && doors() == 0,
           "everything is given back");
}


static void
bounds(void)
{
    int                     i, bad, n;
    user_t                 *u, **us;
    ngx_uptime_sockaddr_t   sa[2];

    /* the same address in both families */

    u = user(0, 7);
    memcpy(&sa[0], &u->addrs[0], sizeof(sa[0]));
    memset(&sa[1], 0, sizeof(sa[1]));
    sa[1].sin6.sin6_family = AF_INET6;
    memset(&sa[1].sin6.sin6_addr.s6_addr[10], 0xff, 2);
    memcpy(&sa[1].sin6.sin6_addr.s6_addr[12], &sa[0].sin.sin_addr, 4);

    tap_is_int(ngx_uptime_gate_enter(gate, &u->pass, sa, 2), NGX_OK,
               "IPv4 and its IPv6 form");
    tap_is_int(u->pass.nlines, 1, "are one address");
    ngx_uptime_gate_leave(&u->pass);

    ngx_stub_fail = 1;
    tap_is_int(ngx_uptime_gate_enter(gate, &u->pass, sa, 2), NGX_ERROR,
               "no memory");
    ngx_stub_fail = 0;
    ngx_uptime_gate_leave(&u->pass);
    tap_is_int(doors(), 0, "no memory is lost");

    address(&sa[1], 8);
    for (i = 2; i < 5; i++) {
        ngx_stub_fail = i;
        tap_is_int(ngx_uptime_gate_enter(gate, &u->pass, sa, 2), NGX_ERROR,
                   "no memory for the rest");
    }

    ngx_stub_fail = 0;
    tap_is_int(doors(), 0, "nor is the first one left");

    gate->max = 0;
    tap_is_int(ngx_uptime_gate_enter(gate, &u->pass, sa, 2), NGX_OK,
               "without a limit everybody is in");
    tap_is_int(doors(), 0, "and nothing is remembered");
    ngx_uptime_gate_leave(&u->pass);
    gate->max = MAX;
    free(u);

    n = NGX_UPTIME_GATE_LINE + 10;
    us = calloc(n, sizeof(user_t *));
    bad = 0;

    for (i = 0; i < n; i++) {
        us[i] = user(i, 9);
        bad += (ngx_uptime_gate_enter(gate, &us[i]->pass, us[i]->addrs, 1)
                == NGX_DECLINED) != (i >= NGX_UPTIME_GATE_LINE + 4);
    }

    tap_is_int(bad, 0, "a line has an end");
    tap_is_int(gate->refused, 6, "who is sent away is counted");

    for (i = n; i--; /* void */) {
        ngx_uptime_gate_leave(&us[i]->pass);
        free(us[i]);
    }

    posted();
    free(us);
    tap_ok(gate->waiting == 0 && timers == 0 && doors() == 0,
           "everything is given back");
}


static int
number(const ngx_uptime_sockaddr_t *sa)
{
    return ntohl(sa->sin.sin_addr.s_addr) - 0x0a000000;
}


/* a random step of a random user */

static int
step(user_t *us)
{
    int      j;
    user_t  *u;

    u = &us[random() % N];

    if (!u->busy) {
        memset(u, 0, sizeof(*u));
        u->pass.handler = came;
        u->pass.data = u;
        u->n = 1 + random() % 3;
        u->pass.owner = random() % 3;

        for (j = 0; j < (int) u->n; j++) {
            address(&u->addrs[j], random() % ADDRS);
        }

        u->busy = ngx_uptime_gate_enter(gate, &u->pass, u->addrs, u->n)
                  != NGX_DECLINED;
        return 0;
    }

    if (random() % 20 == 0 && u->pass.queued) {
        expire(u);
        u->busy = 0;
        return u->pass.in;
    }

    if (u->pass.in || random() % 5 == 0) {
        ngx_uptime_gate_leave(&u->pass);
        u->busy = 0;
    }

    return 0;
}


/* each address once */

static void
count(const user_t *u, int inside[][ADDRS])
{
    int  a, j, seen;

    seen = 0;

    for (j = 0; u->busy && u->pass.in && j < (int) u->n; j++) {
        a = number(&u->addrs[j]);
        inside[u->pass.owner][a] += !(seen & (1 << a));
        inside[3][a] += !(seen & (1 << a));
        seen |= 1 << a;
    }
}


/* who waits, waits at an address that is full, or full of its owner's */

static int
idle(const user_t *u, int inside[][ADDRS])
{
    int  a, j;

    if (!u->busy || !u->pass.queued) {
        return 0;
    }

    for (j = 0; j < (int) u->n; j++) {
        a = number(&u->addrs[j]);

        if (inside[3][a] == MAX || inside[u->pass.owner][a] == MAX - 1) {
            return 0;
        }
    }

    return 1;
}


/* Any order of events: no address is too full, nobody is forgotten. */

static void
random_walk(void)
{
    int      a, bad, i, inside[4][ADDRS], k, o, stuck;
    user_t  *us;

    us = calloc(N, sizeof(user_t));
    bad = stuck = 0;
    srandom(7);

    for (k = 0; k < 200000; k++) {
        bad += step(us);

        if (random() % 3 == 0) {
            posted();
        }

        if (k % 100) {
            continue;
        }

        memset(inside, 0, sizeof(inside));

        for (i = 0; i < N; i++) {
            count(&us[i], inside);
        }

        for (a = 0; a < ADDRS; a++) {
            bad += (inside[3][a] > MAX);

            for (o = 0; o < 3; o++) {
                bad += (inside[o][a] > MAX - 1);
            }
        }

        for (i = 0; i < N; i++) {
            stuck += idle(&us[i], inside);
        }
    }

    tap_is_int(bad, 0, "never too many at one address");
    tap_is_int(stuck, 0, "nobody waits without a reason");

    for (i = 0; i < N; i++) {
        ngx_uptime_gate_leave(&us[i].pass);
    }

    posted();
    free(us);
    tap_ok(gate->waiting == 0 && timers == 0 && doors() == 0,
           "everything is given back");
}


int
main(void)
{
    ngx_pool_t  *pool;

    ngx_queue_init(&ngx_posted_events);

    pool = ngx_stub_pool();
    gate = ngx_uptime_gate_create(pool, MAX, NULL);

    line();
    owners();
    bounds();
    random_walk();

    ngx_destroy_pool(pool);

    return tap_done();
}
