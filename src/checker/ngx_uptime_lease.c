
/*
 * Shards: leased from the database for 15 s, renewed every 5 s, by the
 * database's clock only.  One statement is in flight at a time, so that the
 * answer to an older one can never undo a newer one.
 *
 * A shard is held (its monitors are scheduled), leaving (not scheduled any
 * more, results still on their way) or not ours.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_LEASE_RENEW   5000
#define NGX_UPTIME_LEASE_AGAIN   1000
#define NGX_UPTIME_LEASE_SOON    50
#define NGX_UPTIME_LEASE_TIMEOUT 4000


static void ngx_uptime_lease_timer(ngx_event_t *ev);
static void ngx_uptime_lease_step(ngx_uptime_checker_t *ck);
static ngx_int_t ngx_uptime_lease_submit(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_handler_pt handler);
static void ngx_uptime_lease_renew(ngx_uptime_checker_t *ck);
static void ngx_uptime_lease_renewed(ngx_uptime_pg_query_t *q);
static void ngx_uptime_lease_claim(ngx_uptime_checker_t *ck, ngx_uint_t n);
static void ngx_uptime_lease_claimed(ngx_uptime_pg_query_t *q);
static void ngx_uptime_lease_give(ngx_uptime_checker_t *ck, ngx_uint_t n);
static void ngx_uptime_lease_release(ngx_uptime_checker_t *ck);
static ngx_int_t ngx_uptime_lease_leaving(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
static void ngx_uptime_lease_released(ngx_uptime_pg_query_t *q);
static void ngx_uptime_lease_left(ngx_uptime_pg_query_t *q);


void
ngx_uptime_lease_start(ngx_uptime_checker_t *ck)
{
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    l->timer.handler = ngx_uptime_lease_timer;
    l->timer.data = ck;
    l->timer.log = ck->log;
    l->timer.cancelable = 1;

    l->due = ngx_current_msec;

    ngx_uptime_lease_step(ck);
}


void
ngx_uptime_lease_news(ngx_uptime_checker_t *ck)
{
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    if (ck->id == 0 || ck->stopping) {
        return;
    }

    l->wanted = 1;

    if (l->query == NULL) {

        if (l->timer.timer_set) {
            ngx_del_timer(&l->timer);
        }

        ngx_add_timer(&l->timer, NGX_UPTIME_LEASE_SOON);
    }
}


void
ngx_uptime_lease_doubt(ngx_uptime_checker_t *ck)
{
    if (ck->id == 0 || ck->stopping) {
        return;
    }

    ck->lease.doubt = 1;

    /* an answer that is on its way is of before */
    ck->lease.resolves = 0;

    ngx_uptime_lease_news(ck);
}


static void
ngx_uptime_lease_timer(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    ngx_uptime_lease_step(ck);
}


/* What is to be done now, or when to look again. */

static void
ngx_uptime_lease_step(ngx_uptime_checker_t *ck)
{
    ngx_msec_int_t       wait;
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    if (l->query != NULL || ck->stopping || ck->id == 0) {
        return;
    }

    wait = (ngx_msec_int_t) (l->due - ngx_current_msec);

    if (l->wanted || wait <= 0) {
        l->wanted = 0;
        ngx_uptime_lease_renew(ck);
        return;
    }

    if (l->leaving && ck->writer.settled >= l->mark) {
        ngx_uptime_lease_release(ck);
        return;
    }

    if (l->held < l->share) {
        wait = ngx_min(wait, NGX_UPTIME_LEASE_AGAIN);
    }

    if (l->leaving) {
        wait = ngx_min(wait, NGX_UPTIME_LEASE_SOON);
    }

    if (l->timer.timer_set) {
        ngx_del_timer(&l->timer);
    }

    ngx_add_timer(&l->timer, (ngx_msec_t) wait);
}


static ngx_int_t
ngx_uptime_lease_submit(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    if (q != NULL) {
        q->handler = handler;
        q->data = ck;
        q->timeout = NGX_UPTIME_LEASE_TIMEOUT;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            l->query = q;
            return NGX_OK;
        }
    }

    if (!l->timer.timer_set) {
        ngx_add_timer(&l->timer, NGX_UPTIME_LEASE_AGAIN);
    }

    return NGX_ERROR;
}


static void
ngx_uptime_lease_renew(ngx_uptime_checker_t *ck)
{
    ngx_uptime_pg_query_t  *q;

    ck->lease.due = ngx_current_msec + NGX_UPTIME_LEASE_RENEW;
    ck->lease.resolves = ck->lease.doubt;
    ck->lease.asked = ngx_uptime_clock_steady();

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_RENEW);

    if (q != NULL && ngx_uptime_pg_int(q, ck->id) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    (void) ngx_uptime_lease_submit(ck, q, ngx_uptime_lease_renewed);

    /* changes may have been missed: NOTIFY promises nothing */

    ngx_uptime_monitors_poll(ck);
}


