
/*
 * The public key of a server's certificate, read once from its bytes and kept
 * for the next handshake.  OpenSSL reads it each time with each certificate,
 * and gives it to the provider that verifies the server's signature each time
 * anew; a key that stays remembers the latter, too.  Keys of RSA and of
 * elliptic curves only.  No event loop.  Used in any process.
 */


/* d2i_EC_PUBKEY() and its like: OpenSSL 3.0 has no other way past decoders */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ngx_uptime_tls.h"
#include "ngx_uptime_tls_message.h"


/*
 * What is kept is 1,024 bytes at most: RSA of 4,096 bits has 550, and whoever
 * wants our memory may send 64 KiB, another key each time.
 */
#define NGX_UPTIME_TLS_LEAF  1024


static EVP_PKEY *ngx_uptime_tls_leaf_read(const ngx_str_t *info,
    ngx_uptime_tls_kind_e kind);
static int ngx_uptime_tls_leaf_assign(EVP_PKEY *key,
    ngx_uptime_tls_kind_e kind, const u_char **p, long len);


EVP_PKEY *
ngx_uptime_tls_leaf(ngx_uptime_tls_t *tls, const ngx_str_t *cert)
{
    u_char                    digest[NGX_UPTIME_TLS_KEY];
    EVP_PKEY                 *key;
    ngx_str_t                 info;
    ngx_uptime_tls_kind_e     kind;
    ngx_uptime_tls_entry_t   *e;
    ngx_uptime_tls_window_t   w;

    kind = ngx_uptime_tls_message_key(cert, &info);

    if (kind == NGX_UPTIME_TLS_OTHER
        || ngx_uptime_tls_key(info.data, info.len, digest) != NGX_OK)
    {
        return NULL;
    }

    w.since = ngx_uptime_tls_now(tls);
    w.not_before = 0;
    w.not_after = INT64_MAX;

    e = ngx_uptime_tls_cache_find(&tls->keys, digest, w.since);

    if (e != NULL) {
        key = e->object;
        return (EVP_PKEY_up_ref(key) == 1) ? key : NULL;
    }

    key = ngx_uptime_tls_leaf_read(&info, kind);

    if (key == NULL) {
        ERR_clear_error();
        return NULL;
    }

    /* with more servers than places, those that have one keep it for a while */

    if (info.len <= NGX_UPTIME_TLS_LEAF
        && ngx_uptime_tls_cache_room(&tls->keys, w.since)
        && EVP_PKEY_up_ref(key) == 1)
    {
        ngx_uptime_tls_cache_put(&tls->keys, digest, &w, key);
    }

    return key;
}


void
ngx_uptime_tls_leaf_release(void *key)
{
    EVP_PKEY_free(key);
}


/* As a certificate's key is read, all bytes of it; and one that can be put. */

static EVP_PKEY *
ngx_uptime_tls_leaf_read(const ngx_str_t *info, ngx_uptime_tls_kind_e kind)
{
    EVP_PKEY      *key;
    const u_char  *p;

    key = EVP_PKEY_new();

    if (key == NULL) {
        return NULL;
    }

    p = info->data;

    if (ngx_uptime_tls_leaf_assign(key, kind, &p, info->len) != 1
        || p != info->data + info->len
        || EVP_PKEY_get_id(key) != ((kind == NGX_UPTIME_TLS_RSA)
                                    ? EVP_PKEY_RSA : EVP_PKEY_EC)
        || i2d_PUBKEY(key, NULL) <= 0)
    {
        EVP_PKEY_free(key);
        return NULL;
    }

    return key;
}


/* 1: the key has it */

static int
ngx_uptime_tls_leaf_assign(EVP_PKEY *key, ngx_uptime_tls_kind_e kind,
    const u_char **p, long len)
{
    int      rc;
    RSA     *rsa;
    EC_KEY  *ec;

    if (kind == NGX_UPTIME_TLS_RSA) {
        rsa = d2i_RSA_PUBKEY(NULL, p, len);
        rc = (rsa != NULL) ? EVP_PKEY_assign_RSA(key, rsa) : 0;

        if (rc != 1) {
            RSA_free(rsa);
        }

        return rc;
    }

    ec = d2i_EC_PUBKEY(NULL, p, len);
    rc = (ec != NULL) ? EVP_PKEY_assign_EC_KEY(key, ec) : 0;

    if (rc != 1) {
        EC_KEY_free(ec);
    }

    return rc;
}
