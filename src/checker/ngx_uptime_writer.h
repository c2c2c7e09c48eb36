
#ifndef _NGX_UPTIME_WRITER_H_INCLUDED_
#define _NGX_UPTIME_WRITER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_outcome.h"
#include "ngx_uptime_pg.h"


#define NGX_UPTIME_WRITER_ROWS  1000            /* of one batch             */


/* One result; no texts, so that many can wait while the database is away. */

typedef struct {
    int64_t                        monitor;
    int64_t                        epoch;
    int64_t                        slot;        /* ms                       */
    int64_t                        checked_at;  /* ms, the start            */
    int64_t                        status_since; /* ms                      */
    int64_t                        told_since;  /* ms; 0: never told        */
    int64_t                        before;      /* with event: how long the */
                                                /* former status was told,  */
                                                /* ms; -1: nothing was      */
    int64_t                        cert;        /* s; 0: none               */
    int32_t                        total_us;    /* -1: none, as all times   */
    int32_t                        dns_us;
    int32_t                        connect_us;
    int32_t                        tls_us;
    int32_t                        ttfb_us;
    int16_t                        http_status; /* 0: none                  */
    int16_t                        attempt;
    int16_t                        fails;
    uint8_t                        shard;
    uint8_t                        outcome;     /* ngx_uptime_status_e      */
    uint8_t                        cause;       /* ngx_uptime_cause_e       */
    uint8_t                        status;
    uint8_t                        told;
    uint8_t                        event;       /* PENDING: none            */
    uint8_t                        was;         /* with event: told before  */
} ngx_uptime_row_t;


typedef struct {
    ngx_queue_t                    queue;
    ngx_uint_t                     n;
    int64_t                        checker;     /* that made the results    */
    int64_t                        node;
    ngx_uptime_row_t               row[NGX_UPTIME_WRITER_ROWS];
} ngx_uptime_batch_t;


typedef struct {
    ngx_uptime_pg_pool_t          *pg;
    ngx_log_t                     *log;
    int64_t                        checker;
    int64_t                        node;

    ngx_queue_t                    batches;     /* ngx_uptime_batch_t,      */
                                                /* oldest first             */
    ngx_uint_t                     nbatches;
    ngx_uint_t                     rows;        /* that wait or are sent    */
    uint64_t                       added;       /* rows, since the start    */
    uint64_t                       settled;     /* stored, refused, dropped */
    uint64_t                       dropped;
    ngx_msec_t                     warned;      /* of drops                 */
    ngx_msec_t                     backoff;
    ngx_event_t                    timer;
    unsigned                       busy:1;      /* the first batch is sent  */
    unsigned                       retrying:1;  /* the timer is a pause     */
    unsigned                       flushing:1;  /* do not wait for more     */
} ngx_uptime_writer_t;


void ngx_uptime_writer_init(ngx_uptime_writer_t *w, ngx_uptime_pg_pool_t *pg,
    ngx_log_t *log);

/* The row is copied. */
void ngx_uptime_writer_add(ngx_uptime_writer_t *w,
    const ngx_uptime_row_t *row);

/* From now on nothing waits for more rows. */
void ngx_uptime_writer_flush(ngx_uptime_writer_t *w);

/* For the writer: the statement's answer to one batch (console). */
void ngx_uptime_console(ngx_log_t *log, const ngx_uptime_row_t *row,
    const ngx_str_t *name, const ngx_str_t *url);

/*
 * For the writer: the batch as the parameters of checker/record.  Sorts the
 * rows by monitor, slot and attempt.  NULL: no memory.
 */
ngx_uptime_pg_query_t *ngx_uptime_record(ngx_uptime_writer_t *w,
    ngx_uptime_batch_t *b);


#endif /* _NGX_UPTIME_WRITER_H_INCLUDED_ */
