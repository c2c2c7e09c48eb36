
/*
 * How many checks may be in flight, and how many are: by the descriptors that
 * a kind may hold, two to a place.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_RUNNER_MAX    4096


/* Half of the descriptors: a check with several addresses uses more. */

ngx_uint_t
ngx_uptime_runner_max(ngx_uptime_checker_t *ck)
{
    ngx_uint_t     max;
    struct rlimit  rl;

    if (getrlimit(RLIMIT_NOFILE, &rl) == -1) {
        rl.rlim_cur = 1024;
    }

    rl.rlim_cur = ngx_min(rl.rlim_cur, 1000000);

    max = (rl.rlim_cur > 66) ? (rl.rlim_cur - 64) / 2 : 1;

    if (ck->conf->max_checks && ck->conf->max_checks <= max) {
        return ck->conf->max_checks;
    }

    max = ngx_min(max, NGX_UPTIME_RUNNER_MAX);

    if (max < 256 || ck->conf->max_checks > max) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: at most %ui checks at once, because only %ui "
                      "files may be open, see worker_rlimit_nofile",
                      max, (ngx_uint_t) rl.rlim_cur);
    }

    return max;
}


/* Who waits for a turn at an address takes no place, but those beyond one. */

ngx_uint_t
ngx_uptime_runner_taken(ngx_uptime_checker_t *ck)
{
    return ck->runner.running + ck->runner.extra
           - ck->prober.fetcher->gate->waiting;
}


void
ngx_uptime_runner_count(ngx_uptime_checker_t *ck,
    const ngx_uptime_target_t *target, ngx_int_t change)
{
    ngx_int_t  places;

    places = (ngx_int_t) ngx_uptime_kinds[target->kind]->places;

    ck->runner.running += change;
    ck->runner.extra += change * (places - 1);
}
