
/*
 * What failing checks saw, beside the rows of the writer, which have no texts:
 * a few kilobytes for each status that changes, until its row is stored.  Runs
 * in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_writer.h"


/* while the database is away; of the oldest only the text is lost */
#define NGX_UPTIME_WRITER_EVIDENCE  1024


typedef struct {
    ngx_queue_t                    queue;       /* of all                   */
    ngx_queue_t                    seen;        /* of some monitors         */
    int64_t                        monitor;
    int64_t                        slot;
    int16_t                        attempt;
    ngx_str_t                      text;        /* follows                  */
} ngx_uptime_writer_evidence_t;


static ngx_queue_t *ngx_uptime_writer_evidence_bucket(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row);
static ngx_uptime_writer_evidence_t *ngx_uptime_writer_evidence_find(
    ngx_uptime_writer_t *w, const ngx_uptime_row_t *row);
static void ngx_uptime_writer_evidence_free(ngx_uptime_writer_t *w,
    ngx_uptime_writer_evidence_t *e);


void
ngx_uptime_writer_evidence_init(ngx_uptime_writer_t *w)
{
    ngx_uint_t  i;

    ngx_queue_init(&w->evidence);

    for (i = 0; i < NGX_UPTIME_WRITER_SEEN; i++) {
        ngx_queue_init(&w->seen[i]);
    }
}


void
ngx_uptime_writer_evidence(ngx_uptime_writer_t *w, const ngx_uptime_row_t *row,
    const ngx_str_t *text)
{
    ngx_uptime_writer_evidence_t  *e;

    e = ngx_alloc(sizeof(ngx_uptime_writer_evidence_t) + text->len, w->log);
    if (e == NULL) {
        return;
    }

    e->monitor = row->monitor;
    e->slot = row->slot;
    e->attempt = row->attempt;
    e->text.data = (u_char *) (e + 1);
    e->text.len = text->len;
    ngx_memcpy(e->text.data, text->data, text->len);

    ngx_queue_insert_tail(&w->evidence, &e->queue);
    ngx_queue_insert_tail(ngx_uptime_writer_evidence_bucket(w, row), &e->seen);

    if (++w->nevidence > NGX_UPTIME_WRITER_EVIDENCE) {
        ngx_uptime_writer_evidence_free(w,
            ngx_queue_data(ngx_queue_head(&w->evidence),
                           ngx_uptime_writer_evidence_t, queue));
    }
}


ngx_str_t
ngx_uptime_writer_evidence_of(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row)
{
    ngx_str_t                      none;
    ngx_uptime_writer_evidence_t  *e;

    e = ngx_uptime_writer_evidence_find(w, row);

    ngx_str_set(&none, "");

    return e ? e->text : none;
}


void
ngx_uptime_writer_evidence_drop(ngx_uptime_writer_t *w,
    const ngx_uptime_batch_t *b)
{
    ngx_uint_t                     i;
    ngx_uptime_writer_evidence_t  *e;

    for (i = 0; i < b->n && w->nevidence; i++) {

        if (b->row[i].event == NGX_UPTIME_PENDING) {
            continue;
        }

        e = ngx_uptime_writer_evidence_find(w, &b->row[i]);

        if (e != NULL) {
            ngx_uptime_writer_evidence_free(w, e);
        }
    }
}


static ngx_queue_t *
ngx_uptime_writer_evidence_bucket(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row)
{
    return &w->seen[(uint64_t) row->monitor % NGX_UPTIME_WRITER_SEEN];
}


static ngx_uptime_writer_evidence_t *
ngx_uptime_writer_evidence_find(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row)
{
    ngx_queue_t                   *q, *bucket;
    ngx_uptime_writer_evidence_t  *e;

    if (w->nevidence == 0) {
        return NULL;
    }

    bucket = ngx_uptime_writer_evidence_bucket(w, row);
    q = ngx_queue_head(bucket);

    for ( /* void */ ;
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_uptime_writer_evidence_t, seen);

        if (e->monitor == row->monitor && e->slot == row->slot
            && e->attempt == row->attempt)
        {
            return e;
        }
    }

    return NULL;
}


static void
ngx_uptime_writer_evidence_free(ngx_uptime_writer_t *w,
    ngx_uptime_writer_evidence_t *e)
{
    ngx_queue_remove(&e->queue);
    ngx_queue_remove(&e->seen);
    ngx_free(e);
    w->nevidence--;
}
