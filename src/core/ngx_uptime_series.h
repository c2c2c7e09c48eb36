
#ifndef _NGX_UPTIME_SERIES_H_INCLUDED_
#define _NGX_UPTIME_SERIES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_json_value.h"


/* latency, dns, connect, tls, ttfb */
#define NGX_UPTIME_SERIES_SUMS    5

/* up, degraded, down, unknown */
#define NGX_UPTIME_SERIES_COUNTS  4

/* 2,000 are what a client may ask for; years since the year 1 are more */
#define NGX_UPTIME_SERIES_MAX     4096

/* not known */
#define NGX_UPTIME_SERIES_NULL    INT64_MIN


typedef struct ngx_uptime_series_point_s   ngx_uptime_series_point_t;
typedef struct ngx_uptime_series_sample_s  ngx_uptime_series_sample_t;


/*
 * What was counted from a moment on: one slot, an hour or a day.  Times are
 * microseconds since any moment that is the same for all, latencies are
 * microseconds.
 */

typedef struct {
    int64_t                      at;
    int64_t                      counts[NGX_UPTIME_SERIES_COUNTS];
    int64_t                      timed;         /* have a latency           */
    int64_t                      min;           /* ... the least of them    */
    int64_t                      max;
    int64_t                      sums[NGX_UPTIME_SERIES_SUMS];

    /*
     * With timed == 0, nothing; with len == 0 the latency is min; otherwise
     * the histogram as array_send() of PostgreSQL writes an integer[]: the
     * elements are bucket * 65536 + count (docs/rollups.md).  It has to stay
     * until the end of the series.
     */
    ngx_str_t                    hist;
} ngx_uptime_series_row_t;


typedef struct {
    int64_t                      start;
    int64_t                      step;
    ngx_uint_t                   n;             /* points                   */
    ngx_uint_t                   nsamples;
    ngx_uint_t                   max_samples;
    ngx_uptime_series_point_t   *points;
    ngx_uptime_series_sample_t  *samples;
} ngx_uptime_series_t;


/*
 * A series from start to before until, a point for each step, of at most rows
 * rows.  All memory is from the pool.  NGX_ERROR: none, or there are more
 * than NGX_UPTIME_SERIES_MAX points.
 */
ngx_int_t ngx_uptime_series_init(ngx_uptime_series_t *s, ngx_pool_t *pool,
    int64_t start, int64_t until, int64_t step, ngx_uint_t rows);

/* Rows come in any order; one that is out of the series does not count. */
void ngx_uptime_series_add(ngx_uptime_series_t *s,
    const ngx_uptime_series_row_t *row);

/* After the last row: percentiles.  NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_series_end(ngx_uptime_series_t *s, ngx_pool_t *pool);

/*
 * ,"t":[...],"up":[...] and so on; t is in seconds, epoch those between 1970
 * and the moment that times count from.
 */
void ngx_uptime_series_write(const ngx_uptime_series_t *s, int64_t epoch,
    ngx_uptime_json_out_t *out);


#endif /* _NGX_UPTIME_SERIES_H_INCLUDED_ */
