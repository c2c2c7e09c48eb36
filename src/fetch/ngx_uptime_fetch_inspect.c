
/*
 * What an asker may look at before a response goes away: header fields, of
 * which libcurl keeps 300 KiB at most, and the body.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_fetch.h"


#define NGX_UPTIME_FETCH_KEEP  16384


ngx_int_t
ngx_uptime_fetch_header(ngx_uptime_fetch_t *f, const char *name, ngx_uint_t n,
    ngx_str_t *value)
{
    struct curl_header  *field;

    if (curl_easy_header(f->transfer.easy, name, n, CURLH_HEADER, -1, &field)
        != CURLHE_OK)
    {
        return NGX_DECLINED;
    }

    value->data = (u_char *) field->value;
    value->len = ngx_strlen(field->value);

    return NGX_OK;
}


/* The sum of the pieces is at most max_body. */

ngx_int_t
ngx_uptime_fetch_keep(ngx_uptime_fetch_t *f, u_char *p, size_t len)
{
    size_t   size;
    u_char  *data;

    if (f->kept.len + len > f->kept_size) {

        size = ngx_max(f->kept_size, NGX_UPTIME_FETCH_KEEP);

        while (size < f->kept.len + len) {
            size *= 2;
        }

        data = ngx_palloc(f->pool, size);
        if (data == NULL) {
            f->result.own = NGX_UPTIME_OWN_RESOURCES;
            return NGX_ERROR;
        }

        if (f->kept.len) {
            ngx_memcpy(data, f->kept.data, f->kept.len);
        }

        if (f->kept.data != NULL) {
            (void) ngx_pfree(f->pool, f->kept.data);
        }

        f->kept.data = data;
        f->kept_size = size;
    }

    ngx_memcpy(f->kept.data + f->kept.len, p, len);
    f->kept.len += len;

    return NGX_OK;
}
