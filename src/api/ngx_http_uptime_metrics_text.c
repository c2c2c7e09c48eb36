
/*
 * What shared memory has, in Prometheus' text format: one table of plain
 * samples, and the tables of counters and histograms.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_metrics.h"
#include "ngx_uptime_probe.h"
#include "ngx_uptime_resolve.h"
#include "ngx_uptime_stats.h"


typedef enum {
    NGX_HTTP_UPTIME_SAMPLE_COUNTER = 0,
    NGX_HTTP_UPTIME_SAMPLE_US,                  /* a counter of them        */
    NGX_HTTP_UPTIME_SAMPLE_GAUGE,
    NGX_HTTP_UPTIME_SAMPLE_PROCESSES
} ngx_http_uptime_sample_e;


typedef struct {
    const char                    *name;
    const char                    *help;        /* NULL: as the one before  */
    const char                    *labels;      /* with braces, or ""       */
    ngx_http_uptime_sample_e       kind;
    ngx_uint_t                     place;
    ngx_uptime_role_e              role;        /* of gauges                */
} ngx_http_uptime_sample_t;


static u_char *ngx_http_uptime_metrics_sample(u_char *p, u_char *last,
    const ngx_http_uptime_sample_t *s);
static u_char *ngx_http_uptime_metrics_requests(u_char *p, u_char *last);
static u_char *ngx_http_uptime_metrics_checks(u_char *p, u_char *last);
static u_char *ngx_http_uptime_metrics_lookups(u_char *p, u_char *last);
static u_char *ngx_http_uptime_metrics_histogram(u_char *p, u_char *last,
    const char *name, const char *label, const char *value, ngx_uint_t stat);


#define ngx_http_uptime_both(name, help, kind, place)                         \
    { name, help, "{role=\"worker\"}", NGX_HTTP_UPTIME_SAMPLE_ ## kind,       \
      place, NGX_UPTIME_ROLE_WORKER },                                        \
    { name, NULL, "{role=\"checker\"}", NGX_HTTP_UPTIME_SAMPLE_ ## kind,      \
      place, NGX_UPTIME_ROLE_CHECKER }

#define ngx_http_uptime_one(name, help, kind, place)                          \
    { name, help, "", NGX_HTTP_UPTIME_SAMPLE_ ## kind, place,                 \
      NGX_UPTIME_ROLE_CHECKER }


