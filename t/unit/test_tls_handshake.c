
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
 * Handshakes in memory: sessions, kinds of keys, and what is left behind by
 * one that fails.
 */


#include "ngx_stub.h"
#include "tap.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "certs.h"
#include "ngx_uptime_tls.h"
#include "ngx_uptime_tls_provider.h"
#include "tls_roots.h"


static int  keys;                       /* that the last handshake has read */


/* 1: it is done */

static int
handshake(SSL_CTX *server, ngx_uptime_tls_peer_t *peer)
{
    int              i, done;
    SSL             *c, *s;
    char             byte;
    SSL_CTX         *client;
    OSSL_LIB_CTX    *before;
    STACK_OF(X509)  *sent;

    before = ngx_uptime_tls_enter();

    client = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(client, peer->verify ? SSL_VERIFY_PEER
                                            : SSL_VERIFY_NONE, NULL);

    if (ngx_uptime_tls_setup(&tls, client, peer) != NGX_OK) {
        SSL_CTX_free(client);
        ngx_uptime_tls_leave(before);
        return 0;
    }

    join(client, server, &c, &s);

    for (i = 0, done = 0; i < 10; i++) {
        (void) SSL_do_handshake(c);
        ngx_uptime_tls_leave(before);
        (void) SSL_do_handshake(s);
        before = ngx_uptime_tls_enter();
    }

    if (SSL_is_init_finished(c) && SSL_is_init_finished(s)) {
        done = 1;
        (void) SSL_write(s, "x", 1);
        (void) SSL_read(c, &byte, 1);
    }

    keys = 0;
    sent = SSL_get_peer_cert_chain(c);

    for (i = 0; i < (sent ? sk_X509_num(sent) : 0); i++) {
        keys += X509_get0_pubkey(sk_X509_value(sent, i)) != NULL;
    }

    (void) SSL_shutdown(c);

    ngx_uptime_tls_detach(peer);
    SSL_free(c);
    SSL_free(s);
    SSL_CTX_free(client);

    ngx_uptime_tls_leave(before);

    return done;
}


/*
 * the same chain three times, and once not verified; whole: in the context
 * for all, and no key is kept
 */

static void
twice(const pair_t *root, int version, const char *of, const char *by,
    int whole)
{
    pair_t                 issuer, leaf;
    SSL_CTX               *server;
    ngx_uint_t             n, verified, remembered;
    ngx_uptime_tls_peer_t  peer;

    printf("# a leaf of %s, its issuer of %s\n", of ? of : "EC",
           by ? by : "EC");

    issuer = make_kind(by, "issuer", root, 1, -500, 3000);
    leaf = make_kind(of, "leaf", &issuer, 0, -500, 3000);

    server = serve(&leaf, version);
    SSL_CTX_add1_chain_cert(server, issuer.cert);

    n = tls.keys.n;
    verified = tls.verified;
    remembered = tls.remembered;

    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;
    tap_is_int(handshake(server, &peer), 1, "a chain");
    tap_is_int(tls.verified, verified + 1, "  verified in full");
    tap_is_int(keys, 2, "  with both keys");

    tap_is_int(handshake(server, &peer), 1, "again");
    tap_is_int(tls.remembered, remembered + 1, "  remembered");
    tap_is_int(keys, whole ? 2 : 1, "  with the keys that are needed");
    tap_is_int(peer.expires, today + 3000, "  and its end");
    tap_is_int(tls.keys.n, n + !whole, "  the leaf's is kept if it can be");

    tap_is_int(handshake(server, &peer), 1, "once more");
    tap_is_int(tls.keys.n, n + !whole, "  with the same one");

    peer.verify = 0;
    tap_is_int(handshake(server, &peer), 1, "not verified");
    tap_is_int(tls.verified, verified + 1, "  indeed");

    SSL_CTX_free(server);
    ends(&issuer);
    ends(&leaf);
}


static void
kinds(const pair_t *root, int version)
{
    int  whole;

    /* from 3.2 on there is one context */
    whole = OPENSSL_version_major() > 3 || OPENSSL_version_minor() > 1;

    twice(root, version, NULL, NULL, whole);
    twice(root, version, "RSA", "RSA", whole);
    twice(root, version, "RSA", NULL, whole);
    twice(root, version, NULL, "RSA", whole);
    twice(root, version, NULL, "ED25519", whole);
    twice(root, version, "ED25519", NULL, 1);
    twice(root, version, "RSA-PSS", "RSA", 1);
}


