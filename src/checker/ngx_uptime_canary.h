
#ifndef _NGX_UPTIME_CANARY_H_INCLUDED_
#define _NGX_UPTIME_CANARY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_canary_suspect.h"
#include "ngx_uptime_probe.h"


/*
 * Canaries: sites that the operator trusts to be there.  Before a failure
 * counts that our own network could have made, they are asked; when all of
 * them fail, it was ours.  docs/alerts.md gives the rules.
 */

#define NGX_UPTIME_CANARIES  8


typedef struct ngx_uptime_canary_s  ngx_uptime_canary_t;
typedef struct ngx_uptime_suspect_s  ngx_uptime_suspect_t;

/* ours: 1: it may be our own network's */
typedef void (*ngx_uptime_suspect_pt)(ngx_uptime_suspect_t *s,
    ngx_uint_t ours);


/* A failure that waits for the canaries, the asker's memory. */

struct ngx_uptime_suspect_s {
    ngx_queue_t                    queue;
    ngx_uptime_suspect_pt          handler;
    void                          *data;
    ngx_msec_t                     began;       /* the check                */
    unsigned                       waits:1;
    unsigned                       lookup:1;    /* of a name, perhaps       */
};


/*
 * urls: of ngx_str_t, borrowed like all of it for the life of the process;
 * operator: a channel, 0: those of administrators.  NULL: there are none, or
 * no memory (logged).
 */
ngx_uptime_canary_t *ngx_uptime_canary_create(ngx_pool_t *pool,
    ngx_array_t *urls, int64_t operator_channel, ngx_uptime_prober_t *prober,
    ngx_uptime_pg_pool_t *pg, ngx_log_t *log);

/* The handler is called once, later, unless it is forgotten before. */
void ngx_uptime_canary_ask(ngx_uptime_canary_t *cn, ngx_uptime_suspect_t *s);
void ngx_uptime_canary_forget(ngx_uptime_suspect_t *s);

/* No more questions, no more answers. */
void ngx_uptime_canary_stop(ngx_uptime_canary_t *cn);


#endif /* _NGX_UPTIME_CANARY_H_INCLUDED_ */
