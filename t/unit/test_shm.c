
/*
 * sources: src/core/ngx_uptime_shm.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_shm.h"


static ngx_slab_pool_t  shpool;
static ngx_conf_t       conf;
static ngx_pid_t        alive;

ngx_pid_t               ngx_pid = 100;


/* instead of libc's: nobody else lives but "alive", who is not ours */

int
kill(pid_t pid, int sig)
{
    ngx_set_errno(pid == alive ? NGX_EPERM : NGX_ESRCH);

    return (pid == ngx_pid && sig == 0) ? 0 : -1;
}


static ngx_shm_zone_t *
zone_create(void *data)
{
    ngx_shm_zone_t  *zone;

    zone = ngx_uptime_shm_add(&conf, &conf);
    zone->shm.addr = (u_char *) &shpool;

    return (zone->init(zone, data) == NGX_OK) ? zone : NULL;
}


static ngx_msec_t
start(ngx_shm_zone_t *zone, ngx_msec_t after)
{
    ngx_current_msec += after;
    ngx_pid++;

    return ngx_uptime_shm_start(zone);
}


/* a process that dies; whether its checker is among the dead */

static ngx_uint_t
is_dead(ngx_shm_zone_t *zone, int64_t id)
{
    int64_t     ids[NGX_UPTIME_SHM_RUNS];
    ngx_uint_t  n;

    n = ngx_uptime_shm_dead(zone, ids);

    while (n--) {
        if (ids[n] == id) {
            return 1;
        }
    }

    return 0;
}


static void
test_heirs(ngx_shm_zone_t *zone)
{
    int64_t     ids[NGX_UPTIME_SHM_RUNS];
    ngx_uint_t  i;

    ngx_uptime_shm_checker(zone, 500, NULL, 0);
    tap_ok(!is_dead(zone, 500), "it is not dead to itself");

    (void) start(zone, 20000);
    tap_ok(is_dead(zone, 500), "its successor knows that it is dead");

    alive = ngx_pid - 1;
    tap_ok(!is_dead(zone, 500), "a number in use counts as alive");
    alive = 0;

    tap_is_int(ngx_uptime_shm_dead(zone, ids), 1, "one of them");
    ngx_uptime_shm_checker(zone, 501, ids, 1);
    tap_ok(!is_dead(zone, 500), "there is nothing to inherit twice");

    ngx_pid--;
    tap_ok(is_dead(zone, 501), "a number that was given out again");
    ngx_pid++;

    ngx_uptime_shm_end(zone, 0);
    (void) start(zone, 20000);
    tap_ok(is_dead(zone, 501), "one that could not leave in order");

    ngx_uptime_shm_checker(zone, 502, NULL, 0);
    ngx_uptime_shm_end(zone, 1);
    (void) start(zone, 20000);
    tap_ok(!is_dead(zone, 502), "one that left holds nothing");

    ngx_pid++;
    ngx_uptime_shm_checker(zone, 503, NULL, 0);
    ngx_uptime_shm_end(zone, 0);
    tap_ok(!is_dead(zone, 503), "without a start nothing is noted");

    for (i = 0; i < NGX_UPTIME_SHM_RUNS; i++) {
        ngx_uptime_shm_checker(zone, 600 + i, NULL, 0);
        (void) start(zone, 0);
    }

    tap_is_int(ngx_uptime_shm_dead(zone, ids), NGX_UPTIME_SHM_RUNS - 1,
               "the oldest are forgotten");
}


static void
test_reloads(ngx_shm_zone_t *zone)
{
    ngx_uint_t  i, delayed;

    delayed = 0;

    for (i = 0; i < 20; i++) {
        delayed += start(zone, i ? 3400 : 20000) != 0;
    }

    tap_is_int(delayed, 0, "three crashes in 10 s for ever");

    for (i = 0; i < 20; i++) {
        delayed += start(zone, i ? 100 : 20000) != 0;
        ngx_uptime_shm_end(zone, 1);
    }

    tap_is_int(delayed, 0, "any number of ends in order");

    (void) start(zone, 20000);
    alive = ngx_pid;

    for (i = 0; i < 3; i++) {
        delayed += start(zone, 10) != 0;
    }

    delayed += start(zone, 10) != 0;
    tap_is_int(delayed, 0, "the living do not count");
    alive = 0;
    tap_is_int(start(zone, 10), 1000, "until they are dead");
}


int
main(void)
{
    void            *data;
    ngx_uint_t       i;
    ngx_shm_zone_t  *zone, *next;

    conf.pool = ngx_stub_pool();
    ngx_current_msec = 1000000;

    zone = zone_create(NULL);
    tap_ok(zone->tag == &conf && zone->shm.size >= 8 * ngx_pagesize,
           "tag and size");

    for (i = 0; i < 4; i++) {
        tap_is_int(start(zone, 100), 0, "the first four start at once");
    }

    tap_is_int(start(zone, 10), 1000, "the fifth waits");
    tap_is_int(start(zone, 1010), 2000, "twice as long");
    tap_is_int(start(zone, 2010), 4000, "again");
    tap_is_int(start(zone, 4010), 8000, "again");

    next = zone_create(zone->data);
    tap_ok(next->data == zone->data, "a reload keeps the data");

    tap_is_int(start(next, 8010), 16000, "waiting is not being healthy");
    tap_is_int(start(next, 16010), 30000, "at most 30 s");
    tap_is_int(start(next, 30010), 30000, "and not more");
    tap_is_int(start(next, 39999), 30000, "died before 10 s of work");
    tap_is_int(start(next, 40000), 0, "worked for 10 s");
    tap_is_int(start(next, 1), 0, "and a second time");

    test_reloads(next);
    test_heirs(next);

    data = shpool.data;
    zone = ngx_uptime_shm_add(&conf, &conf);
    zone->shm.addr = (u_char *) &shpool;
    zone->shm.exists = 1;
    tap_is_int(zone->init(zone, NULL), NGX_OK, "a zone that exists");
    tap_ok(zone->data == data, "is used as it is");

    ngx_stub_fail = 2;
    tap_ok(zone_create(NULL) == NULL, "no memory in the zone");
    ngx_stub_fail = 1;
    tap_ok(ngx_uptime_shm_add(&conf, &conf) == NULL, "no zone");

    ngx_stub_free(data);
    ngx_destroy_pool(conf.pool);

    return tap_done();
}
