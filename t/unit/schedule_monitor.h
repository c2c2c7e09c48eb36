
#ifndef _SCHEDULE_MONITOR_H_INCLUDED_
#define _SCHEDULE_MONITOR_H_INCLUDED_


#include "ngx_stub.h"
#include "ngx_uptime_schedule.h"


/* nginx's; obeys ngx_stub_fail */

void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    if (ngx_stub_fail > 0 && --ngx_stub_fail == 0) {
        return NULL;
    }

    return malloc(size);
}


static ngx_uptime_monitor_t *
monitor(int64_t id)
{
    ngx_uptime_monitor_t  *m;

    m = ngx_alloc(sizeof(ngx_uptime_monitor_t), NULL);
    memset(m, 0, sizeof(*m));

    m->id = id;
    m->interval = 60000;
    m->retry = 5000;
    m->state.status = NGX_UPTIME_UP;

    return m;
}


#endif /* _SCHEDULE_MONITOR_H_INCLUDED_ */
