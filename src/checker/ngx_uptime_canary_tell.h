
#ifndef _NGX_UPTIME_CANARY_TELL_H_INCLUDED_
#define _NGX_UPTIME_CANARY_TELL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg.h"


typedef enum {
    NGX_UPTIME_CANARY_WELL = 0,
    NGX_UPTIME_CANARY_NAMES,                    /* none is found            */
    NGX_UPTIME_CANARY_DEAD                      /* all fail                 */
} ngx_uptime_canary_state_e;


/* Zeroed, then set up by _init(); for the life of the process. */

typedef struct {
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    int64_t                        channel;     /* 0: of administrators     */
    ngx_event_t                    again;
    ngx_msec_t                     told;        /* the operator             */
    ngx_uptime_canary_state_e      state;       /* said the last round      */
    ngx_uptime_canary_state_e      trouble;     /* to tell the operator     */
    unsigned                       stopped:1;
} ngx_uptime_canary_tell_t;


/* pg and log are borrowed. */
void ngx_uptime_canary_tell_init(ngx_uptime_canary_tell_t *t,
    ngx_uptime_pg_pool_t *pg, int64_t channel, ngx_log_t *log);

/* After every round: nothing happens while all stays well. */
void ngx_uptime_canary_tell(ngx_uptime_canary_tell_t *t,
    ngx_uptime_canary_state_e state);

void ngx_uptime_canary_tell_stop(ngx_uptime_canary_tell_t *t);


#endif /* _NGX_UPTIME_CANARY_TELL_H_INCLUDED_ */
