
/*
 * What canaries say, for the operator: in the log and as a message, again
 * until the database has taken it.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_canary_tell.h"


#define NGX_UPTIME_CANARY_AGAIN    5000         /* the database failed      */

/* that it goes on, or has come again: the database tells once in an hour */
#define NGX_UPTIME_CANARY_REMIND   60000


static void ngx_uptime_canary_tell_operator(ngx_event_t *ev);
static void ngx_uptime_canary_tell_done(ngx_uptime_pg_query_t *q);


void
ngx_uptime_canary_tell_init(ngx_uptime_canary_tell_t *t,
    ngx_uptime_pg_pool_t *pg, int64_t channel, ngx_log_t *log)
{
    t->pg = pg;
    t->log = log;
    t->channel = channel;

    t->again.handler = ngx_uptime_canary_tell_operator;
    t->again.data = t;
    t->again.log = log;
    t->again.cancelable = 1;
}


void
ngx_uptime_canary_tell_stop(ngx_uptime_canary_tell_t *t)
{
    t->stopped = 1;

    if (t->again.timer_set) {
        ngx_del_timer(&t->again);
    }
}


void
ngx_uptime_canary_tell(ngx_uptime_canary_tell_t *t,
    ngx_uptime_canary_state_e state)
{
    if (state > t->state
        || (state != NGX_UPTIME_CANARY_WELL
            && ngx_current_msec - t->told >= NGX_UPTIME_CANARY_REMIND))
    {
        t->trouble = state;
        ngx_uptime_canary_tell_operator(&t->again);
    }

    if (state == t->state) {
        return;
    }

    t->state = state;

    switch (state) {

    case NGX_UPTIME_CANARY_DEAD:
        ngx_log_error(NGX_LOG_CRIT, t->log, 0,
                      "uptime: all canaries fail: it is the network of this "
                      "host, failures are unknown and nobody is alerted");
        break;

    case NGX_UPTIME_CANARY_NAMES:
        ngx_log_error(NGX_LOG_CRIT, t->log, 0,
                      "uptime: no canary's name is found: it is the resolver "
                      "of this host, lookups that fail are unknown and nobody "
                      "is alerted");
        break;

    default:
        ngx_log_error(NGX_LOG_WARN, t->log, 0,
                      "uptime: canaries answer again, failures count");
    }
}


/*
 * The operator is told: the message goes out when the network is back, if the
 * channel needs it.  The database may be behind the same network.
 */

static void
ngx_uptime_canary_tell_operator(ngx_event_t *ev)
{
    ngx_str_t                  what;
    ngx_uptime_pg_query_t     *q;
    ngx_uptime_canary_tell_t  *t;

    t = ev->data;
    t->told = ngx_current_msec;

    if (t->trouble == NGX_UPTIME_CANARY_NAMES) {
        ngx_str_set(&what, "names");

    } else {
        ngx_str_set(&what, "network");
    }

    q = ngx_uptime_pg_query_create(t->pg, NGX_UPTIME_SQL_ALERT_OPERATOR);

    if (q != NULL
        && (ngx_uptime_pg_int(q, t->channel) != NGX_OK
            || ngx_uptime_pg_text(q, &what) != NGX_OK))
    {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    if (q != NULL) {
        q->handler = ngx_uptime_canary_tell_done;
        q->data = t;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            return;
        }
    }

    ngx_add_timer(&t->again, NGX_UPTIME_CANARY_AGAIN);
}


static void
ngx_uptime_canary_tell_done(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_canary_tell_t *t = q->data;

    if (q->err == NGX_UPTIME_PG_OK || t->stopped) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, t->log, 0,
                  "uptime: the operator cannot be told yet: %s",
                  ngx_uptime_pg_strerror(q->err));

    ngx_add_timer(&t->again, NGX_UPTIME_CANARY_AGAIN);
}
