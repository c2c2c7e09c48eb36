
#ifndef _NGX_UPTIME_STATUS_H_INCLUDED_
#define _NGX_UPTIME_STATUS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Accepted HTTP statuses as a user writes them: "200-399,401".  One syntax
 * for validation and for checks.
 */

#define NGX_UPTIME_STATUS_RANGES_MAX  16


typedef struct {
    ngx_uint_t                     n;
    struct {
        uint16_t                   from;
        uint16_t                   to;
    } range[NGX_UPTIME_STATUS_RANGES_MAX];
} ngx_uptime_status_ranges_t;


/* NGX_OK or NGX_ERROR: syntax, outside 100..599, from > to, too many. */
ngx_int_t ngx_uptime_status_parse(const ngx_str_t *text,
    ngx_uptime_status_ranges_t *ranges);

ngx_uint_t ngx_uptime_status_match(const ngx_uptime_status_ranges_t *ranges,
    ngx_uint_t status);


#endif /* _NGX_UPTIME_STATUS_H_INCLUDED_ */
