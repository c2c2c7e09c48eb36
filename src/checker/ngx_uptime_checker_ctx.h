
#ifndef _NGX_UPTIME_CHECKER_CTX_H_INCLUDED_
#define _NGX_UPTIME_CHECKER_CTX_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime.h"
#include "ngx_uptime_canary.h"
#include "ngx_uptime_checker.h"
#include "ngx_uptime_dispatcher.h"
#include "ngx_uptime_janitor.h"
#include "ngx_uptime_lag.h"
#include "ngx_uptime_probe.h"
#include "ngx_uptime_lease_clock.h"
#include "ngx_uptime_schedule.h"
#include "ngx_uptime_shm.h"
#include "ngx_uptime_writer.h"


/* What the parts of the checker share; there is one in a process. */

typedef enum {
    NGX_UPTIME_SHARD_NONE = 0,
    NGX_UPTIME_SHARD_HELD,
    NGX_UPTIME_SHARD_LEAVING                    /* results are on their way */
} ngx_uptime_shard_e;


typedef struct {
    ngx_uptime_pg_query_t         *query;       /* one at a time            */
    ngx_event_t                    timer;
    ngx_msec_t                     due;         /* the next renewal         */
    int64_t                        asked;       /* the last, steady clock   */
    ngx_uint_t                     nodes;       /* that have live checkers  */
    ngx_uint_t                     share;
    ngx_uint_t                     held;
    ngx_uint_t                     leaving;
    uint64_t                       mark;        /* writer's row after which */
                                                /* "leaving" may go         */
    ngx_uint_t                     logged;
    unsigned                       wanted:1;    /* news came: at once       */
    unsigned                       failed:1;    /* the last renewal         */
    unsigned                       doubt:1;     /* what is held is unknown  */
    unsigned                       resolves:1;  /* the renewal in flight    */
    unsigned                       left:1;      /* gave everything back     */
} ngx_uptime_lease_t;


typedef struct {
    ngx_uptime_pg_query_t         *query;       /* one at a time: an older  */
                                                /* answer must not undo a   */
                                                /* newer one                */
    ngx_event_t                    timer;
    uint64_t                       wanted;      /* shards to load, bits     */
    uint64_t                       loading;
    uint64_t                       dropping;
    ngx_uint_t                     bucket;      /* of the walk that drops   */
    ngx_event_t                    sweep;
    int64_t                        after;       /* last id of the page      */
    int64_t                        since;       /* xmin, see changes.sql    */
    int64_t                        next_since;
    ngx_msec_t                     polled;
    ngx_msec_t                     began;       /* to load                  */
    ngx_uint_t                     locked;      /* of a page: secrets that  */
    int64_t                        locked_id;   /* cannot be opened         */
    unsigned                       poll:1;      /* wanted                   */
    unsigned                       paging:1;    /* in the middle of a poll  */
    unsigned                       discard:1;   /* the answer that comes    */
} ngx_uptime_monitors_t;


typedef struct {
    ngx_event_t                    timer;
    ngx_event_t                    wake;
    ngx_uint_t                     max;         /* checks in flight         */
    ngx_uint_t                     running;
    ngx_uint_t                     extra;       /* places beyond one        */
    ngx_event_t                    look;
    int64_t                        wall;        /* both clocks, ms, at the  */
    int64_t                        mono;        /* last look                */
    int64_t                        expected;    /* when "look" runs out     */
    int64_t                        cpu;         /* us, of this thread, then */
    ngx_msec_t                     held;        /* longest by its own work  */
    int64_t                        lag_warned;
    ngx_uptime_lag_t               lag;         /* of the event loop        */
    ngx_uptime_lag_t               late;        /* starts of checks         */
    ngx_uint_t                     bucket;      /* of a walk after a jump   */
    ngx_msec_t                     stalled;     /* end of the last stall    */
    ngx_msec_t                     late_warned;
    ngx_msec_t                     own_warned;
    unsigned                       walking:1;
    unsigned                       has_stalled:1;
    unsigned                       stopped:1;
} ngx_uptime_runner_t;


typedef struct {
    ngx_event_t                    timer;
    ngx_msec_t                     told;        /* in its row, when         */
    uint64_t                       told_added;
    ngx_uptime_lag_t               lag;         /* what was counted of      */
    ngx_uptime_lag_t               late;        /* these is in shared       */
    uint64_t                       added;       /* memory                   */
    uint64_t                       settled;
    uint64_t                       dropped;
    uint64_t                       queries;
    uint64_t                       failures;
    uint64_t                       cpu;         /* us                       */
} ngx_uptime_gauges_t;


typedef struct {
    ngx_event_t                    timer;
    ngx_uint_t                     kind;        /* whose                    */
    int64_t                        after;       /* last id of the page      */
    ngx_uint_t                     sealed;      /* in this round            */
    ngx_uint_t                     lost;        /* cannot be opened         */
    unsigned                       more:1;      /* the page was full        */
} ngx_uptime_reseal_t;


