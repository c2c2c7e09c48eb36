
#ifndef _NGX_UPTIME_SCHEDULE_H_INCLUDED_
#define _NGX_UPTIME_SCHEDULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_outcome.h"
#include "ngx_uptime_target.h"


/*
 * The slots of monitors and the table of those that this process checks.
 * Pure: all times are given, in milliseconds of the wall clock since 1970.
 */

/* a slot that was missed while the shard changed hands is made up for */
#define NGX_UPTIME_CATCH_UP   20000

/* work that could not be started for so long is not done at all */
#define NGX_UPTIME_OVERDUE    10000

#define NGX_UPTIME_UNQUEUED   (ngx_uint_t) -1


typedef struct ngx_uptime_monitor_s   ngx_uptime_monitor_t;


/* One allocation for each monitor; the texts follow the structure. */

struct ngx_uptime_monitor_s {
    ngx_uptime_monitor_t          *next;        /* in the hash              */
    ngx_uint_t                     place;       /* in the heap              */
    void                          *check;       /* in flight                */

    int64_t                        id;
    int64_t                        owner;
    int64_t                        revision;
    int64_t                        due;
    int64_t                        slot;
    int64_t                        last_slot;   /* 0: none                  */
    int64_t                        status_since;
    int64_t                        told_since;  /* 0: never told            */
    ngx_uptime_state_t             state;

    uint32_t                       interval;    /* of the slots, ms         */
    uint32_t                       retry;       /* ms                       */
    uint16_t                       attempt;
    uint16_t                       last_attempt;
    uint16_t                       threshold;
    uint8_t                        shard;
    uint8_t                        unknowns;    /* in a row, tried again    */
    unsigned                       overload:1;  /* one of the last unknowns */

    ngx_uptime_target_t            target;
};


typedef struct {
    ngx_uptime_monitor_t         **heap;        /* by due                   */
    ngx_uint_t                     queued;

    ngx_uptime_monitor_t         **buckets;     /* by id; of the first      */
    ngx_uint_t                     size;        /* "size", a power of 2,    */
    ngx_uint_t                     split;       /* so many are split in two */

    ngx_uint_t                     n;
    ngx_uint_t                     allocated;   /* of heap and buckets      */

    ngx_log_t                     *log;
} ngx_uptime_schedule_t;


/* slots: phase(id) + k * interval */

int64_t ngx_uptime_slot_phase(int64_t id, int64_t interval);

/* the last one that is not after now, the first one after now */
int64_t ngx_uptime_slot_previous(int64_t id, int64_t interval, int64_t now);
int64_t ngx_uptime_slot_next(int64_t id, int64_t interval, int64_t now);


/* These set slot, attempt and due; the heap is the caller's business. */

/* After it was read from the database. */
void ngx_uptime_schedule_first(ngx_uptime_monitor_t *m, int64_t now);

/* As soon as possible, whatever was done before. */
void ngx_uptime_schedule_now(ngx_uptime_monitor_t *m, int64_t now);

/*
 * After an edit; old: the same monitor before, whose state m has.  target:
 * another thing is checked, or in another way.
 */
void ngx_uptime_schedule_edited(ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *old, ngx_uint_t target, int64_t now);

/* After a jump of the clock. */
void ngx_uptime_schedule_jumped(ngx_uptime_monitor_t *m, int64_t now);

/* After a check; retry: a failure that is not confirmed yet. */
void ngx_uptime_schedule_after(ngx_uptime_monitor_t *m, ngx_uint_t retry,
    int64_t now);

/* After one that told nothing; overload: more checks would make it worse. */
void ngx_uptime_schedule_unknown(ngx_uptime_monitor_t *m, ngx_uint_t overload,
    int64_t now);


/* the table */

ngx_int_t ngx_uptime_schedule_init(ngx_uptime_schedule_t *s, ngx_log_t *log);

/* Frees the monitors too; nothing may be in flight for them. */
void ngx_uptime_schedule_destroy(ngx_uptime_schedule_t *s);

/* Takes a monitor whose id is not there; it is not queued. */
ngx_int_t ngx_uptime_schedule_insert(ngx_uptime_schedule_t *s,
    ngx_uptime_monitor_t *m);

/* Unqueues and frees. */
void ngx_uptime_schedule_remove(ngx_uptime_schedule_t *s,
    ngx_uptime_monitor_t *m);

ngx_uptime_monitor_t *ngx_uptime_schedule_find(ngx_uptime_schedule_t *s,
    int64_t id);

/* By m->due; a queued monitor is moved.  There is always room for all. */
void ngx_uptime_schedule_queue(ngx_uptime_schedule_t *s,
    ngx_uptime_monitor_t *m);
void ngx_uptime_schedule_unqueue(ngx_uptime_schedule_t *s,
    ngx_uptime_monitor_t *m);

/*
 * For walks through all monitors in pieces: the number of buckets.  Between
 * two pieces monitors may come and go; who was there in the beginning and
 * stays is seen at least once.
 */
ngx_uint_t ngx_uptime_schedule_buckets(ngx_uptime_schedule_t *s);

/* Spreads consecutive numbers evenly: for phases and for the hash. */
uint64_t ngx_uptime_schedule_mix(uint64_t x);

/* The one that is due first; NULL: none. */
ngx_uptime_monitor_t *ngx_uptime_schedule_head(ngx_uptime_schedule_t *s);


#endif /* _NGX_UPTIME_SCHEDULE_H_INCLUDED_ */
