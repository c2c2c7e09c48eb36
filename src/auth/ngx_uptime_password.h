
#ifndef _NGX_UPTIME_PASSWORD_H_INCLUDED_
#define _NGX_UPTIME_PASSWORD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_thread_pool.h>


/*
 * Argon2id in a thread pool: 19 MiB, 2 passes, 1 lane (the OWASP minimum),
 * some 30 ms of one core, so never on an event loop.  Workers only.
 */


typedef struct ngx_uptime_password_s  ngx_uptime_password_t;


/*
 * rc: NGX_OK (hashed, or the password is right), NGX_DECLINED (wrong),
 * NGX_ERROR (no memory).  hash: the PHC string of a new hash, valid until the
 * handler returns.
 */
typedef void (*ngx_uptime_password_pt)(void *data, ngx_int_t rc,
    ngx_str_t *hash);


/* Once in a process before anything else; NGX_ERROR: logged. */
ngx_int_t ngx_uptime_password_init(ngx_log_t *log);

/*
 * Hashes the password (hash == NULL), or verifies it against hash; an empty
 * hash takes the time of a real one and is always wrong.  Both are copied and
 * wiped later.  The handler is called once, from the event loop, unless the
 * task is detached before.  NULL: the queue is full (logged by nginx) or no
 * memory.
 */
ngx_uptime_password_t *ngx_uptime_password_post(ngx_thread_pool_t *threads,
    ngx_str_t *password, ngx_str_t *hash, ngx_uptime_password_pt handler,
    void *data, ngx_log_t *log);

/* 1: the hash was made with other parameters than today's. */
ngx_uint_t ngx_uptime_password_outdated(ngx_str_t *hash);

/* The asker goes away; the handler will not be called. */
void ngx_uptime_password_detach(ngx_uptime_password_t *task);


#endif /* _NGX_UPTIME_PASSWORD_H_INCLUDED_ */
