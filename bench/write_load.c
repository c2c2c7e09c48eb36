
/*
 * The load of bench/write: batches as the checker sends them
 * (the same encoding, the same statement), one after the other, at a fixed
 * pace or as fast as they are taken.  Runs alone, blocking.
 *
 * write_load CONNINFO key=value ...
 *
 *   monitors=N  ids first .. first+N-1, each gets its slots in turn
 *   first=ID    lowest id (1)
 *   rows=N      of a batch (200)
 *   batches=N   how many (100)
 *   pace=MS     from one batch to the next (0: at once)
 *   slot=MS     the slot to begin with
 *   interval=MS between slots of a monitor (10000)
 *   checker=ID, node=ID, epoch=N: the owner of all shards
 *   prepare=SQL run before, may stand several times
 *   sql=FILE    another statement than checker/record_quiet
 *   bare=1      what PostgreSQL takes for that at least: the same rows by a bare
 *               INSERT of unnested arrays, and a bare UPDATE of as many states
 *
 * Writes one line: rows sent, rows stored, and the time of a flush in
 * microseconds: p50, p99, max.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <libpq-fe.h>

#include "ngx_stub.h"
#include "ngx_uptime_pg_private.h"
#include "ngx_uptime_writer.h"

#include <stdio.h>
#include <time.h>


typedef struct {
    int64_t  monitors;
    int64_t  first;
    int64_t  rows;
    int64_t  batches;
    int64_t  pace;
    int64_t  slot;
    int64_t  interval;
    int64_t  checker;
    int64_t  node;
    int64_t  epoch;
    int64_t  bare;
} load_t;


static const char  *statement;

static load_t  load = { 1000, 1, 200, 100, 0, 0, 10000, 1, 1, 1, 0 };

static const struct {
    const char  *name;
    int64_t     *value;
} load_options[] = {
    { "monitors", &load.monitors },
    { "first", &load.first },
    { "rows", &load.rows },
    { "batches", &load.batches },
    { "pace", &load.pace },
    { "slot", &load.slot },
    { "interval", &load.interval },
    { "checker", &load.checker },
    { "node", &load.node },
    { "epoch", &load.epoch },
    { "bare", &load.bare },
    { NULL, NULL }
};


/* Their parameters are the ones of checker/record_quiet with these numbers. */

static const char  bare_insert[] =
    "INSERT INTO checks (monitor_id, slot, checked_at, latency_us, dns_us, "
    "connect_us, tls_us, ttfb_us, node_id, attempt, http_status, outcome) "
    "SELECT m, to_timestamp(s), to_timestamp(c), t, d, n, l, f, 1, a, h, 'up' "
    "FROM unnest($1::bigint[], $2::float8[], $3::smallint[], $4::float8[], "
    "$5::smallint[], $6::integer[], $7::integer[], $8::integer[], "
    "$9::integer[], $10::integer[]) AS k (m, s, a, c, h, t, d, n, l, f)";

static const int  bare_insert_params[] = { 8, 9, 10, 11, 14, 21, 22, 23, 24,
                                           25 };

static const char  bare_update[] =
    "UPDATE monitor_state SET last_slot = to_timestamp(s), last_attempt = a, "
    "last_checked_at = to_timestamp(c), last_http_status = h, "
    "last_latency_us = t "
    "FROM unnest($1::bigint[], $2::float8[], $3::smallint[], $4::float8[], "
    "$5::smallint[], $6::integer[]) AS k (m, s, a, c, h, t) "
    "WHERE monitor_id = m";

static const int  bare_update_params[] = { 8, 9, 10, 11, 14, 21 };


/* what ngx_uptime_pg_query.c refers to and this program does not use */

ngx_rbtree_t  ngx_event_timer_rbtree;


void
ngx_rbtree_insert(ngx_rbtree_t *tree, ngx_rbtree_node_t *node)
{
}


void
ngx_rbtree_delete(ngx_rbtree_t *tree, ngx_rbtree_node_t *node)
{
}


void
ngx_uptime_pg_pool_wake(ngx_uptime_pg_pool_t *pool)
{
}