/* The bytes are known, and so is their key: it is not this server's. */

static void
impostor(const pair_t *root, int version)
{
    X509                   *cert;
    pair_t                  issuer, leaf, other;
    SSL_CTX                *server, *false_server;
    ngx_uint_t              n;
    ngx_uptime_tls_peer_t   peer;

    issuer = make("issuer", root, 1, -500, 3000);
    leaf = make("leaf", &issuer, 0, -500, 3000);
    other = make("leaf", &issuer, 0, -500, 3000);

    server = serve(&leaf, version);
    SSL_CTX_add1_chain_cert(server, issuer.cert);

    /* its bytes stay as they were read: they are sent */

    cert = X509_dup(leaf.cert);
    X509_set_pubkey(cert, other.key);

    false_server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(false_server, version);
    tap_ok(SSL_CTX_use_certificate(false_server, cert) == 1
           && SSL_CTX_use_PrivateKey(false_server, other.key) == 1,
           "a server with a certificate and another's key");
    SSL_CTX_add1_chain_cert(false_server, issuer.cert);

    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;
    tap_is_int(handshake(server, &peer), 1, "  the right server");
    n = tls.remembered;
    tap_is_int(handshake(server, &peer), 1, "  is remembered");
    tap_is_int(handshake(false_server, &peer), 0, "  the false one is refused");
    tap_is_int(tls.remembered, n + 2, "  though the chain is known");

    peer.verify = 0;
    tap_is_int(handshake(false_server, &peer), 0,
               "  not verified: neither, it cannot sign");
    tap_is_int(handshake(server, &peer), 1, "  and the right one may");

    X509_free(cert);
    SSL_CTX_free(server);
    SSL_CTX_free(false_server);
    ends(&issuer);
    ends(&leaf);
    ends(&other);
}


/* Nothing can be kept: it is read each time. */

static void
memory(const pair_t *root)
{
    pair_t                 leaf;
    SSL_CTX               *server;
    ngx_uint_t             n, max;
    ngx_uptime_tls_peer_t  peer;

    leaf = make("leaf", root, 0, -500, 3000);
    server = serve(&leaf, TLS1_3_VERSION);

    ngx_memzero(&peer, sizeof(peer));
    n = tls.keys.n;
    ngx_stub_fail = 1;
    tap_is_int(handshake(server, &peer), 1, "no memory to keep a key");
    ngx_stub_fail = 0;
    tap_is_int(tls.keys.n, n, "  it is not there");

    max = tls.keys.max;
    tls.keys.max = n;
    set_time(NGX_UPTIME_TLS_KEEP - 1);
    tap_is_int(handshake(server, &peer), 1, "no room");
    tap_is_int(tls.keys.n, n, "  neither");
    tap_ok(ngx_uptime_tls_cache_room(&tls.keys, today + NGX_UPTIME_TLS_KEEP),
           "  others stay for an hour");
    tls.keys.max = max;
    set_time(0);

    SSL_CTX_free(server);
    ends(&leaf);
}


/* A server of TLS 1.2 that wants another handshake while its answer flows. */

