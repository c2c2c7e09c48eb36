
/*
 * The outbox's way to the channels: messages are claimed, sent and marked.
 * A claim is committed before anything is sent, so that two checkers do not
 * send one message; who dies in between leaves a lease of a minute, and the
 * same message goes out again, with the same id.
 *
 * A message that was claimed is its own until it is marked.  A mark that fails
 * is tried again for as long as the lease lasts: who does not write down what
 * was sent sends it twice.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_dispatcher.h"
#include "ngx_uptime_crash.h"


#define NGX_UPTIME_DISPATCHER_POLL     1000
#define NGX_UPTIME_DISPATCHER_SOON     50
#define NGX_UPTIME_DISPATCHER_LEAVE    1000     /* for the last marks       */
#define NGX_UPTIME_DISPATCHER_FLYING   128      /* at once                  */
#define NGX_UPTIME_DISPATCHER_TIMEOUT  10000    /* of a statement           */
#define NGX_UPTIME_DISPATCHER_AGAIN    1000     /* for a mark that failed   */
#define NGX_UPTIME_DISPATCHER_LEASE    55000    /* that is nearly over      */


typedef struct {
    ngx_uptime_dispatcher_t       *dispatcher;
    ngx_queue_t                    queue;
    int64_t                        id;
    int64_t                        attempt;
    int64_t                        channel;     /* 0: a mail to an account  */
    ngx_uptime_alert_send_t       *send;        /* NULL: it was answered    */
    ngx_uptime_alert_result_t      result;      /* then                     */
    u_char                        *rest;        /* ours                     */
    ngx_msec_t                     deadline;    /* of the mark              */
    ngx_event_t                    again;
    u_char                         detail[NGX_UPTIME_ALERT_DETAIL];
} ngx_uptime_message_t;


static void ngx_uptime_dispatcher_timer(ngx_event_t *ev);
static void ngx_uptime_dispatcher_later(ngx_uptime_dispatcher_t *d,
    ngx_msec_t msec);
static void ngx_uptime_dispatcher_claimed(ngx_uptime_pg_query_t *q);
static void ngx_uptime_dispatcher_send(ngx_uptime_dispatcher_t *d,
    ngx_uptime_pg_query_t *q, ngx_uint_t row);
static void ngx_uptime_dispatcher_alert(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_alert_t *alert);
static void ngx_uptime_dispatcher_sent(void *data,
    const ngx_uptime_alert_result_t *result);
static void ngx_uptime_dispatcher_again(ngx_event_t *ev);
static void ngx_uptime_dispatcher_mark(ngx_uptime_message_t *m);
static ngx_int_t ngx_uptime_dispatcher_mark_query(ngx_uptime_message_t *m);
static void ngx_uptime_dispatcher_marked(ngx_uptime_pg_query_t *q);
static void ngx_uptime_dispatcher_unmarked(ngx_uptime_message_t *m,
    const char *reason);
static void ngx_uptime_dispatcher_forget(ngx_uptime_message_t *m);


void
ngx_uptime_dispatcher_start(ngx_uptime_dispatcher_t *d,
    ngx_uptime_pg_conf_t *pg_conf, ngx_uptime_alert_sender_t *sender,
    ngx_log_t *log)
{
    d->conf = *pg_conf;
    d->conf.connections = 2;
    d->conf.timeout = NGX_UPTIME_DISPATCHER_TIMEOUT;

    d->sender = sender;
    d->log = log;

    ngx_queue_init(&d->messages);

    if (sender != NULL) {
        d->pg = ngx_uptime_pg_pool_create(&d->conf, log);
    }

    if (d->pg == NULL) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: no memory for alerts: nobody is told anything");
        return;
    }

    d->timer.handler = ngx_uptime_dispatcher_timer;
    d->timer.data = d;
    d->timer.log = log;
    d->timer.cancelable = 1;

    ngx_uptime_dispatcher_later(d, NGX_UPTIME_DISPATCHER_SOON);
}


void
ngx_uptime_dispatcher_stop(ngx_uptime_dispatcher_t *d)
{
    ngx_queue_t           *q;
    ngx_uptime_message_t  *m;

    if (d->pg == NULL) {
        return;
    }

    d->stopped = 1;

    if (d->timer.timer_set) {
        ngx_del_timer(&d->timer);
    }

    q = ngx_queue_head(&d->messages);

    while (q != ngx_queue_sentinel(&d->messages)) {
        m = ngx_queue_data(q, ngx_uptime_message_t, queue);
        q = ngx_queue_next(q);

        if (m->send != NULL) {
            ngx_uptime_alert_cancel(m->send);
            ngx_uptime_dispatcher_forget(m);

        } else if (m->again.timer_set) {
            ngx_uptime_dispatcher_mark(m);
        }
    }

    /* what was answered is marked, or it would be sent again */

    (void) ngx_uptime_pg_pool_drain(d->pg, NGX_UPTIME_DISPATCHER_LEAVE);
}


