
#ifndef _NGX_UPTIME_TLS_CACHE_H_INCLUDED_
#define _NGX_UPTIME_TLS_CACHE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * A bounded table by SHA-256, the least used goes first: chains that were
 * verified, public keys, and sessions.  Times are seconds since 1970.
 */

#define NGX_UPTIME_TLS_KEY   32

/* what was found out in full is believed for so long */
#define NGX_UPTIME_TLS_KEEP  3600


typedef struct ngx_uptime_tls_entry_s  ngx_uptime_tls_entry_t;


/* When what was verified holds: all certificates of the chain. */

typedef struct {
    int64_t                        since;       /* verified in full         */
    int64_t                        not_before;
    int64_t                        not_after;
} ngx_uptime_tls_window_t;


struct ngx_uptime_tls_entry_s {
    ngx_uptime_tls_entry_t        *next;        /* in the hash              */
    ngx_queue_t                    queue;       /* by use                   */
    ngx_uptime_tls_window_t        window;
    void                          *object;      /* owned; or NULL           */
    u_char                         key[NGX_UPTIME_TLS_KEY];
};


typedef struct {
    ngx_uptime_tls_entry_t       **buckets;
    ngx_uint_t                     size;        /* power of two             */
    ngx_uint_t                     n;
    ngx_uint_t                     max;
    ngx_queue_t                    used;
    void                         (*release)(void *object);
    ngx_log_t                     *log;
} ngx_uptime_tls_cache_t;


/* release: of what is stored; NULL: nothing but keys.  NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_tls_cache_init(ngx_uptime_tls_cache_t *c,
    ngx_uint_t max, void (*release)(void *object), ngx_log_t *log);

/* Accepts one that was never initialized, if it is zero. */
void ngx_uptime_tls_cache_destroy(ngx_uptime_tls_cache_t *c);

/* Until the next call; NULL: none that holds now. */
ngx_uptime_tls_entry_t *ngx_uptime_tls_cache_find(ngx_uptime_tls_cache_t *c,
    const u_char *key, int64_t now);

/* 1: nothing that holds now would have to go for one more. */
ngx_uint_t ngx_uptime_tls_cache_room(const ngx_uptime_tls_cache_t *c,
    int64_t now);

/* The object is taken over in any case; nothing is stored without memory. */
void ngx_uptime_tls_cache_put(ngx_uptime_tls_cache_t *c, const u_char *key,
    const ngx_uptime_tls_window_t *window, void *object);

/* Accepts an entry that is in c only. */
void ngx_uptime_tls_cache_remove(ngx_uptime_tls_cache_t *c,
    ngx_uptime_tls_entry_t *e);

ngx_uint_t ngx_uptime_tls_window_holds(const ngx_uptime_tls_window_t *w,
    int64_t now);


#endif /* _NGX_UPTIME_TLS_CACHE_H_INCLUDED_ */
