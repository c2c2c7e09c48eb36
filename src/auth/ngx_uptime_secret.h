
#ifndef _NGX_UPTIME_SECRET_H_INCLUDED_
#define _NGX_UPTIME_SECRET_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Secrets that are random and long, so that a plain hash of them can be
 * stored (ASVS 5.0, 11.4 does not ask for a slow one from 112 bits on).
 */

#define NGX_UPTIME_SECRET_LEN  43           /* 256 bits in base64url        */
#define NGX_UPTIME_DIGEST_LEN  64           /* SHA-256 in hex               */
#define NGX_UPTIME_MAC_LEN     32
#define NGX_UPTIME_SECRET_KEY  "upk_"       /* how API keys begin           */


typedef struct {
    u_char   text[NGX_UPTIME_SECRET_LEN];
} ngx_uptime_secret_t;

typedef struct {
    u_char   hex[NGX_UPTIME_DIGEST_LEN];
} ngx_uptime_digest_t;


/* Random bytes for secrets of another form. */
void ngx_uptime_secret_bytes(u_char *bytes, size_t len);

/* A new one. */
void ngx_uptime_secret_new(ngx_uptime_secret_t *secret);

/*
 * The one that follows from another by HMAC-SHA-256: the same each time, and
 * only for who has the key.
 */
void ngx_uptime_secret_next(ngx_uptime_secret_t *next, const ngx_str_t *secret,
    const ngx_str_t *key);

/* HMAC-SHA-256 of text, NGX_UPTIME_MAC_LEN bytes. */
void ngx_uptime_secret_mac(u_char *mac, const ngx_str_t *key,
    const ngx_str_t *text);

/*
 * The same length for what is only compared inside a process: a keyed hash
 * (BLAKE2b) at a fifth of the price.  key: NGX_UPTIME_MAC_LEN bytes.
 */
void ngx_uptime_secret_tag(u_char *tag, const u_char *key,
    const ngx_str_t *text);

/* 1: has the form of a secret. */
ngx_uint_t ngx_uptime_secret_valid(const ngx_str_t *text);

/* 1: has the prefix of API keys, though perhaps it is none. */
ngx_uint_t ngx_uptime_secret_is_key(const ngx_str_t *token);

/*
 * "upk_<id>_<secret>" -> its parts; *secret points into key.  NGX_DECLINED:
 * not of this form.
 */
ngx_int_t ngx_uptime_secret_key(const ngx_str_t *key, int64_t *id,
    ngx_str_t *secret);

/* What is stored. */
void ngx_uptime_secret_digest(ngx_uptime_digest_t *digest,
    const u_char *text, size_t len);


#endif /* _NGX_UPTIME_SECRET_H_INCLUDED_ */
