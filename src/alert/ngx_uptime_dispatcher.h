
#ifndef _NGX_UPTIME_DISPATCHER_H_INCLUDED_
#define _NGX_UPTIME_DISPATCHER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert.h"
#include "ngx_uptime_pg.h"


/*
 * From the outbox to the channels, at least once.  docs/alerts.md has the
 * rules; which message is next is decided in the database.
 */

/* columns of alert_claim() */

enum {
    NGX_UPTIME_CLAIM_ID = 0,
    NGX_UPTIME_CLAIM_ATTEMPTS,
    NGX_UPTIME_CLAIM_CHANNEL,
    NGX_UPTIME_CLAIM_OWNER,
    NGX_UPTIME_CLAIM_KIND,
    NGX_UPTIME_CLAIM_CONFIG,
    NGX_UPTIME_CLAIM_SECRETS,
    NGX_UPTIME_CLAIM_SECRETS_KEY,
    NGX_UPTIME_CLAIM_TEMPLATES,
    NGX_UPTIME_CLAIM_EVENT,
    NGX_UPTIME_CLAIM_MESSAGE,
    NGX_UPTIME_CLAIM_AT,
    NGX_UPTIME_CLAIM_MONITOR,
    NGX_UPTIME_CLAIM_NAME,
    NGX_UPTIME_CLAIM_URL,
    NGX_UPTIME_CLAIM_TYPE,
    NGX_UPTIME_CLAIM_TAGS,
    NGX_UPTIME_CLAIM_INCIDENT,
    NGX_UPTIME_CLAIM_STARTED,
    NGX_UPTIME_CLAIM_ENDED,
    NGX_UPTIME_CLAIM_CAUSE,
    NGX_UPTIME_CLAIM_ERROR,
    NGX_UPTIME_CLAIM_STATUS,
    NGX_UPTIME_CLAIM_LATENCY,
    NGX_UPTIME_CLAIM_CERT,
    NGX_UPTIME_CLAIM_REMINDER,
    NGX_UPTIME_CLAIM_NOTE,
    NGX_UPTIME_CLAIM_SUBJECT,
    NGX_UPTIME_CLAIM_BODY,
    NGX_UPTIME_CLAIM_N
};


typedef struct {
    ngx_uptime_pg_conf_t           conf;        /* the checker's, but small */
    ngx_uptime_pg_pool_t          *pg;
    ngx_uptime_alert_sender_t     *sender;
    ngx_log_t                     *log;
    ngx_event_t                    timer;
    ngx_queue_t                    messages;    /* claimed                  */
    ngx_uint_t                     flying;
    unsigned                       claiming:1;
    unsigned                       woken:1;     /* while it was claiming    */
    unsigned                       stopped:1;
} ngx_uptime_dispatcher_t;


/*
 * For the life of the process; sender: NULL if there was no memory for it.
 * pg_conf is copied.  If it cannot start, that is logged, and nothing is sent
 * by this process.
 */
void ngx_uptime_dispatcher_start(ngx_uptime_dispatcher_t *d,
    ngx_uptime_pg_conf_t *pg_conf, ngx_uptime_alert_sender_t *sender,
    ngx_log_t *log);

/* There is something to tell: not only at the next poll. */
void ngx_uptime_dispatcher_wake(void *dispatcher);

/*
 * Nothing new is sent; what is on its way is told by somebody else when its
 * lease runs out.
 */
void ngx_uptime_dispatcher_stop(ngx_uptime_dispatcher_t *d);


#endif /* _NGX_UPTIME_DISPATCHER_H_INCLUDED_ */
