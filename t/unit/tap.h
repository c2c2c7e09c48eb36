
#ifndef _TAP_H_INCLUDED_
#define _TAP_H_INCLUDED_


#include <stdio.h>
#include <string.h>
#include <stdlib.h>


/*
 * Test Anything Protocol, for programs of one file.  The plan is printed at
 * the end by tap_done(); a program that dies early has none and so fails.
 */

static int  tap_count;
static int  tap_failed;


static inline int
tap_ok(int ok, const char *name)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++tap_count, name);
    tap_failed += !ok;

    return ok;
}


static inline void
tap_is(const char *got, const char *want, const char *name)
{
    int  same;

    same = (got == NULL || want == NULL) ? got == want
                                         : strcmp(got, want) == 0;

    if (!tap_ok(same, name)) {
        printf("#   got: %s\n#  want: %s\n", got ? got : "(null)",
               want ? want : "(null)");
    }
}


static inline void
tap_is_int(long long got, long long want, const char *name)
{
    if (!tap_ok(got == want, name)) {
        printf("#   got: %lld\n#  want: %lld\n", got, want);
    }
}


static inline int
tap_done(void)
{
    printf("1..%d\n", tap_count);

    return tap_failed != 0;
}


#endif /* _TAP_H_INCLUDED_ */