static void
ngx_uptime_dispatcher_timer(ngx_event_t *ev)
{
    ngx_int_t                 free;
    ngx_uptime_pg_query_t    *q;
    ngx_uptime_dispatcher_t  *d;

    d = ev->data;

    if (d->claiming) {
        return;
    }

    /* mails to accounts come on top of it */

    free = NGX_UPTIME_DISPATCHER_FLYING - (ngx_int_t) d->flying;

    q = ngx_uptime_pg_query_create(d->pg, NGX_UPTIME_SQL_ALERT_CLAIM);

    if (q != NULL && ngx_uptime_pg_int(q, ngx_max(free, 0)) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    if (q != NULL) {
        q->handler = ngx_uptime_dispatcher_claimed;
        q->data = d;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            d->claiming = 1;
            return;
        }
    }

    ngx_uptime_dispatcher_later(d, NGX_UPTIME_DISPATCHER_POLL);
}


/* The sooner one of two times counts. */

static void
ngx_uptime_dispatcher_later(ngx_uptime_dispatcher_t *d, ngx_msec_t msec)
{
    if (d->stopped || d->claiming) {
        return;
    }

    if (d->timer.timer_set) {
        if ((ngx_msec_int_t) (d->timer.timer.key - ngx_current_msec)
            <= (ngx_msec_int_t) msec)
        {
            return;
        }

        ngx_del_timer(&d->timer);
    }

    ngx_add_timer(&d->timer, msec);
}


static void
ngx_uptime_dispatcher_claimed(ngx_uptime_pg_query_t *q)
{
    ngx_uint_t                i;
    ngx_uptime_dispatcher_t  *d;

    d = q->data;
    d->claiming = 0;

    if (d->stopped) {
        return;
    }

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_log_error(NGX_LOG_WARN, d->log, 0,
                      "uptime: alerts cannot be read: %s",
                      ngx_uptime_pg_strerror(q->err));

    } else if (q->rows
               && ngx_uptime_pg_columns(q) == NGX_UPTIME_CLAIM_N)
    {
        ngx_uptime_crash("after_claim");

        for (i = 0; i < q->rows; i++) {
            ngx_uptime_dispatcher_send(d, q, i);
        }
    }

    ngx_uptime_dispatcher_later(d, d->woken ? 0 : NGX_UPTIME_DISPATCHER_POLL);
    d->woken = 0;
}


/* Without memory the lease runs out and somebody tries again. */

static void
ngx_uptime_dispatcher_send(ngx_uptime_dispatcher_t *d,
    ngx_uptime_pg_query_t *q, ngx_uint_t row)
{
    ngx_uptime_alert_t           alert;
    ngx_uptime_message_t        *m;
    ngx_uptime_alert_channel_t   channel;

    m = ngx_calloc(sizeof(ngx_uptime_message_t), d->log);
    if (m == NULL) {
        return;
    }

    m->dispatcher = d;
    m->deadline = ngx_current_msec + NGX_UPTIME_DISPATCHER_LEASE;
    m->again.handler = ngx_uptime_dispatcher_again;
    m->again.data = m;
    m->again.log = d->log;
    m->again.cancelable = 1;
    m->id = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_ID);
    m->attempt = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_ATTEMPTS);
    m->channel = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_CHANNEL);

    ngx_memzero(&channel, sizeof(ngx_uptime_alert_channel_t));

    channel.id = m->channel;
    channel.owner = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_OWNER);
    channel.kind = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_KIND);
    channel.config = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_CONFIG);
    channel.secrets = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_SECRETS);
    channel.secrets_key = ngx_uptime_pg_str(q, row,
                                            NGX_UPTIME_CLAIM_SECRETS_KEY);
    channel.templates = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_TEMPLATES);

    ngx_uptime_dispatcher_alert(q, row, &alert);

    ngx_uptime_crash("before_send");

    m->send = ngx_uptime_alert_send(d->sender, &channel, &alert,
                                    ngx_uptime_dispatcher_sent, m);
    if (m->send == NULL) {
        ngx_free(m);
        return;
    }

    ngx_queue_insert_tail(&d->messages, &m->queue);
    d->flying++;
}


static void
ngx_uptime_dispatcher_alert(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_alert_t *alert)
{
    ngx_str_t  event;

    ngx_memzero(alert, sizeof(ngx_uptime_alert_t));

    event = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_EVENT);

    alert->event = ngx_uptime_alert_event_value(&event);
    alert->id = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_MESSAGE);
    alert->at = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_AT);
    alert->monitor = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_MONITOR);
    alert->name = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_NAME);
    alert->url = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_URL);
    alert->type = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_TYPE);
    alert->tags = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_TAGS);
    alert->incident = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_INCIDENT);
    alert->started_at = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_STARTED);
    alert->ended_at = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_ENDED);
    alert->cause = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_CAUSE);
    alert->first_error = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_ERROR);
    alert->http_status = (ngx_uint_t) ngx_uptime_pg_num(q, row,
                                                    NGX_UPTIME_CLAIM_STATUS);
    alert->latency_us = ngx_uptime_pg_num(q, row, NGX_UPTIME_CLAIM_LATENCY);
    alert->cert_expires_at = ngx_uptime_pg_num(q, row,
                                               NGX_UPTIME_CLAIM_CERT);
    alert->reminder = (ngx_uint_t) ngx_uptime_pg_num(q, row,
                                                  NGX_UPTIME_CLAIM_REMINDER);
    alert->note = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_NOTE);
    alert->subject = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_SUBJECT);
    alert->text = ngx_uptime_pg_str(q, row, NGX_UPTIME_CLAIM_BODY);
}


