
/*
 * What TLS remembers for a while, bounded.  No event loop: unit tests use it
 * as it is.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_tls_cache.h"


static ngx_uptime_tls_entry_t **ngx_uptime_tls_cache_bucket(
    ngx_uptime_tls_cache_t *c, const u_char *key);
static ngx_uptime_tls_entry_t *ngx_uptime_tls_cache_lookup(
    ngx_uptime_tls_cache_t *c, const u_char *key);
static void ngx_uptime_tls_cache_release(ngx_uptime_tls_cache_t *c,
    void *object);


ngx_int_t
ngx_uptime_tls_cache_init(ngx_uptime_tls_cache_t *c, ngx_uint_t max,
    void (*release)(void *object), ngx_log_t *log)
{
    size_t  len;

    ngx_memzero(c, sizeof(ngx_uptime_tls_cache_t));
    ngx_queue_init(&c->used);

    c->size = 1;

    while (c->size < max) {
        c->size *= 2;
    }

    len = c->size * sizeof(ngx_uptime_tls_entry_t *);

    c->buckets = ngx_alloc(len, log);
    if (c->buckets == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(c->buckets, len);

    c->max = max;
    c->release = release;
    c->log = log;

    return NGX_OK;
}


void
ngx_uptime_tls_cache_destroy(ngx_uptime_tls_cache_t *c)
{
    ngx_queue_t  *q;

    if (c->buckets == NULL) {
        return;
    }

    while (!ngx_queue_empty(&c->used)) {
        q = ngx_queue_head(&c->used);
        ngx_uptime_tls_cache_remove(c,
                          ngx_queue_data(q, ngx_uptime_tls_entry_t, queue));
    }

    ngx_free(c->buckets);
    c->buckets = NULL;
}


/* The key is a digest, any bytes of it will do. */

static ngx_uptime_tls_entry_t **
ngx_uptime_tls_cache_bucket(ngx_uptime_tls_cache_t *c, const u_char *key)
{
    uint32_t  n;

    ngx_memcpy(&n, key, sizeof(uint32_t));

    return &c->buckets[n & (c->size - 1)];
}


static ngx_uptime_tls_entry_t *
ngx_uptime_tls_cache_lookup(ngx_uptime_tls_cache_t *c, const u_char *key)
{
    ngx_uptime_tls_entry_t  *e;

    for (e = *ngx_uptime_tls_cache_bucket(c, key); e; e = e->next) {

        if (ngx_memcmp(e->key, key, NGX_UPTIME_TLS_KEY) == 0) {
            return e;
        }
    }

    return NULL;
}


ngx_uptime_tls_entry_t *
ngx_uptime_tls_cache_find(ngx_uptime_tls_cache_t *c, const u_char *key,
    int64_t now)
{
    ngx_uptime_tls_entry_t  *e;

    e = ngx_uptime_tls_cache_lookup(c, key);

    if (e == NULL) {
        return NULL;
    }

    if (!ngx_uptime_tls_window_holds(&e->window, now)) {
        ngx_uptime_tls_cache_remove(c, e);
        return NULL;
    }

    ngx_queue_remove(&e->queue);
    ngx_queue_insert_tail(&c->used, &e->queue);

    return e;
}


ngx_uint_t
ngx_uptime_tls_cache_room(const ngx_uptime_tls_cache_t *c, int64_t now)
{
    ngx_queue_t             *q;
    ngx_uptime_tls_entry_t  *e;

    if (c->n < c->max) {
        return 1;
    }

    q = ngx_queue_head(&c->used);
    e = ngx_queue_data(q, ngx_uptime_tls_entry_t, queue);

    return !ngx_uptime_tls_window_holds(&e->window, now);
}


void
ngx_uptime_tls_cache_put(ngx_uptime_tls_cache_t *c, const u_char *key,
    const ngx_uptime_tls_window_t *window, void *object)
{
    ngx_queue_t              *q;
    ngx_uptime_tls_entry_t   *e, **bucket;

    e = ngx_uptime_tls_cache_lookup(c, key);

    if (e != NULL) {
        ngx_uptime_tls_cache_remove(c, e);
    }

    if (c->n >= c->max) {
        q = ngx_queue_head(&c->used);
        ngx_uptime_tls_cache_remove(c,
                          ngx_queue_data(q, ngx_uptime_tls_entry_t, queue));
    }

    e = ngx_alloc(sizeof(ngx_uptime_tls_entry_t), c->log);
    if (e == NULL) {
        ngx_uptime_tls_cache_release(c, object);
        return;
    }

    e->window = *window;
    e->object = object;
    ngx_memcpy(e->key, key, NGX_UPTIME_TLS_KEY);

    bucket = ngx_uptime_tls_cache_bucket(c, key);
    e->next = *bucket;
    *bucket = e;

    ngx_queue_insert_tail(&c->used, &e->queue);
    c->n++;
}


void
ngx_uptime_tls_cache_remove(ngx_uptime_tls_cache_t *c,
    ngx_uptime_tls_entry_t *e)
{
    ngx_uptime_tls_entry_t  **p;

    p = ngx_uptime_tls_cache_bucket(c, e->key);

    while (*p != e) {
        p = &(*p)->next;
    }

    *p = e->next;
    ngx_queue_remove(&e->queue);
    c->n--;

    ngx_uptime_tls_cache_release(c, e->object);
    ngx_free(e);
}


static void
ngx_uptime_tls_cache_release(ngx_uptime_tls_cache_t *c, void *object)
{
    if (object != NULL) {
        c->release(object);
    }
}


/* As OpenSSL judges: the last second of a certificate is not valid. */

ngx_uint_t
ngx_uptime_tls_window_holds(const ngx_uptime_tls_window_t *w, int64_t now)
{
    return w->since <= now && now - w->since < NGX_UPTIME_TLS_KEEP
           && w->not_before <= now && now < w->not_after;
}
