
/*
 * Directives, configuration and process hooks; no logic of its own.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"
#include "ngx_uptime_priority.h"
#include "ngx_uptime_stats.h"


static ngx_int_t ngx_http_uptime_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_uptime_error_page(ngx_http_request_t *r);
static void *ngx_http_uptime_create_main_conf(ngx_conf_t *cf);
static void ngx_http_uptime_defaults(ngx_http_uptime_main_conf_t *umcf);
static char *ngx_http_uptime_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_uptime_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_uptime_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_uptime_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_uptime_init_process(ngx_cycle_t *cycle);
static void ngx_http_uptime_exit_process(ngx_cycle_t *cycle);


static ngx_http_module_t  ngx_http_uptime_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_uptime_postconfiguration,     /* postconfiguration */

    ngx_http_uptime_create_main_conf,      /* create main configuration */
    ngx_http_uptime_init_main_conf,        /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_uptime_create_loc_conf,       /* create location configuration */
    ngx_http_uptime_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_http_uptime_module = {
    NGX_MODULE_V1,
    &ngx_http_uptime_module_ctx,           /* module context */
    ngx_http_uptime_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_uptime_init_module,           /* init module */
    ngx_http_uptime_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_uptime_exit_process,          /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_uptime_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_handler_pt          *h;
    ngx_http_core_main_conf_t    *cmcf;
    ngx_http_uptime_main_conf_t  *umcf;

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_uptime_module);

    if (!umcf->used) {
        return NGX_OK;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_uptime_error_page;

    return NGX_OK;
}


/*
 * The error page of a location of ours is answered before "return", "deny",
 * "limit_req" and the like could refuse the same request once more.
 */

static ngx_int_t
ngx_http_uptime_error_page(ngx_http_request_t *r)
{
    ngx_http_uptime_api_loc_t  *ulcf;

    if (!r->err_status || !r->internal) {
        return NGX_DECLINED;
    }

    ulcf = ngx_http_get_module_loc_conf(r, ngx_http_uptime_module);

    if (ulcf->api == NULL) {
        return NGX_DECLINED;
    }

    ngx_http_finalize_request(r, ngx_http_uptime_handler(r));

    return NGX_DONE;
}


static void *
ngx_http_uptime_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_uptime_main_conf_t  *umcf;

    umcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_uptime_main_conf_t));
    if (umcf == NULL) {
        return NULL;
    }

    umcf->password_threads = NGX_CONF_UNSET_UINT;
    umcf->password_queue = NGX_CONF_UNSET_UINT;

    umcf->pg.connections = NGX_CONF_UNSET_UINT;
    umcf->pg.queue = NGX_CONF_UNSET_UINT;
    umcf->pg.connect_timeout = NGX_CONF_UNSET_MSEC;
    umcf->pg.timeout = NGX_CONF_UNSET_MSEC;

    umcf->api.token_time = NGX_CONF_UNSET;
    umcf->api.max_monitors = NGX_CONF_UNSET_UINT;
    umcf->api.host_rate = NGX_CONF_UNSET_UINT;
    umcf->alert.timeout = NGX_CONF_UNSET_MSEC;
    umcf->api.max_events = NGX_CONF_UNSET_UINT;
    umcf->api.max_user_events = NGX_CONF_UNSET_UINT;

    umcf->checker.enabled = NGX_CONF_UNSET;
    umcf->checker.timescaledb = NGX_CONF_UNSET;
    umcf->checker.priority = NGX_UPTIME_PRIORITY_UNSET;
    umcf->checker.max_checks = NGX_CONF_UNSET_UINT;
    umcf->checker.operator_channel = NGX_CONF_UNSET_UINT;
    umcf->checker.spool_size = NGX_CONF_UNSET;
    umcf->checker.buffer_size = NGX_CONF_UNSET_SIZE;
    umcf->checker.max_per_host = NGX_CONF_UNSET_UINT;
    umcf->checker.retention.checks = NGX_CONF_UNSET;
    umcf->checker.retention.hours = NGX_CONF_UNSET;
    umcf->checker.retention.days = NGX_CONF_UNSET;

    return umcf;
}


