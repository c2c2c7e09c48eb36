
/*
 * Points of a series: sums, percentiles, numbers as JSON.
 *
 * sources: src/core/ngx_uptime_series.c src/core/ngx_uptime_json_value.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c src/core/ngx_uptime_binary.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <math.h>

#include "ngx_uptime_series.h"


#define ROUNDS  300
#define BUCKETS 560


typedef struct {
    int64_t      counts[BUCKETS];
    int64_t      n;
} reference_t;


static uint32_t  seed = 7;


static uint32_t random_to(uint32_t n);
static void slots(ngx_pool_t *pool);
static void nothing(ngx_pool_t *pool);
static void refused(ngx_pool_t *pool);
static void no_memory(ngx_pool_t *pool);
static ngx_uint_t merged(ngx_pool_t *pool, ngx_uint_t rows);
static ngx_str_t histogram(ngx_pool_t *pool, reference_t *ref, ngx_uint_t n,
    ngx_uptime_series_row_t *row);
static double share_of(const reference_t *ref, int64_t thousandths);
static void broken(ngx_pool_t *pool);
static void largest(ngx_pool_t *pool);
static char *written(ngx_pool_t *pool, const ngx_uptime_series_t *s);
static double member(const char *json, const char *name);


int
main(void)
{
    ngx_uint_t   i, wrong;
    ngx_pool_t  *pool;

    pool = ngx_stub_pool();

    slots(pool);
    nothing(pool);
    refused(pool);
    no_memory(pool);

    for (wrong = 0, i = 0; i < ROUNDS; i++) {
        wrong += !merged(pool, 1 + i % 7);
    }

    tap_is_int((long long) wrong, 0, "percentiles of merged histograms");

    broken(pool);
    largest(pool);

    ngx_destroy_pool(pool);

    return tap_done();
}


static uint32_t
random_to(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (seed >> 8) % n;
}


/* In no order, two of them out of the series; phases that are not known. */

static void
slots(ngx_pool_t *pool)
{
    ngx_uint_t               i;
    ngx_uptime_series_t      s;
    ngx_uptime_series_row_t  r;

    static const int64_t  at[] = { 21, 0, -1, 9, 5, 30, 8, 22 };

    (void) ngx_uptime_series_init(&s, pool, 0, 29, 10, 8);

    for (i = 0; i < 8; i++) {
        ngx_memzero(&r, sizeof(r));
        r.at = at[i];
        r.counts[i == 7 ? 2 : 0] = 1;
        r.timed = (i != 7);
        r.min = 1000 + at[i] * 1500;
        r.max = r.min;
        r.sums[0] = r.min;
        r.sums[1] = (at[i] == 9) ? NGX_UPTIME_SERIES_NULL : 7;
        r.sums[2] = NGX_UPTIME_SERIES_NULL;
        r.sums[3] = 2000000000000;
        ngx_uptime_series_add(&s, &r);
    }

    tap_is_int((long long) ngx_uptime_series_end(&s, pool), NGX_OK,
               "slots of three points");

    tap_is(written(pool, &s),
           ",\"t\":[100,100,100],\"up\":[4,null,1],\"degraded\":[0,null,0],"
           "\"down\":[0,null,1],\"unknown\":[0,null,0],"
           "\"min_ms\":[1,null,32.5],\"avg_ms\":[9.25,null,32.5],"
           "\"p50_ms\":[8.5,null,32.5],\"p95_ms\":[14.5,null,32.5],"
           "\"p99_ms\":[14.5,null,32.5],\"max_ms\":[14.5,null,32.5],"
           "\"dns_ms\":[0.005,null,0.007],\"connect_ms\":[null,null,null],"
           "\"tls_ms\":[2000000000,null,2000000000],"
           "\"ttfb_ms\":[0,null,0]", "... as JSON");
}


static void
nothing(ngx_pool_t *pool)
{
    ngx_uptime_series_t  s;

    (void) ngx_uptime_series_init(&s, pool, -1000000, 0, 1000000, 0);
    (void) ngx_uptime_series_end(&s, pool);

    tap_ok(strncmp(written(pool, &s), ",\"t\":[99],\"up\":[null],", 22) == 0,
           "a series without rows");
}


static void
refused(ngx_pool_t *pool)
{
    ngx_uptime_series_t  s;

    tap_ok(ngx_uptime_series_init(&s, pool, 0, 4096, 1, 1) == NGX_OK,
           "4,096 points");
    tap_ok(ngx_uptime_series_init(&s, pool, 0, 4097, 1, 1) == NGX_ERROR,
           "4,097 points are refused");
    tap_ok(ngx_uptime_series_init(&s, pool, 5, 5, 1, 1) == NGX_ERROR,
           "no time is refused");
    tap_ok(ngx_uptime_series_init(&s, pool, 0, 5, 0, 1) == NGX_ERROR,
           "no step is refused");
}


static void
no_memory(ngx_pool_t *pool)
{
    ngx_uptime_series_t  s;

    ngx_stub_fail = 1;
    tap_ok(ngx_uptime_series_init(&s, pool, 0, 4096, 1, 4096) == NGX_ERROR,
           "no memory");
    ngx_stub_fail = 0;
}


