
/*
 * Histograms of delays: of the event loop and of the start of checks.  Pure:
 * unit tests build this file alone.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_lag.h"


const ngx_msec_t  ngx_uptime_lag_bounds[NGX_UPTIME_LAG_N] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, (ngx_msec_t) -1
};


void
ngx_uptime_lag_add(ngx_uptime_lag_t *l, ngx_msec_t ms)
{
    ngx_uint_t  i;

    for (i = 0; ms > ngx_uptime_lag_bounds[i]; i++) { /* void */ }

    l->count[i]++;
    l->n++;
    l->sum += ms;

    if (ms > l->max) {
        l->max = ms;
    }
}


ngx_msec_t
ngx_uptime_lag_quantile(const ngx_uptime_lag_t *l, ngx_uint_t permille)
{
    uint64_t    seen, wanted;
    ngx_uint_t  i;

    wanted = (l->n * permille + 999) / 1000;
    seen = 0;

    for (i = 0; i < NGX_UPTIME_LAG_N; i++) {
        seen += l->count[i];

        if (seen >= wanted) {
            return ngx_min(ngx_uptime_lag_bounds[i], l->max);
        }
    }

    return l->max;
}
