
/*
 * Random secrets: refresh tokens, API keys, invitations.  Pure but for the
 * kernel's random numbers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <sodium.h>

#include "ngx_uptime_secret.h"


static void ngx_uptime_secret_encode(ngx_uptime_secret_t *secret,
    u_char *bytes);


void
ngx_uptime_secret_bytes(u_char *bytes, size_t len)
{
    randombytes_buf(bytes, len);
}


void
ngx_uptime_secret_new(ngx_uptime_secret_t *secret)
{
    u_char  bytes[32];

    randombytes_buf(bytes, sizeof(bytes));
    ngx_uptime_secret_encode(secret, bytes);
}


void
ngx_uptime_secret_next(ngx_uptime_secret_t *next, const ngx_str_t *secret,
    const ngx_str_t *key)
{
    u_char                        bytes[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state  state;

    static const u_char           purpose[] = "uptime refresh token";

    crypto_auth_hmacsha256_init(&state, key->data, key->len);
    crypto_auth_hmacsha256_update(&state, purpose, sizeof(purpose));
    crypto_auth_hmacsha256_update(&state, secret->data, secret->len);
    crypto_auth_hmacsha256_final(&state, bytes);

    ngx_uptime_secret_encode(next, bytes);
    sodium_memzero(&state, sizeof(state));
}


void
ngx_uptime_secret_mac(u_char *mac, const ngx_str_t *key,
    const ngx_str_t *text)
{
    crypto_auth_hmacsha256_state  state;

    crypto_auth_hmacsha256_init(&state, key->data, key->len);
    crypto_auth_hmacsha256_update(&state, text->data, text->len);
    crypto_auth_hmacsha256_final(&state, mac);

    sodium_memzero(&state, sizeof(state));
}


void
ngx_uptime_secret_tag(u_char *tag, const u_char *key, const ngx_str_t *text)
{
    (void) crypto_generichash(tag, NGX_UPTIME_MAC_LEN, text->data, text->len,
                              key, NGX_UPTIME_MAC_LEN);
}


/* Wipes bytes. */

static void
ngx_uptime_secret_encode(ngx_uptime_secret_t *secret, u_char *bytes)
{
    u_char      text[NGX_UPTIME_SECRET_LEN + 2];
    ngx_str_t   src, dst;

    src.data = bytes;
    src.len = 32;
    dst.data = text;

    ngx_encode_base64url(&dst, &src);
    ngx_memcpy(secret->text, text, NGX_UPTIME_SECRET_LEN);

    sodium_memzero(bytes, 32);
    sodium_memzero(text, sizeof(text));
}


ngx_uint_t
ngx_uptime_secret_valid(const ngx_str_t *text)
{
    size_t  i;
    u_char  ch;

    if (text->len != NGX_UPTIME_SECRET_LEN) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];

        if ((ch < '0' || ch > '9') && (ch < 'a' || ch > 'z')
            && (ch < 'A' || ch > 'Z') && ch != '-' && ch != '_')
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_uptime_secret_is_key(const ngx_str_t *token)
{
    return token->len > sizeof(NGX_UPTIME_SECRET_KEY) - 1
           && ngx_strncmp(token->data, NGX_UPTIME_SECRET_KEY,
                          sizeof(NGX_UPTIME_SECRET_KEY) - 1) == 0;
}


ngx_int_t
ngx_uptime_secret_key(const ngx_str_t *key, int64_t *id, ngx_str_t *secret)
{
    u_char     *p, *last;
    ngx_int_t   n;

    if (!ngx_uptime_secret_is_key(key)) {
        return NGX_DECLINED;
    }

    p = key->data + sizeof(NGX_UPTIME_SECRET_KEY) - 1;
    last = key->data + key->len;

    secret->data = ngx_strlchr(p, last, '_');

    /* one key has one text: no leading zeros */

    if (secret->data == NULL || *p == '0') {
        return NGX_DECLINED;
    }

    n = ngx_atoi(p, secret->data - p);

    secret->data++;
    secret->len = last - secret->data;

    if (n <= 0 || !ngx_uptime_secret_valid(secret)) {
        return NGX_DECLINED;
    }

    *id = n;

    return NGX_OK;
}


void
ngx_uptime_secret_digest(ngx_uptime_digest_t *digest, const u_char *text,
    size_t len)
{
    u_char  hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, text, len);
    ngx_hex_dump(digest->hex, hash, sizeof(hash));
}
