
/*
 * A batch of results as the parameters of checker/record or one of its short
 * forms: one binary array for each column.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime.h"
#include "ngx_uptime_writer.h"


typedef int64_t (*ngx_uptime_record_pt)(const ngx_uptime_batch_t *b,
    ngx_uint_t i);

typedef const char *(*ngx_uptime_record_name_pt)(ngx_uint_t code);


typedef struct {
    ngx_uptime_pg_elem_e           type;
    ngx_uptime_record_pt           value;
} ngx_uptime_record_column_t;


typedef struct {
    uint64_t                       shards;      /* that occur, bits         */
    ngx_uint_t                     nshards;
    int64_t                        epoch[NGX_UPTIME_SHARDS];
    int64_t                        lowest;      /* slot                     */
    ngx_uint_t                     events;
    unsigned                       quiet:1;     /* for record_quiet         */
} ngx_uptime_record_t;


static int ngx_uptime_record_compare(const void *one, const void *two);
static void ngx_uptime_record_look(ngx_uptime_record_t *r,
    const ngx_uptime_batch_t *b);
static ngx_int_t ngx_uptime_record_full(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    const ngx_uptime_record_t *r);
static ngx_int_t ngx_uptime_record_quiet(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_t *r);
static ngx_int_t ngx_uptime_record_shards(ngx_uptime_pg_query_t *q,
    const ngx_uptime_record_t *r, const int64_t *epoch);
static ngx_int_t ngx_uptime_record_names(ngx_uptime_pg_query_t *q,
    ngx_uptime_record_name_pt name);
static ngx_int_t ngx_uptime_record_events(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, ngx_uint_t n);
static ngx_int_t ngx_uptime_record_evidence(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b, ngx_uint_t n);
static ngx_int_t ngx_uptime_record_columns(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_column_t *column,
    ngx_uint_t n);
static ngx_int_t ngx_uptime_record_column(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_column_t *column);
static const char *ngx_uptime_record_status_name(ngx_uint_t code);
static const char *ngx_uptime_record_cause_name(ngx_uint_t code);


#define ngx_uptime_record_value(name, expression)                             \
static int64_t                                                                \
ngx_uptime_record_##name(const ngx_uptime_batch_t *b, ngx_uint_t i)           \
{                                                                             \
    const ngx_uptime_row_t  *row = &b->row[i];                                \
                                                                              \
    return expression;                                                        \
}

ngx_uptime_record_value(monitor, row->monitor)
ngx_uptime_record_value(shard, row->shard)
ngx_uptime_record_value(epoch, row->epoch)
ngx_uptime_record_value(slot, row->slot)
ngx_uptime_record_value(attempt, row->attempt)
ngx_uptime_record_value(checked_at, row->checked_at)
ngx_uptime_record_value(outcome, row->outcome)
ngx_uptime_record_value(cause, row->cause)
ngx_uptime_record_value(http_status, row->http_status)
ngx_uptime_record_value(total, row->total_us)
ngx_uptime_record_value(dns, row->dns_us)
ngx_uptime_record_value(connect, row->connect_us)
ngx_uptime_record_value(tls, row->tls_us)
ngx_uptime_record_value(ttfb, row->ttfb_us)
ngx_uptime_record_value(cert, row->cert ? row->cert * 1000 : INT64_MIN)
ngx_uptime_record_value(status, row->status)
ngx_uptime_record_value(status_since, row->status_since)
ngx_uptime_record_value(told, row->told)
ngx_uptime_record_value(told_since, row->told_since ? row->told_since
                                                    : INT64_MIN)
ngx_uptime_record_value(fails, row->fails)
ngx_uptime_record_value(newest, i + 1 == b->to
                                || row[1].monitor != row[0].monitor)
ngx_uptime_record_value(revision, row->revision)
ngx_uptime_record_value(place, row - &b->row[b->from] + 1)


/* $6 and the following, see sql/checker/record.sql */

static const ngx_uptime_record_column_t  ngx_uptime_record_all[] = {
    { NGX_UPTIME_PG_INT8, ngx_uptime_record_monitor },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_shard },
    { NGX_UPTIME_PG_INT8, ngx_uptime_record_epoch },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_slot },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_attempt },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_checked_at },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_outcome },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_cause },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_http_status },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_total },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_dns },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_connect },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_tls },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_ttfb },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_status },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_status_since },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_told },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_told_since },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_fails },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_cert },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_newest },
    { NGX_UPTIME_PG_INT8, ngx_uptime_record_revision }
};