static void
ngx_uptime_lease_renewed(ngx_uptime_pg_query_t *q)
{
    ngx_uint_t             level;
    ngx_uptime_lease_t    *l;
    ngx_uptime_checker_t  *ck;

    ck = q->data;
    l = &ck->lease;
    l->query = NULL;

    if (l->resolves) {
        l->resolves = 0;
        l->doubt = 0;
        ngx_uptime_runner_wake(ck);
    }

    if (q->err != NGX_UPTIME_PG_OK) {

        /* loud once for every outage */
        level = l->failed ? NGX_LOG_INFO : NGX_LOG_WARN;
        l->failed = 1;

        ngx_log_error(level, ck->log, 0,
                      "uptime: leases could not be renewed: %s",
                      ngx_uptime_pg_strerror(q->err));

        l->due = ngx_current_msec + NGX_UPTIME_LEASE_AGAIN;
        ngx_uptime_lease_step(ck);
        return;
    }

    l->failed = 0;

    ngx_uptime_clock_set(ck->log, l->asked, ngx_uptime_pg_num(q, 0, 1));
    ngx_uptime_lease_compare(ck, q);

    if (ngx_uptime_pg_num(q, 0, 0) == 0) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: checker %L is not known any more", ck->id);
        ck->id = 0;
        ngx_uptime_checker_register(ck);
        return;
    }

    ngx_uptime_lease_share(ck, q);

    if (l->held > l->share) {
        ngx_uptime_lease_give(ck, l->held - l->share);

    } else if (l->held < l->share && !ck->stopping) {
        ngx_uptime_lease_claim(ck, l->share - l->held);
    }

    ngx_uptime_lease_log(ck);
    ngx_uptime_lease_step(ck);
}


static void
ngx_uptime_lease_claim(ngx_uptime_checker_t *ck, ngx_uint_t n)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_CLAIM);

    if (q != NULL
        && (ngx_uptime_pg_int(q, ck->id) != NGX_OK
            || ngx_uptime_pg_int(q, n) != NGX_OK))
    {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    (void) ngx_uptime_lease_submit(ck, q, ngx_uptime_lease_claimed);
}


static void
ngx_uptime_lease_claimed(ngx_uptime_pg_query_t *q)
{
    int64_t                shard;
    ngx_uint_t             i;
    ngx_uptime_checker_t  *ck;

    ck = q->data;
    ck->lease.query = NULL;

    /* after an error the next renewal tells what was taken */

    if (q->err == NGX_UPTIME_PG_OK) {

        for (i = 0; i < q->rows; i++) {
            shard = ngx_uptime_pg_num(q, i, 0);

            if (shard >= 0 && shard < NGX_UPTIME_SHARDS
                && ck->shard[shard] == NGX_UPTIME_SHARD_NONE)
            {
                ngx_uptime_lease_gain(ck, shard, ngx_uptime_pg_num(q, i, 1));
            }
        }
    }

    if (ck->lease.held < ck->lease.share) {
        /* in a second, with a look at who is alive */
        ck->lease.due = ngx_current_msec + NGX_UPTIME_LEASE_AGAIN;
    }

    ngx_uptime_lease_log(ck);
    ngx_uptime_lease_step(ck);
}


/* More than the share: the monitors stop, the results go first. */

static void
ngx_uptime_lease_give(ngx_uptime_checker_t *ck, ngx_uint_t n)
{
    uint64_t    given;
    ngx_uint_t  i;

    given = 0;

    for (i = NGX_UPTIME_SHARDS; i-- && n; /* void */) {

        if (ck->shard[i] != NGX_UPTIME_SHARD_HELD) {
            continue;
        }

        given |= (uint64_t) 1 << i;
        ck->shard[i] = NGX_UPTIME_SHARD_LEAVING;
        ck->lease.held--;
        ck->lease.leaving++;
        n--;
    }

    ngx_uptime_monitors_drop(ck, given);

    ck->lease.mark = ck->writer.added;
}


static void
ngx_uptime_lease_release(ngx_uptime_checker_t *ck)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_RELEASE);

    if (q != NULL && ngx_uptime_lease_leaving(ck, q) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    (void) ngx_uptime_lease_submit(ck, q, ngx_uptime_lease_released);
}


static ngx_int_t
ngx_uptime_lease_leaving(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q)
{
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    if (ngx_uptime_pg_int(q, ck->id) != NGX_OK) {
        return NGX_ERROR;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT2, ck->lease.leaving, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {
        if (ck->shard[i] == NGX_UPTIME_SHARD_LEAVING) {
            ngx_uptime_pg_array_int(a, i);
        }
    }

    return NGX_OK;
}


static void
ngx_uptime_lease_released(ngx_uptime_pg_query_t *q)
{
    ngx_uint_t             i;
    ngx_uptime_checker_t  *ck;

    ck = q->data;
    ck->lease.query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_add_timer(&ck->lease.timer, NGX_UPTIME_LEASE_AGAIN);
        return;
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {
        if (ck->shard[i] == NGX_UPTIME_SHARD_LEAVING) {
            ngx_uptime_lease_lose(ck, i);
        }
    }

    ngx_uptime_lease_step(ck);
}


/* At exit: best effort, the leases end by themselves otherwise. */

void
ngx_uptime_lease_leave(ngx_uptime_checker_t *ck)
{
    ngx_uptime_pg_query_t  *q;

    if (ck->id == 0) {
        return;
    }

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_LEAVE);

    if (q == NULL) {
        return;
    }

    if (ngx_uptime_pg_int(q, ck->id) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        return;
    }

    q->handler = ngx_uptime_lease_left;
    q->data = ck;

    (void) ngx_uptime_pg_submit(q);
}


static void
ngx_uptime_lease_left(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_checker_t *ck = q->data;

    ck->lease.left = (q->err == NGX_UPTIME_PG_OK);
}
