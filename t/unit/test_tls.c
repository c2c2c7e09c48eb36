
/*
 * sources: src/fetch/ngx_uptime_tls.c src/fetch/ngx_uptime_tls_chain.c
 * sources: src/fetch/ngx_uptime_evidence.c
 * sources: src/fetch/ngx_uptime_tls_provider.c
 * sources: src/fetch/ngx_uptime_tls_x25519.c
 * sources: src/fetch/ngx_uptime_tls_narrow.c
 * sources: src/fetch/ngx_uptime_tls_message.c src/fetch/ngx_uptime_tls_leaf.c
 * sources: src/fetch/ngx_uptime_tls_cache.c t/unit/ngx_stub_text.c
 * libs: -lssl -lcrypto -lsodium
 *
 * Chains of certificates that are verified, remembered and not remembered.
 */


#include "ngx_stub.h"
#include "tap.h"

#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "certs.h"
#include "ngx_uptime_tls.h"
#include "tls_roots.h"


/* one certificate behind the others of a Certificate message (TLS 1.2) */

static size_t
append(u_char *msg, size_t len, X509 *x)
{
    int      n;
    size_t   all;
    u_char  *p;

    p = msg + len;
    n = i2d_X509(x, NULL);

    *p++ = 0;
    *p++ = n >> 8;
    *p++ = n;
    i2d_X509(x, &p);

    all = p - msg - 7;
    msg[0] = SSL3_MT_CERTIFICATE;
    msg[1] = 0;
    msg[2] = (all + 3) >> 8;
    msg[3] = all + 3;
    msg[4] = 0;
    msg[5] = all >> 8;
    msg[6] = all;

    return p - msg;
}


/* what a handshake does with the certificates; returns X509_V_... */

static int
verify(ngx_uptime_tls_peer_t *peer, const pair_t *leaf, const pair_t *issuer)
{
    int              rc, err;
    X509            *x;
    size_t           len;
    u_char           msg[4096];
    X509_STORE_CTX  *sc;
    STACK_OF(X509)  *sent;

    peer->tls = &tls;

    len = append(msg, 7, leaf->cert);

    if (issuer != NULL) {
        len = append(msg, len, issuer->cert);
    }

    ngx_uptime_tls_sent(peer, msg, len, 0);

    sent = sk_X509_new_null();
    x = wire(leaf->cert);
    sk_X509_push(sent, x);

    if (issuer != NULL) {
        sk_X509_push(sent, wire(issuer->cert));
    }

    sc = X509_STORE_CTX_new();
    X509_STORE_CTX_init(sc, tls.store, x, sent);
    X509_STORE_CTX_set_default(sc, "ssl_server");

    rc = ngx_uptime_tls_verify(sc, peer);
    err = X509_STORE_CTX_get_error(sc);

    X509_STORE_CTX_free(sc);
    sk_X509_pop_free(sent, X509_free);

    return (rc == 1) ? err : (err == X509_V_OK ? -1 : err);
}


static void
chains(const pair_t *root)
{
    pair_t                 issuer, leaf, other, late, strange, false_root,
                           forged;
    ngx_uptime_tls_peer_t  peer;

    issuer = make("issuer", root, 1, -1000, 5000);
    leaf = make("leaf", &issuer, 0, -1000, 8000);
    other = make("leaf", &issuer, 0, -1000, 8000);
    late = make("leaf", &issuer, 0, -1000, -10);
    false_root = make("root", NULL, 1, -1000, 9000);
    strange = make("issuer", &false_root, 1, -1000, 9000);
    forged = make("leaf", &strange, 0, -1000, 8000);

    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;

    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_OK, "a good chain");
    tap_is_int(tls.verified, 1, "  in full");
    tap_is_int(peer.expires, today + 8000, "  end of the leaf");
    tap_is_int(peer.window.not_after, today + 5000,
               "  end of what ends first");

    ngx_memzero(&peer.window, sizeof(ngx_uptime_tls_window_t));
    peer.expires = 0;

    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_OK, "again");
    tap_is_int(tls.verified, 1, "  not in full");
    tap_is_int(tls.remembered, 1, "  but remembered");
    tap_is_int(peer.expires, today + 8000, "  end of the leaf");
    tap_is_int(peer.window.not_after, today + 5000, "  window");

    tap_is_int(verify(&peer, &other, &issuer), X509_V_OK, "another leaf");
    tap_is_int(tls.verified, 2, "  in full");
    tap_is_int(verify(&peer, &leaf, NULL),
               X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
               "the same leaf without its issuer");
    tap_is_int(verify(&peer, &leaf, &strange),
               X509_V_ERR_CERT_SIGNATURE_FAILURE,
               "with an issuer of the same name that is none");

    tap_ok(verify(&peer, &forged, &strange) > 0, "a chain to no root");
    tap_ok(verify(&peer, &forged, &strange) > 0, "again");
    tap_ok(verify(&peer, &forged, &issuer) > 0,
           "a leaf that the issuer did not sign");
    tap_ok(verify(&peer, &forged, &issuer) > 0, "again");
    tap_is_int(verify(&peer, &late, &issuer), X509_V_ERR_CERT_HAS_EXPIRED,
               "a leaf that has ended");
    tap_is_int(peer.expires, today - 10, "  its end is told");
    tap_is_int(verify(&peer, &late, &issuer), X509_V_ERR_CERT_HAS_EXPIRED,
               "again");
    tap_is_int(tls.chains.n, 2, "no failure is remembered");

    peer.verify = 0;
    tap_is_int(verify(&peer, &late, &issuer), X509_V_OK, "not verified");
    tap_is_int(peer.expires, today - 10, "  its end is told");
    tap_is_int(verify(&peer, &forged, &strange), X509_V_OK,
               "another one that is not verified");
    tap_is_int(tls.chains.n, 2, "  which says nothing to those who verify");
    peer.verify = 1;
    tap_ok(verify(&peer, &forged, &strange) > 0, "  who refuse it");

    ends(&issuer);
    ends(&leaf);
    ends(&other);
    ends(&late);
    ends(&strange);
    ends(&false_root);
    ends(&forged);
}