void
ngx_uptime_pg_conn_drain(ngx_uptime_pg_conn_t *conn)
{
}


void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    return malloc(size);
}


ngx_pool_t *
ngx_create_pool(size_t size, ngx_log_t *log)
{
    return ngx_stub_pool();
}


static void
die(const char *what)
{
    fprintf(stderr, "write_load: %s\n", what);
    exit(1);
}


static int64_t
now_us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static int
compare(const void *a, const void *b)
{
    int64_t  x, y;

    x = *(const int64_t *) a;
    y = *(const int64_t *) b;

    return (x > y) - (x < y);
}


static char *
slurp(const char *name)
{
    char   *text;
    FILE   *f;
    size_t  n;

    f = fopen(name, "r");
    text = malloc(65536);

    if (f == NULL || text == NULL) {
        die(name);
    }

    n = fread(text, 1, 65535, f);
    text[n] = '\0';
    fclose(f);

    return text;
}


static void
fill(ngx_uptime_batch_t *b, int64_t *next)
{
    int64_t            i, id;
    ngx_uptime_row_t  *row;

    b->n = (ngx_uint_t) load.rows;
    b->from = 0;
    b->to = b->n;
    b->again = 0;
    b->checker = load.checker;
    b->node = load.node;

    for (i = 0; i < load.rows; i++) {

        /* due times follow the phase, which is a hash: no order of ids */

        id = (*next * 7919) % load.monitors;

        row = &b->row[i];
        ngx_memzero(row, sizeof(ngx_uptime_row_t));

        row->monitor = load.first + id;
        row->shard = (uint8_t) (row->monitor % 64);
        row->epoch = load.epoch;
        row->revision = 1;
        row->slot = load.slot + *next / load.monitors * load.interval;
        row->attempt = 1;
        row->checked_at = row->slot + 3;
        row->status_since = load.slot;
        row->told_since = load.slot;
        row->before = -1;
        row->http_status = 200;
        row->total_us = 20000 + (int32_t) (*next * 31 % 5000);
        row->dns_us = 100;
        row->connect_us = 2000;
        row->tls_us = 9000;
        row->ttfb_us = 18000;
        row->cert = 1893456000;
        row->outcome = NGX_UPTIME_UP;
        row->status = NGX_UPTIME_UP;
        row->told = NGX_UPTIME_UP;

        (*next)++;
    }
}


static void
prepare(PGconn *pg, const char *name, const char *sql)
{
    PGresult  *res;

    res = PQprepare(pg, name, sql, 0, NULL);

    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        die(PQerrorMessage(pg));
    }

    PQclear(res);
}


/* Returns the number of rows. */

static int64_t
bare(PGconn *pg, ngx_uptime_pg_query_t *q, const char *name,
    const int *params, int n)
{
    int          i, lengths[16], formats[16];
    int64_t      rows;
    PGresult    *res;
    const char  *values[16];

    for (i = 0; i < n; i++) {
        values[i] = q->values[params[i] - 1];
        lengths[i] = q->lengths[params[i] - 1];
        formats[i] = q->formats[params[i] - 1];
    }

    res = PQexecPrepared(pg, name, n, values, lengths, formats, 0);

    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        die(PQerrorMessage(pg));
    }

    rows = strtoll(PQcmdTuples(res), NULL, 10);
    PQclear(res);

    return rows;
}


static int64_t
flush_bare(PGconn *pg, ngx_uptime_pg_query_t *q)
{
    int64_t  stored;

    PQclear(PQexec(pg, "BEGIN"));

    stored = bare(pg, q, "insert", bare_insert_params,
                  sizeof(bare_insert_params) / sizeof(int));

    if (stored != bare(pg, q, "update", bare_update_params,
                       sizeof(bare_update_params) / sizeof(int)))
    {
        die("not as many states as rows");
    }

    PQclear(PQexec(pg, "COMMIT"));
    ngx_uptime_pg_query_destroy(q);

    return stored;
}


