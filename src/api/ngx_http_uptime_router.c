
/*
 * Which endpoint a method and a path mean.  Pure: no request, no event.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


#define NGX_HTTP_UPTIME_PREFIX  "v1"


static ngx_int_t ngx_http_uptime_path_at(const ngx_str_t *uri, size_t start,
    ngx_str_t *path);
static ngx_int_t ngx_http_uptime_route_path(const char *pattern,
    const ngx_str_t *path, int64_t *id);


ngx_int_t
ngx_http_uptime_path(const ngx_str_t *location, const ngx_str_t *uri,
    ngx_str_t *path)
{
    size_t  i, start;

    start = location->len;

    if (start && location->data[start - 1] != '/') {
        start++;
    }

    if (ngx_http_uptime_path_at(uri, start, path) == NGX_OK) {
        return NGX_OK;
    }

    /* a location of its own for a part: "location /api/v1/auth/" */

    for (i = 0; i < location->len; i++) {
        if (location->data[i] == '/'
            && ngx_http_uptime_path_at(location, i + 1, path) == NGX_OK)
        {
            return ngx_http_uptime_path_at(uri, i + 1, path);
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_uptime_path_at(const ngx_str_t *uri, size_t start, ngx_str_t *path)
{
    size_t  skip;

    skip = start + sizeof(NGX_HTTP_UPTIME_PREFIX) - 1;

    if (uri->len <= skip || uri->data[skip] != '/'
        || ngx_strncmp(uri->data + start, NGX_HTTP_UPTIME_PREFIX,
                       sizeof(NGX_HTTP_UPTIME_PREFIX) - 1)
           != 0)
    {
        return NGX_DECLINED;
    }

    path->data = uri->data + skip;
    path->len = uri->len - skip;

    return NGX_OK;
}


ngx_int_t
ngx_http_uptime_route(const ngx_http_uptime_route_t *routes,
    ngx_uint_t method, const ngx_str_t *path,
    const ngx_http_uptime_route_t **route, int64_t *id, ngx_uint_t *allow)
{
    int64_t                         found;
    const ngx_http_uptime_route_t  *r;

    *allow = 0;

    if (method == NGX_HTTP_HEAD) {
        method = NGX_HTTP_GET;
    }

    for (r = routes; r->path != NULL; r++) {

        if (ngx_http_uptime_route_path(r->path, path, &found) != NGX_OK) {
            continue;
        }

        if (r->method == method) {
            *route = r;
            *id = found;
            return NGX_OK;
        }

        *allow |= r->method;
    }

    return *allow ? NGX_ABORT : NGX_DECLINED;
}


/*
 * ":id" matches a positive bigint, one in each pattern at most; ":token" at
 * the end what is no empty text.
 */

static ngx_int_t
ngx_http_uptime_route_path(const char *pattern, const ngx_str_t *path,
    int64_t *id)
{
    u_char      *p, *last, *start;
    ngx_int_t    n;

    *id = 0;

    p = path->data;
    last = p + path->len;

    for ( /* void */ ; *pattern; pattern++) {

        if (*pattern != ':') {
            if (p == last || *p != (u_char) *pattern) {
                return NGX_DECLINED;
            }
            p++;
            continue;
        }

        start = p;
        while (p < last && *p != '/') {
            p++;
        }

        if (ngx_strcmp(pattern, ":token") == 0) {
            return (p == last && p != start) ? NGX_OK : NGX_DECLINED;
        }

        n = ngx_atoi(start, p - start);

        if (n == NGX_ERROR || n == 0 || *start == '0') {
            return NGX_DECLINED;
        }

        *id = n;
        pattern += sizeof("id") - 1;
    }

    return (p == last) ? NGX_OK : NGX_DECLINED;
}
