
/*
 * The checker's life: nginx's manager hook, start, exit.
 * docs/processes.md tells what nginx does around it.  There is one checker
 * in a process, so its state is static.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"
#include "ngx_uptime_priority.h"
#include "ngx_uptime_stats.h"
#include "ngx_uptime_tls_narrow.h"


#define NGX_UPTIME_PROCESS_LOOK   1000
#define NGX_UPTIME_PROCESS_AGAIN  1000
#define NGX_UPTIME_PROCESS_ADMIN  10000     /* nothing changes by itself    */
#define NGX_UPTIME_PROCESS_FLUSH  1500
#define NGX_UPTIME_PROCESS_LEAVE  500
#define NGX_UPTIME_PROCESS_KEEP   30000


static void ngx_uptime_process_delayed(ngx_event_t *ev);
static ngx_int_t ngx_uptime_process_create(ngx_uptime_checker_conf_t *conf,
    ngx_log_t *log);
static void ngx_uptime_process_migrated(void *data);
static void ngx_uptime_process_partitions(ngx_event_t *ev);
static void ngx_uptime_process_parted(ngx_uptime_pg_query_t *q);
static void ngx_uptime_process_replayed(void *data);
static void ngx_uptime_process_register(ngx_event_t *ev);
static ngx_int_t ngx_uptime_process_params(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
static void ngx_uptime_process_registered(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_uptime_process_submit(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_handler_pt handler);
static void ngx_uptime_process_later(ngx_uptime_checker_t *ck,
    ngx_event_handler_pt handler, ngx_msec_t msec);
static void ngx_uptime_process_end(void);


static ngx_uptime_checker_t  ngx_uptime_checker;
static ngx_uint_t            ngx_uptime_checker_seen;
static ngx_pid_t             ngx_uptime_checker_pid;
static ngx_shm_zone_t       *ngx_uptime_checker_shm;


ngx_msec_t
ngx_uptime_checker_manager(void *data)
{
    ngx_msec_t                  delay;
    ngx_uptime_checker_t       *ck;
    ngx_uptime_checker_conf_t  *conf;

    conf = data;
    ck = &ngx_uptime_checker;

    /* a master that was killed leaves its helper behind */

    if (getppid() != ngx_parent) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "uptime: the master process is gone, leaving");
        exit(0);
    }

    if (ngx_uptime_checker_seen || !conf->enabled) {
        return NGX_UPTIME_PROCESS_LOOK;
    }

    ngx_uptime_checker_seen = 1;

    ngx_setproctitle("uptime checker process");

    ngx_uptime_priority_set(conf->priority, ngx_cycle->log);

    delay = ngx_uptime_shm_start(conf->shm);

    ngx_uptime_checker_pid = ngx_getpid();
    ngx_uptime_checker_shm = conf->shm;
    (void) atexit(ngx_uptime_process_end);

    if (delay == 0) {
        (void) ngx_uptime_checker_start(conf, ngx_cycle->log);
        return NGX_UPTIME_PROCESS_LOOK;
    }

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "uptime: the checker was started too often, waiting %M ms",
                  delay);

    ck->conf = conf;
    ck->log = ngx_cycle->log;
    ngx_uptime_process_later(ck, ngx_uptime_process_delayed, delay);

    return NGX_UPTIME_PROCESS_LOOK;
}


static void
ngx_uptime_process_delayed(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    (void) ngx_uptime_checker_start(ck->conf, ck->log);
}


