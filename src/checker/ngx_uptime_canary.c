
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
#include "ngx_uptime_canary_tell.h"
#include "ngx_uptime_url.h"


#define NGX_UPTIME_CANARY_TIMEOUT  5000
#define NGX_UPTIME_CANARY_FRESH    1000         /* between two rounds       */
#define NGX_UPTIME_CANARY_BAD      5000         /* the same, unasked        */


typedef struct {
    ngx_uptime_canary_t           *canary;
    ngx_uptime_target_t            target;
    ngx_uptime_probe_t             probe;
    unsigned                       runs:1;
    unsigned                       named:1;     /* its host is no address   */
} ngx_uptime_canary_bird_t;


struct ngx_uptime_canary_s {
    ngx_uptime_prober_t           *prober;
    ngx_uptime_canary_tell_t       tell;
    ngx_queue_t                    suspects;
    ngx_queue_t                    asked;       /* for whom the round is    */
    ngx_event_t                    answer;
    ngx_event_t                    next;        /* round                    */
    ngx_msec_t                     ended;       /* the last round           */
    ngx_msec_t                     network;     /* is well, since           */
    ngx_msec_t                     names;       /* are found, since         */
    ngx_uint_t                     n;
    ngx_uint_t                     named;       /* of them                  */
    ngx_uint_t                     running;
    unsigned                       reached:1;   /* one of them              */
    unsigned                       found:1;     /* the name of one          */
    unsigned                       all:1;       /* the round had its end    */
    unsigned                       dead:1;      /* the network is not well  */
    unsigned                       blind:1;     /* names are not found      */
    unsigned                       stopped:1;
    ngx_uptime_canary_bird_t       bird[NGX_UPTIME_CANARIES];
};


static void ngx_uptime_canary_bird(ngx_uptime_canary_t *cn, ngx_pool_t *pool,
    ngx_uptime_hosts_t *hosts, const ngx_str_t *url);
