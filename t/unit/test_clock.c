
/*
 * sources: src/checker/ngx_uptime_lease_clock.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_lease_clock.h"


static int64_t     steady = 5000000;
static ngx_time_t  wall;
static ngx_log_t   log;

volatile ngx_time_t  *ngx_cached_time = &wall;


/* instead of libc's */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
    ts->tv_sec = steady / 1000;
    ts->tv_nsec = (steady % 1000) * 1000000;

    return (id == CLOCK_BOOTTIME) ? 0 : -1;
}


/* a look at the database's clock that took so long */

static void
look(int64_t took, int64_t time)
{
    int64_t  sent;

    sent = steady;
    steady += took;

    ngx_uptime_clock_set(&log, sent, time);
}


int
main(void)
{
    wall.sec = 1000000;
    wall.msec = 500;

    tap_is_int(ngx_uptime_now(), 1000000500, "this machine's, at first");

    steady += 100;
    ngx_uptime_clock_set(&log, steady - 100, 2000000000);
    tap_is_int(ngx_uptime_now(), 2000000050, "half of the way back is passed");

    wall.sec += 86400;
    steady += 1000;
    tap_is_int(ngx_uptime_now(), 2000001050, "the wall clock moves nothing");

    wall.sec = 2000001;
    wall.msec = 0;

    look(10, 2000001055);
    tap_is_int(ngx_uptime_now(), 2000001060, "an answer that agrees");

    look(2000, 2000002000);
    tap_is_int(ngx_uptime_now(), 2000003060, "a slow one moves nothing");

    look(10, 2000003074);
    tap_is_int(ngx_uptime_now(), 2000003074, "a little behind");

    look(10, 2000003070);
    tap_is_int(ngx_uptime_now(), 2000003080, "a little ahead");

    wall.sec = 2003603;
    look(10, 2003603080);
    tap_is_int(ngx_uptime_now(), 2003603080, "the database's clock was set");

    wall.sec = 2000003;
    look(10, 2000003080);
    tap_is_int(ngx_uptime_now(), 2000003090, "and set back");

    return tap_done();
}
