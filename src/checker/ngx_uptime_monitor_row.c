
/*
 * One row of fragments/monitor_row into the schedule: a new monitor, a
 * changed one, or one that is gone.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"
#include "ngx_uptime_target_row.h"


#define NGX_UPTIME_PUSH_LOOK  60000


typedef enum {
    NGX_UPTIME_COL_ID = 0,
    NGX_UPTIME_COL_SHARD,
    NGX_UPTIME_COL_REVISION,
    NGX_UPTIME_COL_PAUSED,
    NGX_UPTIME_COL_RETRY,
    NGX_UPTIME_COL_THRESHOLD,
    NGX_UPTIME_COL_STATUS,
    NGX_UPTIME_COL_TOLD,
    NGX_UPTIME_COL_FAILS,
    NGX_UPTIME_COL_STATUS_SINCE,
    NGX_UPTIME_COL_TOLD_SINCE,
    NGX_UPTIME_COL_LAST_SLOT,
    NGX_UPTIME_COL_LAST_ATTEMPT,
    NGX_UPTIME_COL_OWNER,
    NGX_UPTIME_COL_TARGET                       /* and what follows         */
} ngx_uptime_col_e;


static void ngx_uptime_monitor_forget(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m);
static ngx_uptime_monitor_t *ngx_uptime_monitor_read(
    ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q, ngx_uint_t row);
static void ngx_uptime_monitor_numbers(ngx_uptime_monitor_t *m,
    ngx_uptime_pg_query_t *q, ngx_uint_t row);
static ngx_uint_t ngx_uptime_monitor_true(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_col_e col);
static ngx_uint_t ngx_uptime_monitor_goes_on(const ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *old);
static void ngx_uptime_monitor_update(ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *new);
static void ngx_uptime_monitor_inherit(ngx_uptime_monitor_t *m,
    ngx_uptime_monitor_t *old);


ngx_int_t
ngx_uptime_monitors_apply(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uint_t row)
{
    int64_t                id, shard;
    ngx_uptime_monitor_t  *m, *old;

    id = ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_ID);
    shard = ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_SHARD);

    old = ngx_uptime_schedule_find(&ck->schedule, id);

    if (ngx_uptime_pg_is_null(q, row, NGX_UPTIME_COL_SHARD)
        || ngx_uptime_monitor_true(q, row, NGX_UPTIME_COL_PAUSED))
    {
        if (old != NULL) {
            ngx_uptime_monitor_forget(ck, old);
        }

        return NGX_OK;
    }

    /* the shard may have been lost since the query was sent */

    if (shard < 0 || shard >= NGX_UPTIME_SHARDS
        || ck->shard[shard] != NGX_UPTIME_SHARD_HELD)
    {
        return NGX_OK;
    }

    if (old != NULL
        && old->revision
           >= ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_REVISION))
    {
        return NGX_OK;
    }

    m = ngx_uptime_monitor_read(ck, q, row);
    if (m == NULL) {
        return NGX_ERROR;
    }

    if (old != NULL && ngx_uptime_monitor_goes_on(m, old)) {
        ngx_uptime_monitor_update(old, m);
        ngx_free(m);
        return NGX_OK;
    }

    if (old == NULL) {
        ngx_uptime_schedule_first(m, ngx_uptime_now());

    } else {
        ngx_uptime_monitor_inherit(m, old);
        ngx_uptime_monitor_forget(ck, old);
    }

    if (ngx_uptime_schedule_insert(&ck->schedule, m) != NGX_OK) {
        ngx_free(m);
        return NGX_ERROR;
    }

    ngx_uptime_schedule_queue(&ck->schedule, m);

    return NGX_OK;
}


static void
ngx_uptime_monitor_forget(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m)
{
    ngx_uptime_runner_cancel(ck, m);
    ngx_uptime_schedule_remove(&ck->schedule, m);
}


static ngx_uptime_monitor_t *
ngx_uptime_monitor_read(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uint_t row)
{
    u_char                *p;
    size_t                 len;
    ngx_uptime_monitor_t  *m;

    len = sizeof(ngx_uptime_monitor_t)
          + ngx_uptime_target_size(q, row, NGX_UPTIME_COL_TARGET);

    m = ngx_alloc(len, ck->log);
    if (m == NULL) {
        return NULL;
    }

    ngx_memzero(m, sizeof(ngx_uptime_monitor_t));

    p = (u_char *) m + sizeof(ngx_uptime_monitor_t);

    ngx_uptime_target_read(&m->target, &p, q, row, NGX_UPTIME_COL_TARGET,
                           ck->conf->alert->keys,
                           ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_OWNER));
    ngx_uptime_monitor_numbers(m, q, row);

    if (m->target.locked) {
        ck->monitors.locked++;
        ck->monitors.locked_id = m->id;
    }

    return m;
}


