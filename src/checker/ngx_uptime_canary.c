
/*
 * Canaries: whether a failure is the target's or our own network's.  They are
 * asked when something fails, all at once and at most once in a second; one
 * that answers is enough.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_canary.h"


#define NGX_UPTIME_CANARY_TIMEOUT  5000
#define NGX_UPTIME_CANARY_FRESH    1000         /* an answer is good for    */


typedef struct {
    ngx_uptime_canary_t           *canary;
    ngx_uptime_target_t            target;
    ngx_uptime_probe_t             probe;
    unsigned                       runs:1;
} ngx_uptime_canary_bird_t;


struct ngx_uptime_canary_s {
    ngx_uptime_prober_t           *prober;
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    int64_t                        channel;
    ngx_queue_t                    suspects;
    ngx_event_t                    answer;
    ngx_msec_t                     ended;       /* the last round           */
    ngx_uint_t                     n;
    ngx_uint_t                     running;
    ngx_uint_t                     failed;
    unsigned                       asked:1;     /* ever                     */
    unsigned                       ours:1;      /* said the last round      */
    unsigned                       stopped:1;
    ngx_uptime_canary_bird_t       bird[NGX_UPTIME_CANARIES];
};


static void ngx_uptime_canary_round(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_done(ngx_uptime_probe_t *p);
static void ngx_uptime_canary_end(ngx_uptime_canary_t *cn, ngx_uint_t ours);
static void ngx_uptime_canary_answer(ngx_event_t *ev);
static void ngx_uptime_canary_tell(ngx_uptime_canary_t *cn);


ngx_uptime_canary_t *
ngx_uptime_canary_create(ngx_pool_t *pool, ngx_array_t *urls,
    int64_t operator_channel, ngx_uptime_prober_t *prober,
    ngx_uptime_pg_pool_t *pg, ngx_log_t *log)
{
    ngx_str_t                 *url;
    ngx_uint_t                 i;
    ngx_uptime_canary_t       *cn;
    ngx_uptime_canary_bird_t  *b;

    if (urls == NULL || urls->nelts == 0) {
        return NULL;
    }

    cn = ngx_pcalloc(pool, sizeof(ngx_uptime_canary_t));
    if (cn == NULL) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: no memory for canaries: they are not asked");
        return NULL;
    }

    cn->prober = prober;
    cn->pg = pg;
    cn->log = log;
    cn->channel = operator_channel;

    ngx_queue_init(&cn->suspects);

    cn->answer.handler = ngx_uptime_canary_answer;
    cn->answer.data = cn;
    cn->answer.log = log;

    url = urls->elts;
    cn->n = ngx_min(urls->nelts, NGX_UPTIME_CANARIES);

    for (i = 0; i < cn->n; i++) {
        b = &cn->bird[i];

        b->canary = cn;
        b->target.kind = NGX_UPTIME_KIND_HTTP;
        b->target.timeout = NGX_UPTIME_CANARY_TIMEOUT;
        b->target.url = url[i];
        ngx_str_set(&b->target.method, "GET");
        ngx_str_set(&b->target.expected, "100-599");
    }

    return cn;
}


ngx_uint_t
ngx_uptime_canary_suspects(const ngx_uptime_outcome_t *o,
    ngx_uint_t upside_down)
{
    /* upside down, a network that is dead looks like a success */

    if (upside_down) {
        return o->status == NGX_UPTIME_UP;
    }

    switch (o->cause) {

    case NGX_UPTIME_CAUSE_DNS_NOT_FOUND:
    case NGX_UPTIME_CAUSE_DNS_TIMEOUT:
    case NGX_UPTIME_CAUSE_DNS_FAILURE:
    case NGX_UPTIME_CAUSE_CONNECT_REFUSED:
    case NGX_UPTIME_CAUSE_CONNECT_TIMEOUT:
    case NGX_UPTIME_CAUSE_CONNECT_UNREACHABLE:
    case NGX_UPTIME_CAUSE_TLS_HANDSHAKE:
    case NGX_UPTIME_CAUSE_TIMEOUT:
    case NGX_UPTIME_CAUSE_RESET:
        return o->status == NGX_UPTIME_DOWN;

    /* nobody is told of these, but the operator may have to be */

    case NGX_UPTIME_CAUSE_OWN_NETWORK:
        return 1;

    default:
        return 0;
    }
}


void
ngx_uptime_canary_ask(ngx_uptime_canary_t *cn, ngx_uptime_suspect_t *s)
{
    s->waits = 1;
    ngx_queue_insert_tail(&cn->suspects, &s->queue);

    if (cn->running || cn->answer.posted) {
        return;
    }

    if (cn->asked
        && ngx_current_msec - cn->ended < NGX_UPTIME_CANARY_FRESH)
    {
        ngx_post_event(&cn->answer, &ngx_posted_events);
        return;
    }

    ngx_uptime_canary_round(cn);
}


