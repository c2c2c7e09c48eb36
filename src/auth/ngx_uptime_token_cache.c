
/*
 * Access tokens that were verified before.  A place for each by its hash; who
 * comes later takes it.  What may change meanwhile - the time, sessions that
 * were ended - is asked each time.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_secret.h"
#include "ngx_uptime_token_cache.h"


#define NGX_UPTIME_TOKEN_CACHE_N  1024      /* a power of 2; 64 bytes each */


typedef struct {
    u_char                       tag[NGX_UPTIME_MAC_LEN];
    ngx_uptime_claims_t          claims;    /* expires 0: nobody */
} ngx_uptime_token_known_t;


struct ngx_uptime_token_cache_s {
    u_char                       key[NGX_UPTIME_MAC_LEN];
    ngx_uptime_token_known_t     known[NGX_UPTIME_TOKEN_CACHE_N];
};


ngx_uptime_token_cache_t *
ngx_uptime_token_cache_create(ngx_log_t *log)
{
    ngx_uptime_token_cache_t  *cache;

    cache = ngx_calloc(sizeof(ngx_uptime_token_cache_t), log);

    if (cache != NULL) {
        ngx_uptime_secret_bytes(cache->key, NGX_UPTIME_MAC_LEN);
    }

    return cache;
}


void
ngx_uptime_token_cache_destroy(ngx_uptime_token_cache_t *cache)
{
    ngx_free(cache);
}


ngx_int_t
ngx_uptime_token_cached(ngx_uptime_token_cache_t *cache, ngx_pool_t *pool,
    ngx_array_t *keys, ngx_str_t *token, ngx_uptime_claims_t *claims)
{
    u_char                     tag[NGX_UPTIME_MAC_LEN];
    ngx_int_t                  rc;
    ngx_uint_t                 place;
    ngx_uptime_token_known_t  *known;

    if (token->len > NGX_UPTIME_TOKEN_MAX) {
        return NGX_DECLINED;
    }

    /* nobody else has the key: how long the comparison takes tells nothing */

    ngx_uptime_secret_tag(tag, cache->key, token);

    place = (tag[0] << 8 | tag[1]) & (NGX_UPTIME_TOKEN_CACHE_N - 1);
    known = &cache->known[place];

    if (known->claims.expires > ngx_time()
        && ngx_memcmp(known->tag, tag, NGX_UPTIME_MAC_LEN) == 0)
    {
        *claims = known->claims;
        return NGX_OK;
    }

    rc = ngx_uptime_token_verify(pool, keys, token, claims);

    if (rc == NGX_OK) {
        ngx_memcpy(known->tag, tag, NGX_UPTIME_MAC_LEN);
        known->claims = *claims;
    }

    return rc;
}
