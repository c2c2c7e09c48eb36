
#ifndef _NGX_UPTIME_TOKEN_CACHE_H_INCLUDED_
#define _NGX_UPTIME_TOKEN_CACHE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_token.h"


/*
 * Access tokens that were good a moment ago, so that a client that asks often
 * does not pay for the signature each time.  It holds no token: only a keyed
 * hash of each, and what it claimed.
 */

typedef struct ngx_uptime_token_cache_s  ngx_uptime_token_cache_t;


/* For one configuration's keys, in one process.  NULL: no memory. */
ngx_uptime_token_cache_t *ngx_uptime_token_cache_create(ngx_log_t *log);
void ngx_uptime_token_cache_destroy(ngx_uptime_token_cache_t *cache);

/* ngx_uptime_token_verify(), or what that said when the token was new. */
ngx_int_t ngx_uptime_token_cached(ngx_uptime_token_cache_t *cache,
    ngx_pool_t *pool, ngx_array_t *keys, ngx_str_t *token,
    ngx_uptime_claims_t *claims);


#endif /* _NGX_UPTIME_TOKEN_CACHE_H_INCLUDED_ */