/* One point of some histograms against all their counts, one by one. */

static ngx_uint_t
merged(ngx_pool_t *pool, ngx_uint_t rows)
{
    char                     *json;
    ngx_uint_t                i;
    reference_t               ref;
    ngx_uptime_series_t       s;
    ngx_uptime_series_row_t   r;

    ngx_memzero(&ref, sizeof(ref));
    (void) ngx_uptime_series_init(&s, pool, 0, 100, 100, rows);

    for (i = 0; i < rows; i++) {
        ngx_memzero(&r, sizeof(r));
        r.at = (int64_t) (rows - i);
        r.hist = histogram(pool, &ref, 1 + random_to(60), &r);
        ngx_uptime_series_add(&s, &r);
    }

    (void) ngx_uptime_series_end(&s, pool);
    json = written(pool, &s);

    return member(json, "p50_ms") == share_of(&ref, 500)
           && member(json, "p95_ms") == share_of(&ref, 950)
           && member(json, "p99_ms") == share_of(&ref, 990);
}


/* As array_send() writes it. */

static ngx_str_t
histogram(ngx_pool_t *pool, reference_t *ref, ngx_uint_t n,
    ngx_uptime_series_row_t *row)
{
    u_char      *p;
    uint32_t     bucket, count, word;
    ngx_str_t    hist;
    ngx_uint_t   i;

    hist.len = 20 + 8 * n;
    hist.data = ngx_pcalloc(pool, hist.len + 1);

    /* elements need not be aligned */
    hist.data++;

    bucket = random_to(100);

    for (p = hist.data + 20, i = 0; i < n; i++, p += 8) {
        bucket += random_to(8);
        count = 1 + random_to(i % 5 ? 30 : 65535);

        word = htonl(4);
        ngx_memcpy(p, &word, 4);
        word = htonl(bucket << 16 | count);
        ngx_memcpy(p + 4, &word, 4);

        ref->counts[bucket] += count;
        ref->n += count;
        row->timed += count;
    }

    return hist;
}


static double
share_of(const reference_t *ref, int64_t thousandths)
{
    int64_t     upto;
    ngx_uint_t  b;

    upto = 0;

    for (b = 0; b < BUCKETS; b++) {
        upto += ref->counts[b];

        if (upto > 0 && upto * 1000 >= ref->n * thousandths) {
            break;
        }
    }

    return rint(0.98 * pow(1.02 / 0.98, (double) b)) / 1000;
}


/* What is no histogram is not read beyond its end. */

static void
broken(ngx_pool_t *pool)
{
    size_t                    len;
    reference_t               ref;
    ngx_uptime_series_t       s;
    ngx_uptime_series_row_t   r;

    ngx_memzero(&ref, sizeof(ref));

    for (len = 1; len < 40; len++) {
        ngx_memzero(&r, sizeof(r));
        (void) ngx_uptime_series_init(&s, pool, 0, 100, 100, 1);
        r.hist = histogram(pool, &ref, 3, &r);
        r.hist.len = len;
        ngx_memset(r.hist.data, 0xff, len);
        ngx_uptime_series_add(&s, &r);
        (void) ngx_uptime_series_end(&s, pool);
    }

    tap_ok(strstr(written(pool, &s), "\"p50_ms\":[") != NULL,
           "broken histograms");
}


/* All that may be asked for: hours of 100 days, 2,000 points. */

static void
largest(ngx_pool_t *pool)
{
    char                     *json;
    ngx_uint_t                i;
    reference_t               ref;
    ngx_uptime_series_t       s;
    ngx_uptime_series_row_t   r;

    ngx_memzero(&ref, sizeof(ref));
    (void) ngx_uptime_series_init(&s, pool, 0, 2000, 1, 2401);

    for (i = 0; i < 2500; i++) {
        ngx_memzero(&r, sizeof(r));
        r.at = (int64_t) (i % 2000);
        r.hist = histogram(pool, &ref, 20, &r);
        ngx_uptime_series_add(&s, &r);
    }

    tap_is_int((long long) s.nsamples, 2401, "no more rows than were said");
    tap_is_int((long long) ngx_uptime_series_end(&s, pool), NGX_OK,
               "2,000 points");

    json = written(pool, &s);

    for (i = 0; *json; json++) {
        i += (*json == ',');
    }

    tap_is_int((long long) i, 15 * 2000, "... all of them");
}


/* Told first, then written: the same, and no byte more. */

static char *
written(ngx_pool_t *pool, const ngx_uptime_series_t *s)
{
    size_t                 len;
    ngx_uptime_json_out_t  out;

    ngx_memzero(&out, sizeof(out));
    ngx_uptime_series_write(s, 100, &out);

    len = out.len;
    out.p = ngx_pcalloc(pool, len + 1);
    out.size = len;
    out.len = 0;
    ngx_uptime_series_write(s, 100, &out);

    if (out.len != len || strlen((char *) out.p) != len) {
        tap_ok(0, "as long as it was told");
    }

    return (char *) out.p;
}


/* The first number of a column. */

static double
member(const char *json, const char *name)
{
    json = strstr(json, name);

    return json ? strtod(json + strlen(name) + 3, NULL) : -1;
}
