
/*
 * What the API has in a worker for as long as that lives.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


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

    return api->ended ? NGX_OK : NGX_ERROR;
}


void
ngx_http_uptime_api_stop(ngx_http_uptime_api_t *api)
{
    if (api->ended != NULL) {
        ngx_uptime_ended_destroy(api->ended);
        api->ended = NULL;
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