static const ngx_http_uptime_sample_t  ngx_http_uptime_samples[] = {

    ngx_http_uptime_both("uptime_processes",
        "Processes of this nginx that work.", PROCESSES, 0),
    ngx_http_uptime_both("uptime_process_cpu_seconds_total",
        "Time of processors, of processes that ended, too.", US,
        NGX_UPTIME_STAT_CPU),
    ngx_http_uptime_both("uptime_process_peak_memory_bytes",
        "Resident memory at its peak, the sum over processes.", GAUGE,
        NGX_UPTIME_GAUGE_MEMORY),

    ngx_http_uptime_both("uptime_database_connections",
        "Connections to PostgreSQL that are open.", GAUGE,
        NGX_UPTIME_GAUGE_DB_OPEN),
    ngx_http_uptime_both("uptime_database_connections_busy",
        "Those with statements on their way.", GAUGE,
        NGX_UPTIME_GAUGE_DB_BUSY),
    ngx_http_uptime_both("uptime_database_queue",
        "Statements that wait for a connection.", GAUGE,
        NGX_UPTIME_GAUGE_DB_WAITING),
    ngx_http_uptime_both("uptime_database_queries_total",
        "Statements that have ended.", COUNTER, NGX_UPTIME_STAT_QUERIES),
    ngx_http_uptime_both("uptime_database_failures_total",
        "Those that failed: refused, timed out, connection lost.", COUNTER,
        NGX_UPTIME_STAT_FAILURES),

    { "uptime_event_streams", "Live streams (GET /events) that are open.", "",
      NGX_HTTP_UPTIME_SAMPLE_GAUGE, NGX_UPTIME_GAUGE_STREAMS,
      NGX_UPTIME_ROLE_WORKER },
    ngx_http_uptime_one("uptime_events_total",
        "Batches of changes sent to live streams.", COUNTER,
        NGX_UPTIME_STAT_EVENTS),
    ngx_http_uptime_one("uptime_events_behind_total",
        "Batches that a stream was too slow to take.", COUNTER,
        NGX_UPTIME_STAT_BEHIND),

    ngx_http_uptime_one("uptime_checker_monitors",
        "Monitors that this node checks.", GAUGE, NGX_UPTIME_GAUGE_MONITORS),
    ngx_http_uptime_one("uptime_checks_in_flight",
        "Checks that run now.", GAUGE, NGX_UPTIME_GAUGE_IN_FLIGHT),
    ngx_http_uptime_one("uptime_checks_waiting",
        "Those of them that wait for their turn at a busy address.", GAUGE,
        NGX_UPTIME_GAUGE_TURN),
    ngx_http_uptime_one("uptime_shards_held",
        "Shards (of 64) whose lease this node holds.", GAUGE,
        NGX_UPTIME_GAUGE_SHARDS),
    ngx_http_uptime_one("uptime_shards_share",
        "Shards that would be its fair share.", GAUGE,
        NGX_UPTIME_GAUGE_SHARE),
    ngx_http_uptime_one("uptime_nodes",
        "Nodes with a live checker, as this one sees it.", GAUGE,
        NGX_UPTIME_GAUGE_NODES),

    ngx_http_uptime_one("uptime_results_total",
        "Results of checks.", COUNTER, NGX_UPTIME_STAT_RESULTS),
    ngx_http_uptime_one("uptime_results_settled_total",
        "Results that the database has, or refused.", COUNTER,
        NGX_UPTIME_STAT_SETTLED),
    ngx_http_uptime_one("uptime_results_dropped_total",
        "Results that were lost.", COUNTER, NGX_UPTIME_STAT_DROPPED),
    ngx_http_uptime_one("uptime_results_queue",
        "Results in memory that wait for the database.", GAUGE,
        NGX_UPTIME_GAUGE_ROWS),
    ngx_http_uptime_one("uptime_spool_bytes",
        "Results on disk that wait for the database.", GAUGE,
        NGX_UPTIME_GAUGE_SPOOL),

    { NULL, NULL, NULL, 0, 0, 0 }
};


u_char *
ngx_http_uptime_metrics_text(u_char *p, u_char *last)
{
    const ngx_http_uptime_sample_t  *s;

    p = ngx_http_uptime_metrics_head(p, last, "uptime_build_info", "gauge",
                                     "1, with the version that runs.");
    p = ngx_slprintf(p, last, "uptime_build_info{version=\"%s\","
                     "nginx=\"%s\"} 1\n", NGX_UPTIME_VERSION, NGINX_VERSION);

    for (s = ngx_http_uptime_samples; s->name != NULL; s++) {
        p = ngx_http_uptime_metrics_sample(p, last, s);
    }

    p = ngx_http_uptime_metrics_requests(p, last);
    p = ngx_http_uptime_metrics_checks(p, last);
    p = ngx_http_uptime_metrics_lookups(p, last);

    p = ngx_http_uptime_metrics_head(p, last,
                                     "uptime_check_start_delay_seconds",
                                     "histogram", "Start of checks after "
                                     "their time.");
    p = ngx_http_uptime_metrics_histogram(p, last,
                                          "uptime_check_start_delay_seconds",
                                          NULL, NULL,
                                          NGX_UPTIME_STAT_START_DELAY);

    p = ngx_http_uptime_metrics_head(p, last,
                                     "uptime_checker_loop_lag_seconds",
                                     "histogram", "Lateness of the checker's "
                                     "event loop.");

    return ngx_http_uptime_metrics_histogram(p, last,
                                             "uptime_checker_loop_lag_seconds",
                                             NULL, NULL,
                                             NGX_UPTIME_STAT_LOOP_LAG);
}


