
/*
 * Every verdict has words, and they fit.
 *
 * sources: src/probe/ngx_uptime_explain.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_explain.h"


int
main(void)
{
    u_char                text[NGX_UPTIME_EXPLAIN_MAX + 1], *last;
    ngx_uint_t            i, silent;
    ngx_uptime_result_t   result;
    ngx_uptime_target_t   target;
    ngx_uptime_outcome_t  outcome;

    memset(&result, 0, sizeof(result));
    memset(&target, 0, sizeof(target));

    result.http_status = 503;
    target.timeout = 60000;
    target.degraded = 60000;
    target.cert_min_days = 365;
    silent = 0;

    for (i = 0; i < NGX_UPTIME_CAUSE_N; i++) {
        outcome.status = NGX_UPTIME_DOWN;
        outcome.cause = (ngx_uptime_cause_e) i;

        last = ngx_uptime_explain(text, &outcome, &result, &target);
        *last = '\0';

        if (last - text < 10 || last - text > 300
            || strstr((char *) text, "(null)") != NULL
            || strchr((char *) text, '%') != NULL)
        {
            printf("# %d: %s\n", (int) i, text);
            silent++;
        }
    }

    tap_ok(silent == 0, "every cause has its words");

    outcome.cause = NGX_UPTIME_CAUSE_HTTP_STATUS;
    *ngx_uptime_explain(text, &outcome, &result, &target) = '\0';
    tap_ok(strstr((char *) text, "status 503") != NULL, "the status is told");

    outcome.cause = NGX_UPTIME_CAUSE_TIMEOUT;
    *ngx_uptime_explain(text, &outcome, &result, &target) = '\0';
    tap_ok(strstr((char *) text, "60s") != NULL, "the timeout is told");

    outcome.cause = NGX_UPTIME_CAUSE_OWN_RESOURCES;
    target.kind = NGX_UPTIME_KIND_ICMP;
    *ngx_uptime_explain(text, &outcome, &result, &target) = '\0';
    tap_ok(strstr((char *) text, "net.ipv4.ping_group_range") != NULL,
           "what pings need is told");

    target.locked = 1;
    *ngx_uptime_explain(text, &outcome, &result, &target) = '\0';
    tap_ok(strstr((char *) text, "secret") != NULL, "a lost key is told");

    return tap_done();
}
