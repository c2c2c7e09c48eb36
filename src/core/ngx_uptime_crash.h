
#ifndef _NGX_UPTIME_CRASH_H_INCLUDED_
#define _NGX_UPTIME_CRASH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * For t/chaos: the process kills itself at a named point, once, if the
 * environment's UPTIME_CRASH names a file whose name ends with the point's.
 * nginx gives its processes no environment unless "env UPTIME_CRASH;" is in
 * its configuration.
 */
void ngx_uptime_crash(const char *point);


#endif /* _NGX_UPTIME_CRASH_H_INCLUDED_ */