/* $8 and the following, see sql/checker/record_quiet.sql */

static const ngx_uptime_record_column_t  ngx_uptime_record_few[] = {
    { NGX_UPTIME_PG_INT8, ngx_uptime_record_monitor },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_slot },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_attempt },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_checked_at },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_outcome },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_cause },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_http_status },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_status },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_status_since },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_told },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_told_since },
    { NGX_UPTIME_PG_INT2, ngx_uptime_record_fails },
    { NGX_UPTIME_PG_TIME, ngx_uptime_record_cert },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_total },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_dns },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_connect },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_tls },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_ttfb },
    { NGX_UPTIME_PG_INT8, ngx_uptime_record_revision },
    { NGX_UPTIME_PG_INT4, ngx_uptime_record_place }
};


#define ngx_uptime_record_n(columns)                                          \
    (sizeof(columns) / sizeof(ngx_uptime_record_column_t))


ngx_uptime_pg_query_t *
ngx_uptime_record(ngx_uptime_writer_t *w, ngx_uptime_batch_t *b)
{
    ngx_int_t               rc;
    ngx_uptime_sql_e        sql;
    ngx_uptime_record_t     r;
    ngx_uptime_pg_query_t  *q;

    /* one order of locks for all, and neighbours in the indexes together */

    qsort(b->row + b->from, b->to - b->from, sizeof(ngx_uptime_row_t),
          ngx_uptime_record_compare);

    ngx_uptime_record_look(&r, b);

    sql = b->again ? NGX_UPTIME_SQL_CHECKER_RECORD_AGAIN
          : r.quiet ? NGX_UPTIME_SQL_CHECKER_RECORD_QUIET
                    : NGX_UPTIME_SQL_CHECKER_RECORD;

    q = ngx_uptime_pg_query_create(w->pg, sql);
    if (q == NULL) {
        return NULL;
    }

    rc = (sql == NGX_UPTIME_SQL_CHECKER_RECORD_QUIET)
         ? ngx_uptime_record_quiet(q, b, &r)
         : ngx_uptime_record_full(w, q, b, &r);

    if (rc != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        return NULL;
    }

    return q;
}


/* Its rows are sorted. */

static void
ngx_uptime_record_look(ngx_uptime_record_t *r, const ngx_uptime_batch_t *b)
{
    uint64_t                 bit;
    ngx_uint_t               i;
    const ngx_uptime_row_t  *row;

    ngx_memzero(r, sizeof(ngx_uptime_record_t));

    r->quiet = 1;
    r->lowest = b->row[b->from].slot;

    for (i = b->from; i < b->to; i++) {
        row = &b->row[i];
        bit = (uint64_t) 1 << row->shard;

        if ((r->shards & bit) == 0) {
            r->shards |= bit;
            r->nshards++;
            r->epoch[row->shard] = row->epoch;
        }

        r->lowest = ngx_min(r->lowest, row->slot);
        r->events += row->event != NGX_UPTIME_PENDING;

        if (row->event != NGX_UPTIME_PENDING
            || row->status_since == row->checked_at
            || row->epoch != r->epoch[row->shard]
            || (i > b->from && row->monitor == row[-1].monitor))
        {
            r->quiet = 0;
        }
    }
}