static void
ngx_http_uptime_defaults(ngx_http_uptime_main_conf_t *umcf)
{
    ngx_conf_init_uint_value(umcf->password_threads, 2);
    ngx_conf_init_uint_value(umcf->password_queue, 32);

    ngx_conf_init_uint_value(umcf->pg.connections, 4);
    ngx_conf_init_uint_value(umcf->pg.queue, 1024);
    ngx_conf_init_msec_value(umcf->pg.connect_timeout, 2000);
    ngx_conf_init_msec_value(umcf->pg.timeout, 2000);

    ngx_conf_init_value(umcf->api.token_time, 600);
    ngx_conf_init_uint_value(umcf->api.max_monitors, 0);
    ngx_conf_init_uint_value(umcf->api.host_rate, 120);
    ngx_conf_init_uint_value(umcf->api.max_events, 1000);
    ngx_conf_init_uint_value(umcf->api.max_user_events, 20);

    ngx_conf_init_value(umcf->checker.enabled, 0);
    ngx_conf_init_value(umcf->checker.timescaledb, 0);
    ngx_conf_init_uint_value(umcf->checker.max_checks, 0);
    ngx_conf_init_uint_value(umcf->checker.operator_channel, 0);
    ngx_conf_init_value(umcf->checker.spool_size, 1024 * 1024 * 1024);
    ngx_conf_init_size_value(umcf->checker.buffer_size, 64 * 1024 * 1024);
    ngx_conf_init_uint_value(umcf->checker.max_per_host, NGX_UPTIME_PER_HOST);

    ngx_conf_init_msec_value(umcf->alert.timeout, NGX_UPTIME_ALERT_TIMEOUT);

    if (umcf->alert.telegram_url.len == 0) {
        ngx_str_set(&umcf->alert.telegram_url, "https://api.telegram.org");
    }
}


static char *
ngx_http_uptime_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_http_uptime_defaults(umcf);

    umcf->api.policy.allow = umcf->allow;

    if (ngx_http_uptime_conf_ca(cf, &umcf->checker.ca_file) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (!umcf->used && !umcf->checker.enabled) {
        return NGX_CONF_OK;
    }

    if (ngx_http_uptime_conf_database(cf, umcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_uptime_conf_keys(cf, umcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    umcf->api.stats = ngx_uptime_stats_zone(cf, &ngx_http_uptime_module);
    if (umcf->api.stats == NULL) {
        return NGX_CONF_ERROR;
    }

    umcf->checker.stats = umcf->api.stats;

    if (umcf->used && ngx_http_uptime_conf_api(cf, umcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (umcf->checker.enabled
        && ngx_http_uptime_conf_checker(cf, umcf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_uptime_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_uptime_api_loc_t  *ulcf;

    ulcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_uptime_api_loc_t));
    if (ulcf == NULL) {
        return NULL;
    }

    ulcf->signup_open = NGX_CONF_UNSET_UINT;
    ulcf->insecure_cookie = NGX_CONF_UNSET;
    ulcf->login_attempts = NGX_CONF_UNSET_UINT;

    return ulcf;
}


static char *
ngx_http_uptime_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_uptime_api_loc_t *prev = parent;
    ngx_http_uptime_api_loc_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    ngx_conf_merge_uint_value(conf->signup_open, prev->signup_open, 1);
    ngx_conf_merge_value(conf->insecure_cookie, prev->insecure_cookie, 0);
    ngx_conf_merge_uint_value(conf->login_attempts, prev->login_attempts, 20);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (conf->api == NULL && clcf->noname) {

        /* "if" and "limit_except" are about the same location */

        conf->api = prev->api;
        conf->metrics = prev->metrics;

        if (conf->api != NULL && clcf->handler == NULL) {
            clcf->handler = ngx_http_uptime_handler;
        }
    }

    if (conf->api == NULL) {
        return NGX_CONF_OK;
    }

    /* bodies are small and stay in one piece of memory; but for one route */

    clcf->client_max_body_size = NGX_HTTP_UPTIME_MAX_IMPORT;
    clcf->client_body_buffer_size = ngx_max(clcf->client_body_buffer_size,
                                            NGX_UPTIME_MAX_BODY + 1024);
    clcf->client_body_in_single_buffer = 1;

    if (ngx_http_uptime_conf_error_pages(cf, clcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_uptime_init_module(ngx_cycle_t *cycle)
{
    ngx_http_uptime_main_conf_t  *umcf;

    umcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_uptime_module);

    if (umcf != NULL && umcf->checker.enabled) {
        ngx_uptime_priority_allow(umcf->checker.priority);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_init_process(ngx_cycle_t *cycle)
{
    ngx_http_uptime_main_conf_t  *umcf;

    umcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_uptime_module);

    if (umcf == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        /* helpers begin in their manager's first call */
        return NGX_OK;
    }

    if (umcf->used
        && ngx_http_uptime_api_start(&umcf->api, &umcf->pg, cycle->log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (umcf->checker.enabled && ngx_process == NGX_PROCESS_SINGLE) {
        return ngx_uptime_checker_start(&umcf->checker, cycle->log);
    }

    return NGX_OK;
}


static void
ngx_http_uptime_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_uptime_main_conf_t  *umcf;

    umcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_uptime_module);

    if (umcf == NULL) {
        return;
    }

    ngx_http_uptime_api_stop(&umcf->api);

    if (ngx_process == NGX_PROCESS_SINGLE) {
        ngx_uptime_checker_stop();
    }
}