static void
ngx_uptime_dispatcher_sent(void *data, const ngx_uptime_alert_result_t *result)
{
    ngx_uptime_message_t     *m;
    ngx_uptime_dispatcher_t  *d;

    m = data;
    d = m->dispatcher;

    ngx_uptime_crash("after_send");

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "uptime: alert %L to channel %L, attempt %L: %V",
                  m->id, m->channel, m->attempt, &result->detail);

    m->send = NULL;                     /* it goes when this returns */
    m->result = *result;
    m->result.detail.data = m->detail;
    m->result.detail.len = ngx_min(result->detail.len, sizeof(m->detail));
    ngx_memcpy(m->detail, result->detail.data, m->result.detail.len);

    /* without memory everybody is tried again */

    m->rest = result->rest.len ? ngx_alloc(result->rest.len, d->log) : NULL;

    if (m->rest != NULL) {
        m->result.rest.data = ngx_cpymem(m->rest, result->rest.data,
                                         result->rest.len) - result->rest.len;
    } else {
        ngx_str_set(&m->result.rest, "");
    }

    ngx_uptime_dispatcher_mark(m);

    ngx_uptime_crash("after_mark");
}


static void
ngx_uptime_dispatcher_again(ngx_event_t *ev)
{
    ngx_uptime_dispatcher_mark(ev->data);
}


static void
ngx_uptime_dispatcher_mark(ngx_uptime_message_t *m)
{
    if (m->again.timer_set) {
        ngx_del_timer(&m->again);
    }

    if (ngx_uptime_dispatcher_mark_query(m) != NGX_OK) {
        ngx_uptime_dispatcher_unmarked(m, "no memory");
    }
}


static ngx_int_t
ngx_uptime_dispatcher_mark_query(ngx_uptime_message_t *m)
{
    ngx_str_t                   status;
    ngx_uptime_pg_query_t      *q;
    ngx_uptime_dispatcher_t    *d;
    ngx_uptime_alert_result_t  *result;

    d = m->dispatcher;
    result = &m->result;

    q = ngx_uptime_pg_query_create(d->pg, m->channel
                                          ? NGX_UPTIME_SQL_ALERT_MARK
                                          : NGX_UPTIME_SQL_ALERT_MAIL_MARK);
    if (q == NULL) {
        return NGX_ERROR;
    }

    status = ngx_uptime_alert_result_name(result);

    /* a mail to an account has one recipient */

    if (ngx_uptime_pg_int(q, m->id) != NGX_OK
        || ngx_uptime_pg_int(q, m->attempt) != NGX_OK
        || ngx_uptime_pg_text(q, &status) != NGX_OK
        || ngx_uptime_pg_int(q, result->retry_after) != NGX_OK
        || ngx_uptime_pg_int(q, result->code) != NGX_OK
        || ngx_uptime_pg_text(q, &result->detail) != NGX_OK
        || (m->channel && ngx_uptime_pg_text(q, &result->rest) != NGX_OK))
    {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    q->handler = ngx_uptime_dispatcher_marked;
    q->data = m;

    return ngx_uptime_pg_submit(q);
}


static void
ngx_uptime_dispatcher_marked(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_message_t     *m;
    ngx_uptime_dispatcher_t  *d;

    m = q->data;
    d = m->dispatcher;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_dispatcher_unmarked(m, ngx_uptime_pg_strerror(q->err));
        return;
    }

    ngx_uptime_dispatcher_forget(m);

    /* there may be room for the channel's next one */

    ngx_uptime_dispatcher_later(d, NGX_UPTIME_DISPATCHER_SOON);
}


static void
ngx_uptime_dispatcher_unmarked(ngx_uptime_message_t *m, const char *reason)
{
    ngx_uptime_dispatcher_t *d = m->dispatcher;

    if (!d->stopped && (ngx_msec_int_t) (m->deadline - ngx_current_msec)
                       > NGX_UPTIME_DISPATCHER_AGAIN)
    {
        ngx_add_timer(&m->again, NGX_UPTIME_DISPATCHER_AGAIN);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "uptime: alert %L could not be marked and may be sent "
                  "again: %s", m->id, reason);

    ngx_uptime_dispatcher_forget(m);
}


static void
ngx_uptime_dispatcher_forget(ngx_uptime_message_t *m)
{
    m->dispatcher->flying--;

    ngx_queue_remove(&m->queue);

    if (m->rest != NULL) {
        ngx_free(m->rest);
    }

    ngx_free(m);
}


void
ngx_uptime_dispatcher_wake(void *data)
{
    ngx_uptime_dispatcher_t *d = data;

    d->woken = d->claiming;

    if (d->pg != NULL) {
        ngx_uptime_dispatcher_later(d, 0);
    }
}
