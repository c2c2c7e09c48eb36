
/*
 * Results on their way to the database, in batches of up to 1,000 rows or
 * 200 ms, one statement in flight.  While the database is away they wait
 * here, in order; beyond the limit the oldest that say nothing new go first.
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_writer.h"


#define NGX_UPTIME_WRITER_WAIT     200
#define NGX_UPTIME_WRITER_PAUSE    250
#define NGX_UPTIME_WRITER_LONGEST  5000
#define NGX_UPTIME_WRITER_TIMEOUT  10000
#define NGX_UPTIME_WRITER_MEMORY   (64 * 1024 * 1024)
#define NGX_UPTIME_WRITER_BATCHES                                             \
    (NGX_UPTIME_WRITER_MEMORY / sizeof(ngx_uptime_batch_t))


static ngx_uptime_batch_t *ngx_uptime_writer_open(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_send(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_timer(ngx_event_t *ev);
static void ngx_uptime_writer_handler(ngx_uptime_pg_query_t *q);
static void ngx_uptime_writer_tell(ngx_uptime_writer_t *w,
    ngx_uptime_pg_query_t *q, ngx_uptime_batch_t *b);
static void ngx_uptime_writer_pause(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_settle(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);
static void ngx_uptime_writer_shrink(ngx_uptime_writer_t *w);
static ngx_uint_t ngx_uptime_writer_compact(ngx_uptime_writer_t *w,
    ngx_uint_t ups, ngx_uint_t many);
static void ngx_uptime_writer_free_empty(ngx_uptime_writer_t *w);


#define ngx_uptime_writer_batch(q)                                            \
    ngx_queue_data(q, ngx_uptime_batch_t, queue)


void
ngx_uptime_writer_init(ngx_uptime_writer_t *w, ngx_uptime_pg_pool_t *pg,
    ngx_log_t *log)
{
    ngx_memzero(w, sizeof(ngx_uptime_writer_t));

    w->pg = pg;
    w->log = log;
    w->backoff = NGX_UPTIME_WRITER_PAUSE;
    w->warned = ngx_current_msec - 60000;

    ngx_queue_init(&w->batches);

    w->timer.handler = ngx_uptime_writer_timer;
    w->timer.data = w;
    w->timer.log = log;
    w->timer.cancelable = 1;
}


void
ngx_uptime_writer_add(ngx_uptime_writer_t *w, const ngx_uptime_row_t *row)
{
    ngx_uptime_batch_t  *b;

    w->added++;

    b = ngx_uptime_writer_open(w);

    if (b == NULL) {
        w->settled++;
        w->dropped++;
        return;
    }

    b->row[b->n++] = *row;
    w->rows++;

    if (w->busy || w->retrying) {
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

        if (b->n < NGX_UPTIME_WRITER_ROWS
            && !(w->busy && q == ngx_queue_head(&w->batches)))
        {
            return b;
        }
    }

    if (w->nbatches >= NGX_UPTIME_WRITER_BATCHES) {
        ngx_uptime_writer_shrink(w);

        if (w->nbatches >= NGX_UPTIME_WRITER_BATCHES) {
            return NULL;
        }
    }

    b = ngx_alloc(sizeof(ngx_uptime_batch_t), w->log);
    if (b == NULL) {
        return NULL;
    }

    b->n = 0;
    b->checker = w->checker;
    b->node = w->node;
    ngx_queue_insert_tail(&w->batches, &b->queue);
    w->nbatches++;

    return b;
}


void
ngx_uptime_writer_flush(ngx_uptime_writer_t *w)
{
    w->flushing = 1;

    if (w->busy) {
        return;
    }

    if (w->timer.timer_set) {
        ngx_del_timer(&w->timer);
    }

    w->retrying = 0;

    ngx_uptime_writer_send(w);
}


static void
ngx_uptime_writer_send(ngx_uptime_writer_t *w)
{
    ngx_queue_t            *head;
    ngx_uptime_pg_query_t  *q;

    if (w->busy || w->rows == 0) {
        return;
    }

    if (w->timer.timer_set) {
        ngx_del_timer(&w->timer);
    }

    head = ngx_queue_head(&w->batches);

    q = ngx_uptime_record(w, ngx_uptime_writer_batch(head));

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

    w->busy = 1;
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
    ngx_queue_t          *head;
    ngx_uptime_batch_t   *b;
    ngx_uptime_writer_t  *w;

    w = q->data;
    w->busy = 0;

    head = ngx_queue_head(&w->batches);
    b = ngx_uptime_writer_batch(head);

    if (q->err != NGX_UPTIME_PG_OK && ngx_uptime_pg_retryable(q->err)) {
        ngx_log_error(NGX_LOG_INFO, w->log, 0,
                      "uptime: %ui results wait, the database is not able "
                      "to take them: %s", w->rows,
                      ngx_uptime_pg_strerror(q->err));
        ngx_uptime_writer_pause(w);
        return;
    }

    w->backoff = NGX_UPTIME_WRITER_PAUSE;

    if (q->err == NGX_UPTIME_PG_OK) {
        ngx_uptime_writer_tell(w, q, b);

    } else {
        w->dropped += b->n;
        ngx_log_error(NGX_LOG_CRIT, w->log, 0,
                      "uptime: %ui results are lost: the database refused "
                      "them: %s", b->n, ngx_uptime_pg_strerror(q->err));
    }

    ngx_uptime_writer_settle(w, b);

    if (w->rows == 0) {
        return;
    }

    if (w->flushing || w->rows >= NGX_UPTIME_WRITER_ROWS) {
        ngx_uptime_writer_send(w);
        return;
    }

    ngx_add_timer(&w->timer, NGX_UPTIME_WRITER_WAIT);
}


static void
ngx_uptime_writer_tell(ngx_uptime_writer_t *w, ngx_uptime_pg_query_t *q,
    ngx_uptime_batch_t *b)
{
    int64_t     place;
    ngx_str_t   name, url;
    ngx_uint_t  i;

    for (i = 0; i < q->rows; i++) {

        place = ngx_uptime_pg_num(q, i, 0);

        if (place == 0) {
            ngx_log_debug2(NGX_LOG_DEBUG_CORE, w->log, 0,
                           "uptime: %L of %ui results stored",
                           ngx_uptime_pg_num(q, i, 1), b->n);
            continue;
        }

        if (place < 0 || place > (int64_t) b->n) {
            continue;
        }

        name = ngx_uptime_pg_str(q, i, 1);
        url = ngx_uptime_pg_str(q, i, 2);

        ngx_uptime_console(w->log, &b->row[place - 1], &name, &url);
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
    w->rows -= b->n;
    w->settled += b->n;
    w->nbatches--;

    ngx_queue_remove(&b->queue);
    ngx_free(b);
}


/* Makes room for a tenth of the limit. */

