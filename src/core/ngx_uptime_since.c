
/*
 * The token that "what changed since" goes by: seconds since 1970, a dot and
 * a snapshot as PostgreSQL writes it, "xmin:xmax:xip,xip,...".  The database
 * made it, but it comes back from outside, and the database takes a wrong one
 * for an error.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


#define NGX_UPTIME_SINCE_DIGITS  18


static u_char *ngx_uptime_since_number(u_char *p, u_char *last, int64_t *n);


ngx_uint_t
ngx_uptime_since_valid(const ngx_str_t *text)
{
    u_char   *p, *last;
    int64_t   time, xmin, xmax, xip, min;

    last = text->data + text->len;

    p = ngx_uptime_since_number(text->data, last, &time);

    if (p == last || *p++ != '.') {
        return 0;
    }

    p = ngx_uptime_since_number(p, last, &xmin);

    if (p == last || *p++ != ':') {
        return 0;
    }

    p = ngx_uptime_since_number(p, last, &xmax);

    if (p == last || *p++ != ':' || time < 0 || xmin <= 0 || xmax < xmin) {
        return 0;
    }

    /* transactions in between that were running, in order */

    for (min = xmin; p < last; min = xip) {

        p = ngx_uptime_since_number(p, last, &xip);

        if (xip < min || xip >= xmax) {
            return 0;
        }

        if (p < last && (*p++ != ',' || p == last)) {
            return 0;
        }
    }

    return 1;
}


/* *n: -1 if there is none. */

static u_char *
ngx_uptime_since_number(u_char *p, u_char *last, int64_t *n)
{
    u_char  *start;

    start = p;
    *n = 0;

    while (p < last && *p >= '0' && *p <= '9'
           && p - start < NGX_UPTIME_SINCE_DIGITS)
    {
        *n = *n * 10 + (*p++ - '0');
    }

    if (p == start) {
        *n = -1;
    }

    return p;
}


ngx_int_t
ngx_uptime_check_since(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t  text;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    if (ngx_uptime_since_valid(&text)) {
        return NGX_OK;
    }

    return ngx_uptime_field_error(ctx, &field->name, "bad_since",
                                  "must be \"next\" of an earlier answer");
}
