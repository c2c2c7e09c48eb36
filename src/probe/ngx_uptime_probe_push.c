
/*
 * The kind "push": nobody is asked, the target tells us, and workers store
 * what it says (sql/api/push.sql).  This end looks up when that was last.
 * Probes that start together are one query.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_probe.h"


#define NGX_UPTIME_PUSH_BATCH  1000
#define NGX_UPTIME_PUSH_AGAIN  1000


typedef struct ngx_uptime_push_wait_s   ngx_uptime_push_wait_t;
typedef struct ngx_uptime_push_reader_s ngx_uptime_push_reader_t;


/* one query; owns itself, an entry is NULL once its probe was cancelled */

typedef struct {
    ngx_uint_t                     n;
    ngx_uptime_push_wait_t        *wait[NGX_UPTIME_PUSH_BATCH];
} ngx_uptime_push_batch_t;


/* the work of one probe */

struct ngx_uptime_push_wait_s {
    ngx_queue_t                    queue;       /* while batch == NULL      */
    ngx_uptime_probe_t            *probe;
    ngx_uptime_push_batch_t       *batch;
    ngx_uint_t                     place;
};


struct ngx_uptime_push_reader_s {
    ngx_uptime_prober_t           *prober;
    ngx_queue_t                    waiting;
    ngx_event_t                    event;
};


static ngx_int_t ngx_uptime_probe_push_start(ngx_uptime_probe_t *p);
static void ngx_uptime_probe_push_cancel(ngx_uptime_probe_t *p);
static ngx_uptime_push_reader_t *ngx_uptime_push_reader(
    ngx_uptime_prober_t *pr);
static void ngx_uptime_push_read(ngx_event_t *ev);
static ngx_uptime_push_batch_t *ngx_uptime_push_collect(
    ngx_uptime_push_reader_t *rd);
static ngx_int_t ngx_uptime_push_submit(ngx_uptime_push_reader_t *rd,
    ngx_uptime_push_batch_t *b);
static void ngx_uptime_push_answer(ngx_uptime_pg_query_t *q);
static void ngx_uptime_push_judge(ngx_uptime_probe_t *p,
    ngx_uptime_pg_query_t *q, ngx_uint_t row);
static void ngx_uptime_push_finish(ngx_uptime_push_batch_t *b,
    ngx_uptime_pg_query_t *q);


const ngx_uptime_kind_t  ngx_uptime_kind_push = {
    ngx_string("push"),
    1,
    ngx_uptime_probe_push_start,
    ngx_uptime_probe_push_cancel
};


static ngx_int_t
ngx_uptime_probe_push_start(ngx_uptime_probe_t *p)
{
    ngx_uptime_push_wait_t    *w;
    ngx_uptime_push_reader_t  *rd;

    rd = ngx_uptime_push_reader(p->prober);
    if (rd == NULL) {
        return NGX_ERROR;
    }

    w = ngx_alloc(sizeof(ngx_uptime_push_wait_t), p->prober->log);
    if (w == NULL) {
        return NGX_ERROR;
    }

    w->probe = p;
    w->batch = NULL;
    p->work = w;

    ngx_queue_insert_tail(&rd->waiting, &w->queue);

    if (!rd->event.timer_set) {
        ngx_post_event(&rd->event, &ngx_posted_events);
    }

    return NGX_OK;
}


static void
ngx_uptime_probe_push_cancel(ngx_uptime_probe_t *p)
{
    ngx_uptime_push_wait_t *w = p->work;

    if (w->batch != NULL) {
        w->batch->wait[w->place] = NULL;

    } else {
        ngx_queue_remove(&w->queue);
    }

    ngx_free(w);
}


static ngx_uptime_push_reader_t *
ngx_uptime_push_reader(ngx_uptime_prober_t *pr)
{
    ngx_uptime_push_reader_t  *rd;

    if (pr->push != NULL || pr->pg == NULL) {
        return pr->push;
    }

    rd = ngx_calloc(sizeof(ngx_uptime_push_reader_t), pr->log);
    if (rd == NULL) {
        return NULL;
    }

    rd->prober = pr;
    rd->event.handler = ngx_uptime_push_read;
    rd->event.data = rd;
    rd->event.log = pr->log;
    rd->event.cancelable = 1;

    ngx_queue_init(&rd->waiting);

    pr->push = rd;

    return rd;
}


