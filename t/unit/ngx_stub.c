
/*
 * A stand-in for the few functions of nginx that the pure files call, so
 * that they can be built without nginx.  It is not nginx: every allocation
 * of a pool is a malloc() of exactly that size, so that AddressSanitizer
 * sees each overrun, and any of them can be made to fail.
 */


#include "ngx_stub.h"

#include <stdarg.h>
#include <stdio.h>


typedef struct ngx_stub_block_s  ngx_stub_block_t;

struct ngx_stub_block_s {
    ngx_stub_block_t              *next;
    void                          *data;
};


typedef struct {
    ngx_pool_t                     pool;
    ngx_log_t                      log;
    ngx_stub_block_t              *blocks;
} ngx_stub_pool_t;


volatile ngx_msec_t  ngx_current_msec;
ngx_uint_t           ngx_pagesize = 4096;
ngx_uint_t           ngx_stub_fail;
ngx_uint_t           ngx_stub_blocks;


void *
ngx_stub_alloc(size_t size)
{
    void  *p;

    if (ngx_stub_fail > 0 && --ngx_stub_fail == 0) {
        return NULL;
    }

    p = malloc(size ? size : 1);

    if (p == NULL) {
        abort();
    }

    ngx_stub_blocks++;

    return p;
}


void
ngx_stub_free(void *p)
{
    if (p != NULL) {
        ngx_stub_blocks--;
        free(p);
    }
}


ngx_pool_t *
ngx_stub_pool(void)
{
    ngx_stub_pool_t  *p;

    p = calloc(1, sizeof(ngx_stub_pool_t));
    if (p == NULL) {
        abort();
    }

    p->pool.log = &p->log;

    return &p->pool;
}


void
ngx_explicit_memzero(void *buf, size_t n)
{
    ngx_memzero(buf, n);
}


void
ngx_destroy_pool(ngx_pool_t *pool)
{
    ngx_stub_pool_t     *p;
    ngx_stub_block_t    *block;
    ngx_pool_cleanup_t  *c;

    for (c = pool->cleanup; c != NULL; c = c->next) {
        if (c->handler != NULL) {
            c->handler(c->data);
        }
    }

    p = (ngx_stub_pool_t *) pool;

    while (p->blocks != NULL) {
        block = p->blocks;
        p->blocks = block->next;
        ngx_stub_free(block->data);
        free(block);
    }

    free(p);
}


void *
ngx_palloc(ngx_pool_t *pool, size_t size)
{
    ngx_stub_pool_t   *p;
    ngx_stub_block_t  *block;

    block = malloc(sizeof(ngx_stub_block_t));
    if (block == NULL) {
        abort();
    }

    block->data = ngx_stub_alloc(size);

    if (block->data == NULL) {
        free(block);
        return NULL;
    }

    p = (ngx_stub_pool_t *) pool;
    block->next = p->blocks;
    p->blocks = block;

    return block->data;
}


void *
ngx_pnalloc(ngx_pool_t *pool, size_t size)
{
    return ngx_palloc(pool, size);
}


void *
ngx_pcalloc(ngx_pool_t *pool, size_t size)
{
    void  *p;

    p = ngx_palloc(pool, size);

    if (p != NULL) {
        ngx_memzero(p, size);
    }

    return p;
}