static void
ngx_uptime_monitor_numbers(ngx_uptime_monitor_t *m, ngx_uptime_pg_query_t *q,
    ngx_uint_t row)
{
    ngx_str_t  s;

#define ngx_uptime_num(col)  ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_##col)

    m->id = ngx_uptime_num(ID);
    m->owner = ngx_uptime_num(OWNER);
    m->shard = (uint8_t) ngx_uptime_num(SHARD);
    m->revision = ngx_uptime_num(REVISION);
    m->target.id = m->id;
    m->interval = m->target.interval;

    /* a late push shows soon, however seldom they come */

    if (m->target.kind == NGX_UPTIME_KIND_PUSH) {
        m->interval = ngx_min(m->interval, NGX_UPTIME_PUSH_LOOK);
    }

    m->retry = (uint32_t) ngx_uptime_num(RETRY) * 1000;
    m->threshold = (uint16_t) ngx_uptime_num(THRESHOLD);

    s = ngx_uptime_pg_str(q, row, NGX_UPTIME_COL_STATUS);
    m->state.status = ngx_uptime_status_value(&s);

    s = ngx_uptime_pg_str(q, row, NGX_UPTIME_COL_TOLD);
    m->state.told = ngx_uptime_status_value(&s);

    m->state.fails = (ngx_uint_t) ngx_uptime_num(FAILS);
    m->status_since = ngx_uptime_num(STATUS_SINCE);
    m->told_since = ngx_uptime_num(TOLD_SINCE);
    m->last_slot = ngx_uptime_num(LAST_SLOT);
    m->last_attempt = (uint16_t) ngx_uptime_num(LAST_ATTEMPT);
}


static ngx_uint_t
ngx_uptime_monitor_true(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uptime_col_e col)
{
    ngx_str_t  s;

    s = ngx_uptime_pg_str(q, row, col);

    return s.len == 1 && s.data[0] == 't';
}


/*
 * An edit while a check is in flight that would be the same after it, of a
 * monitor that was not reset: a reset shows in the row by another time, unless
 * the row says more than that nothing is known.
 */

static ngx_uint_t
ngx_uptime_monitor_goes_on(const ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *old)
{
    if (old->check == NULL
        || ngx_uptime_target_differs(&m->target, &old->target))
    {
        return 0;
    }

    return m->state.status != NGX_UPTIME_PENDING
           || (old->state.status == NGX_UPTIME_PENDING
               && old->status_since == m->status_since);
}


/* The check in flight looks at the target: its texts are equal and stay. */

static void
ngx_uptime_monitor_update(ngx_uptime_monitor_t *m,
    const ngx_uptime_monitor_t *new)
{
    m->revision = new->revision;
    m->interval = new->interval;
    m->retry = new->retry;
    m->threshold = new->threshold;

    m->target.interval = new->target.interval;
    m->target.timeout = new->target.timeout;
    m->target.degraded = new->target.degraded;
}


/*
 * An edit: what this process knows of the state is newer than what the row
 * says, since results are written later - unless the state was reset.
 */

static void
ngx_uptime_monitor_inherit(ngx_uptime_monitor_t *m,
    ngx_uptime_monitor_t *old)
{
    if (old->last_slot > m->last_slot
        || (old->last_slot == m->last_slot
            && old->last_attempt > m->last_attempt))
    {
        m->last_slot = old->last_slot;
        m->last_attempt = old->last_attempt;
    }

    if (m->state.status != NGX_UPTIME_PENDING) {
        m->state = old->state;
        m->status_since = old->status_since;
        m->told_since = old->told_since;
        m->unknowns = old->unknowns;
        m->overload = old->overload;
    }

    /* a check in flight was of something else and starts again */

    ngx_uptime_schedule_edited(m, old,
                               ngx_uptime_target_differs(&m->target,
                                                         &old->target),
                               ngx_uptime_now());
}
