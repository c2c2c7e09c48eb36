
/*
 * A strict scanner for JSON text that runs before cJSON: cJSON recurses into
 * whatever depth it is given and takes "01", raw control characters and any
 * byte as UTF-8.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_json.h"
#include "ngx_uptime_json_scan.h"


#define NGX_UPTIME_JSON_DEPTH   32      /* at most the bits of "objects" */

/* cJSON reads this many bytes of a number and takes the rest as garbage */
#define NGX_UPTIME_JSON_NUMBER  63


typedef struct {
    const u_char                  *p;
    const u_char                  *end;
    const char                    *reason;
    uint32_t                       objects;    /* bit n: level n is {} */
    ngx_uint_t                     depth;
} ngx_uptime_json_scan_t;


static ngx_int_t ngx_uptime_json_scan_value(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_open(ngx_uptime_json_scan_t *s,
    ngx_uint_t object);
static ngx_int_t ngx_uptime_json_scan_after(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_key(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_string(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_escape(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_unicode(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_hex(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_number(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_digits(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_scan_word(ngx_uptime_json_scan_t *s,
    const char *word, size_t len);
static void ngx_uptime_json_scan_space(ngx_uptime_json_scan_t *s);
static ngx_int_t ngx_uptime_json_refuse(ngx_uptime_json_scan_t *s,
    const char *reason);


ngx_int_t
ngx_uptime_json_scan(const ngx_str_t *text, const char **reason)
{
    ngx_int_t                rc;
    ngx_uptime_json_scan_t   s;

    ngx_memzero(&s, sizeof(ngx_uptime_json_scan_t));

    s.p = text->data;
    s.end = text->data + text->len;

    do {
        rc = ngx_uptime_json_scan_value(&s);

        if (rc == NGX_OK) {
            rc = ngx_uptime_json_scan_after(&s);
        }

    } while (rc == NGX_AGAIN);

    if (rc == NGX_DONE) {
        return NGX_OK;
    }

    *reason = s.reason;

    return NGX_DECLINED;
}


/* NGX_OK: a whole value was read; NGX_AGAIN: its first member is next. */

static ngx_int_t
ngx_uptime_json_scan_value(ngx_uptime_json_scan_t *s)
{
    ngx_uptime_json_scan_space(s);

    if (s->p == s->end) {
        return ngx_uptime_json_refuse(s, "the text ends too early");
    }

    switch (*s->p) {

    case '{':
        return ngx_uptime_json_scan_open(s, 1);

    case '[':
        return ngx_uptime_json_scan_open(s, 0);

    case '"':
        return ngx_uptime_json_scan_string(s);

    case 't':
        return ngx_uptime_json_scan_word(s, "true", 4);

    case 'f':
        return ngx_uptime_json_scan_word(s, "false", 5);

    case 'n':
        return ngx_uptime_json_scan_word(s, "null", 4);

    default:
        return ngx_uptime_json_scan_number(s);
    }
}


static ngx_int_t
ngx_uptime_json_scan_open(ngx_uptime_json_scan_t *s, ngx_uint_t object)
{
    uint32_t  bit;

    if (s->depth == NGX_UPTIME_JSON_DEPTH) {
        return ngx_uptime_json_refuse(s, "nested too deeply");
    }

    bit = (uint32_t) 1 << s->depth++;
    s->objects = object ? (s->objects | bit) : (s->objects & ~bit);

    s->p++;
    ngx_uptime_json_scan_space(s);

    if (s->p < s->end && *s->p == (object ? '}' : ']')) {
        s->p++;
        s->depth--;
        return NGX_OK;
    }

    return object ? ngx_uptime_json_scan_key(s) : NGX_AGAIN;
}


/* NGX_AGAIN: another value is next; NGX_DONE: the end of the text. */

static ngx_int_t
ngx_uptime_json_scan_after(ngx_uptime_json_scan_t *s)
{
    u_char      ch;
    ngx_uint_t  object;

    for ( ;; ) {
        ngx_uptime_json_scan_space(s);

        if (s->depth == 0) {
            return (s->p == s->end)
                   ? NGX_DONE
                   : ngx_uptime_json_refuse(s, "text after the value");
        }

        if (s->p == s->end) {
            return ngx_uptime_json_refuse(s, "the text ends too early");
        }

        object = (s->objects >> (s->depth - 1)) & 1;
        ch = *s->p++;

        if (ch == ',') {
            return object ? ngx_uptime_json_scan_key(s) : NGX_AGAIN;
        }

        if (ch != (object ? '}' : ']')) {
            return ngx_uptime_json_refuse(s, "a comma or a closing bracket "
                                             "is missing");
        }

        s->depth--;
    }
}


static ngx_int_t
ngx_uptime_json_scan_key(ngx_uptime_json_scan_t *s)
{
    ngx_uptime_json_scan_space(s);

    if (s->p == s->end || *s->p != '"') {
        return ngx_uptime_json_refuse(s, "a key in double quotes is missing");
    }

    if (ngx_uptime_json_scan_string(s) != NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_uptime_json_scan_space(s);

    if (s->p == s->end || *s->p != ':') {
        return ngx_uptime_json_refuse(s, "a colon after a key is missing");
    }

    s->p++;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_uptime_json_scan_string(ngx_uptime_json_scan_t *s)
{
    u_char  ch;
    size_t  n;

    s->p++;

    while (s->p < s->end) {
        ch = *s->p;

        if (ch == '"') {
            s->p++;
            return NGX_OK;
        }

        if (ch == '\\') {
            if (ngx_uptime_json_scan_escape(s) != NGX_OK) {
                return NGX_DECLINED;
            }

            continue;
        }

        if (ch < 0x20) {
            return ngx_uptime_json_refuse(s, "a control character in a "
                                             "string is not escaped");
        }

        n = ngx_uptime_utf8_next(s->p, s->end);
        if (n == 0) {
            return ngx_uptime_json_refuse(s, "the text is not valid UTF-8");
        }

        s->p += n;
    }

    return ngx_uptime_json_refuse(s, "the text ends too early");
}


static ngx_int_t
ngx_uptime_json_scan_escape(ngx_uptime_json_scan_t *s)
{
    if (s->end - s->p < 2) {
        return ngx_uptime_json_refuse(s, "the text ends too early");
    }

    s->p++;

    switch (*s->p++) {

    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return NGX_OK;

    case 'u':
        return ngx_uptime_json_scan_unicode(s);

    default:
        return ngx_uptime_json_refuse(s, "a string has a bad escape");
    }
}


static ngx_int_t
ngx_uptime_json_scan_unicode(ngx_uptime_json_scan_t *s)
{
    ngx_int_t  code;

    code = ngx_uptime_json_scan_hex(s);

    if (code == 0) {
        return ngx_uptime_json_refuse(s, "U+0000 is not allowed");
    }

    if (code == NGX_ERROR || (code >= 0xdc00 && code <= 0xdfff)) {
        return ngx_uptime_json_refuse(s, "a string has a bad escape");
    }

    if (code < 0xd800 || code > 0xdbff) {
        return NGX_OK;
    }

    /* the first half of a pair: only its second half may follow */

    if (s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u') {
        s->p += 2;
        code = ngx_uptime_json_scan_hex(s);

        if (code >= 0xdc00 && code <= 0xdfff) {
            return NGX_OK;
        }
    }

    return ngx_uptime_json_refuse(s, "a string has a bad escape");
}


/* NGX_ERROR: not four digits. */

static ngx_int_t
ngx_uptime_json_scan_hex(ngx_uptime_json_scan_t *s)
{
    u_char      ch;
    ngx_int_t   code;
    ngx_uint_t  i;

    if (s->end - s->p < 4) {
        return NGX_ERROR;
    }

    code = 0;

    for (i = 0; i < 4; i++) {
        ch = *s->p++;

        if (ch >= '0' && ch <= '9') {
            code = code * 16 + ch - '0';
            continue;
        }

        ch |= 0x20;

        if (ch < 'a' || ch > 'f') {
            return NGX_ERROR;
        }

        code = code * 16 + ch - 'a' + 10;
    }

    return code;
}


static ngx_int_t
ngx_uptime_json_scan_number(ngx_uptime_json_scan_t *s)
{
    const u_char  *start;

    start = s->p;

    if (*s->p == '-') {
        s->p++;
    }

    if (s->p < s->end && *s->p == '0') {
        s->p++;

    } else if (ngx_uptime_json_scan_digits(s) != NGX_OK) {
        return ngx_uptime_json_refuse(s, (s->p == start)
                                         ? "a value is missing"
                                         : "a number is malformed");
    }

    if (s->p < s->end && *s->p == '.') {
        s->p++;

        if (ngx_uptime_json_scan_digits(s) != NGX_OK) {
            return ngx_uptime_json_refuse(s, "a number is malformed");
        }
    }

    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;

        if (s->p < s->end && (*s->p == '+' || *s->p == '-')) {
            s->p++;
        }

        if (ngx_uptime_json_scan_digits(s) != NGX_OK) {
            return ngx_uptime_json_refuse(s, "a number is malformed");
        }
    }

    if (s->p - start > NGX_UPTIME_JSON_NUMBER) {
        return ngx_uptime_json_refuse(s, "a number has too many digits");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_json_scan_digits(ngx_uptime_json_scan_t *s)
{
    const u_char  *start;

    start = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }

    return (s->p > start) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_json_scan_word(ngx_uptime_json_scan_t *s, const char *word,
    size_t len)
{
    if ((size_t) (s->end - s->p) < len || ngx_memcmp(s->p, word, len) != 0) {
        return ngx_uptime_json_refuse(s, "a value is missing");
    }

    s->p += len;

    return NGX_OK;
}


static void
ngx_uptime_json_scan_space(ngx_uptime_json_scan_t *s)
{
    while (s->p < s->end
           && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n'
               || *s->p == '\r'))
    {
        s->p++;
    }
}


static ngx_int_t
ngx_uptime_json_refuse(ngx_uptime_json_scan_t *s, const char *reason)
{
    s->reason = reason;

    return NGX_DECLINED;
}
