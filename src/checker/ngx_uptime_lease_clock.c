
/*
 * The time by which the checker works: the database's, which all nodes have
 * in common and by which leases run.  It is carried on between two looks by a
 * clock that nobody sets, so neither a jump of this machine's wall clock nor
 * a wrong one moves a slot.  Runs in the checker; there is one in a process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_lease_clock.h"


/* beyond this, tokens of this machine's workers may puzzle other nodes */
#define NGX_UPTIME_CLOCK_OFF  2000


static int64_t     ngx_uptime_clock_offset;
static ngx_uint_t  ngx_uptime_clock_known;
static ngx_uint_t  ngx_uptime_clock_warned;


/* Time asleep counts: after it, everything is late. */

int64_t
ngx_uptime_clock_steady(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_BOOTTIME, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


int64_t
ngx_uptime_now(void)
{
    ngx_time_t  *tp;

    if (ngx_uptime_clock_known) {
        return ngx_uptime_clock_steady() + ngx_uptime_clock_offset;
    }

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + tp->msec;
}


/*
 * The database looked at its clock after "sent" and before now, so the true
 * offset is between the two differences: within them nothing is changed, and
 * a slow answer moves nothing.
 */

void
ngx_uptime_clock_set(ngx_log_t *log, int64_t sent, int64_t time)
{
    int64_t      low, high, off;
    ngx_time_t  *tp;

    low = time - ngx_uptime_clock_steady();
    high = time - sent;

    if (!ngx_uptime_clock_known) {
        ngx_uptime_clock_known = 1;
        ngx_uptime_clock_offset = low + (high - low) / 2;

    } else if (ngx_uptime_clock_offset < low) {
        ngx_uptime_clock_offset = low;

    } else if (ngx_uptime_clock_offset > high) {
        ngx_uptime_clock_offset = high;
    }

    tp = ngx_timeofday();
    off = (int64_t) tp->sec * 1000 + tp->msec - ngx_uptime_now();

    if (ngx_abs(off) <= NGX_UPTIME_CLOCK_OFF) {
        ngx_uptime_clock_warned = 0;
        return;
    }

    if (!ngx_uptime_clock_warned) {
        ngx_uptime_clock_warned = 1;
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "uptime: this machine's clock is %L ms off the "
                      "database's, by which checks are made", off);
    }
}
