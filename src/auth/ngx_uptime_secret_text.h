
#ifndef _NGX_UPTIME_SECRET_TEXT_H_INCLUDED_
#define _NGX_UPTIME_SECRET_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * A secret as text: "sealed", the key's id and the box in hex with tabs between
 * them.  So the column of monitors has it, and so the checker's statements
 * give and take those of channels and accounts.  What has no such form is not
 * sealed (no field of the API takes a tab).  The same secret of the same owner
 * gives the same text, so that what is given again does not look changed.
 * Pure; used in workers and in the checker.
 */

/* how it begins, in JSON as well */
#define NGX_UPTIME_SEALED       "sealed\t"
#define NGX_UPTIME_SEALED_JSON  "sealed\\t"


/*
 * In the pool and NUL-terminated, by the first key.  kind: NGX_UPTIME_BOX_...
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_secret_text_seal(ngx_pool_t *pool, ngx_array_t *keys,
    const char *kind, int64_t owner, const ngx_str_t *plain,
    ngx_str_t *stored);

/* The bytes that opening it will give. */
size_t ngx_uptime_secret_text_len(const ngx_str_t *stored);

/* 1: it is sealed, by the key of this id. */
ngx_uint_t ngx_uptime_secret_text_key(const ngx_str_t *stored,
    ngx_str_t *kid);

/*
 * Writes as many bytes.  NGX_DECLINED: its key is not among keys (which may be
 * NULL), or it is not this owner's; bytes are worth nothing then.
 */
ngx_int_t ngx_uptime_secret_text_open(u_char *plain, ngx_array_t *keys,
    const char *kind, int64_t owner, const ngx_str_t *stored);


#endif /* _NGX_UPTIME_SECRET_TEXT_H_INCLUDED_ */
