
/*
 * Verification of a target's chain of certificates, in full or, if the same
 * bytes were verified a moment ago, by their digest: then no signature is
 * computed again, only the dates are compared.  A failure is not remembered.
 * The name is libcurl's business, each time.  No event loop.  Used in any
 * process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "ngx_uptime_tls.h"
#include "ngx_uptime_tls_message.h"
#include "ngx_uptime_tls_narrow.h"


static void ngx_uptime_tls_sent_leaf(ngx_uptime_tls_peer_t *peer,
    const ngx_str_t *cert);
static ngx_int_t ngx_uptime_tls_verify_leaf(ngx_uptime_tls_peer_t *peer,
    X509_STORE_CTX *sc);
static ngx_int_t ngx_uptime_tls_chain_key(const ngx_str_t *certs,
    ngx_uint_t n, u_char *key);
static ngx_int_t ngx_uptime_tls_chain_window(X509_STORE_CTX *sc,
    ngx_uptime_tls_window_t *w);


/*
 * Before the certificates are read: whether their bytes are known, and whether
 * their keys are wanted.  Those above the leaf's are for signatures, which
 * nobody computes of a chain that is known or not verified; the leaf gets
 * its key afterwards.
 */

void
ngx_uptime_tls_sent(ngx_uptime_tls_peer_t *peer, const u_char *msg,
    size_t len, ngx_uint_t tls13)
{
    ngx_str_t                certs[NGX_UPTIME_TLS_CHAIN], info;
    ngx_uint_t               i, n;
    ngx_uptime_tls_entry_t  *e;

    peer->keyed = 0;
    peer->known = 0;

    EVP_PKEY_free(peer->leaf);
    peer->leaf = NULL;

    n = ngx_uptime_tls_message(msg, len, tls13, certs);

    if (n == 0) {
        return;
    }

    if (peer->verify
        && ngx_uptime_tls_chain_key(certs, n, peer->chain) == NGX_OK)
    {
        peer->keyed = 1;

        e = ngx_uptime_tls_cache_find(&peer->tls->chains, peer->chain,
                                      ngx_uptime_tls_now(peer->tls));

        if (e != NULL) {
            peer->known = 1;
            peer->window = e->window;
        }
    }

    if (!peer->verify || peer->known) {
        ngx_uptime_tls_sent_leaf(peer, &certs[0]);
        return;
    }

    for (i = 0; i < n; i++) {

        if (ngx_uptime_tls_message_key(&certs[i], &info)
            == NGX_UPTIME_TLS_OTHER)
        {
            return;
        }
    }

    ngx_uptime_tls_narrow_begin(1);
}


static void
ngx_uptime_tls_sent_leaf(ngx_uptime_tls_peer_t *peer, const ngx_str_t *cert)
{
    if (!ngx_uptime_tls_narrow_there()) {
        return;
    }

    peer->leaf = ngx_uptime_tls_leaf(peer->tls, cert);

    if (peer->leaf != NULL) {
        ngx_uptime_tls_narrow_begin(0);
    }
}


int
ngx_uptime_tls_verify(X509_STORE_CTX *sc, void *data)
{
    ngx_uptime_tls_peer_t *peer = data;

    int                       rc;
    int64_t                   now;
    ngx_uptime_tls_t         *tls;
    ngx_uptime_tls_window_t   w;

    ngx_uptime_tls_narrow_end();

    tls = peer->tls;
    now = ngx_uptime_tls_now(tls);

    peer->expires = ngx_uptime_tls_time(
                        X509_get0_notAfter(X509_STORE_CTX_get0_cert(sc)));

    ngx_uptime_evidence_cert(peer->evidence, X509_STORE_CTX_get0_cert(sc));

    if (ngx_uptime_tls_verify_leaf(peer, sc) != NGX_OK) {
        X509_STORE_CTX_set_error(sc, X509_V_ERR_OUT_OF_MEM);
        return 0;
    }

    if (!peer->verify) {
        peer->window.since = now;
        peer->window.not_before = 0;
        peer->window.not_after = INT64_MAX;

        X509_STORE_CTX_set_error(sc, X509_V_OK);
        return 1;
    }

    if (peer->known) {
        tls->remembered++;

        X509_STORE_CTX_set_error(sc, X509_V_OK);
        return 1;
    }

    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(sc), (time_t) now);

    rc = X509_verify_cert(sc);
    tls->verified++;

    if (rc != 1 || X509_STORE_CTX_get_error(sc) != X509_V_OK) {
        return rc;
    }

    if (ngx_uptime_tls_chain_window(sc, &w) != NGX_OK) {
        return rc;
    }

    w.since = now;
    peer->window = w;

    if (peer->keyed) {
        ngx_uptime_tls_cache_put(&tls->chains, peer->chain, &w, NULL);
    }

    return rc;
}


static ngx_int_t
ngx_uptime_tls_verify_leaf(ngx_uptime_tls_peer_t *peer, X509_STORE_CTX *sc)
{
    int  rc;

    if (peer->leaf == NULL) {
        return NGX_OK;
    }

    rc = X509_set_pubkey(X509_STORE_CTX_get0_cert(sc), peer->leaf);

    EVP_PKEY_free(peer->leaf);
    peer->leaf = NULL;

    if (rc != 1) {
        /* libcurl takes the first error, which has to be libssl's */
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Everything that the verification depends on besides the time: all
 * certificates that were sent, in their order.  Roots and flags are the same
 * for the whole life of the process.
 */

static ngx_int_t
ngx_uptime_tls_chain_key(const ngx_str_t *certs, ngx_uint_t n, u_char *key)
{
    u_char      all[NGX_UPTIME_TLS_CHAIN * NGX_UPTIME_TLS_KEY];
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {

        if (ngx_uptime_tls_key(certs[i].data, certs[i].len,
                               all + i * NGX_UPTIME_TLS_KEY)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_uptime_tls_key(all, n * NGX_UPTIME_TLS_KEY, key);
}


/* The time in which every certificate of the chain is valid. */

static ngx_int_t
ngx_uptime_tls_chain_window(X509_STORE_CTX *sc, ngx_uptime_tls_window_t *w)
{
    int             i;
    X509           *x;
    int64_t         from, until;
    STACK_OF(X509) *chain;

    chain = X509_STORE_CTX_get0_chain(sc);

    if (chain == NULL || sk_X509_num(chain) < 1) {
        return NGX_ERROR;
    }

    w->not_before = 0;
    w->not_after = INT64_MAX;

    for (i = 0; i < sk_X509_num(chain); i++) {
        x = sk_X509_value(chain, i);
        from = ngx_uptime_tls_time(X509_get0_notBefore(x));
        until = ngx_uptime_tls_time(X509_get0_notAfter(x));

        if (until == 0) {
            return NGX_ERROR;
        }

        w->not_before = ngx_max(w->not_before, from);
        w->not_after = ngx_min(w->not_after, until);
    }

    return NGX_OK;
}


int64_t
ngx_uptime_tls_now(const ngx_uptime_tls_t *tls)
{
    return (tls->clock != NULL) ? tls->clock() / 1000 : (int64_t) ngx_time();
}


/* 0: cannot be read */

int64_t
ngx_uptime_tls_time(const ASN1_TIME *t)
{
    struct tm  tm;

    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) {
        return 0;
    }

    return (int64_t) timegm(&tm);
}


ngx_int_t
ngx_uptime_tls_key(const u_char *p, size_t len, u_char *key)
{
    if (EVP_Digest(p, len, key, NULL, EVP_sha256(), NULL) != 1) {
        return NGX_ERROR;
    }

    return NGX_OK;
}