static void
ngx_uptime_push_read(ngx_event_t *ev)
{
    ngx_uptime_push_batch_t   *b;
    ngx_uptime_push_reader_t  *rd;

    rd = ev->data;

    while (!ngx_queue_empty(&rd->waiting)) {

        b = ngx_uptime_push_collect(rd);
        if (b == NULL) {
            ngx_add_timer(ev, NGX_UPTIME_PUSH_AGAIN);
            return;
        }

        if (ngx_uptime_push_submit(rd, b) != NGX_OK) {
            ngx_uptime_push_finish(b, NULL);
        }
    }
}


static ngx_uptime_push_batch_t *
ngx_uptime_push_collect(ngx_uptime_push_reader_t *rd)
{
    ngx_queue_t              *q;
    ngx_uptime_push_wait_t   *w;
    ngx_uptime_push_batch_t  *b;

    b = ngx_alloc(sizeof(ngx_uptime_push_batch_t), rd->prober->log);
    if (b == NULL) {
        return NULL;
    }

    b->n = 0;

    while (b->n < NGX_UPTIME_PUSH_BATCH && !ngx_queue_empty(&rd->waiting)) {

        q = ngx_queue_head(&rd->waiting);
        ngx_queue_remove(q);

        w = ngx_queue_data(q, ngx_uptime_push_wait_t, queue);
        w->batch = b;
        w->place = b->n;

        b->wait[b->n++] = w;
    }

    return b;
}


static ngx_int_t
ngx_uptime_push_submit(ngx_uptime_push_reader_t *rd,
    ngx_uptime_push_batch_t *b)
{
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_pg_query_create(rd->prober->pg,
                                   NGX_UPTIME_SQL_CHECKER_PUSH_READ);
    if (q == NULL) {
        return NGX_ERROR;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT8, b->n, 0);
    if (a == NULL) {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    for (i = 0; i < b->n; i++) {
        ngx_uptime_pg_array_int(a, b->wait[i]->probe->target->id);
    }

    q->handler = ngx_uptime_push_answer;
    q->data = b;

    return ngx_uptime_pg_submit(q);
}


static void
ngx_uptime_push_answer(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_push_finish(q->data, q);
}


/* q: NULL if the question could not even be asked */

static void
ngx_uptime_push_finish(ngx_uptime_push_batch_t *b, ngx_uptime_pg_query_t *q)
{
    ngx_uint_t               i;
    ngx_uptime_probe_t      *p;
    ngx_uptime_push_wait_t  *w;

    for (i = 0; i < b->n; i++) {
        w = b->wait[i];

        if (w == NULL) {
            continue;
        }

        p = w->probe;
        ngx_free(w);

        if (q == NULL || q->err != NGX_UPTIME_PG_OK || i >= q->rows) {
            p->result.own = NGX_UPTIME_OWN_RESOURCES;

        } else {
            ngx_uptime_push_judge(p, q, i);
        }

        ngx_uptime_probe_done(p);
    }

    ngx_free(b);
}


static void
ngx_uptime_push_judge(ngx_uptime_probe_t *p, ngx_uptime_pg_query_t *q,
    ngx_uint_t row)
{
    ngx_str_t                   up, lost;
    ngx_uptime_result_t        *res;
    const ngx_uptime_target_t  *t;

    res = &p->result;
    t = p->target;

    res->stage = NGX_UPTIME_STAGE_DONE;

    if (ngx_uptime_pg_is_null(q, row, 0)) {
        res->push = NGX_UPTIME_PUSH_WAITING;
        return;
    }

    up = ngx_uptime_pg_str(q, row, 1);
    lost = ngx_uptime_pg_str(q, row, 3);

    if (!ngx_uptime_pg_is_null(q, row, 2)) {
        res->total_us = ngx_uptime_pg_num(q, row, 2);
    }

    if (ngx_uptime_pg_num(q, row, 0) > (int64_t) t->interval + t->grace) {
        res->push = NGX_UPTIME_PUSH_MISSED;

        if (lost.len == 1 && lost.data[0] == 't') {
            res->own = NGX_UPTIME_OWN_RESOURCES;
        }

        return;
    }

    res->push = (up.len == 1 && up.data[0] == 't') ? NGX_UPTIME_PUSH_OK
                                                   : NGX_UPTIME_PUSH_FAILED;
}
