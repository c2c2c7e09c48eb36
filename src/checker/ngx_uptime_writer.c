
/*
 * Results on their way to the database, in batches of up to 1,000 rows or
 * 200 ms, one statement in flight.  While the database is away they wait
 * here, then on disk, in order; beyond both limits the oldest that say
 * nothing new go first.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_crash.h"
#include "ngx_uptime_writer.h"


#define NGX_UPTIME_WRITER_WAIT     200
#define NGX_UPTIME_WRITER_PAUSE    250
#define NGX_UPTIME_WRITER_LONGEST  5000
#define NGX_UPTIME_WRITER_TIMEOUT  10000
#define NGX_UPTIME_WRITER_STRANGE  600000


static ngx_uptime_batch_t *ngx_uptime_writer_open(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_timer(ngx_event_t *ev);
static void ngx_uptime_writer_handler(ngx_uptime_pg_query_t *q);
static void ngx_uptime_writer_submit(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);
static ngx_uint_t ngx_uptime_writer_part(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, ngx_uptime_batch_t *b);
static ngx_uint_t ngx_uptime_writer_strange(ngx_uptime_writer_t *w,
    ngx_uptime_pg_err_e err);
static ngx_uint_t ngx_uptime_writer_doubt(ngx_uptime_pg_query_t *q,
    const ngx_uptime_batch_t *b);
static void ngx_uptime_writer_refused(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, const ngx_uptime_row_t *row);
static void ngx_uptime_writer_tell(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, ngx_uptime_batch_t *b);
static void ngx_uptime_writer_pause(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_settle(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);
static ngx_uptime_batch_t *ngx_uptime_writer_next(ngx_uptime_writer_t *w);
static ngx_uint_t ngx_uptime_writer_more(ngx_uptime_writer_t *w);


void
ngx_uptime_writer_init(ngx_uptime_writer_t *w, ngx_uptime_pg_pool_t *pg,
    const ngx_uptime_writer_conf_t *conf, ngx_log_t *log)
{
    ngx_memzero(w, sizeof(ngx_uptime_writer_t));

    w->pg = pg;
    w->log = log;
    w->limit = conf->memory / sizeof(ngx_uptime_row_t);
    w->backoff = NGX_UPTIME_WRITER_PAUSE;

    ngx_queue_init(&w->batches);
    ngx_uptime_writer_evidence_init(w);
    ngx_uptime_spool_init(&w->spool, conf->spool, conf->spool_size, log);

    w->timer.handler = ngx_uptime_writer_timer;
    w->timer.data = w;
    w->timer.log = log;
    w->timer.cancelable = 1;

    ngx_uptime_writer_spool_init(w);
}


void
ngx_uptime_writer_add(ngx_uptime_writer_t *w, const ngx_uptime_row_t *row)
{
    ngx_uptime_batch_t  *b;

    w->added++;

    if (w->rows >= w->limit) {
        ngx_uptime_writer_room(w);
    }

    b = ngx_uptime_writer_open(w);

    if (b == NULL) {
        w->settled++;
        w->dropped++;
        return;
    }

    b->row[b->n++] = *row;
    w->rows++;

    if (w->sent != NULL || w->retrying) {
        return;
    }

    if (w->flushing || w->rows >= NGX_UPTIME_WRITER_ROWS) {
        ngx_uptime_writer_send(w);
        return;
    }

    if (!w->timer.timer_set) {
        ngx_add_timer(&w->timer, NGX_UPTIME_WRITER_WAIT);
    }
}


/* The batch that takes the next row; never the one that is sent. */

static ngx_uptime_batch_t *
ngx_uptime_writer_open(ngx_uptime_writer_t *w)
{
    ngx_queue_t         *q;
    ngx_uptime_batch_t  *b;

    if (!ngx_queue_empty(&w->batches)) {
        q = ngx_queue_last(&w->batches);
        b = ngx_uptime_writer_batch(q);

        if (b->n < NGX_UPTIME_WRITER_ROWS && b != w->sent
            && b->checker == w->checker)
        {
            return b;
        }
    }

    b = ngx_alloc(sizeof(ngx_uptime_batch_t), w->log);
    if (b == NULL) {
        return NULL;
    }

    b->n = 0;
    b->checker = w->checker;
    b->node = w->node;
    b->adopted = 0;
    ngx_queue_insert_tail(&w->batches, &b->queue);
    w->nbatches++;

    return b;
}


