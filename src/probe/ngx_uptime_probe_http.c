
/*
 * The kind "http": one guarded fetch, http or https.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_assert.h"
#include "ngx_uptime_probe.h"


static ngx_int_t ngx_uptime_probe_http_start(ngx_uptime_probe_t *p);
static ngx_int_t ngx_uptime_probe_http_auth(ngx_uptime_probe_t *p,
    ngx_str_t *headers);
static void ngx_uptime_probe_http_inspect(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_probe_http_field(void *data, const char *name,
    ngx_uint_t n, ngx_str_t *value);


const ngx_uptime_kind_t  ngx_uptime_kind_http = {
    ngx_string("http"),
    1,
    ngx_uptime_probe_http_start,
    ngx_uptime_probe_fetch_cancel
};


static ngx_int_t
ngx_uptime_probe_http_start(ngx_uptime_probe_t *p)
{
    ngx_int_t                    rc;
    ngx_str_t                    headers;
    const ngx_uptime_target_t   *t;
    ngx_uptime_fetch_request_t   request;

    t = p->target;

    ngx_uptime_probe_request(p, &request);

    request.method = t->method;
    request.headers = t->headers;
    request.body = t->body;
    request.keyword = t->keyword;
    request.max_redirects = t->max_redirects;
    request.follow = t->follow;

    /* what is not stored yet has nobody to keep a session for */
    request.tls_resume = (t->tls_resume && t->id != 0);
    request.tls_scope = t->id;

    if (t->assertions.len) {
        request.inspect = ngx_uptime_probe_http_inspect;
        request.keep_body = ngx_uptime_assert_wants_body(&t->assertions);
    }

    ngx_str_null(&headers);

    if (t->auth != NGX_UPTIME_AUTH_NONE) {

        if (ngx_uptime_probe_http_auth(p, &headers) != NGX_OK) {
            return NGX_ERROR;
        }

        request.headers = headers;
    }

    rc = ngx_uptime_probe_fetch(p, &request);

    if (headers.data != NULL) {
        ngx_explicit_memzero(headers.data, headers.len);
        ngx_free(headers.data);
    }

    return rc;
}


/*
 * The credentials as one more line, which the fetch keeps from other origins
 * like all of them.  The caller frees it.
 */

static ngx_int_t
ngx_uptime_probe_http_auth(ngx_uptime_probe_t *p, ngx_str_t *headers)
{
    u_char                     *last;
    size_t                      len;
    ngx_str_t                   pair, code;
    const ngx_uptime_target_t  *t;

    t = p->target;

    len = t->auth_user.len + t->auth_secret.len + 1;

    pair.data = ngx_alloc(len + ngx_base64_encoded_length(len)
                          + sizeof("\nAuthorization: Bearer ")
                          + t->headers.len,
                          p->prober->log);
    if (pair.data == NULL) {
        return NGX_ERROR;
    }

    /* the line is put together behind what is encoded into it */

    headers->data = pair.data;
    last = ngx_cpymem(pair.data, t->headers.data, t->headers.len);

    if (t->headers.len) {
        *last++ = '\n';
    }

    if (t->auth == NGX_UPTIME_AUTH_BEARER) {
        last = ngx_sprintf(last, "Authorization: Bearer %V", &t->auth_secret);

    } else {
        last = ngx_cpymem(last, "Authorization: Basic ",
                          sizeof("Authorization: Basic ") - 1);

        pair.len = len;
        pair.data = last + ngx_base64_encoded_length(len);
        (void) ngx_sprintf(pair.data, "%V:%V", &t->auth_user,
                           &t->auth_secret);

        code.data = last;
        ngx_encode_base64(&code, &pair);

        ngx_explicit_memzero(pair.data, pair.len);
        last += code.len;
    }

    headers->len = last - headers->data;

    return NGX_OK;
}


static void
ngx_uptime_probe_http_inspect(ngx_uptime_fetch_t *f)
{
    ngx_uptime_probe_t *p = f->data;

    ngx_int_t                      rc;
    ngx_str_t                      list;
    ngx_pool_t                    *pool;
    const char                    *source;
    ngx_uptime_assert_response_t   response;

    pool = ngx_create_pool(1024, p->prober->log);
    if (pool == NULL) {
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
        return;
    }

    response.body = *ngx_uptime_fetch_body(f);
    response.header = ngx_uptime_probe_http_field;
    response.data = f;

    list = p->target->assertions;

    rc = ngx_uptime_assert(pool, &list, &response, &source,
                           &f->result.asserted);

    ngx_destroy_pool(pool);

    f->result.inspected = (rc != NGX_ERROR);

    if (rc == NGX_DECLINED) {
        f->result.assertion = (ngx_strcmp(source, "json") == 0)
                              ? NGX_UPTIME_ASSERTION_JSON
                              : NGX_UPTIME_ASSERTION_HEADER;

    } else if (rc != NGX_OK) {
        f->result.own = NGX_UPTIME_OWN_RESOURCES;
    }
}


static ngx_int_t
ngx_uptime_probe_http_field(void *data, const char *name, ngx_uint_t n,
    ngx_str_t *value)
{
    return ngx_uptime_fetch_header(data, name, n, value);
}
