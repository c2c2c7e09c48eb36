
/*
 * Requests are counted by the first part of their path and by status.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_metrics.h"
#include "ngx_uptime_stats.h"


static ngx_uint_t ngx_http_uptime_count_of(const ngx_http_uptime_ctx_t *ctx);


/* the first one: no route */

static const char *const  ngx_http_uptime_count_routes[] = {
    "other", "auth", "me", "users", "settings", "invitations", "keys",
    "monitors", "checks", "incidents", "channels", "maintenance", "push",
    "changes", "events", "system", "health", "openapi.json", "metrics"
};


/* the last one: any other */

static const uint16_t  ngx_http_uptime_count_statuses[] = {
    200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415,
    422, 429, 499, 500, 502, 503, 504, 0
};


#define NGX_HTTP_UPTIME_ROUTES_N                                              \
    (sizeof(ngx_http_uptime_count_routes) / sizeof(char *))
#define NGX_HTTP_UPTIME_STATUSES_N                                            \
    (sizeof(ngx_http_uptime_count_statuses) / sizeof(uint16_t))


const char *
ngx_http_uptime_count_route(ngx_uint_t i)
{
    return (i < NGX_HTTP_UPTIME_ROUTES_N) ? ngx_http_uptime_count_routes[i]
                                          : NULL;
}


ngx_uint_t
ngx_http_uptime_count_status(ngx_uint_t i)
{
    return (i < NGX_HTTP_UPTIME_STATUSES_N) ? ngx_http_uptime_count_statuses[i]
                                            : 0;
}


void
ngx_http_uptime_count(ngx_http_uptime_ctx_t *ctx)
{
    ngx_uint_t           route, status, i;
    ngx_msec_int_t       ms;
    ngx_http_request_t  *r;

    r = ctx->request;

    /* after an error of nginx itself there is another context */

    if (ngx_http_get_module_ctx(r, ngx_http_uptime_module) != ctx) {
        return;
    }

    route = ngx_http_uptime_count_of(ctx);
    status = r->header_sent ? r->headers_out.status
                            : NGX_HTTP_CLIENT_CLOSED_REQUEST;

    for (i = 0; ngx_http_uptime_count_statuses[i]
                && ngx_http_uptime_count_statuses[i] != status; i++)
    { /* void */ }

    ngx_uptime_stats_add(NGX_UPTIME_STAT_REQUESTS
                         + route * NGX_UPTIME_STAT_STATUSES + i, 1);

    if (ctx->route != NULL && ctx->route->run == ngx_http_uptime_events) {
        return;
    }

    ms = (ngx_msec_int_t) ((ngx_time() - r->start_sec) * 1000
                           + (ngx_timeofday()->msec - r->start_msec));

    ngx_uptime_stats_lag(NGX_UPTIME_STAT_REQUEST_TIME
                         + route * NGX_UPTIME_STAT_LAG,
                         (ngx_msec_t) ngx_max(ms, 0));
}


static ngx_uint_t
ngx_http_uptime_count_of(const ngx_http_uptime_ctx_t *ctx)
{
    size_t       len;
    ngx_uint_t   i;
    const char  *path;

    if (ctx->route == NULL) {
        return 0;
    }

    path = ctx->route->path + 1;

    for (i = 1; i < NGX_HTTP_UPTIME_ROUTES_N; i++) {
        len = ngx_strlen(ngx_http_uptime_count_routes[i]);

        if (ngx_strncmp(path, ngx_http_uptime_count_routes[i], len) == 0
            && (path[len] == '\0' || path[len] == '/'))
        {
            return i;
        }
    }

    return 0;
}
