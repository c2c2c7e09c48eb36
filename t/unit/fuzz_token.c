
/*
 * Two ways to a token: the bytes as they are, or (first byte even) a header
 * and claims from the bytes, two lines, with a good signature of ours.
 * Whatever is accepted must be signed, and say who it is for.
 *
 * sources: src/auth/ngx_uptime_token.c t/unit/ngx_stub_text.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c
 * libs: -ljwt -lsodium
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include <sodium.h>

#include "ngx_uptime_token.h"


static void sign(ngx_pool_t *pool, const uint8_t *data, size_t size,
    ngx_str_t *token);
static void encode(u_char **p, const u_char *data, size_t len);
static void mac(u_char *out, const u_char *data, size_t len);
static void judge(ngx_pool_t *pool, ngx_array_t *keys, ngx_str_t *token,
    ngx_uptime_claims_t *claims);


static u_char  secret[] = "0123456789abcdef0123456789abcdef";


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_int_t                rc;
    ngx_str_t                token;
    ngx_pool_t              *pool;
    ngx_array_t             *keys;
    ngx_uptime_claims_t      claims;
    ngx_uptime_token_key_t  *key;

    if (size == 0) {
        return 0;
    }

    pool = ngx_stub_pool();

    keys = ngx_array_create(pool, 1, sizeof(ngx_uptime_token_key_t));
    key = ngx_array_push(keys);
    ngx_str_set(&key->kid, "k1");
    key->secret.data = secret;
    key->secret.len = sizeof(secret) - 1;

    if (data[0] & 1) {
        token.len = size - 1;
        token.data = ngx_pnalloc(pool, token.len);
        ngx_memcpy(token.data, data + 1, token.len);

    } else {
        sign(pool, data + 1, size - 1, &token);
    }

    rc = ngx_uptime_token_verify(pool, keys, &token, &claims);

    require(rc == NGX_OK || rc == NGX_DECLINED);

    if (rc == NGX_OK) {
        judge(pool, keys, &token, &claims);
    }

    ngx_destroy_pool(pool);

    return 0;
}


static void
sign(ngx_pool_t *pool, const uint8_t *data, size_t size, ngx_str_t *token)
{
    size_t         head;
    u_char        *p, hash[crypto_auth_hmacsha256_BYTES];
    const u_char  *line;

    line = memchr(data, '\n', size);
    head = line ? (size_t) (line - data) : size;

    token->data = ngx_pnalloc(pool, size * 2 + 64);
    p = token->data;

    encode(&p, data, head);
    *p++ = '.';

    if (line != NULL) {
        encode(&p, line + 1, size - head - 1);
    }

    mac(hash, token->data, p - token->data);
    *p++ = '.';
    encode(&p, hash, sizeof(hash));

    token->len = p - token->data;
}


static void
encode(u_char **p, const u_char *data, size_t len)
{
    ngx_str_t  src, dst;

    src.data = (u_char *) data;
    src.len = len;
    dst.data = *p;

    ngx_encode_base64url(&dst, &src);
    *p += dst.len;
}


static void
mac(u_char *out, const u_char *data, size_t len)
{
    crypto_auth_hmacsha256_state  state;

    crypto_auth_hmacsha256_init(&state, secret, sizeof(secret) - 1);
    crypto_auth_hmacsha256_update(&state, data, len);
    crypto_auth_hmacsha256_final(&state, out);
}


static void
judge(ngx_pool_t *pool, ngx_array_t *keys, ngx_str_t *token,
    ngx_uptime_claims_t *claims)
{
    u_char               *p, hash[crypto_auth_hmacsha256_BYTES], text[64];
    ngx_str_t             again;
    ngx_uptime_claims_t   same;

    require(token->len <= NGX_UPTIME_TOKEN_MAX);
    require(claims->user > 0 && claims->session > 0);
    require(claims->expires > ngx_time());

    /* the signature is ours; its base64 may have been written otherwise */

    p = token->data + token->len;

    while (*--p != '.') { /* void */ }

    mac(hash, token->data, p - token->data);
    again.data = text;
    p++;
    require((size_t) (token->data + token->len - p) < sizeof(text));
    again.len = token->data + token->len - p;
    require(again.len >= 43);

    ngx_memcpy(text, p, again.len);
    p = text;
    encode(&p, hash, sizeof(hash));
    require(ngx_memcmp(text, token->data + token->len - again.len, 42) == 0);

    /* what was understood can be said again */

    require(ngx_uptime_token_issue(pool, keys, claims, &again) == NGX_OK);
    require(ngx_uptime_token_verify(pool, keys, &again, &same) == NGX_OK);
    require(same.user == claims->user && same.session == claims->session
            && same.admin == claims->admin
            && same.expires == claims->expires);
}