static int64_t
elsewhere(void)
{
    return ((int64_t) today + 2000) * 1000;
}


/* ngx_time() moves, this machine's own clock does not */

static void
windows(const pair_t *root)
{
    pair_t                 issuer, leaf;
    ngx_uint_t             verified;
    ngx_uptime_tls_peer_t  peer;

    issuer = make("issuer", root, 1, -1000, 2000);
    leaf = make("leaf", &issuer, 0, -500, 9000);

    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;

    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_OK, "in the window");
    verified = tls.verified;

    set_time(1999);
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified, "its last second: remembered");

    set_time(2000);
    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_ERR_CERT_HAS_EXPIRED,
               "the issuer has ended");
    tap_is_int(tls.verified, verified + 1, "  verified in full");

    set_time(0);
    (void) verify(&peer, &leaf, &issuer);
    verified = tls.verified;
    set_time(-1);
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified + 1, "the clock went back: in full");
    set_time(0);

    tls.clock = elsewhere;
    tap_is_int(ngx_uptime_tls_now(&tls), today + 2000, "another clock");
    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_ERR_CERT_HAS_EXPIRED,
               "  says that the issuer has ended");
    tls.clock = NULL;

    ends(&issuer);
    ends(&leaf);

    issuer = make("issuer", root, 1, -1000, 2001);
    leaf = make("leaf", &issuer, 0, -500, 9000);

    tls.clock = elsewhere;
    set_time(5000);
    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_OK,
               "  says that it has not, and this machine's does");
    tap_is_int(peer.window.since, today + 2000, "  at that time");
    tls.clock = NULL;
    set_time(0);

    ends(&issuer);
    ends(&leaf);
    issuer = make("issuer", root, 1, -1000, 90000);
    leaf = make("leaf", &issuer, 0, -500, 90000);

    (void) verify(&peer, &leaf, &issuer);
    verified = tls.verified;
    set_time(NGX_UPTIME_TLS_KEEP - 1);
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified, "just within the hour: remembered");
    set_time(NGX_UPTIME_TLS_KEEP);
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified + 1, "after an hour: in full");
    set_time(0);

    ngx_stub_fail = 1;
    tap_is_int(verify(&peer, &leaf, &issuer), X509_V_OK,
               "no memory to remember: verified all the same");
    ngx_stub_fail = 0;

    ends(&issuer);
    ends(&leaf);
}


/* The leaf's key out of a certificate that has this one; 1: there is one. */

static int
leaf_of(EVP_PKEY *key, ASN1_OBJECT *curve, const u_char *point, int len)
{
    int         found, n;
    pair_t      pair;
    u_char     *der;
    EVP_PKEY   *read;
    ngx_str_t   cert;

    pair = make("leaf", NULL, 0, -500, 3000);

    if (key != NULL) {
        X509_set_pubkey(pair.cert, key);

    } else {
        X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(pair.cert),
                               OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
                               V_ASN1_OBJECT, curve,
                               OPENSSL_memdup(point, len), len);
    }

    der = NULL;
    X509_sign(pair.cert, pair.key, EVP_sha256());
    n = i2d_X509(pair.cert, &der);
    cert.data = der;
    cert.len = n;

    read = ngx_uptime_tls_leaf(&tls, &cert);
    found = (read != NULL);

    EVP_PKEY_free(read);
    OPENSSL_free(der);
    ends(&pair);

    return found;
}


