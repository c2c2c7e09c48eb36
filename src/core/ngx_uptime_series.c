
/*
 * Points of a series out of raw results, hours or days: sums, percentiles and
 * their JSON.  PostgreSQL needs a microsecond for each element of a histogram,
 * this some nanoseconds.  Pure; runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <math.h>

#include "ngx_uptime_binary.h"
#include "ngx_uptime_series.h"


#define NGX_UPTIME_SERIES_QUANTILES  3

/* a bucket beyond the last is longer than an integer of microseconds */
#define NGX_UPTIME_SERIES_BUCKETS    560

#define NGX_UPTIME_SERIES_NONE       ((uint32_t) -1)


struct ngx_uptime_series_point_s {
    int64_t    counts[NGX_UPTIME_SERIES_COUNTS];
    int64_t    timed;
    int64_t    min;
    int64_t    max;
    int64_t    sums[NGX_UPTIME_SERIES_SUMS];
    int64_t    quantiles[NGX_UPTIME_SERIES_QUANTILES];
    uint32_t   samples;                 /* the first one, or NONE           */
    uint32_t   rows;
};


struct ngx_uptime_series_sample_s {
    uint32_t   next;
    uint32_t   us;                      /* of one slot: hist.len is 0       */
    ngx_str_t  hist;
};


typedef int64_t (*ngx_uptime_series_value_pt)(
    const ngx_uptime_series_point_t *p, ngx_uint_t i);


static void ngx_uptime_series_exact(const ngx_uptime_series_t *s,
    ngx_uptime_series_point_t *p, uint32_t *values);
static void ngx_uptime_series_merged(const ngx_uptime_series_t *s,
    ngx_uptime_series_point_t *p, int64_t *buckets);
static int64_t ngx_uptime_series_us(ngx_uint_t bucket);
static int ngx_libc_cdecl ngx_uptime_series_compare(const void *one,
    const void *two);
static int64_t ngx_uptime_series_count(const ngx_uptime_series_point_t *p,
    ngx_uint_t i);
static int64_t ngx_uptime_series_min(const ngx_uptime_series_point_t *p,
    ngx_uint_t i);
static int64_t ngx_uptime_series_max(const ngx_uptime_series_point_t *p,
    ngx_uint_t i);
static int64_t ngx_uptime_series_mean(const ngx_uptime_series_point_t *p,
    ngx_uint_t i);
static int64_t ngx_uptime_series_quantile(const ngx_uptime_series_point_t *p,
    ngx_uint_t i);
static void ngx_uptime_series_number(ngx_uptime_json_out_t *out,
    int64_t value, ngx_uint_t ms);


/* the least value that so many of a thousand do not exceed */
static const int64_t  ngx_uptime_series_shares[NGX_UPTIME_SERIES_QUANTILES] = {
    500, 950, 990
};


static const struct {
    const char                  *name;
    ngx_uptime_series_value_pt   value;
    ngx_uint_t                   i;
    ngx_uint_t                   ms;    /* microseconds as milliseconds     */
} ngx_uptime_series_columns[] = {
    { "up",         ngx_uptime_series_count,    0, 0 },
    { "degraded",   ngx_uptime_series_count,    1, 0 },
    { "down",       ngx_uptime_series_count,    2, 0 },
    { "unknown",    ngx_uptime_series_count,    3, 0 },
    { "min_ms",     ngx_uptime_series_min,      0, 1 },
    { "avg_ms",     ngx_uptime_series_mean,     0, 1 },
    { "p50_ms",     ngx_uptime_series_quantile, 0, 1 },
    { "p95_ms",     ngx_uptime_series_quantile, 1, 1 },
    { "p99_ms",     ngx_uptime_series_quantile, 2, 1 },
    { "max_ms",     ngx_uptime_series_max,      0, 1 },
    { "dns_ms",     ngx_uptime_series_mean,     1, 1 },
    { "connect_ms", ngx_uptime_series_mean,     2, 1 },
    { "tls_ms",     ngx_uptime_series_mean,     3, 1 },
    { "ttfb_ms",    ngx_uptime_series_mean,     4, 1 }
};


