
#ifndef _NGX_UPTIME_PRIORITY_H_INCLUDED_
#define _NGX_UPTIME_PRIORITY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* Priorities are those of nice(1), from -20, the first, to 19; 0: as it is. */

#define NGX_UPTIME_PRIORITY_DEFAULT  -5
#define NGX_UPTIME_PRIORITY_UNSET    100


/*
 * In the master, which may: lets its children take this priority although
 * they are somebody else by then (setrlimit(2), RLIMIT_NICE).
 */
void ngx_uptime_priority_allow(ngx_int_t priority);

/* In the checker.  Goes on without it; that is logged. */
void ngx_uptime_priority_set(ngx_int_t priority, ngx_log_t *log);


#endif /* _NGX_UPTIME_PRIORITY_H_INCLUDED_ */
