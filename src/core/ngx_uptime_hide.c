
/*
 * What somebody's answer repeats of our secrets is struck out before people
 * see it.  Pure; used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_hide.h"


static ngx_uint_t ngx_uptime_hide_is_part(u_char ch);
static void ngx_uptime_hide_text(ngx_str_t *text, const u_char *p, size_t len,
    ngx_uint_t cut);


void
ngx_uptime_hide(ngx_str_t *text, const ngx_str_t *secret, size_t least,
    ngx_uint_t cut)
{
    u_char  *p, *end, *last;

    if (text->len == 0) {
        return;
    }

    if (secret->len >= NGX_UPTIME_HIDE_SECRET) {
        ngx_uptime_hide_text(text, secret->data, secret->len, cut);
    }

    last = secret->data + secret->len;

    for (p = secret->data; p < last; p = end + 1) {

        for (end = p; end < last && ngx_uptime_hide_is_part(*end); end++) {
            /* void */
        }

        if ((size_t) (end - p) >= least) {
            ngx_uptime_hide_text(text, p, end - p, cut);
        }
    }
}


static ngx_uint_t
ngx_uptime_hide_is_part(u_char ch)
{
    return (ch >= '0' && ch <= '9') || ch == '-' || ch == '_'
           || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
}


static void
ngx_uptime_hide_text(ngx_str_t *text, const u_char *p, size_t len,
    ngx_uint_t cut)
{
    size_t   n;
    u_char  *at, *last;

    at = text->data;
    last = text->data + text->len;

    while ((at = memmem(at, last - at, p, len)) != NULL) {
        ngx_memset(at, '*', len);
        at += len;
    }

    if (!cut) {
        return;
    }

    for (n = ngx_min(len - 1, text->len); n >= NGX_UPTIME_HIDE_SECRET; n--) {

        if (ngx_memcmp(last - n, p, n) == 0) {
            ngx_memset(last - n, '*', n);
            return;
        }
    }
}
