
/*
 * Sockets that are closed by the handlers of others within one batch.
 *
 * sources: src/fetch/ngx_uptime_poll.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <ngx_event.h>

#include "ngx_uptime_poll.h"


#define N  8


static ngx_uptime_poll_t   *poll_;
static ngx_uptime_watch_t   watches[N];
static int                  ends[N][2];
static int                  calls[N];
static int                  stray;

static ngx_connection_t     connection;
static ngx_event_t          read_event, write_event;

ngx_event_actions_t         ngx_event_actions;
ngx_uint_t                  ngx_event_flags = NGX_USE_LEVEL_EVENT;
sig_atomic_t                ngx_terminate;
ngx_uint_t                  ngx_exiting;


ngx_connection_t *
ngx_get_connection(ngx_socket_t s, ngx_log_t *log)
{
    memset(&connection, 0, sizeof(connection));
    connection.fd = s;
    connection.read = &read_event;
    connection.write = &write_event;
    read_event.data = &connection;

    return &connection;
}


void
ngx_free_connection(ngx_connection_t *c)
{
}


static ngx_int_t
event(ngx_event_t *ev, ngx_int_t what, ngx_uint_t flags)
{
    return NGX_OK;
}


static void
open_watch(int i)
{
    if (pipe(ends[i]) != 0 || write(ends[i][1], "x", 1) != 1) {
        abort();
    }

    watches[i].fd = ends[i][0];
    (void) ngx_uptime_poll_watch(poll_, &watches[i], EPOLLIN);
}


static void
close_watch(int i)
{
    ngx_uptime_poll_forget(poll_, &watches[i]);
    (void) close(ends[i][0]);
    (void) close(ends[i][1]);
}


/* the first one that is called ends all the others */

static void
ends_others(ngx_uptime_watch_t *w, uint32_t events)
{
    int  i, self;

    self = (int) (w - watches);
    calls[self]++;

    for (i = 0; i < N; i++) {
        if (i != self && watches[i].active) {
            close_watch(i);
        }
    }
}


/* ends itself and its neighbour, and opens that one again */

static void
renews(ngx_uptime_watch_t *w, uint32_t events)
{
    int  i, next;

    i = (int) (w - watches);
    next = (i + 1) % N;

    calls[i]++;
    stray += !w->active;

    close_watch(i);

    if (watches[next].active) {
        close_watch(next);
        open_watch(next);
    }
}


static int
total(void)
{
    int  i, n;

    for (i = n = 0; i < N; i++) {
        n += calls[i];
    }

    return n;
}


static void
begin(ngx_uptime_watch_pt handler)
{
    int  i;

    memset(calls, 0, sizeof(calls));
    memset(watches, 0, sizeof(watches));

    for (i = 0; i < N; i++) {
        watches[i].handler = handler;
        open_watch(i);
    }
}


int
main(void)
{
    int         i;
    ngx_log_t   log;
    ngx_pool_t *pool;

    ngx_event_actions.add = event;
    ngx_event_actions.del = event;

    memset(&log, 0, sizeof(log));
    pool = ngx_stub_pool();
    poll_ = ngx_uptime_poll_create(pool, &log);

    begin(ends_others);
    tap_ok(!connection.idle, "busy while sockets are watched");
    read_event.handler(&read_event);
    tap_is_int(total(), 1, "who was ended in the batch is not called");

    for (i = 0; i < N; i++) {
        if (watches[i].active) {
            close_watch(i);
        }
    }

    tap_ok(connection.idle, "idle when none is left");

    begin(renews);

    for (i = 0; i < N * 2; i++) {
        read_event.handler(&read_event);
    }

    tap_is_int(total(), N, "who was renewed is called once, for the new one");
    tap_is_int(stray, 0, "nobody is called who is not watched");
    tap_ok(connection.idle, "idle again");

    begin(ends_others);
    read_event.handler(&read_event);
    ngx_exiting = 1;

    for (i = 0; i < N; i++) {
        if (watches[i].active) {
            close_watch(i);
        }
    }

    tap_is_int((int) connection.fd, -1, "a worker that leaves closes it");

    ngx_uptime_poll_destroy(poll_);
    ngx_destroy_pool(pool);

    return tap_done();
}
