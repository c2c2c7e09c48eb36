
/*
 * sources: src/core/ngx_uptime_lag.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_lag.h"


int
main(void)
{
    int               i, n;
    ngx_uptime_lag_t  l;

    memset(&l, 0, sizeof(l));

    tap_is_int(ngx_uptime_lag_quantile(&l, 990), 0, "nothing was late");

    for (i = 0; i < 990; i++) {
        ngx_uptime_lag_add(&l, 0);
    }

    for (i = 0; i < 10; i++) {
        ngx_uptime_lag_add(&l, 21 + i);
    }

    tap_is_int(ngx_uptime_lag_quantile(&l, 500), 1, "median: the bound");
    tap_is_int(ngx_uptime_lag_quantile(&l, 990), 1, "99 of 100");
    tap_is_int(ngx_uptime_lag_quantile(&l, 991), 30, "the rest: the maximum");
    tap_is_int(l.max, 30, "maximum");
    tap_is_int(l.n, 1000, "number");
    tap_is_int(l.sum, 255, "sum");

    ngx_uptime_lag_add(&l, 3600000);
    tap_is_int(ngx_uptime_lag_quantile(&l, 1000), 3600000, "an hour");

    for (i = 0, n = 0; i < NGX_UPTIME_LAG_N; i++) {
        n += l.count[i];
    }

    tap_is_int(n, 1001, "every value is in one bucket");

    memset(&l, 0, sizeof(l));
    ngx_uptime_lag_add(&l, ngx_uptime_lag_bounds[3]);
    ngx_uptime_lag_add(&l, ngx_uptime_lag_bounds[3] + 1);
    tap_ok(l.count[3] == 1 && l.count[4] == 1, "bounds are inclusive");

    return tap_done();
}
