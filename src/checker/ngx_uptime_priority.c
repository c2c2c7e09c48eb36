
/*
 * The checker's place among the processes of its machine: its clock is what
 * targets are measured by, so it goes before those who only work.  Used in
 * the master and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <sys/resource.h>

#include "ngx_uptime_priority.h"


/* of RLIMIT_NICE: 20 is nice 0, 40 is nice -20 */
#define NGX_UPTIME_PRIORITY_LIMIT  20


static ngx_int_t ngx_uptime_priority_wanted(ngx_int_t priority);


static ngx_int_t
ngx_uptime_priority_wanted(ngx_int_t priority)
{
    return (priority == NGX_UPTIME_PRIORITY_UNSET)
           ? NGX_UPTIME_PRIORITY_DEFAULT : priority;
}


void
ngx_uptime_priority_allow(ngx_int_t priority)
{
    rlim_t         limit;
    struct rlimit  rlmt;

    priority = ngx_uptime_priority_wanted(priority);

    if (priority >= 0 || getrlimit(RLIMIT_NICE, &rlmt) == -1) {
        return;
    }

    limit = (rlim_t) (NGX_UPTIME_PRIORITY_LIMIT - priority);

    if (rlmt.rlim_cur >= limit) {
        return;
    }

    rlmt.rlim_cur = limit;
    rlmt.rlim_max = ngx_max(rlmt.rlim_max, limit);

    /* what is not allowed is told by the one who needs it */
    (void) setrlimit(RLIMIT_NICE, &rlmt);
}


void
ngx_uptime_priority_set(ngx_int_t priority, ngx_log_t *log)
{
    ngx_int_t   wanted;
    ngx_uint_t  level;

    wanted = ngx_uptime_priority_wanted(priority);

    if (wanted == 0 || setpriority(PRIO_PROCESS, 0, (int) wanted) == 0) {
        return;
    }

    level = (priority == NGX_UPTIME_PRIORITY_UNSET) ? NGX_LOG_NOTICE
                                                    : NGX_LOG_WARN;

    ngx_log_error(level, log, ngx_errno,
                  "uptime: the checker may not run at nice %i, on a busy "
                  "machine checks start late: RLIMIT_NICE of %i is needed",
                  wanted, NGX_UPTIME_PRIORITY_LIMIT - wanted);
}
