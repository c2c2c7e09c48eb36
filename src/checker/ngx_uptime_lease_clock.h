
#ifndef _NGX_UPTIME_LEASE_CLOCK_H_INCLUDED_
#define _NGX_UPTIME_LEASE_CLOCK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* ms since 1970 by the database's clock; this machine's before it is known */
int64_t ngx_uptime_now(void);

/* ms of a clock that nobody sets and that goes on while the machine sleeps */
int64_t ngx_uptime_clock_steady(void);

/* A query that was sent at "sent", steady, says that it is "time". */
void ngx_uptime_clock_set(ngx_log_t *log, int64_t sent, int64_t time);


#endif /* _NGX_UPTIME_LEASE_CLOCK_H_INCLUDED_ */
