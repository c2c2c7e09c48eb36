
/*
 * Values of PostgreSQL as JSON.
 *
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c src/core/ngx_uptime_json_value.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_json_value.h"


static void check(uint32_t type, const char *from, const char *to);
static void room(size_t guess, ngx_uint_t times);


int
main(void)
{
    check(25, NULL, "null");
    check(16, "t", "true");
    check(16, "f", "false");
    check(20, "-9223372036854775808", "-9223372036854775808");
    check(23, "7", "7");
    check(701, "1.5e-07", "1.5e-07");
    check(701, "NaN", "null");
    check(701, "-Infinity", "null");
    check(1700, "12.50", "12.50");
    check(3802, "{\"a\": [1]}", "{\"a\": [1]}");

    check(25, "", "\"\"");
    check(25, "a\"b\\c\n\xc3\xa4", "\"a\\\"b\\\\c\\n\xc3\xa4\"");

    check(1184, "2026-11-22 13:44:48+00", "\"2026-11-22T13:44:48.000Z\"");
    check(1184, "2026-11-22 13:44:48.1+00", "\"2026-11-22T13:44:48.100Z\"");
    check(1184, "2026-11-22 13:44:48.123999+00",
          "\"2026-11-22T13:44:48.123Z\"");
    check(1184, "infinity", "\"infinity\"");
    check(1184, "2026-11-22 13:44:48+02", "\"2026-11-22 13:44:48+02\"");

    check(1016, "{}", "[]");
    check(1016, "{1,-2,NULL}", "[1,-2,null]");

    check(1009, "{}", "[]");
    check(1009, "{a,NULL,b}", "[\"a\",null,\"b\"]");
    check(1009, "{\"\",\"NULL\",\"a, b\"}", "[\"\",\"NULL\",\"a, b\"]");
    check(1009, "{\"a\\\"b\",\"c\\\\\"}", "[\"a\\\"b\",\"c\\\\\"]");
    check(1009, "{\"a\\\\\\\"\",x}", "[\"a\\\\\\\"\",\"x\"]");

    room(4, 2);
    room(7, 1);
    room(64, 1);

    return tap_done();
}


/* What was guessed too small is written once more. */

static void
room(size_t guess, ngx_uint_t times)
{
    ngx_int_t              rc;
    ngx_uint_t             n;
    ngx_pool_t            *pool;
    ngx_uptime_json_out_t  out;

    pool = ngx_stub_pool();
    n = 0;

    out.len = guess;
    out.size = 0;

    while ((rc = ngx_uptime_json_room(&out, pool)) == NGX_AGAIN) {
        ngx_uptime_json_put(&out, "[1,", 3);
        ngx_uptime_json_put(&out, "2,3]", 4);
        n++;
    }

    tap_ok(rc == NGX_OK && n == times && out.len == 7
           && memcmp(out.p, "[1,2,3]", 7) == 0, "there is room in the end");

    ngx_destroy_pool(pool);
}


/* Told first, then written: the same, and no byte more. */

static void
check(uint32_t type, const char *from, const char *to)
{
    char                   name[256];
    u_char                 buf[256];
    size_t                 len;
    ngx_str_t              text;
    ngx_uptime_json_out_t  out;

    text.data = (u_char *) from;
    text.len = from ? strlen(from) : 0;

    out.p = NULL;
    out.len = 0;
    out.size = 0;

    ngx_uptime_json_value(&out, type, &text);
    len = out.len;

    /* one byte too few: nothing is written behind, and the length is known */

    memset(buf, '#', sizeof(buf));
    out.p = buf;
    out.len = 0;
    out.size = len - 1;

    ngx_uptime_json_value(&out, type, &text);

    if (out.len != len || buf[len - 1] != '#') {
        len = 0;
    }

    out.len = 0;
    out.size = len;

    ngx_uptime_json_value(&out, type, &text);

    snprintf(name, sizeof(name), "%s of type %d: %s", from ? from : "null",
             (int) type, to);

    tap_ok(len == strlen(to) && out.len == len && memcmp(buf, to, len) == 0
           && buf[len] == '#', name);
}