void
ngx_uptime_canary_forget(ngx_uptime_suspect_t *s)
{
    if (s->waits) {
        s->waits = 0;
        ngx_queue_remove(&s->queue);
    }
}


void
ngx_uptime_canary_stop(ngx_uptime_canary_t *cn)
{
    ngx_uint_t                 i;
    ngx_uptime_canary_bird_t  *b;

    cn->stopped = 1;

    for (i = 0; i < cn->n; i++) {
        b = &cn->bird[i];

        if (b->runs) {
            b->runs = 0;
            ngx_uptime_probe_cancel(&b->probe);
        }
    }

    if (cn->answer.posted) {
        ngx_delete_posted_event(&cn->answer);
    }
}


static void
ngx_uptime_canary_round(ngx_uptime_canary_t *cn)
{
    ngx_uint_t                 i;
    ngx_uptime_canary_bird_t  *b;

    cn->failed = 0;

    for (i = 0; i < cn->n; i++) {
        b = &cn->bird[i];

        ngx_memzero(&b->probe, sizeof(ngx_uptime_probe_t));

        b->probe.target = &b->target;
        b->probe.ungated = 1;
        b->probe.handler = ngx_uptime_canary_done;
        b->probe.data = b;

        if (ngx_uptime_probe(cn->prober, &b->probe) == NGX_OK) {
            b->runs = 1;
            cn->running++;
        }
    }

    /* without memory nobody is asked: the failure counts */

    if (cn->running == 0) {
        ngx_uptime_canary_end(cn, 0);
    }
}


static void
ngx_uptime_canary_done(ngx_uptime_probe_t *p)
{
    ngx_uint_t                 i;
    ngx_uptime_canary_t       *cn;
    ngx_uptime_outcome_t       o;
    ngx_uptime_canary_bird_t  *b, *other;

    b = p->data;
    cn = b->canary;

    b->runs = 0;
    cn->running--;

    o = ngx_uptime_probe_outcome(p);

    /* one that we could not ask says nothing good */

    if (o.status == NGX_UPTIME_UNKNOWN || ngx_uptime_canary_suspects(&o, 0)) {
        cn->failed++;

        if (cn->running == 0) {
            ngx_uptime_canary_end(cn, cn->failed == cn->n);
        }

        return;
    }

    /* the others need not be waited for */

    for (i = 0; i < cn->n; i++) {
        other = &cn->bird[i];

        if (other->runs) {
            other->runs = 0;
            cn->running--;
            ngx_uptime_probe_cancel(&other->probe);
        }
    }

    ngx_uptime_canary_end(cn, 0);
}


static void
ngx_uptime_canary_end(ngx_uptime_canary_t *cn, ngx_uint_t ours)
{
    if (ours && !cn->ours) {
        ngx_log_error(NGX_LOG_CRIT, cn->log, 0,
                      "uptime: all canaries fail: it is the network of this "
                      "host, failures are unknown and nobody is alerted");
        ngx_uptime_canary_tell(cn);

    } else if (!ours && cn->ours) {
        ngx_log_error(NGX_LOG_WARN, cn->log, 0,
                      "uptime: canaries answer again, failures count");
    }

    cn->asked = 1;
    cn->ours = ours;
    cn->ended = ngx_current_msec;

    if (!cn->answer.posted) {
        ngx_post_event(&cn->answer, &ngx_posted_events);
    }
}


static void
ngx_uptime_canary_answer(ngx_event_t *ev)
{
    ngx_queue_t           *q, list;
    ngx_uptime_canary_t   *cn;
    ngx_uptime_suspect_t  *s;

    cn = ev->data;

    if (cn->stopped) {
        return;
    }

    /* those that come meanwhile ask anew */

    ngx_queue_init(&list);
    ngx_queue_add(&list, &cn->suspects);
    ngx_queue_init(&cn->suspects);

    while (!ngx_queue_empty(&list)) {
        q = ngx_queue_head(&list);
        ngx_queue_remove(q);

        s = ngx_queue_data(q, ngx_uptime_suspect_t, queue);
        s->waits = 0;

        s->handler(s, cn->ours);
    }
}


/* It goes out when the network is back, if the channel needs it. */

static void
ngx_uptime_canary_tell(ngx_uptime_canary_t *cn)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(cn->pg, NGX_UPTIME_SQL_ALERT_OPERATOR);
    if (q == NULL) {
        return;
    }

    if (ngx_uptime_pg_int(q, cn->channel) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        return;
    }

    /* nobody waits for it: no handler */

    (void) ngx_uptime_pg_submit(q);
}
