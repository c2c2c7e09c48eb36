
#ifndef _NGX_UPTIME_GATE_H_INCLUDED_
#define _NGX_UPTIME_GATE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime.h"
#include "ngx_uptime_hosts.h"


/*
 * Politeness: of what a process does for users, at most so many connections
 * go to one address at once, and of these all but one for the same owner.
 * Who comes later waits; owners take turns, each one's in the order of
 * arrival.  docs/schedule.md tells why.
 */

/* ms, unless the asker says otherwise */
#define NGX_UPTIME_GATE_PATIENCE  10000

/* beyond that nobody waits: memory is bounded, whatever users ask for */
#define NGX_UPTIME_GATE_LINE      1024          /* of an owner, one address */
#define NGX_UPTIME_GATE_LINES     16384         /* of all                   */


typedef struct ngx_uptime_gate_s  ngx_uptime_gate_t;
typedef struct ngx_uptime_line_s  ngx_uptime_line_t;
typedef struct ngx_uptime_pass_s  ngx_uptime_pass_t;

typedef void (*ngx_uptime_pass_pt)(ngx_uptime_pass_t *p);


/* The asker's memory, zeroed at first; it stays until it is left. */

struct ngx_uptime_pass_s {
    /* set by the asker */
    int64_t                        owner;       /* a user, or 0             */
    ngx_msec_t                     patience;    /* 0: the usual one         */
    ngx_uptime_pass_pt             handler;
    void                          *data;

    /* for the handler */
    unsigned                       in:1;        /* 0: patience has run out  */

    /* private */
    unsigned                       queued:1;
    ngx_uptime_gate_t             *gate;
    ngx_queue_t                    queue;
    ngx_event_t                    event;
    ngx_uptime_line_t             *at;          /* in which it waits        */
    ngx_uint_t                     nlines;      /* one for each address     */
    ngx_uptime_line_t             *lines[NGX_UPTIME_MAX_ADDRS];
};


struct ngx_uptime_gate_s {
    ngx_uint_t                     max;         /* for an address; 0: any   */
    ngx_uint_t                     waiting;
    uint64_t                       refused;     /* the line was too long    */
    uint64_t                       expired;     /* patience ran out         */
    ngx_event_t                   *notify;      /* posted when somebody     */
                                                /* starts to wait, or NULL  */
    /* private */
    ngx_uptime_line_t            **buckets;
    uint64_t                       seed;
    ngx_log_t                     *log;
};


/* Lives as long as the pool.  NULL: no memory. */
ngx_uptime_gate_t *ngx_uptime_gate_create(ngx_pool_t *pool, ngx_uint_t max,
    ngx_log_t *log);

/*
 * Asks for a place at each of the addresses at once; ports do not matter, at
 * most NGX_UPTIME_MAX_ADDRS addresses are looked at.
 *
 * NGX_OK: inside, the handler is not called.  NGX_AGAIN: the handler is
 * called once, later.  NGX_DECLINED: too many wait already, NGX_ERROR: no
 * memory; no call in both cases.  Neither that nor running out of patience
 * says anything about the target: it is our own overload.
 *
 * The time that is spent here belongs neither to the check's timeout nor to
 * its latency: start the clocks when you are in.
 */
ngx_int_t ngx_uptime_gate_enter(ngx_uptime_gate_t *gate,
    ngx_uptime_pass_t *p, const ngx_uptime_sockaddr_t *addrs, ngx_uint_t n);

/*
 * The connection is closed, or nobody wants it any more; the handler will
 * not be called.  Nothing for a pass that is neither in nor waits.
 */
void ngx_uptime_gate_leave(ngx_uptime_pass_t *p);


#endif /* _NGX_UPTIME_GATE_H_INCLUDED_ */
