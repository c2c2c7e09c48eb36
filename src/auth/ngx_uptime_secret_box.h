
#ifndef _NGX_UPTIME_SECRET_BOX_H_INCLUDED_
#define _NGX_UPTIME_SECRET_BOX_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Secrets that have to be read again and therefore cannot be stored as a
 * hash: sealed with XChaCha20-Poly1305 under a key that is derived from one
 * of uptime_token_key_file, and bound to whose they are.  Pure but for random
 * numbers.
 */

#define NGX_UPTIME_BOX_EXTRA     40         /* nonce and tag, bytes         */

/* of len bytes, sealed, in hex */
#define NGX_UPTIME_BOX_HEX(len)  (2 * ((len) + NGX_UPTIME_BOX_EXTRA))

#define NGX_UPTIME_BOX_MAX       16384      /* bytes that fit into one      */

/* of which kind it is: one kind does not open as another */
#define NGX_UPTIME_BOX_TOTP      "uptime two-factor secret"
#define NGX_UPTIME_BOX_CHANNEL   "uptime channel secrets"
#define NGX_UPTIME_BOX_MONITOR   "uptime monitor secret"


/* Writes NGX_UPTIME_BOX_HEX(len) characters to hex; len <= BOX_MAX. */
void ngx_uptime_secret_seal(u_char *hex, const ngx_str_t *key,
    const char *kind, int64_t owner, const u_char *bytes, size_t len);

/*
 * The same, but with a nonce that follows from all of it: equal bytes of one
 * owner are equal boxes, which is all that they tell.
 */
void ngx_uptime_secret_seal_same(u_char *hex, const ngx_str_t *key,
    const char *kind, int64_t owner, const u_char *bytes, size_t len);

/*
 * The other way round.  NGX_DECLINED: not len bytes of this kind and owner
 * that were sealed with this key; bytes are worth nothing then.
 */
ngx_int_t ngx_uptime_secret_open(u_char *bytes, size_t len,
    const ngx_str_t *key, const char *kind, int64_t owner,
    const ngx_str_t *hex);

/* Bytes from twice as many hex digits of any case; NGX_DECLINED: not that. */
ngx_int_t ngx_uptime_secret_unhex(u_char *bytes, size_t len,
    const ngx_str_t *hex);


#endif /* _NGX_UPTIME_SECRET_BOX_H_INCLUDED_ */