ngx_int_t
ngx_uptime_series_init(ngx_uptime_series_t *s, ngx_pool_t *pool,
    int64_t start, int64_t until, int64_t step, ngx_uint_t rows)
{
    int64_t                     n;
    ngx_uint_t                  i, k;
    ngx_uptime_series_point_t  *p;

    if (until <= start || step <= 0) {
        return NGX_ERROR;
    }

    n = (until - start - 1) / step + 1;

    if (n > NGX_UPTIME_SERIES_MAX) {
        return NGX_ERROR;
    }

    s->start = start;
    s->step = step;
    s->n = (ngx_uint_t) n;
    s->nsamples = 0;
    s->max_samples = rows;

    s->points = ngx_pcalloc(pool, s->n * sizeof(ngx_uptime_series_point_t));
    s->samples = ngx_palloc(pool, (rows + 1)
                                  * sizeof(ngx_uptime_series_sample_t));

    if (s->points == NULL || s->samples == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < s->n; i++) {
        p = &s->points[i];
        p->samples = NGX_UPTIME_SERIES_NONE;

        for (k = 0; k < NGX_UPTIME_SERIES_SUMS; k++) {
            p->sums[k] = NGX_UPTIME_SERIES_NULL;
        }

        for (k = 0; k < NGX_UPTIME_SERIES_QUANTILES; k++) {
            p->quantiles[k] = NGX_UPTIME_SERIES_NULL;
        }
    }

    return NGX_OK;
}


void
ngx_uptime_series_add(ngx_uptime_series_t *s,
    const ngx_uptime_series_row_t *row)
{
    int64_t                      at;
    ngx_uint_t                   i;
    ngx_uptime_series_point_t   *p;
    ngx_uptime_series_sample_t  *sample;

    at = row->at - s->start;

    if (at < 0 || at / s->step >= (int64_t) s->n
        || s->nsamples == s->max_samples)
    {
        return;
    }

    p = &s->points[at / s->step];

    for (i = 0; i < NGX_UPTIME_SERIES_COUNTS; i++) {
        p->counts[i] += row->counts[i];
    }

    p->rows++;

    if (row->timed == 0) {
        return;
    }

    p->min = (p->timed == 0 || row->min < p->min) ? row->min : p->min;
    p->max = (p->timed == 0 || row->max > p->max) ? row->max : p->max;
    p->timed += row->timed;

    for (i = 0; i < NGX_UPTIME_SERIES_SUMS; i++) {

        if (row->sums[i] == NGX_UPTIME_SERIES_NULL) {
            continue;
        }

        if (p->sums[i] == NGX_UPTIME_SERIES_NULL) {
            p->sums[i] = 0;
        }

        p->sums[i] += row->sums[i];
    }

    sample = &s->samples[s->nsamples];
    sample->next = p->samples;
    sample->us = (uint32_t) row->min;
    sample->hist = row->hist;

    p->samples = (uint32_t) s->nsamples++;
}


ngx_int_t
ngx_uptime_series_end(ngx_uptime_series_t *s, ngx_pool_t *pool)
{
    int64_t                    *buckets;
    uint32_t                   *values;
    ngx_uint_t                  i;
    ngx_uptime_series_point_t  *p;

    buckets = ngx_pcalloc(pool, NGX_UPTIME_SERIES_BUCKETS * sizeof(int64_t));
    values = ngx_palloc(pool, (s->nsamples + 1) * sizeof(uint32_t));

    if (buckets == NULL || values == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < s->n; i++) {
        p = &s->points[i];

        if (p->samples == NGX_UPTIME_SERIES_NONE) {
            continue;
        }

        /* either all of a series are slots, or none */

        if (s->samples[p->samples].hist.len == 0) {
            ngx_uptime_series_exact(s, p, values);
        } else {
            ngx_uptime_series_merged(s, p, buckets);
        }
    }

    return NGX_OK;
}


static void
ngx_uptime_series_exact(const ngx_uptime_series_t *s,
    ngx_uptime_series_point_t *p, uint32_t *values)
{
    uint32_t    at;
    ngx_uint_t  i, n, place;

    n = 0;

    for (at = p->samples;
         at != NGX_UPTIME_SERIES_NONE;
         at = s->samples[at].next)
    {
        values[n++] = s->samples[at].us;
    }

    if (n > 1) {
        qsort(values, n, sizeof(uint32_t), ngx_uptime_series_compare);
    }

    for (i = 0; i < NGX_UPTIME_SERIES_QUANTILES; i++) {
        place = (n * (ngx_uint_t) ngx_uptime_series_shares[i] + 999) / 1000;
        p->quantiles[i] = values[place - 1];
    }
}


/* buckets are 0, before and after. */

static void
ngx_uptime_series_merged(const ngx_uptime_series_t *s,
    ngx_uptime_series_point_t *p, int64_t *buckets)
{
    int64_t           upto;
    uint32_t          at, e, b, low, high;
    ngx_uint_t        i, n;
    const ngx_str_t  *hist;

    low = NGX_UPTIME_SERIES_BUCKETS;
    high = 0;

    for (at = p->samples;
         at != NGX_UPTIME_SERIES_NONE;
         at = s->samples[at].next)
    {
        hist = &s->samples[at].hist;
        n = ngx_uptime_binary_ints(hist);

        for (i = 0; i < n; i++) {
            e = ngx_uptime_binary_int_at(hist, i);
            b = ngx_min(e >> 16, NGX_UPTIME_SERIES_BUCKETS - 1);

            low = ngx_min(low, b);
            high = ngx_max(high, b);
            buckets[b] += e & 0xffff;
        }
    }

    upto = 0;
    i = 0;

    for (b = low; b <= high; b++) {

        upto += buckets[b];
        buckets[b] = 0;

        while (i < NGX_UPTIME_SERIES_QUANTILES
               && upto * 1000 >= p->timed * ngx_uptime_series_shares[i])
        {
            p->quantiles[i++] = ngx_uptime_series_us(b);
        }
    }
}


