
/*
 * What the writer does when more waits than memory may hold: to disk, or if
 * that takes none, away with the oldest that say nothing new.  And back: what
 * other processes have left on disk.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_writer.h"


#define NGX_UPTIME_WRITER_MINUTE   60000
#define NGX_UPTIME_WRITER_SCAN     10000
#define NGX_UPTIME_WRITER_SOON     20
#define NGX_UPTIME_WRITER_REPLAY   15000

/* what may come while the oldest is in flight and has to keep its place */
#define NGX_UPTIME_WRITER_OVERSHOOT  (32 * NGX_UPTIME_WRITER_ROWS)


static ngx_int_t ngx_uptime_writer_spill(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);
static void ngx_uptime_writer_lost(ngx_uptime_writer_t *w);
static void ngx_uptime_writer_scan(ngx_event_t *ev);
static void ngx_uptime_writer_shrink(ngx_uptime_writer_t *w, ngx_uint_t many);
static ngx_uint_t ngx_uptime_writer_compact(ngx_uptime_writer_t *w,
    ngx_uint_t ups, ngx_uint_t many);
static void ngx_uptime_writer_free_empty(ngx_uptime_writer_t *w);


void
ngx_uptime_writer_spool_init(ngx_uptime_writer_t *w)
{
    w->warned = ngx_current_msec - NGX_UPTIME_WRITER_MINUTE;

    w->scan.handler = ngx_uptime_writer_scan;
    w->scan.data = w;
    w->scan.log = w->log;
    w->scan.cancelable = 1;
}


/*
 * The oldest go to disk.  One that is in flight is not passed by those behind
 * it for as long as its answer may take.
 */

void
ngx_uptime_writer_room(ngx_uptime_writer_t *w)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&w->batches);

    if (w->sent == ngx_uptime_writer_batch(q)) {

        q = ngx_queue_next(q);

        if (q == ngx_queue_sentinel(&w->batches)
            || w->rows < w->limit + NGX_UPTIME_WRITER_OVERSHOOT)
        {
            return;
        }
    }

    if (ngx_uptime_writer_spill(w, ngx_uptime_writer_batch(q)) != NGX_OK) {
        ngx_uptime_writer_shrink(w, w->limit / 10 + 1);
    }

    ngx_uptime_writer_lost(w);
}


static ngx_int_t
ngx_uptime_writer_spill(ngx_uptime_writer_t *w, ngx_uptime_batch_t *b)
{
    ngx_int_t                rc;
    ngx_uptime_spool_head_t  head;

    if (w->no_spool
        && ngx_current_msec - w->spool_failed < NGX_UPTIME_WRITER_MINUTE / 2)
    {
        return NGX_DECLINED;
    }

    head.checker = b->checker;
    head.node = b->node;

    rc = ngx_uptime_spool_put(&w->spool, &head, b->row, b->n);

    w->no_spool = (rc == NGX_ERROR);

    if (rc != NGX_OK) {
        w->spool_failed = ngx_current_msec;
        return rc;
    }

    w->rows -= b->n;
    w->nbatches--;
    ngx_queue_remove(&b->queue);
    ngx_free(b);

    return NGX_OK;
}


/* What was dropped since the last time, on disk too; told once a minute. */

static void
ngx_uptime_writer_lost(ngx_uptime_writer_t *w)
{
    w->dropped += w->spool.lost;
    w->settled += w->spool.own_lost;
    w->spool.lost = 0;
    w->spool.own_lost = 0;

    if (w->dropped == w->told
        || ngx_current_msec - w->warned < NGX_UPTIME_WRITER_MINUTE)
    {
        return;
    }

    w->warned = ngx_current_msec;
    w->told = w->dropped;

    ngx_log_error(NGX_LOG_WARN, w->log, 0,
                  "uptime: the database has been away for long: %uL results "
                  "were dropped so far", w->dropped);
}


void
ngx_uptime_writer_adopt(ngx_uptime_writer_t *w,
    ngx_uptime_writer_adopt_pt done, void *data)
{
    w->done = done;
    w->data = data;
    w->adopting = ngx_current_msec;

    ngx_uptime_writer_scan(&w->scan);
}


/*
 * What a process that ended has left on disk is stored before anybody takes
 * its shards: only until then do its transitions count.
 */

static void
ngx_uptime_writer_scan(ngx_event_t *ev)
{
    ngx_uptime_writer_t         *w;
    ngx_uptime_writer_adopt_pt   done;

    w = ev->data;

    if (ngx_uptime_spool_adopt(&w->spool) && !w->retrying) {
        ngx_uptime_writer_send(w);
    }

    done = w->done;

    if (done != NULL && !ngx_uptime_writer_replayed(w)
        && ngx_current_msec - w->adopting < NGX_UPTIME_WRITER_REPLAY)
    {
        ngx_add_timer(&w->scan, NGX_UPTIME_WRITER_SOON);
        return;
    }

    ngx_add_timer(&w->scan, NGX_UPTIME_WRITER_SCAN);

    if (done != NULL) {
        w->done = NULL;
        done(w->data);
    }
}


ngx_uint_t
ngx_uptime_writer_save(ngx_uptime_writer_t *w)
{
    ngx_uint_t           saved;
    ngx_queue_t         *q;
    ngx_uptime_batch_t  *b;

    saved = 0;
    w->spool.peeked = 0;

    while (!ngx_queue_empty(&w->batches)) {
        q = ngx_queue_head(&w->batches);
        b = ngx_uptime_writer_batch(q);
        saved += b->n;

        if (b->n && ngx_uptime_writer_spill(w, b) != NGX_OK) {
            saved -= b->n;
            break;
        }
    }

    if (saved) {
        ngx_log_error(NGX_LOG_NOTICE, w->log, 0,
                      "uptime: %ui results wait in \"%V\" for the next "
                      "checker", saved, &w->spool.dir);
    }

    ngx_uptime_spool_close(&w->spool);

    return w->rows;
}


static void
ngx_uptime_writer_shrink(ngx_uptime_writer_t *w, ngx_uint_t many)
{
    ngx_uint_t  n;

    n = ngx_uptime_writer_compact(w, 1, many);

    if (n < many) {
        n += ngx_uptime_writer_compact(w, 0, many - n);
    }

    ngx_uptime_writer_free_empty(w);

    w->rows -= n;
    w->settled += n;
    w->dropped += n;
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

    if (w->sent == ngx_uptime_writer_batch(q)) {
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