ngx_int_t
ngx_uptime_checker_start(ngx_uptime_checker_conf_t *conf, ngx_log_t *log)
{
    if (ngx_uptime_process_create(conf, log) != NGX_OK) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: the checker could not be started");
        return NGX_ERROR;
    }

    /*
     * The helper ends with exit(0): this is the only notice it gets.  Set
     * after libcurl, since OpenSSL has a handler of its own, which has to
     * run later.
     */

    ngx_uptime_checker_pid = ngx_getpid();
    (void) atexit(ngx_uptime_checker_stop);

    ngx_log_error(NGX_LOG_NOTICE, log, 0,
                  "uptime: checker starts, node \"%V\"", &conf->node);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_process_create(ngx_uptime_checker_conf_t *conf, ngx_log_t *log)
{
    ngx_uptime_checker_t  *ck;

    ck = &ngx_uptime_checker;

    ngx_memzero(ck, sizeof(ngx_uptime_checker_t));

    ngx_uptime_stats_attach(conf->stats);

    ck->conf = conf;
    ck->log = log;

    ck->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (ck->pool == NULL) {
        return NGX_ERROR;
    }

    ck->prober.log = log;
    ck->prober.fetcher = ngx_uptime_fetcher_create(ck->pool, conf->resolver,
                                                   conf->policy,
                                                   &conf->ca_file, log);
    if (ck->prober.fetcher == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_resolver_ipv4(ck->prober.fetcher->resolver, conf->ipv4);

    ngx_uptime_resolver_fresh(ck->prober.fetcher->resolver, conf->fresh,
                              conf->fresh_ipv4);

    ck->prober.fetcher->gate->max = conf->max_per_host;

    if (ngx_uptime_schedule_init(&ck->schedule, log) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_uptime_pg_migrate(conf->pg, log, ngx_uptime_process_migrated, ck)
        == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_uptime_process_migrated(void *data)
{
    ngx_uptime_checker_t *ck = data;

    ngx_uptime_writer_conf_t  conf;

    ck->pg = ngx_uptime_pg_pool_create(ck->conf->pg, ck->log);
    if (ck->pg == NULL) {
        return;
    }

    ck->prober.pg = ck->pg;

    conf.spool = &ck->conf->spool->name;
    conf.spool_size = ck->conf->spool_size;
    conf.memory = ck->conf->buffer_size;

    ngx_uptime_writer_init(&ck->writer, ck->pg, &conf, ck->log);

    ngx_uptime_process_later(ck, ngx_uptime_process_partitions, 0);
}


/*
 * Tables come before the first write: a hypertable where it is asked for,
 * then partitions.  Without them nothing is checked.
 */

static void
ngx_uptime_process_partitions(ngx_event_t *ev)
{
    ngx_uptime_pg_query_t  *q;
    ngx_uptime_checker_t   *ck;

    ck = ev->data;

    if (ck->stopping) {
        return;
    }

    q = ngx_uptime_pg_query_create(ck->pg,
                                   ck->conf->timescaledb && !ck->converted
                                   ? NGX_UPTIME_SQL_CHECKER_TIMESCALEDB
                                   : NGX_UPTIME_SQL_CHECKER_PARTITIONS);

    if (q != NULL) {
        q->timeout = NGX_UPTIME_PROCESS_KEEP;
    }

    if (ngx_uptime_process_submit(ck, q, ngx_uptime_process_parted)
        != NGX_OK)
    {
        ngx_uptime_process_later(ck, ngx_uptime_process_partitions,
                                 NGX_UPTIME_PROCESS_AGAIN);
    }
}


static void
ngx_uptime_process_parted(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_checker_t  *ck;

    ck = q->data;
    ck->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: partitions could not be made: %s",
                      ngx_uptime_pg_strerror(q->err));
        ngx_uptime_process_later(ck, ngx_uptime_process_partitions,
                                 ngx_uptime_pg_retryable(q->err)
                                 ? NGX_UPTIME_PROCESS_AGAIN
                                 : NGX_UPTIME_PROCESS_ADMIN);
        return;
    }

    if (q->sql == NGX_UPTIME_SQL_CHECKER_TIMESCALEDB) {
        ck->converted = 1;
        ngx_uptime_process_later(ck, ngx_uptime_process_partitions, 0);
        return;
    }

    ngx_uptime_writer_adopt(&ck->writer, ngx_uptime_process_replayed, ck);
}


static void
ngx_uptime_process_replayed(void *data)
{
    ngx_uptime_checker_t *ck = data;

    ngx_uptime_checker_register(ck);
}


void
ngx_uptime_checker_register(ngx_uptime_checker_t *ck)
{
    ngx_uptime_process_later(ck, ngx_uptime_process_register, 0);
}


static void
ngx_uptime_process_register(ngx_event_t *ev)
{
    ngx_uptime_pg_query_t  *q;
    ngx_uptime_checker_t   *ck;

    ck = ev->data;

    if (ck->stopping) {
        return;
    }

    ck->ndead = ngx_uptime_shm_dead(ck->conf->shm, ck->dead);
    ck->lease.asked = ngx_uptime_clock_steady();

    q = ngx_uptime_pg_query_create(ck->pg, NGX_UPTIME_SQL_CHECKER_REGISTER);

    if (q != NULL && ngx_uptime_process_params(ck, q) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        q = NULL;
    }

    if (ngx_uptime_process_submit(ck, q, ngx_uptime_process_registered)
        != NGX_OK)
    {
        ngx_uptime_process_later(ck, ngx_uptime_process_register,
                                 NGX_UPTIME_PROCESS_AGAIN);
    }
}


static ngx_int_t
ngx_uptime_process_params(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q)
{
    ngx_str_t               version;
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *a;

    ngx_str_set(&version, NGX_UPTIME_VERSION);

    if (ngx_uptime_pg_text(q, &ck->conf->node) != NGX_OK
        || ngx_uptime_pg_text(q, &version) != NGX_OK)
    {
        return NGX_ERROR;
    }

    a = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT8, ck->ndead, 0);
    if (a == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < ck->ndead; i++) {
        ngx_uptime_pg_array_int(a, ck->dead[i]);
    }

    return ngx_uptime_pg_int(q, ck->conf->alert->keys != NULL);
}


