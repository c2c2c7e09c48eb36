
/*
 * Canaries: whether a failure is the target's or our own network's.  They are
 * asked when something fails, all at once and at most once in a second; one
 * that answers is enough, but a lookup that failed counts only if the name of
 * one of them was found: a resolver without a network answers with errors.
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_canary.h"
#include "ngx_uptime_url.h"


#define NGX_UPTIME_CANARY_TIMEOUT  5000
#define NGX_UPTIME_CANARY_FRESH    1000         /* between two rounds       */
#define NGX_UPTIME_CANARY_AGAIN    5000         /* the operator is told     */

/* that it goes on, or has come again: the database tells once in an hour */
#define NGX_UPTIME_CANARY_REMIND   60000


typedef enum {
    NGX_UPTIME_CANARY_WELL = 0,
    NGX_UPTIME_CANARY_NAMES,                    /* none is found            */
    NGX_UPTIME_CANARY_DEAD                      /* all fail                 */
} ngx_uptime_canary_state_e;


typedef struct {
    ngx_uptime_canary_t           *canary;
    ngx_uptime_target_t            target;
    ngx_uptime_probe_t             probe;
    unsigned                       runs:1;
    unsigned                       named:1;     /* its host is no address   */
} ngx_uptime_canary_bird_t;


struct ngx_uptime_canary_s {
    ngx_uptime_prober_t           *prober;
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    int64_t                        channel;
    ngx_queue_t                    suspects;
    ngx_queue_t                    asked;       /* for whom the round is    */
    ngx_event_t                    answer;
    ngx_event_t                    next;        /* round                    */
    ngx_event_t                    again;
    ngx_msec_t                     ended;       /* the last round           */
    ngx_msec_t                     told;        /* the operator             */
    ngx_uint_t                     n;
    ngx_uint_t                     named;       /* of them                  */
    ngx_uint_t                     running;
    ngx_uptime_canary_state_e      state;       /* said the last round      */
    ngx_uptime_canary_state_e      trouble;     /* to tell the operator     */
    unsigned                       reached:1;   /* one of them              */
    unsigned                       found:1;     /* the name of one          */
    unsigned                       all:1;       /* the round had its end    */
    unsigned                       stopped:1;
    ngx_uptime_canary_bird_t       bird[NGX_UPTIME_CANARIES];
};


