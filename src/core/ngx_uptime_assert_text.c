
/*
 * Values in JSON texts.  A text is read, not made into a tree: a body is what
 * a stranger sends, and a megabyte of it can be half a million nodes.  It has
 * to be valid (ngx_uptime_json_scan), so that nothing is looked for here but
 * ends.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_assert.h"
#include "ngx_uptime_assert_text.h"


static ngx_uint_t ngx_uptime_assert_is_key(u_char *p, u_char *last,
    const u_char *key, size_t len);
static size_t ngx_uptime_assert_unescape(u_char **pos, u_char *ch);


ngx_int_t
ngx_uptime_assert_element(u_char **pos, u_char *last, ngx_str_t *value)
{
    u_char  *p;

    /* at the bracket, or behind an element */

    p = ngx_uptime_assert_space(*pos, last);

    if (p == last || *p == ']') {
        return NGX_DECLINED;
    }

    p = ngx_uptime_assert_space(p + 1, last);

    if (p == last || *p == ']') {
        return NGX_DECLINED;
    }

    value->data = p;
    value->len = ngx_uptime_assert_value(p, last) - p;

    *pos = p + value->len;

    return NGX_OK;
}


ngx_int_t
ngx_uptime_assert_member(u_char **pos, u_char *last, const u_char *key,
    size_t len)
{
    u_char  *p, *name, *end, *found;

    found = NULL;
    p = *pos;

    for ( ;; ) {

        /* at the brace, or behind a member */

        name = ngx_uptime_assert_space(p + 1, last);

        if (name == last || *name != '"') {
            break;
        }

        end = ngx_uptime_assert_string(name, last);

        /* the colon */

        p = ngx_uptime_assert_space(end, last);
        p = ngx_uptime_assert_space(ngx_min(p + 1, last), last);

        if (ngx_uptime_assert_is_key(name, end, key, len)) {
            found = p;
        }

        p = ngx_uptime_assert_value(p, last);
        p = ngx_uptime_assert_space(p, last);

        if (p == last || *p != ',') {
            break;
        }
    }

    if (found == NULL) {
        return NGX_DECLINED;
    }

    *pos = found;

    return NGX_OK;
}


/* 1: the name from p, with its quotes, is the key. */

static ngx_uint_t
ngx_uptime_assert_is_key(u_char *p, u_char *last, const u_char *key,
    size_t len)
{
    u_char         ch[4];
    size_t         n;
    const u_char  *end;

    end = key + len;
    p++;
    last--;

    while (p < last) {

        if (*p != '\\') {
            ch[0] = *p++;
            n = 1;

        } else {
            n = ngx_uptime_assert_unescape(&p, ch);
        }

        if ((size_t) (end - key) < n || ngx_memcmp(key, ch, n) != 0) {
            return 0;
        }

        key += n;
    }

    return key == end;
}


/* One escape, known to be good, as UTF-8; returns its length. */

static size_t
ngx_uptime_assert_unescape(u_char **pos, u_char *ch)
{
    u_char    *p;
    uint32_t   c, low;

    static const u_char  from[] = "bfnrt";
    static const u_char  to[] = "\b\f\n\r\t";

    p = *pos + 1;

    if (*p != 'u') {
        *pos = p + 1;
        p = ngx_strlchr((u_char *) from, (u_char *) from + 5, *p);
        ch[0] = (p != NULL) ? to[p - from] : (*pos)[-1];
        return 1;
    }

    c = (uint32_t) ngx_hextoi(p + 1, 4);
    p += 5;

    if (c >= 0xd800 && c < 0xdc00) {
        low = (uint32_t) ngx_hextoi(p + 2, 4);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        p += 6;
    }

    *pos = p;

    if (c < 0x80) {
        ch[0] = (u_char) c;
        return 1;
    }

    if (c < 0x800) {
        ch[0] = (u_char) (0xc0 | (c >> 6));
        ch[1] = (u_char) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        ch[0] = (u_char) (0xe0 | (c >> 12));
        ch[1] = (u_char) (0x80 | ((c >> 6) & 0x3f));
        ch[2] = (u_char) (0x80 | (c & 0x3f));
        return 3;
    }

    ch[0] = (u_char) (0xf0 | (c >> 18));
    ch[1] = (u_char) (0x80 | ((c >> 12) & 0x3f));
    ch[2] = (u_char) (0x80 | ((c >> 6) & 0x3f));
    ch[3] = (u_char) (0x80 | (c & 0x3f));

    return 4;
}


u_char *
ngx_uptime_assert_space(u_char *p, u_char *last)
{
    while (p < last && (*p == ' ' || *p == '\t' || *p == CR || *p == LF)) {
        p++;
    }

    return p;
}


/* Behind the value that starts at p. */

u_char *
ngx_uptime_assert_value(u_char *p, u_char *last)
{
    ngx_uint_t  depth;

    depth = 0;

    while (p < last) {

        switch (*p) {

        case '"':
            p = ngx_uptime_assert_string(p, last);
            break;

        case '[':
        case '{':
            depth++;
            p++;
            continue;

        case ']':
        case '}':
            depth--;
            p++;
            break;

        default:
            p++;

            if (depth) {
                continue;
            }

            /* a number or a word */

            while (p < last && ((*p >= '+' && *p != ',' && *p <= '9')
                                || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')))
            {
                p++;
            }
        }

        if (depth == 0) {
            break;
        }
    }

    return p;
}


/* Behind the closing quote, or last. */

u_char *
ngx_uptime_assert_string(u_char *p, u_char *last)
{
    for (p++; p < last; p++) {

        if (*p == '"') {
            return p + 1;
        }

        if (*p == '\\') {
            p++;
        }
    }

    return last;
}