static void
ngx_uptime_writer_shrink(ngx_uptime_writer_t *w)
{
    ngx_uint_t  n, many;

    many = NGX_UPTIME_WRITER_BATCHES * NGX_UPTIME_WRITER_ROWS / 10;

    n = ngx_uptime_writer_compact(w, 1, many);

    if (n < many) {
        n += ngx_uptime_writer_compact(w, 0, many - n);
    }

    ngx_uptime_writer_free_empty(w);

    w->rows -= n;
    w->settled += n;
    w->dropped += n;

    if (ngx_current_msec - w->warned >= 60000) {
        w->warned = ngx_current_msec;
        ngx_log_error(NGX_LOG_WARN, w->log, 0,
                      "uptime: the database has been away for long: %uL "
                      "results were dropped so far", w->dropped);
    }
}


/*
 * Drops up to "many" of the oldest rows and moves the others together.  Rows
 * with an event stay, with "ups" everything but plain successes stays.
 */

static ngx_uint_t
ngx_uptime_writer_compact(ngx_uptime_writer_t *w, ngx_uint_t ups,
    ngx_uint_t many)
{
    ngx_uint_t           i, n, dropped;
    ngx_queue_t         *q;
    ngx_uptime_row_t    *row;
    ngx_uptime_batch_t  *from, *to;

    q = ngx_queue_head(&w->batches);

    if (w->busy) {
        q = ngx_queue_next(q);
    }

    to = ngx_uptime_writer_batch(q);
    n = 0;
    dropped = 0;

    for ( /* void */ ;
         q != ngx_queue_sentinel(&w->batches);
         q = ngx_queue_next(q))
    {
        from = ngx_uptime_writer_batch(q);

        for (i = 0; i < from->n; i++) {
            row = &from->row[i];

            if (dropped < many && row->event == NGX_UPTIME_PENDING
                && (!ups || row->outcome == NGX_UPTIME_UP))
            {
                dropped++;
                continue;
            }

            if (n == NGX_UPTIME_WRITER_ROWS) {
                to->n = n;
                to = ngx_uptime_writer_batch(ngx_queue_next(&to->queue));
                n = 0;
            }

            to->row[n++] = *row;
        }

        if (from != to) {
            from->n = 0;
        }
    }

    to->n = n;

    return dropped;
}


static void
ngx_uptime_writer_free_empty(ngx_uptime_writer_t *w)
{
    ngx_queue_t         *q;
    ngx_uptime_batch_t  *b;

    while (!ngx_queue_empty(&w->batches)) {
        q = ngx_queue_last(&w->batches);
        b = ngx_uptime_writer_batch(q);

        if (b->n) {
            return;
        }

        ngx_queue_remove(q);
        ngx_free(b);
        w->nbatches--;
    }
}
