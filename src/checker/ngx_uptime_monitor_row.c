
/*
 * One row of fragments/monitor_row into the schedule: a new monitor, a
 * changed one, or one that is gone.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


typedef enum {
    NGX_UPTIME_COL_ID = 0,
    NGX_UPTIME_COL_SHARD,
    NGX_UPTIME_COL_REVISION,
    NGX_UPTIME_COL_PAUSED,
    NGX_UPTIME_COL_URL,
    NGX_UPTIME_COL_METHOD,
    NGX_UPTIME_COL_HEADERS,
    NGX_UPTIME_COL_BODY,
    NGX_UPTIME_COL_EXPECTED,
    NGX_UPTIME_COL_KEYWORD,
    NGX_UPTIME_COL_ABSENT,
    NGX_UPTIME_COL_INTERVAL,
    NGX_UPTIME_COL_TIMEOUT,
    NGX_UPTIME_COL_RETRY,
    NGX_UPTIME_COL_THRESHOLD,
    NGX_UPTIME_COL_DEGRADED,
    NGX_UPTIME_COL_FOLLOW,
    NGX_UPTIME_COL_MAX_REDIRECTS,
    NGX_UPTIME_COL_VERIFY_TLS,
    NGX_UPTIME_COL_STATUS,
    NGX_UPTIME_COL_TOLD,
    NGX_UPTIME_COL_FAILS,
    NGX_UPTIME_COL_STATUS_SINCE,
    NGX_UPTIME_COL_TOLD_SINCE,
    NGX_UPTIME_COL_LAST_SLOT,
    NGX_UPTIME_COL_LAST_ATTEMPT
} ngx_uptime_col_e;


static void ngx_uptime_monitor_forget(ngx_uptime_checker_t *ck,
    ngx_uptime_monitor_t *m);
static ngx_uptime_monitor_t *ngx_uptime_monitor_read(
    ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q, ngx_uint_t row);
static u_char *ngx_uptime_monitor_text(u_char *p, ngx_str_t *dst,
    ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uptime_col_e col);
static void ngx_uptime_monitor_numbers(ngx_uptime_monitor_t *m,
    ngx_uptime_pg_query_t *q, ngx_uint_t row);
static ngx_uint_t ngx_uptime_monitor_true(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_col_e col);
static void ngx_uptime_monitor_inherit(ngx_uptime_monitor_t *m,
    ngx_uptime_monitor_t *old);
static ngx_uint_t ngx_uptime_monitor_differs(const ngx_uptime_monitor_t *a,
    const ngx_uptime_monitor_t *b);
static ngx_uint_t ngx_uptime_monitor_equal(const ngx_str_t *a,
    const ngx_str_t *b);


static const ngx_uptime_col_e  ngx_uptime_monitor_texts[] = {
    NGX_UPTIME_COL_URL, NGX_UPTIME_COL_METHOD, NGX_UPTIME_COL_HEADERS,
    NGX_UPTIME_COL_BODY, NGX_UPTIME_COL_EXPECTED, NGX_UPTIME_COL_KEYWORD
};


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
    ngx_uint_t             i;
    ngx_uptime_monitor_t  *m;

    len = sizeof(ngx_uptime_monitor_t);

    for (i = 0; i < sizeof(ngx_uptime_monitor_texts)
                    / sizeof(ngx_uptime_col_e); i++)
    {
        len += ngx_uptime_pg_str(q, row, ngx_uptime_monitor_texts[i]).len;
    }

    m = ngx_alloc(len, ck->log);
    if (m == NULL) {
        return NULL;
    }

    ngx_memzero(m, sizeof(ngx_uptime_monitor_t));

    p = (u_char *) m + sizeof(ngx_uptime_monitor_t);

    p = ngx_uptime_monitor_text(p, &m->url, q, row, NGX_UPTIME_COL_URL);
    p = ngx_uptime_monitor_text(p, &m->method, q, row, NGX_UPTIME_COL_METHOD);
    p = ngx_uptime_monitor_text(p, &m->headers, q, row,
                                NGX_UPTIME_COL_HEADERS);
    p = ngx_uptime_monitor_text(p, &m->body, q, row, NGX_UPTIME_COL_BODY);
    p = ngx_uptime_monitor_text(p, &m->expected, q, row,
                                NGX_UPTIME_COL_EXPECTED);
    (void) ngx_uptime_monitor_text(p, &m->keyword, q, row,
                                   NGX_UPTIME_COL_KEYWORD);

    ngx_uptime_monitor_numbers(m, q, row);

    return m;
}


static u_char *
ngx_uptime_monitor_text(u_char *p, ngx_str_t *dst, ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uptime_col_e col)
{
    ngx_str_t  s;

    s = ngx_uptime_pg_str(q, row, col);

    dst->data = p;
    dst->len = s.len;

    return s.len ? ngx_cpymem(p, s.data, s.len) : p;
}


static void
ngx_uptime_monitor_numbers(ngx_uptime_monitor_t *m, ngx_uptime_pg_query_t *q,
    ngx_uint_t row)
{
    ngx_str_t  s;

#define ngx_uptime_num(col)  ngx_uptime_pg_num(q, row, NGX_UPTIME_COL_##col)

    m->id = ngx_uptime_num(ID);
    m->shard = (uint8_t) ngx_uptime_num(SHARD);
    m->revision = ngx_uptime_num(REVISION);
    m->interval = (uint32_t) ngx_uptime_num(INTERVAL) * 1000;
    m->timeout = (uint32_t) ngx_uptime_num(TIMEOUT) * 1000;
    m->retry = (uint32_t) ngx_uptime_num(RETRY) * 1000;
    m->threshold = (uint16_t) ngx_uptime_num(THRESHOLD);
    m->degraded = (uint32_t) ngx_uptime_num(DEGRADED);
    m->max_redirects = (uint8_t) ngx_uptime_num(MAX_REDIRECTS);
    m->follow = ngx_uptime_monitor_true(q, row, NGX_UPTIME_COL_FOLLOW);
    m->verify_tls = ngx_uptime_monitor_true(q, row,
                                            NGX_UPTIME_COL_VERIFY_TLS);
    m->absent = ngx_uptime_monitor_true(q, row, NGX_UPTIME_COL_ABSENT);

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
    }

    if (m->state.status == NGX_UPTIME_PENDING
        || ngx_uptime_monitor_differs(m, old))
    {
        ngx_uptime_schedule_now(m, ngx_uptime_now());
        return;
    }

    if (m->interval != old->interval) {
        ngx_uptime_schedule_first(m, ngx_uptime_now());
        return;
    }

    /* the same slot goes on; a check in flight starts again */

    m->slot = old->slot;
    m->attempt = old->attempt;
    m->due = old->due;
}


/* 1: the two would not send the same request. */

static ngx_uint_t
ngx_uptime_monitor_differs(const ngx_uptime_monitor_t *a,
    const ngx_uptime_monitor_t *b)
{
    return !ngx_uptime_monitor_equal(&a->url, &b->url)
           || !ngx_uptime_monitor_equal(&a->method, &b->method)
           || !ngx_uptime_monitor_equal(&a->headers, &b->headers)
           || !ngx_uptime_monitor_equal(&a->body, &b->body)
           || !ngx_uptime_monitor_equal(&a->expected, &b->expected)
           || !ngx_uptime_monitor_equal(&a->keyword, &b->keyword)
           || a->absent != b->absent
           || a->follow != b->follow
           || a->max_redirects != b->max_redirects
           || a->verify_tls != b->verify_tls;
}


static ngx_uint_t
ngx_uptime_monitor_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}
