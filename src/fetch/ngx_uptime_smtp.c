
/*
 * One mail on its way: the server's name is resolved, then libcurl talks to
 * it in the same loop as every other transfer.  A mail owns its pool;
 * ngx_uptime_smtp_destroy() is the only place that frees one.  Used in any
 * process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_smtp.h"


static ngx_int_t ngx_uptime_smtp_copy(ngx_uptime_smtp_t *m,
    const ngx_str_t *to, ngx_uint_t n, const ngx_str_t *message);
static void ngx_uptime_smtp_begin(ngx_event_t *ev);
static void ngx_uptime_smtp_resolved(ngx_uptime_resolve_t *r);
static ngx_int_t ngx_uptime_smtp_open(ngx_uptime_smtp_t *m);
static ngx_int_t ngx_uptime_smtp_pin(ngx_uptime_smtp_t *m);
static void ngx_uptime_smtp_done(ngx_uptime_transfer_t *t);
static void ngx_uptime_smtp_finish(ngx_uptime_smtp_t *m);
static void ngx_uptime_smtp_destroy(ngx_uptime_smtp_t *m);


ngx_uptime_smtp_t *
ngx_uptime_smtp(ngx_uptime_fetcher_t *fr, ngx_uptime_smtp_conf_t *conf,
    const ngx_str_t *to, ngx_uint_t n, const ngx_str_t *message,
    ngx_msec_t timeout, ngx_uptime_smtp_pt handler, void *data)
{
    ngx_pool_t         *pool;
    ngx_uptime_smtp_t  *m;

    pool = ngx_create_pool(4096, fr->log);
    if (pool == NULL) {
        return NULL;
    }

    m = ngx_pcalloc(pool, sizeof(ngx_uptime_smtp_t));
    if (m == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    m->fetcher = fr;
    m->conf = conf;
    m->pool = pool;
    m->handler = handler;
    m->data = data;
    m->fd[0] = (ngx_socket_t) -1;
    m->fd[1] = (ngx_socket_t) -1;
    m->deadline = ngx_current_msec + timeout;
    m->status = NGX_UPTIME_SMTP_FAILED;

    if (ngx_uptime_smtp_copy(m, to, n, message) != NGX_OK) {
        ngx_uptime_smtp_destroy(m);
        return NULL;
    }

    m->event.handler = ngx_uptime_smtp_begin;
    m->event.data = m;
    m->event.log = fr->log;

    ngx_post_event(&m->event, &ngx_posted_events);

    return m;
}


static ngx_int_t
ngx_uptime_smtp_copy(ngx_uptime_smtp_t *m, const ngx_str_t *to, ngx_uint_t n,
    const ngx_str_t *message)
{
    u_char             *p;
    ngx_uint_t          i;
    struct curl_slist  *next;

    /* the resolver writes to the name */

    m->host = m->conf->host;
    m->host.data = ngx_pnalloc(m->pool, m->host.len + 1);
    m->message.data = ngx_pnalloc(m->pool, message->len);

    if (m->host.data == NULL || m->message.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(m->host.data, m->conf->host.data, m->host.len + 1);
    ngx_memcpy(m->message.data, message->data, message->len);
    m->message.len = message->len;

    for (i = 0; i < n; i++) {
        p = ngx_pnalloc(m->pool, to[i].len + 3);
        if (p == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_sprintf(p, "<%V>%Z", &to[i]);

        next = curl_slist_append(m->recipients, (char *) p);
        if (next == NULL) {
            return NGX_ERROR;
        }

        m->recipients = next;
    }

    return NGX_OK;
}


static void
ngx_uptime_smtp_begin(ngx_event_t *ev)
{
    ngx_uptime_smtp_t *m = ev->data;

    ngx_uptime_resolve_t  *r;

    r = &m->resolve;
    r->name = m->host;
    r->port = m->conf->port;
    r->timeout = 7000;
    r->handler = ngx_uptime_smtp_resolved;
    r->data = m;

    m->result.stage = NGX_UPTIME_STAGE_DNS;

    ngx_uptime_resolve(m->fetcher->resolver, r);
}


static void
ngx_uptime_smtp_resolved(ngx_uptime_resolve_t *r)
{
    ngx_uptime_smtp_t  *m;

    m = r->data;

    if (r->err != NGX_UPTIME_RESOLVE_OK) {
        ngx_uptime_guard_dns(&m->result, r->err);
        ngx_uptime_smtp_finish(m);
        return;
    }

    m->result.stage = NGX_UPTIME_STAGE_CONNECT;

    if (ngx_uptime_smtp_open(m) != NGX_OK) {
        m->result.own = NGX_UPTIME_OWN_RESOURCES;
        ngx_uptime_smtp_finish(m);
    }
}


static ngx_int_t
ngx_uptime_smtp_open(ngx_uptime_smtp_t *m)
{
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (m->deadline - ngx_current_msec);

    m->transfer.handler = ngx_uptime_smtp_done;
    m->transfer.data = m;
    m->transfer.easy = ngx_uptime_fetcher_easy(m->fetcher);

    if (m->transfer.easy == NULL || ngx_uptime_smtp_pin(m) != NGX_OK) {
        return NGX_ERROR;
    }

    /* an own cache of names, as for a fetch */

    m->share = curl_share_init();

    if (m->share == NULL
        || curl_share_setopt(m->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS)
           != CURLSHE_OK
        || ngx_uptime_smtp_options(m, ngx_max(left, 1)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_multi_add(m->fetcher->multi, &m->transfer);
}


static ngx_int_t
ngx_uptime_smtp_pin(ngx_uptime_smtp_t *m)
{
    u_char                 *buf, *p, *last;
    size_t                  len;
    ngx_uint_t              i;
    ngx_uptime_sockaddr_t  *sa;

    if (m->conf->literal) {
        return NGX_OK;
    }

    len = m->host.len + sizeof("+::65535")
          + m->resolve.naddrs * (NGX_SOCKADDR_STRLEN + sizeof("[],"));

    buf = ngx_pnalloc(m->pool, len);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    last = buf + len;
    p = ngx_slprintf(buf, last, "+%V:%ui", &m->conf->host,
                     (ngx_uint_t) m->conf->port);

    for (i = 0; i < m->resolve.naddrs; i++) {
        sa = &m->resolve.addrs[i];

        p = ngx_slprintf(p, last, "%s", (i == 0) ? ":[" : ",[");
        p += ngx_sock_ntop(&sa->sockaddr, ngx_uptime_sockaddr_len(sa), p,
                           last - p, 0);
        p = ngx_slprintf(p, last, "]");
    }

    *p = '\0';

    m->pin = curl_slist_append(NULL, (char *) buf);

    return m->pin ? NGX_OK : NGX_ERROR;
}


static void
ngx_uptime_smtp_done(ngx_uptime_transfer_t *t)
{
    ngx_uptime_smtp_t  *m;

    m = t->data;

    ngx_uptime_smtp_judge(m);
    ngx_uptime_smtp_finish(m);
}


static void
ngx_uptime_smtp_finish(ngx_uptime_smtp_t *m)
{
    m->handler(m);

    ngx_uptime_smtp_destroy(m);
}


void
ngx_uptime_smtp_cancel(ngx_uptime_smtp_t *m)
{
    ngx_uptime_smtp_destroy(m);
}


static void
ngx_uptime_smtp_destroy(ngx_uptime_smtp_t *m)
{
    if (m->event.posted) {
        ngx_delete_posted_event(&m->event);
    }

    ngx_uptime_resolve_cancel(&m->resolve);

    /* the handle knew a password: no other transfer gets it */

    if (m->transfer.easy != NULL) {
        ngx_uptime_multi_remove(m->fetcher->multi, &m->transfer);
        ngx_uptime_fetcher_release(m->fetcher, m->transfer.easy, 0);
    }

    ngx_uptime_tls_detach(&m->tls);

    if (m->share != NULL) {
        (void) curl_share_cleanup(m->share);
    }

    curl_slist_free_all(m->pin);
    curl_slist_free_all(m->recipients);

    ngx_destroy_pool(m->pool);
}