typedef struct {
    ngx_uptime_checker_conf_t     *conf;
    ngx_log_t                     *log;
    ngx_pool_t                    *pool;
    ngx_uptime_pg_pool_t          *pg;
    ngx_uptime_prober_t            prober;
    ngx_uptime_canary_t           *canary;      /* NULL: none               */

    int64_t                        id;          /* 0: not registered        */
    int64_t                        dead[NGX_UPTIME_SHM_RUNS];
    ngx_uint_t                     ndead;       /* checkers to inherit from */
    ngx_uptime_shard_e             shard[NGX_UPTIME_SHARDS];
    int64_t                        epoch[NGX_UPTIME_SHARDS];

    ngx_uptime_schedule_t          schedule;
    ngx_uptime_lease_t             lease;
    ngx_uptime_monitors_t          monitors;
    ngx_uptime_runner_t            runner;
    ngx_uptime_writer_t            writer;
    ngx_uptime_dispatcher_t        dispatcher;
    ngx_uptime_gauges_t            gauges;
    ngx_uptime_reseal_t            reseal;
    ngx_uptime_janitor_t           janitor;

    ngx_event_t                    timer;       /* of the start             */
    ngx_uptime_pg_query_t         *query;
    unsigned                       converted:1; /* checks is a hypertable   */
    unsigned                       stopping:1;
} ngx_uptime_checker_t;


/* lease: which shards are ours */

void ngx_uptime_lease_start(ngx_uptime_checker_t *ck);
void ngx_uptime_lease_listen(ngx_uptime_checker_t *ck);
void ngx_uptime_lease_news(ngx_uptime_checker_t *ck);
void ngx_uptime_lease_leave(ngx_uptime_checker_t *ck);

/* After a long sleep: lease.doubt is set until a renewal is answered. */
void ngx_uptime_lease_doubt(ngx_uptime_checker_t *ck);

/* between the files of the lease */

void ngx_uptime_lease_compare(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
void ngx_uptime_lease_share(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
void ngx_uptime_lease_gain(ngx_uptime_checker_t *ck, ngx_uint_t shard,
    int64_t epoch);
void ngx_uptime_lease_lose(ngx_uptime_checker_t *ck, ngx_uint_t shard);
void ngx_uptime_lease_log(ngx_uptime_checker_t *ck);

/* for process: the checker is not known any more */
void ngx_uptime_checker_register(ngx_uptime_checker_t *ck);


/* monitors: from the database into the schedule */

void ngx_uptime_monitors_start(ngx_uptime_checker_t *ck, int64_t since);
void ngx_uptime_monitors_load(ngx_uptime_checker_t *ck, uint64_t shards);
void ngx_uptime_monitors_drop(ngx_uptime_checker_t *ck, uint64_t shards);
void ngx_uptime_monitors_poll(ngx_uptime_checker_t *ck);

/* 1: its shard is not ours any more; it will be freed. */
ngx_uint_t ngx_uptime_monitors_dropped(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m);

/* NGX_ERROR: no memory.  The row of a query as in fragments/monitor_row. */
ngx_int_t ngx_uptime_monitors_apply(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_uint_t row);


/* runner: the checks */

void ngx_uptime_runner_start(ngx_uptime_checker_t *ck);

/* The schedule has changed. */
void ngx_uptime_runner_wake(ngx_uptime_checker_t *ck);

/* ngx_uptime_writer_untold_pt; data: ngx_uptime_checker_t */
void ngx_uptime_runner_untold(void *data, const ngx_uptime_row_t *row);

/* between the files of the runner */

void ngx_uptime_runner_clock_start(ngx_uptime_checker_t *ck);
void ngx_uptime_runner_clock_stop(ngx_uptime_checker_t *ck);

/* Checks in flight at most; in places, and how many of them are taken. */
ngx_uint_t ngx_uptime_runner_max(ngx_uptime_checker_t *ck);
ngx_uint_t ngx_uptime_runner_taken(ngx_uptime_checker_t *ck);

/* change: 1, a check of this target begins, or -1, it has ended */
void ngx_uptime_runner_count(ngx_uptime_checker_t *ck,
    const ngx_uptime_target_t *target, ngx_int_t change);

/*
 * Called before anything is judged: after a stall, deadlines have passed that
 * nobody could watch.
 */
void ngx_uptime_runner_lag(ngx_uptime_checker_t *ck);

/* NGX_AGAIN: the clock jumped, and monitors are still being moved. */
ngx_int_t ngx_uptime_runner_clock(ngx_uptime_checker_t *ck, int64_t now);

/* The monitor's check, if one is in flight, is forgotten. */
void ngx_uptime_runner_cancel(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m);

/* 1: the next check may be the last before people are told. */
ngx_uint_t ngx_uptime_runner_decides(const ngx_uptime_monitor_t *m);

/* probe: NULL if the check was not even begun */
void ngx_uptime_runner_record(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    const ngx_uptime_outcome_t *o, const ngx_uptime_probe_t *probe,
    int64_t checked_at);

void ngx_uptime_runner_stop(ngx_uptime_checker_t *ck);


/* gauges: for /metrics and /system */

void ngx_uptime_gauges_start(ngx_uptime_checker_t *ck);
void ngx_uptime_gauges_stop(ngx_uptime_checker_t *ck);


/* reseal: secrets that are not sealed with the first key */

void ngx_uptime_reseal_start(ngx_uptime_checker_t *ck);


#endif /* _NGX_UPTIME_CHECKER_CTX_H_INCLUDED_ */
