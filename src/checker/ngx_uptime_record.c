
/*
 * A batch of results as the parameters of checker/record: one binary array
 * for each column.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_writer.h"


typedef enum {
    NGX_UPTIME_RECORD_NULL_NEVER = 0,
    NGX_UPTIME_RECORD_NULL_ZERO,
    NGX_UPTIME_RECORD_NULL_NEGATIVE
} ngx_uptime_record_null_e;


typedef int64_t (*ngx_uptime_record_int_pt)(const ngx_uptime_row_t *row);
typedef const char *(*ngx_uptime_record_text_pt)(const ngx_uptime_row_t *row);


typedef struct {
    ngx_uptime_pg_elem_e           type;
    ngx_uptime_record_null_e       null;
    ngx_uptime_record_int_pt       number;
    ngx_uptime_record_text_pt      text;
} ngx_uptime_record_column_t;


static ngx_int_t ngx_uptime_record_ints(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_column_t *column);
static ngx_int_t ngx_uptime_record_texts(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b, const ngx_uptime_record_column_t *column);


#define ngx_uptime_record_number(name, value)                                 \
static int64_t                                                                \
ngx_uptime_record_##name(const ngx_uptime_row_t *row)                         \
{                                                                             \
    return value;                                                             \
}

#define ngx_uptime_record_name(name, value)                                   \
static const char *                                                           \
ngx_uptime_record_##name(const ngx_uptime_row_t *row)                         \
{                                                                             \
    return value;                                                             \
}

ngx_uptime_record_number(monitor, row->monitor)
ngx_uptime_record_number(shard, row->shard)
ngx_uptime_record_number(epoch, row->epoch)
ngx_uptime_record_number(slot, row->slot)
ngx_uptime_record_number(attempt, row->attempt)
ngx_uptime_record_number(checked_at, row->checked_at)
ngx_uptime_record_number(http_status, row->http_status)
ngx_uptime_record_number(total, row->total_us)
ngx_uptime_record_number(dns, row->dns_us)
ngx_uptime_record_number(connect, row->connect_us)
ngx_uptime_record_number(tls, row->tls_us)
ngx_uptime_record_number(ttfb, row->ttfb_us)
ngx_uptime_record_number(cert, row->cert)
ngx_uptime_record_number(status_since, row->status_since)
ngx_uptime_record_number(told_since, row->told_since)
ngx_uptime_record_number(fails, row->fails)
ngx_uptime_record_number(event, row->event != NGX_UPTIME_PENDING)

ngx_uptime_record_name(outcome, ngx_uptime_status_name(row->outcome))
ngx_uptime_record_name(cause, ngx_uptime_cause_name(row->cause))
ngx_uptime_record_name(status, ngx_uptime_status_name(row->status))
ngx_uptime_record_name(told, row->told == NGX_UPTIME_PENDING
                             ? NULL : ngx_uptime_status_name(row->told))


#define NEVER     NGX_UPTIME_RECORD_NULL_NEVER
#define ZERO      NGX_UPTIME_RECORD_NULL_ZERO
#define NEGATIVE  NGX_UPTIME_RECORD_NULL_NEGATIVE


/* $3 and the following, see sql/checker/record.sql */

