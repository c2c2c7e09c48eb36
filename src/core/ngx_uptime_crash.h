
#ifndef _NGX_UPTIME_CRASH_H_INCLUDED_
#define _NGX_UPTIME_CRASH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * For tests: the process kills itself at a named point, once, if the folder
 * that the environment's UPTIME_CRASH names has a file of the point's name,
 * which it may remove.  nginx gives its processes no environment unless
 * "env UPTIME_CRASH;" is in its configuration.
 */
void ngx_uptime_crash(const char *point);


#endif /* _NGX_UPTIME_CRASH_H_INCLUDED_ */