static void
again(const pair_t *root)
{
    int                     i, on;
    SSL                    *c, *s;
    char                    byte;
    pair_t                  leaf;
    SSL_CTX                *server, *client;
    socklen_t               len;
    OSSL_LIB_CTX           *before;
    ngx_uptime_tls_peer_t   peer;

    on = 1;
    len = sizeof(on);
    leaf = make("leaf", root, 0, -500, 3000);
    server = serve(&leaf, TLS1_2_VERSION);
    SSL_CTX_clear_options(server, SSL_OP_NO_RENEGOTIATION);

    before = ngx_uptime_tls_enter();
    client = SSL_CTX_new(TLS_client_method());
    ngx_memzero(&peer, sizeof(peer));
    (void) ngx_uptime_tls_setup(&tls, client, &peer);

    join(client, server, &c, &s);

    peer.socket = socket(AF_INET, SOCK_STREAM, 0);

    for (i = 0; i < 10; i++) {
        (void) SSL_do_handshake(c);
        (void) SSL_do_handshake(s);
    }

    peer.corked = 1;
    (void) setsockopt(peer.socket, IPPROTO_TCP, TCP_CORK, &on, len);

    (void) SSL_write(s, "x", 1);
    tap_is_int(SSL_read(c, &byte, 1), 1, "an answer begins");
    (void) getsockopt(peer.socket, IPPROTO_TCP, TCP_CORK, &on, &len);
    tap_is_int(on, 1, "  its end is held back");

    (void) SSL_renegotiate(s);

    for (i = 0; i < 10; i++) {
        (void) SSL_do_handshake(s);
        (void) SSL_read(c, &byte, 1);
    }

    tap_is_int(SSL_num_renegotiations(c), 1, "another handshake");
    (void) getsockopt(peer.socket, IPPROTO_TCP, TCP_CORK, &on, &len);
    tap_is_int(on, 0, "  nothing is held back");

    SSL_free(c);
    ngx_uptime_tls_detach(&peer);
    SSL_CTX_free(client);
    ngx_uptime_tls_leave(before);
    SSL_free(s);
    SSL_CTX_free(server);
    close(peer.socket);
    ends(&leaf);
}


/* A certificate that cannot be read: what comes next is as ever. */

static void
garbled(const pair_t *root)
{
    int                     n;
    BIO                    *up, *down;
    SSL                    *c, *s;
    pair_t                  leaf;
    u_char                  buf[8192], *p;
    SSL_CTX                *server, *client;
    OSSL_LIB_CTX           *before, *ours;
    ngx_uptime_tls_peer_t   peer;
    static const u_char     point[] = { 0x03, 0x42, 0x00, 0x04 };

    leaf = make("leaf", root, 0, -500, 3000);
    server = serve(&leaf, TLS1_2_VERSION);

    s = SSL_new(server);
    up = BIO_new(BIO_s_mem());
    down = BIO_new(BIO_s_mem());
    BIO_up_ref(up);
    BIO_up_ref(down);
    SSL_set_bio(s, up, down);

    before = ngx_uptime_tls_enter();
    client = SSL_CTX_new(TLS_client_method());
    ngx_memzero(&peer, sizeof(peer));
    peer.verify = 1;
    (void) ngx_uptime_tls_setup(&tls, client, &peer);
    c = SSL_new(client);
    SSL_set_bio(c, down, up);

    (void) SSL_connect(c);
    ngx_uptime_tls_leave(before);
    (void) SSL_accept(s);

    n = BIO_read(down, buf, sizeof(buf));
    p = (n > 0) ? memmem(buf, n, point, sizeof(point)) : NULL;
    tap_ok(p != NULL, "a server's key on its way");

    if (p != NULL) {
        *p = 0x04;
        BIO_write(down, buf, n);
    }

    before = ngx_uptime_tls_enter();
    ours = OSSL_LIB_CTX_set0_default(NULL);
    tap_is_int(SSL_connect(c), -1, "  garbled: no handshake");
    tap_ok(OSSL_LIB_CTX_set0_default(NULL) == ours,
           "  and the context is the one for all");

    SSL_free(c);
    ngx_uptime_tls_detach(&peer);
    SSL_CTX_free(client);
    ngx_uptime_tls_leave(before);
    SSL_free(s);
    SSL_CTX_free(server);
    ends(&leaf);
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

    server = serve(&leaf, version);
    other = serve(&strange, TLS1_3_VERSION);

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
    pair_t  root;

    today = time(NULL);
    set_time(0);

    root = make("root", NULL, 1, -1000, 100000);
    roots(&root);

    sessions(&root, TLS1_3_VERSION);
    sessions(&root, TLS1_2_VERSION);
    kinds(&root, TLS1_3_VERSION);
    kinds(&root, TLS1_2_VERSION);
    impostor(&root, TLS1_3_VERSION);
    impostor(&root, TLS1_2_VERSION);
    memory(&root);
    again(&root);
    garbled(&root);

    ngx_uptime_tls_destroy(&tls);
    ends(&root);

    return tap_done();
}
