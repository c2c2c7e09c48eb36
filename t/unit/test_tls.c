
/*
 * sources: src/fetch/ngx_uptime_tls.c src/fetch/ngx_uptime_tls_chain.c
 * sources: src/fetch/ngx_uptime_evidence.c
 * sources: src/fetch/ngx_uptime_tls_provider.c
 * sources: src/fetch/ngx_uptime_tls_cache.c t/unit/ngx_stub_text.c
 * libs: -lssl -lcrypto
 *
 * Chains of certificates that are verified, remembered and not remembered,
 * and sessions of handshakes in memory.
 */


#include "ngx_stub.h"
#include "tap.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "certs.h"
#include "ngx_uptime_tls.h"


static ngx_log_t         quiet;
static ngx_uptime_tls_t  tls;


/* what a handshake does with the certificates; returns X509_V_... */

static int
verify(ngx_uptime_tls_peer_t *peer, const pair_t *leaf, const pair_t *issuer)
{
    int              rc, err;
    X509            *x;
    X509_STORE_CTX  *sc;
    STACK_OF(X509)  *sent;

    peer->tls = &tls;

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
set_time(long after)
{
    ngx_time_t  *t;

    t = (ngx_time_t *) ngx_cached_time;
    t->sec = today + after;
}


static void
roots(const pair_t *root)
{
    FILE  *f;
    char   name[] = "/tmp/uptime-unit.XXXXXX";

    f = fdopen(mkstemp(name), "w");
    PEM_write_X509(f, root->cert);
    fclose(f);

    tap_is_int(ngx_uptime_tls_init(&tls, name, &quiet), NGX_OK, "init");
    tap_ok(tls.store != NULL, "roots are read");
    unlink(name);
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


/* ngx_time() moves, OpenSSL's own clock does not */

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
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified + 1,
               "the issuer has ended: verified in full");

    set_time(0);
    (void) verify(&peer, &leaf, &issuer);
    verified = tls.verified;
    set_time(-1);
    (void) verify(&peer, &leaf, &issuer);
    tap_is_int(tls.verified, verified + 1, "the clock went back: in full");
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


static void
bounds(void)
{
    u_char                    key[NGX_UPTIME_TLS_KEY];
    ngx_uint_t                i;
    ngx_uptime_tls_cache_t    c;
    ngx_uptime_tls_window_t   w = { 0, 0, 1000 };

    ngx_memzero(&c, sizeof(c));
    ngx_uptime_tls_cache_destroy(&c);
    tap_is_int(ngx_uptime_tls_cache_init(&c, 3, NULL), NGX_OK, "a cache of 3");

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

    ngx_uptime_tls_cache_destroy(&c);
    tap_ok(c.buckets == NULL, "destroyed");
}


/* a client and a server that talk through memory; 1: the handshake is done */

static int
handshake(SSL_CTX *server, ngx_uptime_tls_peer_t *peer)
{
    int       i, done;
    BIO      *up, *down;
    SSL      *c, *s;
    char      byte;
    SSL_CTX  *client;

    client = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(client, peer->verify ? SSL_VERIFY_PEER
                                            : SSL_VERIFY_NONE, NULL);

    if (ngx_uptime_tls_setup(&tls, client, peer) != NGX_OK) {
        SSL_CTX_free(client);
        return 0;
    }

    c = SSL_new(client);
    s = SSL_new(server);
    BIO_new_bio_pair(&up, 0, &down, 0);
    SSL_set_bio(c, up, up);
    SSL_set_bio(s, down, down);
    SSL_set_connect_state(c);
    SSL_set_accept_state(s);

    for (i = 0, done = 0; i < 10; i++) {
        (void) SSL_do_handshake(c);
        (void) SSL_do_handshake(s);
    }

    if (SSL_is_init_finished(c) && SSL_is_init_finished(s)) {
        done = 1;
        (void) SSL_write(s, "x", 1);
        (void) SSL_read(c, &byte, 1);
    }

    (void) SSL_shutdown(c);

    ngx_uptime_tls_detach(peer);
    SSL_free(c);
    SSL_free(s);
    SSL_CTX_free(client);

    return done;
}


static ngx_uptime_tls_peer_t
peer_of(const char *key, int verify)
{
    ngx_uptime_tls_peer_t  peer;

    ngx_memzero(&peer, sizeof(peer));
    peer.verify = verify;
    peer.resume = 1;
    (void) ngx_uptime_tls_key((u_char *) key, ngx_strlen(key), peer.key);

    return peer;
}


static void
sessions(const pair_t *root, int version)
{
    pair_t                 leaf, strange;
    SSL_CTX               *server, *other;
    ngx_uptime_tls_peer_t  peer;

    leaf = make("leaf", root, 0, -500, 3000);
    strange = make("leaf", NULL, 0, -500, 3000);

    server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(server, version);
    SSL_CTX_use_certificate(server, leaf.cert);
    SSL_CTX_use_PrivateKey(server, leaf.key);

    other = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(other, strange.cert);
    SSL_CTX_use_PrivateKey(other, strange.key);

    peer = peer_of("one", 1);
    tap_is_int(handshake(server, &peer), 1, "a full handshake");
    tap_ok(!peer.resumed, "  is full");

    peer = peer_of("one", 1);
    tap_is_int(handshake(server, &peer), 1, "the second one");
    tap_ok(peer.resumed, "  is resumed");
    tap_is_int(peer.expires, today + 3000, "  and tells the certificate");

    peer = peer_of("one", 1);
    (void) handshake(server, &peer);
    tap_ok(peer.resumed, "the third one as well");

    peer = peer_of("two", 1);
    (void) handshake(server, &peer);
    tap_ok(!peer.resumed, "another key has a session of its own");

    peer = peer_of("one", 1);
    peer.resume = 0;
    (void) handshake(server, &peer);
    tap_ok(!peer.resumed, "who does not want to resume does not");

    set_time(NGX_UPTIME_TLS_KEEP);
    peer = peer_of("one", 1);
    (void) handshake(server, &peer);
    tap_ok(!peer.resumed, "after an hour it is full again");
    set_time(0);

    peer = peer_of("one", 1);
    tap_is_int(handshake(other, &peer), 0,
               "another server with the key of one: verified, refused");

    peer = peer_of("off", 0);
    tap_is_int(handshake(other, &peer), 1, "without verification");
    peer = peer_of("off", 0);
    (void) handshake(other, &peer);
    tap_ok(peer.resumed, "  resumed");
    peer = peer_of("off on", 1);
    tap_is_int(handshake(other, &peer), 0, "  with it: refused");

    SSL_CTX_free(server);
    SSL_CTX_free(other);
    ends(&leaf);
    ends(&strange);
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
    bounds();
    sessions(&root, TLS1_3_VERSION);
    sessions(&root, TLS1_2_VERSION);

    ngx_uptime_tls_destroy(&tls);

    tap_is_int(ngx_uptime_tls_init(&tls, "/nonexistent", &quiet), NGX_OK,
               "no roots");
    peer = peer_of("one", 1);
    tap_is_int(ngx_uptime_tls_setup(&tls, NULL, &peer), NGX_ERROR,
               "  nobody can verify");
    ngx_uptime_tls_destroy(&tls);

    ends(&root);

    return tap_done();
}
