
/*
 * Password hashes.  A task owns a pool of its own, because the request that
 * asked may be gone before a thread has come to it.
 *
 * The only file that uses libsodium.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <sodium.h>

#include "ngx_uptime_password.h"


/* OWASP Password Storage Cheat Sheet: Argon2id, m = 19 MiB, t = 2, p = 1 */

#define NGX_UPTIME_PASSWORD_OPS  2
#define NGX_UPTIME_PASSWORD_MEM  (19 * 1024 * 1024)

/* ms: a worker that has to leave waits for its timers, not for its threads */

#define NGX_UPTIME_PASSWORD_WAIT  60000


struct ngx_uptime_password_s {
    ngx_pool_t               *pool;
    ngx_uptime_password_pt    handler;      /* NULL: detached */
    void                     *data;
    ngx_int_t                 rc;
    ngx_str_t                 password;
    unsigned                  verify:1;
    char                      hash[crypto_pwhash_STRBYTES];
};


static void ngx_uptime_password_run(void *data, ngx_log_t *log);
static void ngx_uptime_password_done(ngx_event_t *ev);
static void ngx_uptime_password_destroy(ngx_uptime_password_t *task);


/* of no password: what an unknown account is compared with */

static char  ngx_uptime_password_none[crypto_pwhash_STRBYTES];


ngx_int_t
ngx_uptime_password_init(ngx_log_t *log)
{
    u_char  random[32];

    if (sodium_init() < 0) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "uptime: sodium_init() failed");
        return NGX_ERROR;
    }

    if (ngx_uptime_password_none[0] != '\0') {
        return NGX_OK;
    }

    randombytes_buf(random, sizeof(random));

    if (crypto_pwhash_str_alg(ngx_uptime_password_none, (char *) random,
                              sizeof(random), NGX_UPTIME_PASSWORD_OPS,
                              NGX_UPTIME_PASSWORD_MEM,
                              crypto_pwhash_ALG_ARGON2ID13)
        != 0)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "uptime: no memory to hash a password");
        return NGX_ERROR;
    }

    sodium_memzero(random, sizeof(random));

    return NGX_OK;
}


ngx_uptime_password_t *
ngx_uptime_password_post(ngx_thread_pool_t *threads, ngx_str_t *password,
    ngx_str_t *hash, ngx_uptime_password_pt handler, void *data,
    ngx_log_t *log)
{
    ngx_pool_t             *pool;
    ngx_thread_task_t      *thread;
    ngx_uptime_password_t  *task;

    pool = ngx_create_pool(1024, log);
    if (pool == NULL) {
        return NULL;
    }

    thread = ngx_thread_task_alloc(pool, sizeof(ngx_uptime_password_t));
    if (thread == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    task = thread->ctx;
    task->pool = pool;
    task->handler = handler;
    task->data = data;
    task->rc = NGX_ERROR;

    task->password.data = ngx_pstrdup(pool, password);
    if (task->password.data == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    task->password.len = password->len;

    if (hash != NULL) {
        task->verify = 1;

        if (hash->len && hash->len < sizeof(task->hash)) {
            ngx_memcpy(task->hash, hash->data, hash->len);
        } else {
            ngx_memcpy(task->hash, ngx_uptime_password_none,
                       sizeof(task->hash));
        }
    }

    thread->handler = ngx_uptime_password_run;
    thread->event.handler = ngx_uptime_password_done;
    thread->event.data = task;
    thread->event.log = log;

    if (ngx_thread_task_post(threads, thread) != NGX_OK) {
        ngx_uptime_password_destroy(task);
        return NULL;
    }

    ngx_add_timer(&thread->event, NGX_UPTIME_PASSWORD_WAIT);

    return task;
}


/* In a thread: no pool, no log, nothing but the task's own bytes. */

static void
ngx_uptime_password_run(void *data, ngx_log_t *log)
{
    ngx_uptime_password_t *task = data;

    if (task->verify) {
        task->rc = crypto_pwhash_str_verify(task->hash,
                                            (char *) task->password.data,
                                            task->password.len)
                   == 0 ? NGX_OK : NGX_DECLINED;

    } else {
        task->rc = crypto_pwhash_str_alg(task->hash,
                                         (char *) task->password.data,
                                         task->password.len,
                                         NGX_UPTIME_PASSWORD_OPS,
                                         NGX_UPTIME_PASSWORD_MEM,
                                         crypto_pwhash_ALG_ARGON2ID13)
                   == 0 ? NGX_OK : NGX_ERROR;
    }

    sodium_memzero(task->password.data, task->password.len);
}


static void
ngx_uptime_password_done(ngx_event_t *ev)
{
    ngx_str_t               hash;
    ngx_uptime_password_t  *task;

    task = ev->data;

    if (ev->timedout) {
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "uptime: a password takes very long to hash");
        ev->timedout = 0;
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (task->handler != NULL) {
        hash.data = (u_char *) task->hash;
        hash.len = ngx_strlen(task->hash);

        task->handler(task->data, task->rc, &hash);
    }

    ngx_uptime_password_destroy(task);
}


ngx_uint_t
ngx_uptime_password_outdated(ngx_str_t *hash)
{
    char  text[crypto_pwhash_STRBYTES];

    if (hash->len >= sizeof(text)) {
        return 0;
    }

    ngx_memcpy(text, hash->data, hash->len);
    text[hash->len] = '\0';

    /* -1: not a hash at all, which no password can be right for */

    return crypto_pwhash_str_needs_rehash(text, NGX_UPTIME_PASSWORD_OPS,
                                          NGX_UPTIME_PASSWORD_MEM)
           == 1;
}


void
ngx_uptime_password_detach(ngx_uptime_password_t *task)
{
    task->handler = NULL;
}


static void
ngx_uptime_password_destroy(ngx_uptime_password_t *task)
{
    sodium_memzero(task->password.data, task->password.len);
    sodium_memzero(task->hash, sizeof(task->hash));

    ngx_destroy_pool(task->pool);
}