static const ngx_uptime_record_column_t  ngx_uptime_record_columns[] = {
    { NGX_UPTIME_PG_INT8, NEVER, ngx_uptime_record_monitor, NULL },
    { NGX_UPTIME_PG_INT2, NEVER, ngx_uptime_record_shard, NULL },
    { NGX_UPTIME_PG_INT8, NEVER, ngx_uptime_record_epoch, NULL },
    { NGX_UPTIME_PG_INT8, NEVER, ngx_uptime_record_slot, NULL },
    { NGX_UPTIME_PG_INT2, NEVER, ngx_uptime_record_attempt, NULL },
    { NGX_UPTIME_PG_INT8, NEVER, ngx_uptime_record_checked_at, NULL },
    { NGX_UPTIME_PG_TEXT, NEVER, NULL, ngx_uptime_record_outcome },
    { NGX_UPTIME_PG_TEXT, NEVER, NULL, ngx_uptime_record_cause },
    { NGX_UPTIME_PG_INT2, ZERO, ngx_uptime_record_http_status, NULL },
    { NGX_UPTIME_PG_INT4, NEGATIVE, ngx_uptime_record_total, NULL },
    { NGX_UPTIME_PG_INT4, NEGATIVE, ngx_uptime_record_dns, NULL },
    { NGX_UPTIME_PG_INT4, NEGATIVE, ngx_uptime_record_connect, NULL },
    { NGX_UPTIME_PG_INT4, NEGATIVE, ngx_uptime_record_tls, NULL },
    { NGX_UPTIME_PG_INT4, NEGATIVE, ngx_uptime_record_ttfb, NULL },
    { NGX_UPTIME_PG_INT8, ZERO, ngx_uptime_record_cert, NULL },
    { NGX_UPTIME_PG_TEXT, NEVER, NULL, ngx_uptime_record_status },
    { NGX_UPTIME_PG_INT8, NEVER, ngx_uptime_record_status_since, NULL },
    { NGX_UPTIME_PG_TEXT, NEVER, NULL, ngx_uptime_record_told },
    { NGX_UPTIME_PG_INT8, ZERO, ngx_uptime_record_told_since, NULL },
    { NGX_UPTIME_PG_INT2, NEVER, ngx_uptime_record_fails, NULL },
    { NGX_UPTIME_PG_INT2, NEVER, ngx_uptime_record_event, NULL }
};


ngx_uptime_pg_query_t *
ngx_uptime_record(ngx_uptime_writer_t *w, const ngx_uptime_batch_t *b)
{
    ngx_int_t                          rc;
    ngx_uint_t                         i, n;
    ngx_uptime_pg_query_t             *q;
    const ngx_uptime_record_column_t  *column;

    q = ngx_uptime_pg_query_create(w->pg, NGX_UPTIME_SQL_CHECKER_RECORD);
    if (q == NULL) {
        return NULL;
    }

    if (ngx_uptime_pg_int(q, w->checker) != NGX_OK
        || ngx_uptime_pg_int(q, w->node) != NGX_OK)
    {
        goto failed;
    }

    n = sizeof(ngx_uptime_record_columns)
        / sizeof(ngx_uptime_record_column_t);

    for (i = 0; i < n; i++) {
        column = &ngx_uptime_record_columns[i];

        rc = column->text ? ngx_uptime_record_texts(q, b, column)
                          : ngx_uptime_record_ints(q, b, column);
        if (rc != NGX_OK) {
            goto failed;
        }
    }

    return q;

failed:

    ngx_uptime_pg_query_destroy(q);

    return NULL;
}


static ngx_int_t
ngx_uptime_record_ints(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    const ngx_uptime_record_column_t *column)
{
    int64_t                 value;
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    a = ngx_uptime_pg_array(q, column->type, b->n, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < b->n; i++) {
        value = column->number(&b->row[i]);

        if ((column->null == ZERO && value == 0)
            || (column->null == NEGATIVE && value < 0))
        {
            ngx_uptime_pg_array_null(a);
            continue;
        }

        ngx_uptime_pg_array_int(a, value);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_record_texts(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b,
    const ngx_uptime_record_column_t *column)
{
    size_t                  size;
    ngx_uint_t              i;
    const char             *text;
    ngx_uptime_pg_array_t  *a;

    size = 0;

    for (i = 0; i < b->n; i++) {
        text = column->text(&b->row[i]);
        size += text ? ngx_strlen(text) : 0;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, b->n, size);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < b->n; i++) {
        text = column->text(&b->row[i]);

        if (text == NULL) {
            ngx_uptime_pg_array_null(a);
            continue;
        }

        ngx_uptime_pg_array_text(a, text, ngx_strlen(text));
    }

    return NGX_OK;
}