void
ngx_uptime_writer_flush(ngx_uptime_writer_t *w)
{
    w->flushing = 1;

    if (w->sent != NULL) {
        return;
    }

    w->retrying = 0;

    ngx_uptime_writer_send(w);
}


void
ngx_uptime_writer_send(ngx_uptime_writer_t *w)
{
    ngx_uptime_batch_t  *b;

    if (w->sent != NULL) {
        return;
    }

    if (w->timer.timer_set) {
        ngx_del_timer(&w->timer);
    }

    b = ngx_uptime_writer_next(w);

    if (b == NULL) {
        return;
    }

    b->from = 0;
    b->to = b->n;
    b->again = 0;

    ngx_uptime_writer_submit(w, b);
}


static void
ngx_uptime_writer_submit(ngx_uptime_writer_t *w, ngx_uptime_batch_t *b)
{
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_record(w, b);

    if (q == NULL) {
        ngx_uptime_writer_pause(w);
        return;
    }

    q->handler = ngx_uptime_writer_handler;
    q->data = w;
    q->timeout = NGX_UPTIME_WRITER_TIMEOUT;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        ngx_uptime_writer_pause(w);
        return;
    }

    w->sent = b;
}


/* The oldest; what is on disk is older than what is in memory. */

static ngx_uptime_batch_t *
ngx_uptime_writer_next(ngx_uptime_writer_t *w)
{
    ngx_uint_t                own;
    ngx_uptime_batch_t       *b;
    ngx_uptime_spool_head_t   head;

    if (!ngx_uptime_spool_empty(&w->spool)) {

        b = w->replay;

        if (b == NULL) {
            b = ngx_alloc(sizeof(ngx_uptime_batch_t), w->log);
            if (b == NULL) {
                ngx_uptime_writer_pause(w);
                return NULL;
            }

            w->replay = b;
        }

        if (ngx_uptime_spool_peek(&w->spool, &head, b->row, &b->n, &own)
            == NGX_OK)
        {
            b->checker = head.checker;
            b->node = head.node;
            b->adopted = !own;
            return b;
        }
    }

    ngx_free(w->replay);
    w->replay = NULL;

    return w->rows ? ngx_uptime_writer_batch(ngx_queue_head(&w->batches))
                   : NULL;
}


/* 1: a whole batch waits, or nothing is to wait any longer */

static ngx_uint_t
ngx_uptime_writer_more(ngx_uptime_writer_t *w)
{
    return w->flushing || w->rows >= NGX_UPTIME_WRITER_ROWS
           || !ngx_uptime_spool_empty(&w->spool);
}


static void
ngx_uptime_writer_timer(ngx_event_t *ev)
{
    ngx_uptime_writer_t  *w;

    w = ev->data;
    w->retrying = 0;

    ngx_uptime_writer_send(w);
}


static void
ngx_uptime_writer_handler(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_batch_t   *b;
    ngx_uptime_writer_t  *w;

    w = q->data;
    b = w->sent;
    w->sent = NULL;

    if (q->err != NGX_UPTIME_PG_OK
        && (ngx_uptime_pg_retryable(q->err)
            || ngx_uptime_writer_strange(w, q->err)))
    {
        ngx_log_error(NGX_LOG_INFO, w->log, 0,
                      "uptime: %ui results wait in memory and %O bytes on "
                      "disk, the database is not able to take them: %s",
                      w->rows, w->spool.size, ngx_uptime_pg_strerror(q->err));
        w->spool.peeked = 0;
        ngx_uptime_writer_pause(w);
        return;
    }

    w->backoff = NGX_UPTIME_WRITER_PAUSE;

    if (ngx_uptime_writer_part(w, q, b)) {
        ngx_uptime_writer_submit(w, b);
        return;
    }

    ngx_uptime_writer_settle(w, b);

    if (ngx_uptime_writer_more(w)) {
        ngx_uptime_writer_send(w);
        return;
    }

    if (w->rows) {
        ngx_add_timer(&w->timer, NGX_UPTIME_WRITER_WAIT);
    }
}


/* 1: some of the batch is to be sent, again or for the first time. */

