
/*
 * Crash points for tests.  Runs in any process, and does nothing in
 * production.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_crash.h"


#define NGX_UPTIME_CRASH_PATH  1024


void
ngx_uptime_crash(const char *point)
{
    u_char       file[NGX_UPTIME_CRASH_PATH];
    const char  *dir;

    dir = getenv("UPTIME_CRASH");

    if (dir == NULL) {
        return;
    }

    (void) ngx_snprintf(file, NGX_UPTIME_CRASH_PATH, "%s/%s%Z", dir, point);
    file[NGX_UPTIME_CRASH_PATH - 1] = '\0';

    /* the next process goes on */

    if (unlink((char *) file) == 0) {
        (void) kill(ngx_getpid(), SIGKILL);
    }
}
