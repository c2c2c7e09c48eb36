
/*
 * Crash points for tests.  Runs in any process, and does nothing in
 * production.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_crash.h"


void
ngx_uptime_crash(const char *point)
{
    size_t       len, n;
    const char  *file;

    file = getenv("UPTIME_CRASH");

    if (file == NULL) {
        return;
    }

    len = ngx_strlen(file);
    n = ngx_strlen(point);

    if (len <= n || file[len - n - 1] != '/'
        || ngx_strcmp(file + len - n, point) != 0)
    {
        return;
    }

    /* the next process goes on */

    if (unlink(file) == 0) {
        (void) kill(ngx_getpid(), SIGKILL);
    }
}