static void ngx_uptime_canary_next(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_round(ngx_event_t *ev);
static void ngx_uptime_canary_done(ngx_uptime_probe_t *p);
static ngx_uint_t ngx_uptime_canary_enough(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_end(ngx_uptime_canary_t *cn);
static void ngx_uptime_canary_answer(ngx_event_t *ev);
static ngx_uint_t ngx_uptime_canary_ours(const ngx_uptime_canary_t *cn,
    const ngx_uptime_suspect_t *s);


ngx_uptime_canary_t *
ngx_uptime_canary_create(ngx_pool_t *pool, ngx_array_t *urls,
    int64_t operator_channel, ngx_uptime_prober_t *prober,
    ngx_uptime_pg_pool_t *pg, ngx_log_t *log)
{
    ngx_str_t            *url;
    ngx_uint_t            i;
    ngx_uptime_canary_t  *cn;
    ngx_uptime_hosts_t   *hosts;

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
    ngx_uptime_canary_tell_init(&cn->tell, pg, operator_channel, log);

    ngx_queue_init(&cn->suspects);
    ngx_queue_init(&cn->asked);

    cn->ended = ngx_current_msec - NGX_UPTIME_CANARY_FRESH;
    cn->network = ngx_current_msec;
    cn->names = ngx_current_msec;

    cn->next.handler = ngx_uptime_canary_round;
    cn->next.data = cn;
    cn->next.log = log;
    cn->next.cancelable = 1;

    cn->answer.handler = ngx_uptime_canary_answer;
    cn->answer.data = cn;
    cn->answer.log = log;

    url = urls->elts;
    hosts = ngx_uptime_hosts_read(pool, "/etc/hosts", log);

    for (i = 0; i < urls->nelts && i < NGX_UPTIME_CANARIES; i++) {
        ngx_uptime_canary_bird(cn, pool, hosts, &url[i]);
    }

    return cn;
}


static void
ngx_uptime_canary_bird(ngx_uptime_canary_t *cn, ngx_pool_t *pool,
    ngx_uptime_hosts_t *hosts, const ngx_str_t *url)
{
    ngx_uptime_url_t           parsed;
    ngx_uptime_sockaddr_t      addr;
    ngx_uptime_canary_bird_t  *b;

    b = &cn->bird[cn->n++];

    b->canary = cn;
    b->target.kind = NGX_UPTIME_KIND_HTTP;
    b->target.timeout = NGX_UPTIME_CANARY_TIMEOUT;
    b->target.url = *url;
    ngx_str_set(&b->target.method, "GET");
    ngx_str_set(&b->target.expected, "100-599");

    if (ngx_uptime_url_parse(pool, url, NULL, &parsed) != NGX_UPTIME_URL_OK
        || parsed.literal)
    {
        return;
    }

    /* that it is found says nothing about name servers */

    if (hosts != NULL && ngx_uptime_hosts_find(hosts, &parsed.host, &addr, 1))
    {
        ngx_log_error(NGX_LOG_WARN, cn->tell.log, 0,
                      "uptime: canary \"%V\" is named in /etc/hosts: it does "
                      "not tell whether names can be looked up", url);
        return;
    }

    b->named = 1;
    cn->named++;
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
 * died in between.  After a bad round they are asked without a failure, too,
 * so that it is known when it was well again.
 */

static void
ngx_uptime_canary_next(ngx_uptime_canary_t *cn)
{
    ngx_msec_t  since;

    if (cn->running || cn->answer.posted) {
        return;
    }

    if (ngx_queue_empty(&cn->suspects)) {

        if (cn->dead || cn->blind) {
            ngx_add_timer(&cn->next, NGX_UPTIME_CANARY_BAD);
        }

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

    ngx_uptime_canary_tell_stop(&cn->tell);
}


static void
ngx_uptime_canary_round(ngx_event_t *ev)
{
    ngx_uint_t                 i;
    ngx_uptime_canary_t       *cn;
    ngx_uptime_canary_bird_t  *b;

    cn = ev->data;

    if (!ngx_queue_empty(&cn->suspects)) {
        ngx_queue_add(&cn->asked, &cn->suspects);
        ngx_queue_init(&cn->suspects);

    } else if (!cn->dead && !cn->blind) {
        return;
    }

    cn->reached = 0;
    cn->found = 0;

    for (i = 0; i < cn->n; i++) {
        b = &cn->bird[i];

        ngx_memzero(&b->probe, sizeof(ngx_uptime_probe_t));

        b->probe.target = &b->target;
        b->probe.ungated = 1;
        b->probe.fresh = 1;
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
        cn->found |= b->named && !ngx_uptime_canary_lookup(&o, &p->result);
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

    if (cn->blind) {
        return 0;
    }

    q = ngx_queue_head(&cn->asked);

    for ( /* void */ ; q != ngx_queue_sentinel(&cn->asked); q = q->next) {
        s = ngx_queue_data(q, ngx_uptime_suspect_t, queue);

        if (s->lookup) {
            return 0;
        }
    }

    return 1;
}


/*
 * It is well since the answer, not since the question: that may have been
 * repeated until the network was back.
 */

static void
ngx_uptime_canary_end(ngx_uptime_canary_t *cn)
{
    cn->ended = ngx_current_msec;

    if (!cn->reached) {
        cn->dead = 1;

    } else if (cn->dead) {
        cn->dead = 0;
        cn->network = cn->ended;
    }

    if (cn->named && cn->all && !cn->found) {
        cn->blind = 1;

    } else if (cn->blind && cn->found) {
        cn->blind = 0;
        cn->names = cn->ended;
    }

    ngx_uptime_canary_tell(&cn->tell, cn->dead ? NGX_UPTIME_CANARY_DEAD
                                      : cn->blind ? NGX_UPTIME_CANARY_NAMES
                                      : NGX_UPTIME_CANARY_WELL);

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
    if (cn->dead || (s->lookup && cn->blind)) {
        return 1;
    }

    /* it was bad, and may have been until the check had failed */

    return (ngx_msec_int_t) (cn->network - s->began) > 0
           || (s->lookup && (ngx_msec_int_t) (cn->names - s->began) > 0);
}
