
/*
 * Accepted HTTP statuses, "200-399,401".  Pure; used by validation (worker)
 * and by checks (checker).
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_status.h"


#define NGX_UPTIME_STATUS_MIN  100
#define NGX_UPTIME_STATUS_MAX  599


static u_char *ngx_uptime_status_number(u_char *p, u_char *last,
    uint16_t *number);
static u_char *ngx_uptime_status_space(u_char *p, u_char *last);


ngx_int_t
ngx_uptime_status_parse(const ngx_str_t *text,
    ngx_uptime_status_ranges_t *ranges)
{
    u_char    *p, *last;
    uint16_t   from, to;

    ranges->n = 0;

    p = text->data;
    last = text->data + text->len;

    for ( ;; ) {
        p = ngx_uptime_status_number(p, last, &from);
        if (p == NULL) {
            return NGX_ERROR;
        }

        to = from;

        if (p < last && *p == '-') {
            p = ngx_uptime_status_number(p + 1, last, &to);
            if (p == NULL) {
                return NGX_ERROR;
            }
        }

        if (from > to || ranges->n == NGX_UPTIME_STATUS_RANGES_MAX) {
            return NGX_ERROR;
        }

        ranges->range[ranges->n].from = from;
        ranges->range[ranges->n].to = to;
        ranges->n++;

        if (p == last) {
            return NGX_OK;
        }

        if (*p++ != ',') {
            return NGX_ERROR;
        }
    }
}


ngx_uint_t
ngx_uptime_status_match(const ngx_uptime_status_ranges_t *ranges,
    ngx_uint_t status)
{
    ngx_uint_t  i;

    for (i = 0; i < ranges->n; i++) {
        if (status >= ranges->range[i].from && status <= ranges->range[i].to) {
            return 1;
        }
    }

    return 0;
}


/* Three digits, with spaces around them; NULL: anything else. */

static u_char *
ngx_uptime_status_number(u_char *p, u_char *last, uint16_t *number)
{
    ngx_uint_t  i, n;

    n = 0;
    p = ngx_uptime_status_space(p, last);

    for (i = 0; i < 3; i++) {
        if (p == last || *p < '0' || *p > '9') {
            return NULL;
        }

        n = n * 10 + (*p++ - '0');
    }

    if (n < NGX_UPTIME_STATUS_MIN || n > NGX_UPTIME_STATUS_MAX) {
        return NULL;
    }

    *number = (uint16_t) n;

    return ngx_uptime_status_space(p, last);
}


static u_char *
ngx_uptime_status_space(u_char *p, u_char *last)
{
    while (p < last && *p == ' ') {
        p++;
    }

    return p;
}