static void
ngx_uptime_process_registered(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_checker_t  *ck;

    ck = q->data;
    ck->query = NULL;

    if (q->err != NGX_UPTIME_PG_OK || q->rows != 1) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: the checker could not be registered: %s",
                      ngx_uptime_pg_strerror(q->err));
        ngx_uptime_process_later(ck, ngx_uptime_process_register,
                                 NGX_UPTIME_PROCESS_AGAIN);
        return;
    }

    ck->id = ngx_uptime_pg_num(q, 0, 0);
    ck->writer.checker = ck->id;
    ck->writer.node = ngx_uptime_pg_num(q, 0, 1);

    ngx_uptime_clock_set(ck->log, ck->lease.asked, ngx_uptime_pg_num(q, 0, 4));

    ngx_uptime_shm_checker(ck->conf->shm, ck->id, ck->dead, ck->ndead);

    if (ngx_uptime_pg_num(q, 0, 3)) {
        ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                      "uptime: checker %L inherits %L shards of a dead one",
                      ck->id, ngx_uptime_pg_num(q, 0, 3));
    }

    /* the second time, after it was forgotten, all of this runs already */

    if (ck->runner.max == 0) {
        ngx_uptime_monitors_start(ck, ngx_uptime_pg_num(q, 0, 2));
        ck->canary = ngx_uptime_canary_create(ck->pool, ck->conf->canaries,
            ck->conf->operator_channel, &ck->prober, ck->pg, ck->log);
        ngx_uptime_runner_start(ck);
        ngx_uptime_dispatcher_start(&ck->dispatcher, ck->conf->pg,
            ngx_uptime_alert_sender_create(ck->pool, ck->conf->alert,
                                           ck->prober.fetcher, ck->log),
            ck->log);
        ck->writer.alert = ngx_uptime_dispatcher_wake;
        ck->writer.alert_data = &ck->dispatcher;
        ngx_uptime_gauges_start(ck);
        ngx_uptime_reseal_start(ck);
        ngx_uptime_janitor_start(&ck->janitor, ck->conf->pg, &ck->writer,
                                 &ck->conf->settings, &ck->id, ck->log);

        ngx_uptime_lease_listen(ck);
    }

    ngx_uptime_lease_start(ck);
}


static ngx_int_t
ngx_uptime_process_submit(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    if (q == NULL) {
        return NGX_ERROR;
    }

    q->handler = handler;
    q->data = ck;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        return NGX_ERROR;
    }

    ck->query = q;

    return NGX_OK;
}


static void
ngx_uptime_process_later(ngx_uptime_checker_t *ck,
    ngx_event_handler_pt handler, ngx_msec_t msec)
{
    if (ck->timer.timer_set) {
        ngx_del_timer(&ck->timer);
    }

    ck->timer.handler = handler;
    ck->timer.data = ck;
    ck->timer.log = ck->log;
    ck->timer.cancelable = 1;

    ngx_add_timer(&ck->timer, msec);
}


void
ngx_uptime_checker_stop(void)
{
    ngx_uint_t             left;
    ngx_uptime_checker_t  *ck;

    ck = &ngx_uptime_checker;

    /* a child of this process that exits has nothing to say */

    if (ck->stopping || ck->pg == NULL
        || ngx_uptime_checker_pid != ngx_getpid())
    {
        return;
    }

    ck->stopping = 1;

    ngx_uptime_dispatcher_stop(&ck->dispatcher);
    ngx_uptime_janitor_stop(&ck->janitor);
    ngx_uptime_runner_stop(ck);
    ngx_uptime_gauges_stop(ck);
    ngx_uptime_writer_flush(&ck->writer);

    left = ngx_uptime_pg_pool_drain(ck->pg, NGX_UPTIME_PROCESS_FLUSH);

    /* as long as the shards are ours, what is stored later counts */

    if (left == 0 && ck->writer.rows == 0
        && ngx_uptime_writer_replayed(&ck->writer))
    {
        ngx_uptime_lease_leave(ck);
        (void) ngx_uptime_pg_pool_drain(ck->pg, NGX_UPTIME_PROCESS_LEAVE);
    }

    ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                  "uptime: checker stops, results not stored: %ui",
                  ngx_uptime_writer_save(&ck->writer));

    ngx_uptime_schedule_destroy(&ck->schedule);

    /* only the module points at it, which is unloaded before the end */
    ngx_uptime_tls_narrow_done();
}


/* Runs last: what ends with exit() has not crashed. */

static void
ngx_uptime_process_end(void)
{
    ngx_uptime_checker_t  *ck;

    ck = &ngx_uptime_checker;

    if (ngx_uptime_checker_pid == ngx_getpid()) {
        ngx_uptime_shm_end(ngx_uptime_checker_shm, ck->lease.left);
    }
}