static ngx_uint_t
ngx_uptime_writer_part(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    ngx_uptime_batch_t *b)
{
    if (!b->again && ngx_uptime_writer_doubt(q, b)) {
        b->again = 1;
        return 1;
    }

    if (q->err == NGX_UPTIME_PG_OK) {
        ngx_uptime_writer_tell(w, q, b);

    } else if (b->to - b->from > 1) {
        b->to = b->from + (b->to - b->from + 1) / 2;
        return 1;

    } else {
        ngx_uptime_writer_refused(w, q, &b->row[b->from]);
    }

    if (b->to < b->n) {
        b->from = b->to;
        b->to = b->n;
        return 1;
    }

    if (q->err == NGX_UPTIME_PG_OK && b->from == 0) {
        w->strange = 0;
    }

    return 0;
}


/*
 * An error that says nothing about the rows - a privilege, somebody's trigger,
 * a damaged index - may be mended: 1 for ten minutes, until a whole batch is
 * stored again.  Then it may be one row after all.
 */

static ngx_uint_t
ngx_uptime_writer_strange(ngx_uptime_writer_t *w, ngx_uptime_pg_err_e err)
{
    if (err != NGX_UPTIME_PG_INTERNAL) {
        return 0;
    }

    if (w->strange == 0) {
        w->strange = ngx_current_msec ? ngx_current_msec : 1;
    }

    return ngx_current_msec - w->strange < NGX_UPTIME_WRITER_STRANGE;
}


/* 1: to be sent again, in the form that takes more care. */

static ngx_uint_t
ngx_uptime_writer_doubt(ngx_uptime_pg_query_t *q, const ngx_uptime_batch_t *b)
{
    if (q->err == NGX_UPTIME_PG_OK) {
        return q->sql == NGX_UPTIME_SQL_CHECKER_RECORD_QUIET
               && ngx_uptime_pg_num(q, 0, 1) < (int64_t) (b->to - b->from);
    }

    /* 23503: a channel went while it was being told */

    return q->err == NGX_UPTIME_PG_UNIQUE
           || q->err == NGX_UPTIME_PG_FOREIGN_KEY;
}


/* A statement that is refused is halved until one row is found guilty. */

static void
ngx_uptime_writer_refused(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    const ngx_uptime_row_t *row)
{
    w->dropped++;

    ngx_log_error(NGX_LOG_CRIT, w->log, 0,
                  "uptime: a result of monitor %L is lost: the database "
                  "refused it: %s", row->monitor,
                  ngx_uptime_pg_strerror(q->err));

    if (row->event != NGX_UPTIME_PENDING && w->untold != NULL) {
        w->untold(w->untold_data, row);
    }
}


static void
ngx_uptime_writer_tell(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    ngx_uptime_batch_t *b)
{
    int64_t     place;
    ngx_str_t   name, url;
    ngx_uint_t  i, told;

    told = 0;

    for (i = 0; i < q->rows; i++) {

        place = ngx_uptime_pg_num(q, i, 0);

        if (place == 0) {
            ngx_log_debug2(NGX_LOG_DEBUG_CORE, w->log, 0,
                           "uptime: %L of %ui results stored",
                           ngx_uptime_pg_num(q, i, 1), b->to - b->from);
            continue;
        }

        if (place < 0 || place > (int64_t) (b->to - b->from)) {
            continue;
        }

        name = ngx_uptime_pg_str(q, i, 1);
        url = ngx_uptime_pg_str(q, i, 2);

        ngx_uptime_crash("after_commit");

        ngx_uptime_console(w->log, &b->row[b->from + place - 1], &name, &url);
        told = 1;
    }

    if (told && w->alert != NULL) {
        w->alert(w->alert_data);
    }
}


static void
ngx_uptime_writer_pause(ngx_uptime_writer_t *w)
{
    ngx_msec_t  delay;

    /* half fixed, half random: nodes do not come back in step */

    delay = w->backoff / 2 + (ngx_msec_t) ngx_random() % (w->backoff / 2 + 1);
    w->backoff = ngx_min(w->backoff * 2, NGX_UPTIME_WRITER_LONGEST);

    w->retrying = 1;
    ngx_add_timer(&w->timer, delay);
}


static void
ngx_uptime_writer_settle(ngx_uptime_writer_t *w, ngx_uptime_batch_t *b)
{
    w->settled += b->adopted ? 0 : b->n;
    ngx_uptime_writer_evidence_drop(w, b);

    if (b == w->replay) {
        ngx_uptime_spool_next(&w->spool);
        return;
    }

    w->rows -= b->n;
    w->nbatches--;

    ngx_queue_remove(&b->queue);
    ngx_free(b);
}