u_char *
ngx_http_uptime_metrics_head(u_char *p, u_char *last, const char *name,
    const char *type, const char *help)
{
    return ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n", name, help,
                        name, type);
}


static u_char *
ngx_http_uptime_metrics_sample(u_char *p, u_char *last,
    const ngx_http_uptime_sample_t *s)
{
    uint64_t    value;
    ngx_uint_t  role;

    role = (s->labels[0] != '\0') ? s->role : 0;

    if (s->help != NULL) {
        p = ngx_http_uptime_metrics_head(p, last, s->name,
                           s->kind == NGX_HTTP_UPTIME_SAMPLE_COUNTER
                           || s->kind == NGX_HTTP_UPTIME_SAMPLE_US
                           ? "counter" : "gauge", s->help);
    }

    switch (s->kind) {

    case NGX_HTTP_UPTIME_SAMPLE_US:
        value = ngx_uptime_stats_get(s->place + role);
        return ngx_slprintf(p, last, "%s%s %uL.%06uL\n", s->name, s->labels,
                            value / 1000000, value % 1000000);

    case NGX_HTTP_UPTIME_SAMPLE_COUNTER:
        value = ngx_uptime_stats_get(s->place + role);
        break;

    case NGX_HTTP_UPTIME_SAMPLE_PROCESSES:
        value = ngx_uptime_stats_processes(s->role);
        break;

    default:
        value = ngx_uptime_stats_sum(s->role, s->place);
    }

    return ngx_slprintf(p, last, "%s%s %uL\n", s->name, s->labels, value);
}


/* Only what has happened: most routes never have most statuses. */

static u_char *
ngx_http_uptime_metrics_requests(u_char *p, u_char *last)
{
    uint64_t     n;
    ngx_uint_t   i, k, status;
    const char  *route;

    p = ngx_http_uptime_metrics_head(p, last, "uptime_api_requests_total",
                                     "counter", "Requests to the API; status "
                                     "0: any other.");

    for (i = 0; ngx_http_uptime_count_route(i) != NULL; i++) {
        route = ngx_http_uptime_count_route(i);

        for (k = 0; k < NGX_UPTIME_STAT_STATUSES; k++) {
            status = ngx_http_uptime_count_status(k);
            n = ngx_uptime_stats_get(NGX_UPTIME_STAT_REQUESTS
                                     + i * NGX_UPTIME_STAT_STATUSES + k);

            if (n) {
                p = ngx_slprintf(p, last, "uptime_api_requests_total{"
                                 "route=\"%s\",status=\"%ui\"} %uL\n",
                                 route, status, n);
            }
        }
    }

    p = ngx_http_uptime_metrics_head(p, last,
                                     "uptime_api_request_duration_seconds",
                                     "histogram", "From the request to the "
                                     "end of its answer; without streams.");

    for (i = 0; ngx_http_uptime_count_route(i) != NULL; i++) {
        p = ngx_http_uptime_metrics_histogram(p, last,
                                "uptime_api_request_duration_seconds",
                                "route", ngx_http_uptime_count_route(i),
                                NGX_UPTIME_STAT_REQUEST_TIME
                                + i * NGX_UPTIME_STAT_LAG);
    }

    return p;
}