static int64_t
flush(PGconn *pg, ngx_uptime_writer_t *w, ngx_uptime_batch_t *b)
{
    int64_t                 stored;
    PGresult               *res;
    ngx_uptime_pg_query_t  *q;

    q = ngx_uptime_record(w, b);
    if (q == NULL) {
        die("no memory");
    }

    if (load.bare) {
        return flush_bare(pg, q);
    }

    if (q->sql != NGX_UPTIME_SQL_CHECKER_RECORD_QUIET) {
        die("not a batch for checker/record_quiet");
    }

    res = PQexecPrepared(pg, "record", (int) q->nparams, q->values,
                         q->lengths, q->formats, 0);

    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        die(PQerrorMessage(pg));
    }

    stored = strtoll(PQgetvalue(res, 0, 1), NULL, 10);

    PQclear(res);
    ngx_uptime_pg_query_destroy(q);

    return stored;
}


static void
option(PGconn *pg, const char *arg)
{
    size_t     len;
    PGresult  *res;
    ngx_int_t  i;

    if (strncmp(arg, "sql=", 4) == 0) {
        statement = slurp(arg + 4);
        return;
    }

    if (strncmp(arg, "prepare=", 8) == 0) {
        res = PQexec(pg, arg + 8);

        if (PQresultStatus(res) != PGRES_COMMAND_OK
            && PQresultStatus(res) != PGRES_TUPLES_OK)
        {
            die(PQerrorMessage(pg));
        }

        PQclear(res);
        return;
    }

    for (i = 0; load_options[i].name != NULL; i++) {
        len = strlen(load_options[i].name);

        if (strncmp(arg, load_options[i].name, len) == 0 && arg[len] == '=') {
            *load_options[i].value = strtoll(arg + len + 1, NULL, 10);
            return;
        }
    }

    die(arg);
}


int
main(int argc, char **argv)
{
    int                   i;
    PGconn               *pg;
    int64_t               n, next, stored, start, begin, due, *took;
    ngx_uptime_pg_conf_t  conf;
    ngx_uptime_pg_pool_t  pool;
    ngx_uptime_writer_t   w;
    ngx_uptime_batch_t   *b;
    ngx_log_t             log;

    if (argc < 2) {
        die("see the head of bench/write_load.c");
    }

    pg = PQconnectdb(argv[1]);
    if (PQstatus(pg) != CONNECTION_OK) {
        die(PQerrorMessage(pg));
    }

    statement = ngx_uptime_sql[NGX_UPTIME_SQL_CHECKER_RECORD_QUIET].text;

    for (i = 2; i < argc; i++) {
        option(pg, argv[i]);
    }

    if (load.rows > NGX_UPTIME_WRITER_ROWS) {
        die("too many rows for a batch");
    }

    if (load.bare) {
        prepare(pg, "insert", bare_insert);
        prepare(pg, "update", bare_update);

    } else {
        prepare(pg, "record", statement);
    }

    memset(&conf, 0, sizeof(conf));
    memset(&pool, 0, sizeof(pool));
    memset(&log, 0, sizeof(log));
    memset(&w, 0, sizeof(w));
    pool.conf = &conf;
    pool.log = &log;
    w.pg = &pool;
    w.log = &log;

    b = malloc(sizeof(ngx_uptime_batch_t));
    took = calloc((size_t) load.batches, sizeof(int64_t));

    next = 0;
    stored = 0;
    begin = now_us();

    for (n = 0; n < load.batches; n++) {
        due = begin + n * load.pace * 1000 - now_us();

        if (due > 0) {
            usleep((useconds_t) due);
        }

        fill(b, &next);

        start = now_us();
        stored += flush(pg, &w, b);
        took[n] = now_us() - start;
    }

    n = now_us() - begin;
    qsort(took, (size_t) load.batches, sizeof(int64_t), compare);

    printf("rows=%lld stored=%lld us=%lld p50=%lld p99=%lld max=%lld\n",
           (long long) (load.rows * load.batches), (long long) stored,
           (long long) n, (long long) took[load.batches / 2],
           (long long) took[(load.batches * 99) / 100],
           (long long) took[load.batches - 1]);

    PQfinish(pg);

    return 0;
}
