
/*
 * Sealed secrets: nonce, ciphertext and tag.  Used in
 * workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <sodium.h>

#include "ngx_uptime_secret_box.h"


#define NGX_UPTIME_BOX_NONCE  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define NGX_UPTIME_BOX_TAG    crypto_aead_xchacha20poly1305_ietf_ABYTES

#define NGX_UPTIME_BOX_SAME   "uptime nonces"


static void ngx_uptime_secret_box_key(u_char *out, const ngx_str_t *key,
    const char *kind);
static void ngx_uptime_secret_box_owner(u_char *out, int64_t owner);
static void ngx_uptime_secret_box_seal(u_char *hex, const u_char *nonce,
    const ngx_str_t *key, const char *kind, int64_t owner,
    const u_char *bytes, size_t len);


void
ngx_uptime_secret_seal(u_char *hex, const ngx_str_t *key, const char *kind,
    int64_t owner, const u_char *bytes, size_t len)
{
    u_char  nonce[NGX_UPTIME_BOX_NONCE];

    randombytes_buf(nonce, sizeof(nonce));

    ngx_uptime_secret_box_seal(hex, nonce, key, kind, owner, bytes, len);
}


void
ngx_uptime_secret_seal_same(u_char *hex, const ngx_str_t *key,
    const char *kind, int64_t owner, const u_char *bytes, size_t len)
{
    u_char                        sub[crypto_auth_hmacsha256_BYTES], ad[8];
    u_char                        nonce[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state  state;

    ngx_uptime_secret_box_key(sub, key, NGX_UPTIME_BOX_SAME);
    ngx_uptime_secret_box_owner(ad, owner);

    crypto_auth_hmacsha256_init(&state, sub, sizeof(sub));
    crypto_auth_hmacsha256_update(&state, (u_char *) kind,
                                  ngx_strlen(kind) + 1);
    crypto_auth_hmacsha256_update(&state, ad, sizeof(ad));
    crypto_auth_hmacsha256_update(&state, bytes, len);
    crypto_auth_hmacsha256_final(&state, nonce);

    sodium_memzero(sub, sizeof(sub));
    sodium_memzero(&state, sizeof(state));

    ngx_uptime_secret_box_seal(hex, nonce, key, kind, owner, bytes, len);
}


/* the nonce's first NGX_UPTIME_BOX_NONCE bytes count */

static void
ngx_uptime_secret_box_seal(u_char *hex, const u_char *nonce,
    const ngx_str_t *key, const char *kind, int64_t owner,
    const u_char *bytes, size_t len)
{
    u_char  sub[crypto_auth_hmacsha256_BYTES], ad[8];
    u_char  box[NGX_UPTIME_BOX_EXTRA + NGX_UPTIME_BOX_MAX];

    ngx_uptime_secret_box_key(sub, key, kind);
    ngx_uptime_secret_box_owner(ad, owner);

    ngx_memcpy(box, nonce, NGX_UPTIME_BOX_NONCE);

    (void) crypto_aead_xchacha20poly1305_ietf_encrypt(
               box + NGX_UPTIME_BOX_NONCE, NULL, bytes, len, ad, sizeof(ad),
               NULL, box, sub);

    (void) ngx_hex_dump(hex, box, len + NGX_UPTIME_BOX_EXTRA);

    sodium_memzero(sub, sizeof(sub));
}


ngx_int_t
ngx_uptime_secret_open(u_char *bytes, size_t len, const ngx_str_t *key,
    const char *kind, int64_t owner, const ngx_str_t *hex)
{
    int     rc;
    u_char  sub[crypto_auth_hmacsha256_BYTES], ad[8];
    u_char  box[NGX_UPTIME_BOX_EXTRA + NGX_UPTIME_BOX_MAX];

    if (len > NGX_UPTIME_BOX_MAX
        || ngx_uptime_secret_unhex(box, len + NGX_UPTIME_BOX_EXTRA, hex)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_uptime_secret_box_key(sub, key, kind);
    ngx_uptime_secret_box_owner(ad, owner);

    rc = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL,
             box + NGX_UPTIME_BOX_NONCE, len + NGX_UPTIME_BOX_TAG, ad,
             sizeof(ad), box, sub);

    sodium_memzero(sub, sizeof(sub));

    return (rc == 0) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_uptime_secret_unhex(u_char *bytes, size_t len, const ngx_str_t *hex)
{
    size_t     i;
    ngx_int_t  value;

    if (hex->len != 2 * len) {
        return NGX_DECLINED;
    }

    for (i = 0; i < len; i++) {
        value = ngx_hextoi(hex->data + 2 * i, 2);

        if (value == NGX_ERROR) {
            return NGX_DECLINED;
        }

        bytes[i] = (u_char) value;
    }

    return NGX_OK;
}


/* The file's keys have jobs besides: none of them gets the key itself. */

static void
ngx_uptime_secret_box_key(u_char *out, const ngx_str_t *key, const char *kind)
{
    crypto_auth_hmacsha256_state  state;

    crypto_auth_hmacsha256_init(&state, key->data, key->len);
    crypto_auth_hmacsha256_update(&state, (u_char *) kind,
                                  ngx_strlen(kind) + 1);
    crypto_auth_hmacsha256_final(&state, out);

    sodium_memzero(&state, sizeof(state));
}


static void
ngx_uptime_secret_box_owner(u_char *out, int64_t owner)
{
    ngx_uint_t  i;

    for (i = 0; i < 8; i++) {
        out[i] = (u_char) ((uint64_t) owner >> (8 * i));
    }
}
