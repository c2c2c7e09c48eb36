/*
 * clock: a wall clock that is off, for tests (LD_PRELOAD).  Adds the seconds
 * in the file $UPTIME_TEST_CLOCK (read again when it changes) to the time of
 * day.  Monotonic clocks stay as they are, as when somebody sets the clock of
 * a machine.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>


static int (*real_clock_gettime)(clockid_t, struct timespec *);

static char            *file;
static long             offset;
static long             looked;        /* ms, monotonic */
static struct timespec  changed;


/* nginx writes its title over the environment */

__attribute__((constructor))
static void
start(void)
{
    const char  *name;

    name = getenv("UPTIME_TEST_CLOCK");
    file = (name == NULL) ? NULL : strdup(name);
}


static void
look(void)
{
    int              fd;
    char             text[32];
    ssize_t          n;
    struct stat      st;
    struct timespec  now;

    if (real_clock_gettime == NULL) {
        *(void **) &real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    }

    real_clock_gettime(CLOCK_MONOTONIC, &now);

    if (now.tv_sec * 1000 + now.tv_nsec / 1000000 - looked < 10) {
        return;
    }

    looked = now.tv_sec * 1000 + now.tv_nsec / 1000000;

    if (file == NULL || stat(file, &st) != 0
        || (st.st_mtim.tv_sec == changed.tv_sec
            && st.st_mtim.tv_nsec == changed.tv_nsec))
    {
        return;
    }

    fd = open(file, O_RDONLY);
    if (fd == -1) {
        return;
    }

    n = read(fd, text, sizeof(text) - 1);
    close(fd);

    if (n > 0) {
        text[n] = '\0';
        offset = strtol(text, NULL, 10);
        changed = st.st_mtim;
    }
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  rc;

    look();

    rc = real_clock_gettime(id, ts);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        ts->tv_sec += offset;
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    struct timespec  ts;

    (void) tz;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return -1;
    }

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *t)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return -1;
    }

    if (t != NULL) {
        *t = ts.tv_sec;
    }

    return ts.tv_sec;
}
