
/*
 * Cookie and Origin.  Not nginx's own search for cookies: that one ignores
 * the case of names, and is called otherwise since 1.23.
 *
 * Pure.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_cookie.h"


static ngx_str_t ngx_uptime_cookie_trim(u_char *p, u_char *last);


ngx_int_t
ngx_uptime_cookie_find(const ngx_str_t *field, const ngx_str_t *name,
    ngx_str_t *value)
{
    u_char     *p, *end, *last;
    ngx_str_t   pair;

    last = field->data + field->len;

    for (p = field->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, ';');
        if (end == NULL) {
            end = last;
        }

        pair = ngx_uptime_cookie_trim(p, end);

        if (pair.len > name->len && pair.data[name->len] == '='
            && ngx_memcmp(pair.data, name->data, name->len) == 0)
        {
            value->data = pair.data + name->len + 1;
            value->len = pair.len - name->len - 1;

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_str_t
ngx_uptime_cookie_trim(u_char *p, u_char *last)
{
    ngx_str_t  text;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (last > p && (last[-1] == ' ' || last[-1] == '\t')) {
        last--;
    }

    text.data = p;
    text.len = last - p;

    return text;
}


ngx_uint_t
ngx_uptime_cookie_same_origin(const ngx_str_t *origin, const ngx_str_t *host)
{
    size_t  scheme;

    if (origin->len > 8 && ngx_strncmp(origin->data, "https://", 8) == 0) {
        scheme = 8;

    } else if (origin->len > 7
               && ngx_strncmp(origin->data, "http://", 7) == 0)
    {
        scheme = 7;

    } else {
        return 0;
    }

    return origin->len - scheme == host->len
           && ngx_strncasecmp(origin->data + scheme, host->data, host->len)
              == 0;
}