ngx_int_t
ngx_pfree(ngx_pool_t *pool, void *data)
{
    ngx_stub_block_t  **b, *block;

    for (b = &((ngx_stub_pool_t *) pool)->blocks; *b; b = &(*b)->next) {
        if ((*b)->data == data) {
            block = *b;
            *b = block->next;
            ngx_stub_free(block->data);
            free(block);
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_pool_cleanup_t *
ngx_pool_cleanup_add(ngx_pool_t *pool, size_t size)
{
    ngx_pool_cleanup_t  *c;

    c = ngx_pcalloc(pool, sizeof(ngx_pool_cleanup_t));
    if (c == NULL) {
        return NULL;
    }

    if (size) {
        c->data = ngx_palloc(pool, size);
        if (c->data == NULL) {
            return NULL;
        }
    }

    c->next = pool->cleanup;
    pool->cleanup = c;

    return c;
}


ngx_array_t *
ngx_array_create(ngx_pool_t *pool, ngx_uint_t n, size_t size)
{
    ngx_array_t  *a;

    a = ngx_palloc(pool, sizeof(ngx_array_t));

    if (a == NULL || ngx_array_init(a, pool, n, size) != NGX_OK) {
        return NULL;
    }

    return a;
}


void *
ngx_array_push(ngx_array_t *a)
{
    void  *p;

    if (a->nelts == a->nalloc) {
        p = ngx_palloc(a->pool, 2 * a->nalloc * a->size);
        if (p == NULL) {
            return NULL;
        }

        ngx_memcpy(p, a->elts, a->nelts * a->size);
        a->elts = p;
        a->nalloc *= 2;
    }

    return (u_char *) a->elts + a->size * a->nelts++;
}


void
ngx_strlow(u_char *dst, u_char *src, size_t n)
{
    for ( /* void */ ; n > 0; n--) {
        *dst++ = ngx_tolower(*src);
        src++;
    }
}


ngx_int_t
ngx_strncasecmp(u_char *s1, u_char *s2, size_t n)
{
    return strncasecmp((char *) s1, (char *) s2, n);
}


ngx_int_t
ngx_strcasecmp(u_char *s1, u_char *s2)
{
    return strcasecmp((char *) s1, (char *) s2);
}


ngx_int_t
ngx_atoi(u_char *line, size_t n)
{
    ngx_int_t  value;

    if (n == 0) {
        return NGX_ERROR;
    }

    for (value = 0; n--; line++) {
        if (*line < '0' || *line > '9'
            || __builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, *line - '0', &value))
        {
            return NGX_ERROR;
        }
    }

    return value;
}


ngx_int_t
ngx_hextoi(u_char *line, size_t n)
{
    char  *end, text[9];

    if (n == 0 || n > 8) {
        return NGX_ERROR;
    }

    ngx_memcpy(text, line, n);
    text[n] = '\0';

    if (strspn(text, "0123456789abcdefABCDEF") != n) {
        return NGX_ERROR;
    }

    return (ngx_int_t) strtoul(text, &end, 16);
}


/* Only the formats that the pure files use; others end the test. */

u_char * ngx_cdecl
ngx_sprintf(u_char *buf, const char *fmt, ...)
{
    va_list     args;
    ngx_str_t  *v;

    va_start(args, fmt);

    for ( /* void */ ; *fmt; fmt++) {
        if (*fmt != '%') {
            *buf++ = *fmt;
            continue;
        }

        switch (*++fmt) {

        case 's':
            buf = (u_char *) stpcpy((char *) buf, va_arg(args, char *));
            break;

        case 'V':
            v = va_arg(args, ngx_str_t *);
            buf = ngx_cpymem(buf, v->data, v->len);
            break;

        case 'L':
            buf += snprintf((char *) buf, 21, "%lld",
                            (long long) va_arg(args, int64_t));
            break;

        case 'u':
            if (*++fmt != 'i') {
                abort();
            }

            buf += snprintf((char *) buf, 21, "%llu",
                            (unsigned long long) va_arg(args, ngx_uint_t));
            break;

        case 'Z':
            *buf++ = '\0';
            break;

        default:
            abort();
        }
    }

    va_end(args);

    return buf;
}


void ngx_cdecl
ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t err,
    const char *fmt, ...)
{
    /* nobody reads it */
}


void *
ngx_slab_calloc(ngx_slab_pool_t *pool, size_t size)
{
    void  *p;

    p = ngx_stub_alloc(size);

    if (p != NULL) {
        ngx_memzero(p, size);
    }

    return p;
}


/* "spin" is 1 while the lock is held; taking it twice ends the test */

void
ngx_shmtx_lock(ngx_shmtx_t *mtx)
{
    if (mtx->spin++ != 0) {
        abort();
    }
}


void
ngx_shmtx_unlock(ngx_shmtx_t *mtx)
{
    if (--mtx->spin != 0) {
        abort();
    }
}


ngx_shm_zone_t *
ngx_shared_memory_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag)
{
    ngx_shm_zone_t  *zone;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_shm_zone_t));

    if (zone != NULL) {
        zone->shm.name = *name;
        zone->shm.size = size;
        zone->tag = tag;
    }

    return zone;
}
