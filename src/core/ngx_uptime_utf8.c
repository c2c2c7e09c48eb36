
/*
 * UTF-8 as RFC 3629 defines it: no surrogates, no overlong forms, nothing
 * above U+10FFFF; PostgreSQL refuses all of these.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_json.h"


ngx_int_t
ngx_uptime_utf8_check(const u_char *p, size_t len)
{
    size_t         n;
    const u_char  *end;

    end = p + len;

    while (p < end) {
        n = ngx_uptime_utf8_next(p, end);
        if (n == 0) {
            return NGX_ERROR;
        }

        p += n;
    }

    return NGX_OK;
}


size_t
ngx_uptime_utf8_length(const u_char *p, size_t len)
{
    size_t  n;

    /* every byte but a continuation byte starts a character */

    for (n = 0; len > 0; p++, len--) {
        n += (*p & 0xc0) != 0x80;
    }

    return n;
}


size_t
ngx_uptime_utf8_next(const u_char *p, const u_char *end)
{
    u_char  first, low, high;
    size_t  i, n;

    first = p[0];
    low = 0x80;
    high = 0xbf;

    if (first < 0x80) {
        return 1;

    } else if (first >= 0xc2 && first <= 0xdf) {
        n = 2;

    } else if (first >= 0xe0 && first <= 0xef) {
        n = 3;
        low = (first == 0xe0) ? 0xa0 : low;         /* overlong   */
        high = (first == 0xed) ? 0x9f : high;       /* surrogates */

    } else if (first >= 0xf0 && first <= 0xf4) {
        n = 4;
        low = (first == 0xf0) ? 0x90 : low;         /* overlong       */
        high = (first == 0xf4) ? 0x8f : high;       /* over U+10FFFF  */

    } else {
        return 0;
    }

    if ((size_t) (end - p) < n || p[1] < low || p[1] > high) {
        return 0;
    }

    for (i = 2; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }

    return n;
}
