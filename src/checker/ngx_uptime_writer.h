
#ifndef _NGX_UPTIME_WRITER_H_INCLUDED_
#define _NGX_UPTIME_WRITER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg.h"
#include "ngx_uptime_spool.h"


typedef struct {
    ngx_queue_t                    queue;
    ngx_uint_t                     n;
    ngx_uint_t                     from;        /* while it is sent, which  */
    ngx_uint_t                     to;          /* part: all, unless some   */
                                                /* of it was refused        */
    int64_t                        checker;     /* that made the results    */
    int64_t                        node;
    unsigned                       adopted:1;   /* of a process that ended  */
    unsigned                       again:1;     /* some of it is stored     */
    ngx_uptime_row_t               row[NGX_UPTIME_WRITER_ROWS];
} ngx_uptime_batch_t;


#define NGX_UPTIME_WRITER_SEEN  256     /* lists of evidence                */


typedef struct {
    ngx_str_t                     *spool;       /* folder                   */
    off_t                          spool_size;  /* 0: not used              */
    size_t                         memory;
} ngx_uptime_writer_conf_t;


typedef void (*ngx_uptime_writer_adopt_pt)(void *data);

/* A batch is stored after which somebody is to be told something. */
typedef void (*ngx_uptime_writer_alert_pt)(void *data);

/* The row changes a status and is lost: nobody will be told by it. */
typedef void (*ngx_uptime_writer_untold_pt)(void *data,
    const ngx_uptime_row_t *row);


typedef struct {
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    int64_t                        checker;
    int64_t                        node;

    ngx_queue_t                    batches;     /* ngx_uptime_batch_t,      */
                                                /* oldest first             */
    ngx_uint_t                     nbatches;
    ngx_uint_t                     limit;       /* of rows in memory        */
    ngx_uint_t                     rows;        /* in memory: they wait, or */
                                                /* are sent                 */
    uint64_t                       added;       /* rows, since the start    */
    uint64_t                       settled;     /* stored, refused, dropped */
    uint64_t                       dropped;
    uint64_t                       told;        /* of them, in the log      */
    ngx_queue_t                    evidence;    /* of rows that wait, as    */
                                                /* they came                */
    ngx_queue_t                    seen[NGX_UPTIME_WRITER_SEEN];
                                                /* the same, by monitor     */
    ngx_uint_t                     nevidence;
    ngx_uptime_spool_t             spool;       /* older than the batches,  */
                                                /* younger than "sent"      */
    ngx_uptime_batch_t            *sent;        /* on its way, or NULL      */
    ngx_uptime_batch_t            *replay;      /* room for one of spool's  */
    ngx_msec_t                     spool_failed;
    ngx_msec_t                     warned;      /* of drops                 */
    ngx_msec_t                     backoff;
    ngx_msec_t                     strange;     /* since; 0: nothing is     */
    ngx_event_t                    timer;
    ngx_event_t                    scan;        /* for files of the dead    */
    ngx_msec_t                     adopting;    /* since                    */
    ngx_uptime_writer_adopt_pt     done;        /* NULL: it was called      */
    void                          *data;
    ngx_uptime_writer_alert_pt     alert;       /* NULL: nobody waits       */
    void                          *alert_data;
    ngx_uptime_writer_untold_pt    untold;      /* NULL: nobody wants it    */
    void                          *untold_data;
    unsigned                       no_spool:1;  /* it failed a moment ago   */
    unsigned                       retrying:1;  /* the timer is a pause     */
    unsigned                       flushing:1;  /* do not wait for more     */
} ngx_uptime_writer_t;


/* conf's strings are borrowed */
void ngx_uptime_writer_init(ngx_uptime_writer_t *w, ngx_uptime_pg_pool_t *pg,
    const ngx_uptime_writer_conf_t *conf, ngx_log_t *log);

/*
 * Looks from now on for what processes that ended have left in the spool, and
 * stores it; done is called once, when the first of that is stored or has
 * taken long.
 */
void ngx_uptime_writer_adopt(ngx_uptime_writer_t *w,
    ngx_uptime_writer_adopt_pt done, void *data);

/* 1: there is nothing on disk that waits for the database */
#define ngx_uptime_writer_replayed(w)                                         \
    ngx_uptime_spool_empty(&(w)->spool)

/* At exit: what waits in memory goes to disk.  Returns what did not. */
ngx_uint_t ngx_uptime_writer_save(ngx_uptime_writer_t *w);

/* The row is copied. */
void ngx_uptime_writer_add(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row);

/*
 * What was seen when the row was made that changes a status, as a JSON object;
 * before it is added.  It is copied, and stays in memory: of what waits on
 * disk there is none.
 */
void ngx_uptime_writer_evidence(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row, const ngx_str_t *text);

/* From now on nothing waits for more rows. */
void ngx_uptime_writer_flush(ngx_uptime_writer_t *w);

/* between the files of the writer */

#define ngx_uptime_writer_batch(q)                                            \
    ngx_queue_data(q, ngx_uptime_batch_t, queue)

void ngx_uptime_writer_spool_init(ngx_uptime_writer_t *w);

void ngx_uptime_writer_evidence_init(ngx_uptime_writer_t *w);

/* Of this row, as JSON; empty: there is none. */
ngx_str_t ngx_uptime_writer_evidence_of(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row);

/* The batch is stored: forgets what was seen. */
void ngx_uptime_writer_evidence_drop(ngx_uptime_writer_t *w,
    const ngx_uptime_batch_t *b);

/* Sends the oldest batch, if none is on its way. */
void ngx_uptime_writer_send(ngx_uptime_writer_t *w);

/* There are as many rows in memory as may be. */
void ngx_uptime_writer_room(ngx_uptime_writer_t *w);

/* For the writer: the statement's answer to one batch (console). */
void ngx_uptime_console(ngx_log_t *log, const ngx_uptime_row_t *row,
    const ngx_str_t *name, const ngx_str_t *url);

/*
 * For the writer: the part of the batch as the parameters of checker/record.
 * Sorts its rows by monitor, slot and attempt.  NULL: no memory.
 */
ngx_uptime_pg_query_t *ngx_uptime_record(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);


#endif /* _NGX_UPTIME_WRITER_H_INCLUDED_ */
