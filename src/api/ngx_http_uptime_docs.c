
/*
 * What the operator looks at: the API as a page (/api/docs, made from
 * openapi.json by tools/render-api) and GET /system.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_stats.h"


static void ngx_http_uptime_docs_page(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_docs_css(ngx_http_uptime_ctx_t *ctx);
static u_char *ngx_http_uptime_system_role(u_char *p, u_char *last,
    ngx_uptime_role_e role, const char *name);
static void ngx_http_uptime_system_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);


/* made by tools/embed-file */

extern const char    ngx_uptime_docs[];
extern const size_t  ngx_uptime_docs_len;
extern const char    ngx_uptime_docs_css[];
extern const size_t  ngx_uptime_docs_css_len;


static const ngx_http_uptime_route_t  ngx_http_uptime_docs_routes[] = {

    { NGX_HTTP_GET, "/docs", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_docs_page },

    { NGX_HTTP_GET, "/docs.css", NGX_HTTP_UPTIME_ANYONE, 200,
      NULL, NULL, 0, 0, NULL, ngx_http_uptime_docs_css },

    { 0, NULL, 0, 0, NULL, NULL, 0, 0, NULL, NULL }
};


const ngx_http_uptime_route_t *
ngx_http_uptime_docs(const ngx_str_t *location, const ngx_str_t *uri)
{
    size_t                          start, len;
    const ngx_http_uptime_route_t  *route;

    /* what follows the location, with its slash */

    start = location->len;

    if (start && location->data[start - 1] == '/') {
        start--;
    }

    for (route = ngx_http_uptime_docs_routes; route->path != NULL; route++) {
        len = ngx_strlen(route->path);

        if (uri->len == start + len
            && ngx_strncmp(uri->data + start, route->path, len) == 0)
        {
            return route;
        }
    }

    return NULL;
}


static void
ngx_http_uptime_docs_page(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  body;

    static const ngx_str_t  csp = ngx_string("default-src 'none'; "
                                             "style-src 'self'; "
                                             "frame-ancestors 'none'");

    ctx->csp = &csp;

    body.data = (u_char *) ngx_uptime_docs;
    body.len = ngx_uptime_docs_len;

    ngx_http_uptime_send(ctx, NGX_HTTP_OK, "text/html; charset=utf-8", &body);
}


static void
ngx_http_uptime_docs_css(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t  body;

    body.data = (u_char *) ngx_uptime_docs_css;
    body.len = ngx_uptime_docs_css_len;

    ngx_http_uptime_send(ctx, NGX_HTTP_OK, "text/css", &body);
}


/* Version and processes are this server's: the statement cannot know them. */

void
ngx_http_uptime_system(ngx_http_uptime_ctx_t *ctx)
{
    u_char     *p, *last, id[NGX_INT64_LEN], text[512];
    ngx_str_t   texts[3];

    last = text + sizeof(text);

    p = ngx_slprintf(text, last, "[");
    p = ngx_http_uptime_system_role(p, last, NGX_UPTIME_ROLE_WORKER, "worker");
    p = ngx_slprintf(p, last, ",");
    p = ngx_http_uptime_system_role(p, last, NGX_UPTIME_ROLE_CHECKER,
                                    "checker");
    p = ngx_slprintf(p, last, "]");

    texts[0] = ngx_http_uptime_number_text(id, ctx->caller.user);
    ngx_str_set(&texts[1], NGX_UPTIME_VERSION);
    texts[2].data = text;
    texts[2].len = p - text;

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_SYSTEM, texts,
                                       3, ngx_http_uptime_system_answer);
}


static u_char *
ngx_http_uptime_system_role(u_char *p, u_char *last, ngx_uptime_role_e role,
    const char *name)
{
    return ngx_slprintf(p, last, "{\"role\":\"%s\",\"count\":%ui,"
                        "\"memory_bytes\":%uL,\"connections\":%uL,"
                        "\"connections_busy\":%uL,"
                        "\"statements_waiting\":%uL,"
                        "\"statements_failed\":%uL}", name,
                        ngx_uptime_stats_processes(role),
                        ngx_uptime_stats_sum(role, NGX_UPTIME_GAUGE_MEMORY),
                        ngx_uptime_stats_sum(role, NGX_UPTIME_GAUGE_DB_OPEN),
                        ngx_uptime_stats_sum(role, NGX_UPTIME_GAUGE_DB_BUSY),
                        ngx_uptime_stats_sum(role,
                                             NGX_UPTIME_GAUGE_DB_WAITING),
                        ngx_uptime_stats_get(NGX_UPTIME_STAT_FAILURES + role));
}


static void
ngx_http_uptime_system_answer(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  body;

    if (!ngx_http_uptime_refused(ctx, q)) {
        body = ngx_uptime_pg_str(q, 0, 1);
        ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
    }
}