static u_char *
ngx_http_uptime_metrics_checks(u_char *p, u_char *last)
{
    uint64_t    n;
    ngx_uint_t  i, k;

    static const char *const  kinds[NGX_UPTIME_KIND_N] = {
        "http", "tcp", "tls", "dns", "icmp", "push"
    };

    p = ngx_http_uptime_metrics_head(p, last, "uptime_checks_total", "counter",
                                     "Checks that ended, by type and "
                                     "outcome.");

    for (i = 0; i < NGX_UPTIME_KIND_N; i++) {
        for (k = NGX_UPTIME_UP; k < NGX_UPTIME_STAT_OUTCOMES; k++) {
            n = ngx_uptime_stats_get(NGX_UPTIME_STAT_CHECKS
                                     + i * NGX_UPTIME_STAT_OUTCOMES + k);

            p = ngx_slprintf(p, last, "uptime_checks_total{type=\"%s\","
                             "outcome=\"%s\"} %uL\n", kinds[i],
                             ngx_uptime_status_name(k), n);
        }
    }

    p = ngx_http_uptime_metrics_head(p, last, "uptime_check_causes_total",
                                     "counter", "Checks that were not simply "
                                     "up, by cause.");

    for (i = 1; i < NGX_UPTIME_CAUSE_N; i++) {
        n = ngx_uptime_stats_get(NGX_UPTIME_STAT_CAUSE + i);

        if (n) {
            p = ngx_slprintf(p, last, "uptime_check_causes_total{"
                             "cause=\"%s\"} %uL\n",
                             ngx_uptime_cause_name(i), n);
        }
    }

    return p;
}


static u_char *
ngx_http_uptime_metrics_lookups(u_char *p, u_char *last)
{
    ngx_uint_t  i;

    static const char *const  results[NGX_UPTIME_STAT_LOOKUPS] = {
        "ok", "not_found", "timeout", "failure", "silent", "own"
    };

    p = ngx_http_uptime_metrics_head(p, last, "uptime_dns_lookups_total",
                                     "counter", "Names of targets that were "
                                     "looked up, from the cache, too.");

    for (i = 0; i < NGX_UPTIME_STAT_LOOKUPS; i++) {
        p = ngx_slprintf(p, last, "uptime_dns_lookups_total{result=\"%s\"} "
                         "%uL\n", results[i],
                         ngx_uptime_stats_get(NGX_UPTIME_STAT_LOOKUP + i));
    }

    return p;
}


/* label: NULL: none; one with a label that has counted nothing is left out */

static u_char *
ngx_http_uptime_metrics_histogram(u_char *p, u_char *last, const char *name,
    const char *label, const char *value, ngx_uint_t stat)
{
    u_char      *open, labels[128];
    uint64_t     n, sum;
    ngx_uint_t   i;
    ngx_msec_t   ms;

    labels[0] = '\0';

    if (label != NULL) {
        open = ngx_snprintf(labels, sizeof(labels) - 1, "%s=\"%s\",", label,
                            value);
        *open = '\0';
    }

    n = 0;

    for (i = 0; i < NGX_UPTIME_LAG_N; i++) {
        n += ngx_uptime_stats_get(stat + i);
    }

    if (label != NULL && n == 0) {
        return p;
    }

    n = 0;

    for (i = 0; i < NGX_UPTIME_LAG_N - 1; i++) {
        n += ngx_uptime_stats_get(stat + i);
        ms = ngx_uptime_lag_bounds[i];

        p = ngx_slprintf(p, last, "%s_bucket{%sle=\"%M.%03M\"} %uL\n", name,
                         labels, ms / 1000, ms % 1000, n);
    }

    n += ngx_uptime_stats_get(stat + i);
    sum = ngx_uptime_stats_get(stat + NGX_UPTIME_LAG_N);

    p = ngx_slprintf(p, last, "%s_bucket{%sle=\"+Inf\"} %uL\n", name, labels,
                     n);

    /* without the comma */

    if (label != NULL) {
        labels[ngx_strlen(labels) - 1] = '}';
        p = ngx_slprintf(p, last, "%s_sum{%s %uL.%03uL\n%s_count{%s %uL\n",
                         name, labels, sum / 1000, sum % 1000, name, labels,
                         n);
        return p;
    }

    return ngx_slprintf(p, last, "%s_sum %uL.%03uL\n%s_count %uL\n", name,
                        sum / 1000, sum % 1000, name, n);
}
