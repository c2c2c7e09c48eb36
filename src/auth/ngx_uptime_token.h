
#ifndef _NGX_UPTIME_TOKEN_H_INCLUDED_
#define _NGX_UPTIME_TOKEN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Access tokens: JWT, HS256 and nothing else (the rules of RFC 8725).  One
 * that is good for one use is good for no other.
 * This is the only way to libjwt.
 */


#define NGX_UPTIME_TOKEN_MAX     4096       /* bytes */
/* what it is good for: the claim "token_use" */
#define NGX_UPTIME_TOKEN_ACCESS  "access"
#define NGX_UPTIME_TOKEN_TOTP    "totp"     /* second step of a log-in   */

#define NGX_UPTIME_TOKEN_LEEWAY  30         /* seconds of clock difference */


typedef struct {
    ngx_str_t     kid;
    ngx_str_t     secret;
} ngx_uptime_token_key_t;


typedef struct {
    int64_t       user;
    int64_t       session;
    unsigned      admin:1;
    time_t        expires;                  /* epoch seconds */
} ngx_uptime_claims_t;


/*
 * Reads "<kid> <base64 of at least 32 bytes>" lines; empty lines and lines
 * that start with "#" are skipped.  The first key signs, all verify.  NULL:
 * error, logged through cf with file and line, never with a key.
 */
ngx_array_t *ngx_uptime_token_keys(ngx_conf_t *cf, ngx_str_t *file);

/* The key of that id, or NULL. */
ngx_uptime_token_key_t *ngx_uptime_token_key_of(ngx_array_t *keys,
    const ngx_str_t *kid);

/* Allocated from the pool. */
ngx_int_t ngx_uptime_token_issue_use(ngx_pool_t *pool, ngx_array_t *keys,
    const char *use, const ngx_uptime_claims_t *claims, ngx_str_t *token);

/* NGX_OK, NGX_DECLINED (not a valid token of ours), NGX_ERROR (memory). */
ngx_int_t ngx_uptime_token_verify_use(ngx_pool_t *pool, ngx_array_t *keys,
    const char *use, ngx_str_t *token, ngx_uptime_claims_t *claims);

/* The same for access tokens. */
#define ngx_uptime_token_issue(pool, keys, claims, token)                     \
    ngx_uptime_token_issue_use(pool, keys, NGX_UPTIME_TOKEN_ACCESS, claims,   \
                               token)

#define ngx_uptime_token_verify(pool, keys, token, claims)                    \
    ngx_uptime_token_verify_use(pool, keys, NGX_UPTIME_TOKEN_ACCESS, token,   \
                                claims)


#endif /* _NGX_UPTIME_TOKEN_H_INCLUDED_ */