static void ngx_uptime_canary_next(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_round(ngx_event_t *ev);
static void ngx_uptime_canary_done(ngx_uptime_probe_t *p);
static ngx_uint_t ngx_uptime_canary_enough(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_end(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_said(ngx_uptime_canary_t *cn,
    ngx_uptime_canary_state_e state);
static void ngx_uptime_canary_answer(ngx_event_t *ev);
static ngx_uint_t ngx_uptime_canary_ours(const ngx_uptime_canary_t *cn,
    const ngx_uptime_suspect_t *s);
static void ngx_uptime_canary_again(ngx_event_t *ev);
static void ngx_uptime_canary_told(ngx_uptime_pg_query_t *q);


ngx_uptime_canary_t *
ngx_uptime_canary_create(ngx_pool_t *pool, ngx_array_t *urls,
    int64_t operator_channel, ngx_uptime_prober_t *prober,
    ngx_uptime_pg_pool_t *pg, ngx_log_t *log)
{
    ngx_str_t                 *url;
    ngx_uint_t                 i;
    ngx_uptime_url_t           parsed;
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
    ngx_queue_init(&cn->asked);

    cn->ended = ngx_current_msec - NGX_UPTIME_CANARY_FRESH;

    cn->next.handler = ngx_uptime_canary_round;
    cn->next.data = cn;
    cn->next.log = log;
    cn->next.cancelable = 1;

    cn->answer.handler = ngx_uptime_canary_answer;
    cn->answer.data = cn;
    cn->answer.log = log;

    cn->again.handler = ngx_uptime_canary_again;
    cn->again.data = cn;
    cn->again.log = log;
    cn->again.cancelable = 1;

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

        if (ngx_uptime_url_parse(pool, &url[i], NULL, &parsed)
            == NGX_UPTIME_URL_OK
            && !parsed.literal)
        {
            b->named = 1;
            cn->named++;
        }
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


ngx_uint_t
ngx_uptime_canary_lookup(const ngx_uptime_outcome_t *o)
{
    switch (o->cause) {

    case NGX_UPTIME_CAUSE_DNS_NOT_FOUND:
    case NGX_UPTIME_CAUSE_DNS_TIMEOUT:
    case NGX_UPTIME_CAUSE_DNS_FAILURE:
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

    ngx_uptime_canary_next(cn);
}


/*
 * What canaries said before the failure does not count: the network may have
 * died in between.
 */

static void
ngx_uptime_canary_next(ngx_uptime_canary_t *cn)
{
    ngx_msec_t  since;

    if (cn->running || cn->answer.posted || cn->next.timer_set
        || ngx_queue_empty(&cn->suspects))
    {
        return;
    }

    since = ngx_current_msec - cn->ended;

    ngx_add_timer(&cn->next, since < NGX_UPTIME_CANARY_FRESH
                             ? NGX_UPTIME_CANARY_FRESH - since : 0);
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

    if (cn->next.timer_set) {
        ngx_del_timer(&cn->next);
    }

    if (cn->again.timer_set) {
        ngx_del_timer(&cn->again);
    }
}


static void
ngx_uptime_canary_round(ngx_event_t *ev)
{
    ngx_uint_t                 i;
    ngx_uptime_canary_t       *cn;
    ngx_uptime_canary_bird_t  *b;

    cn = ev->data;

    if (ngx_queue_empty(&cn->suspects)) {
        return;
    }

    ngx_queue_add(&cn->asked, &cn->suspects);
    ngx_queue_init(&cn->suspects);

    cn->reached = 0;
    cn->found = 0;

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
        cn->reached = 1;
        cn->found = 1;
        ngx_uptime_canary_end(cn);
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

    if (o.status != NGX_UPTIME_UNKNOWN) {
        cn->reached |= !ngx_uptime_canary_suspects(&o, 0);
        cn->found |= b->named && !ngx_uptime_canary_lookup(&o);
    }

    if (cn->running && !ngx_uptime_canary_enough(cn)) {
        return;
    }

    cn->all = (cn->running == 0);

    for (i = 0; i < cn->n; i++) {
        other = &cn->bird[i];

        if (other->runs) {
            other->runs = 0;
            cn->running--;
            ngx_uptime_probe_cancel(&other->probe);
        }
    }

    ngx_uptime_canary_end(cn);
}


/* The others need not be waited for. */

static ngx_uint_t
ngx_uptime_canary_enough(ngx_uptime_canary_t *cn)
{
    ngx_queue_t           *q;
    ngx_uptime_suspect_t  *s;

    if (!cn->reached || cn->found || cn->named == 0) {
        return cn->reached;
    }

    for (q = ngx_queue_head(&cn->asked);
         q != ngx_queue_sentinel(&cn->asked);
         q = ngx_queue_next(q))
    {
        s = ngx_queue_data(q, ngx_uptime_suspect_t, queue);

        if (s->lookup) {
            return 0;
        }
    }

    return 1;
}


static void
ngx_uptime_canary_end(ngx_uptime_canary_t *cn)
{
    if (!cn->reached) {
        ngx_uptime_canary_said(cn, NGX_UPTIME_CANARY_DEAD);

    } else if (cn->found || cn->named == 0) {
        ngx_uptime_canary_said(cn, NGX_UPTIME_CANARY_WELL);

    } else if (cn->all) {
        ngx_uptime_canary_said(cn, NGX_UPTIME_CANARY_NAMES);

    } else if (cn->state == NGX_UPTIME_CANARY_DEAD) {
        ngx_uptime_canary_said(cn, NGX_UPTIME_CANARY_WELL);
    }

    cn->ended = ngx_current_msec;

    if (!cn->answer.posted) {
        ngx_post_event(&cn->answer, &ngx_posted_events);
    }
}


static void
ngx_uptime_canary_said(ngx_uptime_canary_t *cn,
    ngx_uptime_canary_state_e state)
{
    if (state > cn->state
        || (state != NGX_UPTIME_CANARY_WELL
            && ngx_current_msec - cn->told >= NGX_UPTIME_CANARY_REMIND))
    {
        cn->trouble = state;
        ngx_uptime_canary_again(&cn->again);
    }

    if (state == cn->state) {
        return;
    }

    cn->state = state;

    switch (state) {

    case NGX_UPTIME_CANARY_DEAD:
        ngx_log_error(NGX_LOG_CRIT, cn->log, 0,
                      "uptime: all canaries fail: it is the network of this "
                      "host, failures are unknown and nobody is alerted");
        break;

    case NGX_UPTIME_CANARY_NAMES:
        ngx_log_error(NGX_LOG_CRIT, cn->log, 0,
                      "uptime: no canary's name is found: it is the resolver "
                      "of this host, lookups that fail are unknown and nobody "
                      "is alerted");
        break;

    default:
        ngx_log_error(NGX_LOG_WARN, cn->log, 0,
                      "uptime: canaries answer again, failures count");
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

    /* those that came meanwhile ask anew, unless it is bad already */

    ngx_queue_init(&list);

    if (!ngx_queue_empty(&cn->suspects)) {
        ngx_queue_add(&list, &cn->suspects);
        ngx_queue_init(&cn->suspects);
    }

    while (!ngx_queue_empty(&cn->asked)) {
        q = ngx_queue_head(&cn->asked);
        ngx_queue_remove(q);

        s = ngx_queue_data(q, ngx_uptime_suspect_t, queue);
        s->waits = 0;

        s->handler(s, ngx_uptime_canary_ours(cn, s));
    }

    while (!ngx_queue_empty(&list)) {
        q = ngx_queue_head(&list);
        ngx_queue_remove(q);

        s = ngx_queue_data(q, ngx_uptime_suspect_t, queue);

        if (!ngx_uptime_canary_ours(cn, s)) {
            ngx_queue_insert_tail(&cn->suspects, q);
            continue;
        }

        s->waits = 0;

        s->handler(s, 1);
    }

    ngx_uptime_canary_next(cn);
}


static ngx_uint_t
ngx_uptime_canary_ours(const ngx_uptime_canary_t *cn,
    const ngx_uptime_suspect_t *s)
{
    return !cn->reached
           || (s->lookup && cn->named && cn->all && !cn->found);
}


/*
 * The operator is told: the message goes out when the network is back, if the
 * channel needs it.  The database may be behind the same network.
 */

static void
ngx_uptime_canary_again(ngx_event_t *ev)
{
    ngx_str_t               what;
    ngx_uptime_canary_t    *cn;
    ngx_uptime_pg_query_t  *q;

    cn = ev->data;
    cn->told = ngx_current_msec;

    if (cn->trouble == NGX_UPTIME_CANARY_NAMES) {
        ngx_str_set(&what, "names");

    } else {
        ngx_str_set(&what, "network");
    }

    q = ngx_uptime_pg_query_create(cn->pg, NGX_UPTIME_SQL_ALERT_OPERATOR);

    if (q != NULL
        && (ngx_uptime_pg_int(q, cn->channel) != NGX_OK
            || ngx_uptime_pg_text(q, &what) != NGX_OK))
    {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    if (q != NULL) {
        q->handler = ngx_uptime_canary_told;
        q->data = cn;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            return;
        }
    }

    ngx_add_timer(&cn->again, NGX_UPTIME_CANARY_AGAIN);
}


static void
ngx_uptime_canary_told(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_canary_t *cn = q->data;

    if (q->err == NGX_UPTIME_PG_OK || cn->stopped) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cn->log, 0,
                  "uptime: the operator cannot be told yet: %s",
                  ngx_uptime_pg_strerror(q->err));

    ngx_add_timer(&cn->again, NGX_UPTIME_CANARY_AGAIN);
}
