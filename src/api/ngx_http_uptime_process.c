
/*
 * What the API has in a worker for as long as that lives.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_stats.h"


#define NGX_HTTP_UPTIME_TICK  1000              /* ms */


static void ngx_http_uptime_api_tick(ngx_event_t *ev);
static void ngx_http_uptime_api_count(ngx_http_uptime_api_t *api);


ngx_int_t
ngx_http_uptime_api_start(ngx_http_uptime_api_t *api,
    ngx_uptime_pg_conf_t *conf, ngx_log_t *log)
{
    api->pg_conf = conf;
    api->pg = ngx_uptime_pg_pool_create(conf, log);
    if (api->pg == NULL) {
        return NGX_ERROR;
    }

    api->ended = ngx_uptime_ended_create(api->pg, log);
    api->known = ngx_uptime_token_cache_create(log);

    if (api->ended == NULL || api->known == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_stats_attach(api->stats);

    api->tick.handler = ngx_http_uptime_api_tick;
    api->tick.data = api;
    api->tick.log = log;
    api->tick.cancelable = 1;

    ngx_add_timer(&api->tick, 1);

    return NGX_OK;
}


static void
ngx_http_uptime_api_tick(ngx_event_t *ev)
{
    ngx_http_uptime_api_count(ev->data);

    ngx_add_timer(ev, NGX_HTTP_UPTIME_TICK);
}


/* What this worker has and has done, for metrics. */

static void
ngx_http_uptime_api_count(ngx_http_uptime_api_t *api)
{
    uint64_t               *gauge;
    ngx_uptime_pg_stats_t   db;

    ngx_uptime_pg_pool_stats(api->pg, &db);

    gauge = ngx_uptime_stats_gauges(NGX_UPTIME_ROLE_WORKER, &api->cpu);

    gauge[NGX_UPTIME_GAUGE_DB_OPEN] = db.open;
    gauge[NGX_UPTIME_GAUGE_DB_BUSY] = db.busy;
    gauge[NGX_UPTIME_GAUGE_DB_WAITING] = db.waiting;
    gauge[NGX_UPTIME_GAUGE_STREAMS] = ngx_http_uptime_live_streams(api->live);

    ngx_uptime_stats_grow(NGX_UPTIME_STAT_QUERIES + NGX_UPTIME_ROLE_WORKER,
                          db.queries, &api->queries);
    ngx_uptime_stats_grow(NGX_UPTIME_STAT_FAILURES + NGX_UPTIME_ROLE_WORKER,
                          db.failures, &api->failures);
}


void
ngx_http_uptime_api_stop(ngx_http_uptime_api_t *api)
{
    if (api->tick.timer_set) {
        ngx_del_timer(&api->tick);
        ngx_http_uptime_api_count(api);
    }

    if (api->ended != NULL) {
        ngx_uptime_ended_destroy(api->ended);
        api->ended = NULL;
    }

    if (api->known != NULL) {
        ngx_uptime_token_cache_destroy(api->known);
        api->known = NULL;
    }

    ngx_http_uptime_export_stop();

    if (api->pushes != NULL) {
        ngx_http_uptime_pushes_destroy(api->pushes);
        api->pushes = NULL;
    }

    if (api->messages != NULL) {
        ngx_http_uptime_messages_destroy(api->messages);
        api->messages = NULL;
    }

    if (api->checks != NULL) {
        ngx_http_uptime_checks_destroy(api->checks);
        api->checks = NULL;
    }

    if (api->live != NULL) {
        ngx_http_uptime_live_destroy(api->live);
        api->live = NULL;
    }

    /* the last one: all of them ask */

    if (api->pg != NULL) {
        ngx_uptime_pg_pool_destroy(api->pg);
        api->pg = NULL;
    }
}