static EVP_PKEY *
rsa_of(int bits)
{
    BIGNUM          *n, *e;
    EVP_PKEY        *key;
    OSSL_PARAM      *params;
    EVP_PKEY_CTX    *c;
    OSSL_PARAM_BLD  *build;

    n = BN_new();
    e = BN_new();
    BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    BN_set_word(e, 65537);

    build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, "n", n);
    OSSL_PARAM_BLD_push_BN(build, "e", e);
    params = OSSL_PARAM_BLD_to_param(build);

    key = NULL;
    c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY_fromdata_init(c);
    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params);

    EVP_PKEY_CTX_free(c);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);

    return key;
}


static void
leaves(void)
{
    EVP_PKEY               *key;
    ngx_uint_t              n;
    X509_STORE_CTX         *sc;
    ngx_uptime_tls_peer_t   peer;
    static const u_char     infinity[] = { 0 };

    n = tls.keys.n;
    key = rsa_of(4096);
    tap_is_int(leaf_of(key, NULL, NULL, 0), 1, "RSA of 4,096 bits");
    tap_is_int(tls.keys.n, n + 1, "  is kept");
    EVP_PKEY_free(key);

    key = rsa_of(16384);
    tap_is_int(leaf_of(key, NULL, NULL, 0), 1, "a key that is very long");
    tap_is_int(tls.keys.n, n + 1, "  is not");
    EVP_PKEY_free(key);

    tap_is_int(leaf_of(NULL, OBJ_nid2obj(NID_X9_62_prime256v1), infinity, 1),
               0, "a key that cannot be put into a certificate");
    tap_is_int(tls.keys.n, n + 1, "  is read as ever");
    tap_is_int(ERR_peek_error(), 0, "  and leaves no error");

    /* libcurl asks for the first error that there is */

    ngx_memzero(&peer, sizeof(peer));
    peer.tls = &tls;
    peer.leaf = EVP_PKEY_new();

    sc = X509_STORE_CTX_new();
    X509_STORE_CTX_init(sc, tls.store, X509_new(), NULL);
    tap_is_int(ngx_uptime_tls_verify(sc, &peer), 0, "no memory for a key");
    tap_is_int(X509_STORE_CTX_get_error(sc), X509_V_ERR_OUT_OF_MEM,
               "  is what is told");
    tap_is_int(ERR_peek_error(), 0, "  and the only thing");
    tap_ok(peer.leaf == NULL, "  the key is gone");

    X509_free(X509_STORE_CTX_get0_cert(sc));
    X509_STORE_CTX_free(sc);
}


static void
bounds(void)
{
    u_char                    key[NGX_UPTIME_TLS_KEY];
    ngx_uint_t                i;
    ngx_uptime_tls_cache_t    c;
    ngx_uptime_tls_window_t   w = { 0, 0, 1000 };

    ngx_memzero(&c, sizeof(c));
    ngx_uptime_tls_cache_destroy(&c);
    tap_is_int(ngx_uptime_tls_cache_init(&c, 3, NULL, NULL), NGX_OK,
               "a cache of 3");

    ngx_memzero(key, sizeof(key));

    for (i = 1; i <= 4; i++) {
        key[0] = (u_char) i;
        ngx_uptime_tls_cache_put(&c, key, &w, NULL);

        key[0] = 1;
        tap_ok(ngx_uptime_tls_cache_find(&c, key, 5) != NULL,
               "the one that is used stays");
    }

    tap_is_int(c.n, 3, "no more than 3");

    key[0] = 2;
    tap_ok(ngx_uptime_tls_cache_find(&c, key, 5) == NULL,
           "the one that was used least recently went");
    key[0] = 3;
    tap_ok(ngx_uptime_tls_cache_find(&c, key, 1000) == NULL, "one that ended");
    tap_is_int(c.n, 2, "  is removed");
    key[0] = 4;
    ngx_uptime_tls_cache_put(&c, key, &w, NULL);
    tap_is_int(c.n, 2, "the same key once");

    tap_ok(ngx_uptime_tls_cache_room(&c, 5), "room for one more");
    key[0] = 5;
    ngx_uptime_tls_cache_put(&c, key, &w, NULL);
    tap_ok(!ngx_uptime_tls_cache_room(&c, 999), "  and for no other");
    tap_ok(ngx_uptime_tls_cache_room(&c, 1000), "  until one has ended");

    ngx_uptime_tls_cache_destroy(&c);
    tap_ok(c.buckets == NULL, "destroyed");
}


int
main(void)
{
    pair_t                 root;
    ngx_uptime_tls_peer_t  peer;

    today = time(NULL);
    set_time(0);

    root = make("root", NULL, 1, -1000, 100000);

    roots(&root);
    chains(&root);
    windows(&root);
    leaves();
    bounds();

    ngx_uptime_tls_destroy(&tls);

    tap_is_int(ngx_uptime_tls_init(&tls, "/nonexistent", &quiet), NGX_OK,
               "no roots");
    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;
    tap_is_int(ngx_uptime_tls_setup(&tls, NULL, &peer), NGX_ERROR,
               "  nobody can verify");
    ngx_uptime_tls_destroy(&tls);

    ends(&root);

    return tap_done();
}
