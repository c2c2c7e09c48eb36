
/*
 * sources: src/core/ngx_uptime_status.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_status.h"


static const char  *good[] = {
    "200", "100-599", "200-399,401", " 200 - 299 , 301 ", "204,204",
    "200,201,202,203,204,205,206,207,208,209,210,211,212,213,214,215", NULL
};

static const char  *bad[] = {
    "", " ", ",", "200,", ",200", "200,,201", "99", "600", "1000", "20",
    "2 00", "200-", "-200", "300-200", "200-300-400", "200-600", "2xx",
    "200;201", "0200", "200\t",
    "200,201,202,203,204,205,206,207,208,209,210,211,212,213,214,215,216",
    NULL
};


static ngx_int_t
parse(const char *text, ngx_uptime_status_ranges_t *ranges)
{
    u_char     *copy;
    ngx_int_t   rc;
    ngx_str_t   s;

    s.len = strlen(text);
    copy = malloc(s.len ? s.len : 1);
    memcpy(copy, text, s.len);
    s.data = copy;

    rc = ngx_uptime_status_parse(&s, ranges);

    free(copy);

    return rc;
}


int
main(void)
{
    const char                  **text;
    ngx_uptime_status_ranges_t    ranges;

    for (text = good; *text; text++) {
        tap_is_int(parse(*text, &ranges), NGX_OK, *text);
    }

    for (text = bad; *text; text++) {
        tap_is_int(parse(*text, &ranges), NGX_ERROR, "refused");
    }

    tap_is_int(parse("200-399,401", &ranges), NGX_OK, "two ranges");
    tap_is_int(ranges.n, 2, "counted");
    tap_ok(!ngx_uptime_status_match(&ranges, 199), "199");
    tap_ok(ngx_uptime_status_match(&ranges, 200), "200");
    tap_ok(ngx_uptime_status_match(&ranges, 399), "399");
    tap_ok(!ngx_uptime_status_match(&ranges, 400), "400");
    tap_ok(ngx_uptime_status_match(&ranges, 401), "401");
    tap_ok(!ngx_uptime_status_match(&ranges, 402), "402");
    tap_ok(!ngx_uptime_status_match(&ranges, 0), "0");

    return tap_done();
}