/* hist_us() of sql/migrations/0008_rollups.sql, of each bucket once. */

static int64_t
ngx_uptime_series_us(ngx_uint_t bucket)
{
    static int64_t  us[NGX_UPTIME_SERIES_BUCKETS];

    if (us[bucket] == 0) {
        us[bucket] = (int64_t) rint(0.98 * pow(1.02 / 0.98, (double) bucket));
    }

    return us[bucket];
}


static int ngx_libc_cdecl
ngx_uptime_series_compare(const void *one, const void *two)
{
    uint32_t  a, b;

    a = *(const uint32_t *) one;
    b = *(const uint32_t *) two;

    return (a > b) - (a < b);
}


static int64_t
ngx_uptime_series_count(const ngx_uptime_series_point_t *p, ngx_uint_t i)
{
    return p->rows ? p->counts[i] : NGX_UPTIME_SERIES_NULL;
}


static int64_t
ngx_uptime_series_min(const ngx_uptime_series_point_t *p, ngx_uint_t i)
{
    return p->timed ? p->min : NGX_UPTIME_SERIES_NULL;
}


static int64_t
ngx_uptime_series_max(const ngx_uptime_series_point_t *p, ngx_uint_t i)
{
    return p->timed ? p->max : NGX_UPTIME_SERIES_NULL;
}


static int64_t
ngx_uptime_series_mean(const ngx_uptime_series_point_t *p, ngx_uint_t i)
{
    if (p->timed == 0 || p->sums[i] == NGX_UPTIME_SERIES_NULL) {
        return NGX_UPTIME_SERIES_NULL;
    }

    return (p->sums[i] + p->timed / 2) / p->timed;
}


static int64_t
ngx_uptime_series_quantile(const ngx_uptime_series_point_t *p, ngx_uint_t i)
{
    return p->quantiles[i];
}


void
ngx_uptime_series_write(const ngx_uptime_series_t *s, int64_t epoch,
    ngx_uptime_json_out_t *out)
{
    ngx_uint_t   i, k;
    const char  *name;

    ngx_uptime_json_put(out, ",\"t\":[", 6);

    for (i = 0; i < s->n; i++) {
        ngx_uptime_json_put(out, ",", i != 0);
        ngx_uptime_series_number(out, epoch
                                 + (s->start + (int64_t) i * s->step) / 1000000,
                                 0);
    }

    for (k = 0; k < sizeof(ngx_uptime_series_columns)
                    / sizeof(ngx_uptime_series_columns[0]); k++)
    {
        name = ngx_uptime_series_columns[k].name;

        ngx_uptime_json_put(out, "],\"", 3);
        ngx_uptime_json_put(out, name, ngx_strlen(name));
        ngx_uptime_json_put(out, "\":[", 3);

        for (i = 0; i < s->n; i++) {
            ngx_uptime_json_put(out, ",", i != 0);
            ngx_uptime_series_number(out,
                ngx_uptime_series_columns[k].value(&s->points[i],
                                              ngx_uptime_series_columns[k].i),
                ngx_uptime_series_columns[k].ms);
        }
    }

    ngx_uptime_json_put(out, "]", 1);
}


/* As PostgreSQL writes a float8: 1234 microseconds are 1.234, 1200 are 1.2. */

static void
ngx_uptime_series_number(ngx_uptime_json_out_t *out, int64_t value,
    ngx_uint_t ms)
{
    u_char     *p, text[NGX_INT64_LEN + 2];
    uint64_t    v;
    ngx_uint_t  digits;

    if (value == NGX_UPTIME_SERIES_NULL) {
        ngx_uptime_json_put(out, "null", 4);
        return;
    }

    v = (uint64_t) (value < 0 ? -value : value);
    p = text + sizeof(text);
    digits = ms ? 3 : 0;

    while (digits && v % 10 == 0) {
        v /= 10;
        digits--;
    }

    for (ms = digits; digits; digits--) {
        *--p = (u_char) ('0' + v % 10);
        v /= 10;
    }

    if (ms) {
        *--p = '.';
    }

    do {
        *--p = (u_char) ('0' + v % 10);
        v /= 10;
    } while (v);

    if (value < 0) {
        *--p = '-';
    }

    ngx_uptime_json_put(out, p, text + sizeof(text) - p);
}
