
#ifndef _NGX_UPTIME_LAG_H_INCLUDED_
#define _NGX_UPTIME_LAG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* How late things were, in milliseconds: a histogram.  Pure. */

#define NGX_UPTIME_LAG_N  13


typedef struct {
    uint64_t                       count[NGX_UPTIME_LAG_N];
    uint64_t                       n;
    uint64_t                       sum;
    ngx_msec_t                     max;
} ngx_uptime_lag_t;


/* ms, inclusive; the last one is the largest value there is */
extern const ngx_msec_t  ngx_uptime_lag_bounds[NGX_UPTIME_LAG_N];


void ngx_uptime_lag_add(ngx_uptime_lag_t *l, ngx_msec_t ms);

/* per mille of all; the bound of the bucket, but not more than the maximum */
ngx_msec_t ngx_uptime_lag_quantile(const ngx_uptime_lag_t *l,
    ngx_uint_t permille);


#endif /* _NGX_UPTIME_LAG_H_INCLUDED_ */