static ngx_int_t
ngx_uptime_record_full(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_t *r)
{
    if (ngx_uptime_pg_int(q, b->checker) != NGX_OK
        || ngx_uptime_pg_int(q, b->node) != NGX_OK
        || ngx_uptime_record_shards(q, r, NULL) != NGX_OK
        || ngx_uptime_record_names(q, ngx_uptime_record_status_name) != NGX_OK
        || ngx_uptime_record_names(q, ngx_uptime_record_cause_name) != NGX_OK
        || ngx_uptime_record_columns(q, b, ngx_uptime_record_all,
                                ngx_uptime_record_n(ngx_uptime_record_all))
           != NGX_OK
        || ngx_uptime_record_events(q, b, r->events) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_record_evidence(w, q, b, r->events);
}


static ngx_int_t
ngx_uptime_record_quiet(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    const ngx_uptime_record_t *r)
{
    if (ngx_uptime_pg_int(q, b->checker) != NGX_OK
        || ngx_uptime_pg_int(q, b->node) != NGX_OK
        || ngx_uptime_record_shards(q, r, NULL) != NGX_OK
        || ngx_uptime_record_shards(q, r, r->epoch) != NGX_OK
        || ngx_uptime_pg_int(q, r->lowest) != NGX_OK
        || ngx_uptime_record_names(q, ngx_uptime_record_status_name) != NGX_OK
        || ngx_uptime_record_names(q, ngx_uptime_record_cause_name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_record_columns(q, b, ngx_uptime_record_few,
                                ngx_uptime_record_n(ngx_uptime_record_few));
}


static int
ngx_uptime_record_compare(const void *one, const void *two)
{
    const ngx_uptime_row_t *a = one;
    const ngx_uptime_row_t *b = two;

    if (a->monitor != b->monitor) {
        return (a->monitor > b->monitor) ? 1 : -1;
    }

    if (a->slot != b->slot) {
        return (a->slot > b->slot) ? 1 : -1;
    }

    return a->attempt - b->attempt;
}


/* The shards that occur, or if epoch is not NULL, the epoch of each. */

static ngx_int_t
ngx_uptime_record_shards(ngx_uptime_pg_query_t *q,
    const ngx_uptime_record_t *r, const int64_t *epoch)
{
    int64_t                 i;
    ngx_uptime_pg_array_t  *a;

    a = ngx_uptime_pg_array(q, epoch ? NGX_UPTIME_PG_INT8
                                     : NGX_UPTIME_PG_INT2, r->nshards, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {
        if (r->shards & (uint64_t) 1 << i) {
            ngx_uptime_pg_array_int(a, epoch ? epoch[i] : i);
        }
    }

    return NGX_OK;
}


/* The names of the codes 1, 2, ... up to the last one. */

static ngx_int_t
ngx_uptime_record_names(ngx_uptime_pg_query_t *q,
    ngx_uptime_record_name_pt name)
{
    size_t                  size;
    ngx_uint_t              i, n;
    ngx_uptime_pg_array_t  *a;

    size = 0;

    for (n = 0; name(n + 1) != NULL; n++) {
        size += ngx_strlen(name(n + 1));
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, n, size);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 1; i <= n; i++) {
        ngx_uptime_pg_array_text(a, name(i), ngx_strlen(name(i)));
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_record_columns(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_column_t *column,
    ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_uptime_record_column(q, b, &column[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_record_column(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    const ngx_uptime_record_column_t *column)
{
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    a = ngx_uptime_pg_array(q, column->type, b->to - b->from, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = b->from; i < b->to; i++) {
        ngx_uptime_pg_array_int(a, column->value(b, i));
    }

    return NGX_OK;
}


/* The places of transitions; mostly there are none. */

static ngx_int_t
ngx_uptime_record_events(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    ngx_uint_t n)
{
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT8, n, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = b->from; i < b->to; i++) {
        if (b->row[i].event != NGX_UPTIME_PENDING) {
            ngx_uptime_pg_array_int(a, (int64_t) (i - b->from) + 1);
        }
    }

    return NGX_OK;
}


/* What was seen then, as JSON or empty. */

static ngx_int_t
ngx_uptime_record_evidence(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, ngx_uint_t n)
{
    size_t                  size;
    ngx_str_t               text;
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    size = 0;

    for (i = b->from; i < b->to; i++) {
        if (b->row[i].event != NGX_UPTIME_PENDING) {
            size += ngx_uptime_writer_evidence_of(w, &b->row[i]).len;
        }
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, n, size);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = b->from; i < b->to; i++) {
        if (b->row[i].event != NGX_UPTIME_PENDING) {
            text = ngx_uptime_writer_evidence_of(w, &b->row[i]);
            ngx_uptime_pg_array_text(a, (char *) text.data, text.len);
        }
    }

    return NGX_OK;
}


static const char *
ngx_uptime_record_status_name(ngx_uint_t code)
{
    return (code <= NGX_UPTIME_UNKNOWN) ? ngx_uptime_status_name(code) : NULL;
}


static const char *
ngx_uptime_record_cause_name(ngx_uint_t code)
{
    return (code < NGX_UPTIME_CAUSE_N) ? ngx_uptime_cause_name(code) : NULL;
}
