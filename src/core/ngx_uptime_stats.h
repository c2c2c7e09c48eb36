
#ifndef _NGX_UPTIME_STATS_H_INCLUDED_
#define _NGX_UPTIME_STATS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_lag.h"


/*
 * Counters and gauges of all processes below one master, in shared memory.
 * Counters are added to at once and survive the process that counted; gauges
 * belong to a process, and only those of living ones are summed up.  Without
 * a zone, as in unit tests, nothing is counted.
 */

#define NGX_UPTIME_STAT_ROUTES    20            /* ngx_http_uptime_count.c  */
#define NGX_UPTIME_STAT_STATUSES  24            /* the same                 */
#define NGX_UPTIME_STAT_KINDS     8             /* ngx_uptime_kind_e        */
#define NGX_UPTIME_STAT_OUTCOMES  5             /* ngx_uptime_status_e      */
#define NGX_UPTIME_STAT_CAUSES    96            /* ngx_uptime_cause_e       */
#define NGX_UPTIME_STAT_LOOKUPS   6             /* resolve_err_e            */
#define NGX_UPTIME_STAT_LAG       (NGX_UPTIME_LAG_N + 1) /* and the sum     */


/* Places of counters; where a table begins, the next one follows its end. */

typedef enum {
    NGX_UPTIME_STAT_REQUESTS = 0,
    NGX_UPTIME_STAT_REQUEST_TIME = NGX_UPTIME_STAT_REQUESTS
        + NGX_UPTIME_STAT_ROUTES * NGX_UPTIME_STAT_STATUSES,
    NGX_UPTIME_STAT_CHECKS = NGX_UPTIME_STAT_REQUEST_TIME
        + NGX_UPTIME_STAT_ROUTES * NGX_UPTIME_STAT_LAG,
    NGX_UPTIME_STAT_CAUSE = NGX_UPTIME_STAT_CHECKS
        + NGX_UPTIME_STAT_KINDS * NGX_UPTIME_STAT_OUTCOMES,
    NGX_UPTIME_STAT_LOOP_LAG = NGX_UPTIME_STAT_CAUSE + NGX_UPTIME_STAT_CAUSES,
    NGX_UPTIME_STAT_START_DELAY = NGX_UPTIME_STAT_LOOP_LAG
        + NGX_UPTIME_STAT_LAG,
    NGX_UPTIME_STAT_LOOKUP = NGX_UPTIME_STAT_START_DELAY
        + NGX_UPTIME_STAT_LAG,
    NGX_UPTIME_STAT_RESULTS = NGX_UPTIME_STAT_LOOKUP
        + NGX_UPTIME_STAT_LOOKUPS,
    NGX_UPTIME_STAT_SETTLED,
    NGX_UPTIME_STAT_DROPPED,
    NGX_UPTIME_STAT_EVENTS,                     /* sent to live streams     */
    NGX_UPTIME_STAT_BEHIND,                     /* not taken by one         */
    NGX_UPTIME_STAT_QUERIES,                    /* [role]                   */
    NGX_UPTIME_STAT_FAILURES = NGX_UPTIME_STAT_QUERIES + 2,
    NGX_UPTIME_STAT_CPU = NGX_UPTIME_STAT_FAILURES + 2,
    NGX_UPTIME_STAT_N = NGX_UPTIME_STAT_CPU + 2
} ngx_uptime_stat_e;


typedef enum {
    NGX_UPTIME_GAUGE_DB_OPEN = 0,
    NGX_UPTIME_GAUGE_DB_BUSY,
    NGX_UPTIME_GAUGE_DB_WAITING,                /* queries in line          */
    NGX_UPTIME_GAUGE_MEMORY,                    /* at most ever, bytes      */
    NGX_UPTIME_GAUGE_STREAMS,
    NGX_UPTIME_GAUGE_IN_FLIGHT,
    NGX_UPTIME_GAUGE_TURN,                      /* wait for an address      */
    NGX_UPTIME_GAUGE_MONITORS,
    NGX_UPTIME_GAUGE_SHARDS,
    NGX_UPTIME_GAUGE_SHARE,
    NGX_UPTIME_GAUGE_NODES,
    NGX_UPTIME_GAUGE_ROWS,                      /* results in memory        */
    NGX_UPTIME_GAUGE_SPOOL,                     /* bytes on disk            */
    NGX_UPTIME_GAUGE_N
} ngx_uptime_gauge_e;


typedef enum {
    NGX_UPTIME_ROLE_WORKER = 0,
    NGX_UPTIME_ROLE_CHECKER
} ngx_uptime_role_e;


/* At configuration time.  NULL: error, logged. */
ngx_shm_zone_t *ngx_uptime_stats_zone(ngx_conf_t *cf, void *tag);

/* This process counts there from now on. */
void ngx_uptime_stats_attach(ngx_shm_zone_t *zone);

void ngx_uptime_stats_add(ngx_uint_t stat, uint64_t n);
uint64_t ngx_uptime_stats_get(ngx_uint_t stat);

/* A value in a histogram that begins at stat. */
void ngx_uptime_stats_lag(ngx_uint_t stat, ngx_msec_t ms);

/* value has grown since *last, which becomes value */
void ngx_uptime_stats_grow(ngx_uint_t stat, uint64_t value, uint64_t *last);

/*
 * This process's gauges [NGX_UPTIME_GAUGE_N], to be written; with its time of
 * the processor since the last call, and its memory.  *cpu: us, was 0 at first.
 */
uint64_t *ngx_uptime_stats_gauges(ngx_uptime_role_e role, uint64_t *cpu);

/* Sum over living processes; and their number. */
uint64_t ngx_uptime_stats_sum(ngx_uptime_role_e role,
    ngx_uptime_gauge_e gauge);
ngx_uint_t ngx_uptime_stats_processes(ngx_uptime_role_e role);


#endif /* _NGX_UPTIME_STATS_H_INCLUDED_ */
