
/*
 * TLS of the connections to targets, as callbacks in the SSL_CTX that libcurl
 * makes for each of them: one store of roots for the whole process, and
 * sessions for the monitors that want to resume.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "ngx_uptime_tls.h"
#include "ngx_uptime_tls_provider.h"
#include "ngx_uptime_tls_narrow.h"


/* about 110 bytes each */
#define NGX_UPTIME_TLS_CHAINS    32768

/* with what the provider makes of them, 4 KiB each */
#define NGX_UPTIME_TLS_KEYS      2048

/* with the certificates of the peer, some 10 KiB each */
#define NGX_UPTIME_TLS_SESSIONS  1024


static ngx_int_t ngx_uptime_tls_load(ngx_uptime_tls_t *tls,
    const char *ca_file);
static ngx_uptime_tls_peer_t *ngx_uptime_tls_peer(const SSL *ssl);
static void ngx_uptime_tls_hear(int sent, int version, int type,
    const void *msg, size_t len, SSL *ssl, void *data);
static void ngx_uptime_tls_info(const SSL *ssl, int where, int rc);
static void ngx_uptime_tls_offer(SSL *ssl, ngx_uptime_tls_peer_t *peer);
static void ngx_uptime_tls_done(const SSL *ssl, ngx_uptime_tls_peer_t *peer);
static int ngx_uptime_tls_session(SSL *ssl, SSL_SESSION *session);
static void ngx_uptime_tls_session_release(void *session);


/* of the library: one for the process, however often it is asked for */
static int  ngx_uptime_tls_index = -1;


ngx_int_t
ngx_uptime_tls_init(ngx_uptime_tls_t *tls, const char *ca_file,
    ngx_log_t *log)
{
    ngx_memzero(tls, sizeof(ngx_uptime_tls_t));
    tls->log = log;

    ngx_uptime_tls_provider_init(log);

    if (ngx_uptime_tls_index == -1) {
        ngx_uptime_tls_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL,
                                                        NULL);
    }

    tls->index = ngx_uptime_tls_index;

    if (tls->index == -1
        || ngx_uptime_tls_cache_init(&tls->chains, NGX_UPTIME_TLS_CHAINS,
                                     NULL, log)
           != NGX_OK
        || ngx_uptime_tls_cache_init(&tls->keys, NGX_UPTIME_TLS_KEYS,
                                     ngx_uptime_tls_leaf_release, log)
           != NGX_OK
        || ngx_uptime_tls_cache_init(&tls->sessions, NGX_UPTIME_TLS_SESSIONS,
                                     ngx_uptime_tls_session_release, log)
           != NGX_OK)
    {
        ngx_log_error(NGX_LOG_CRIT, log, 0, "uptime: no memory for TLS");
        ngx_uptime_tls_destroy(tls);
        return NGX_ERROR;
    }

    if (ngx_uptime_tls_load(tls, ca_file) != NGX_OK) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: the certificates in \"%s\" could not be read, "
                      "checks that verify TLS will be unknown", ca_file);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_tls_load(ngx_uptime_tls_t *tls, const char *ca_file)
{
    int            rc;
    X509_STORE    *store;
    OSSL_LIB_CTX  *before;

    store = X509_STORE_new();
    if (store == NULL) {
        return NGX_ERROR;
    }

    before = ngx_uptime_tls_enter();
    rc = X509_STORE_load_locations(store, ca_file, NULL);
    ngx_uptime_tls_leave(before);

    /* as libcurl has it: any certificate in the file is trusted as it is */

    if (rc != 1
        || X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST
                                       |X509_V_FLAG_PARTIAL_CHAIN)
           != 1)
    {
        X509_STORE_free(store);
        ERR_clear_error();
        return NGX_ERROR;
    }

    tls->store = store;

    return NGX_OK;
}


void
ngx_uptime_tls_destroy(ngx_uptime_tls_t *tls)
{
    ngx_uptime_tls_cache_destroy(&tls->chains);
    ngx_uptime_tls_cache_destroy(&tls->keys);
    ngx_uptime_tls_cache_destroy(&tls->sessions);

    X509_STORE_free(tls->store);
    tls->store = NULL;

    ngx_uptime_tls_provider_done();
}


ngx_int_t
ngx_uptime_tls_setup(ngx_uptime_tls_t *tls, SSL_CTX *ctx,
    ngx_uptime_tls_peer_t *peer)
{
    if (peer->verify && tls->store == NULL) {
        return NGX_ERROR;
    }

    ngx_uptime_tls_detach(peer);

    if (SSL_CTX_set_ex_data(ctx, tls->index, peer) != 1
        || SSL_CTX_up_ref(ctx) != 1)
    {
        return NGX_ERROR;
    }

    peer->tls = tls;
    peer->ctx = ctx;

    if (peer->verify) {
        SSL_CTX_set1_cert_store(ctx, tls->store);
    }

    SSL_CTX_set_cert_verify_callback(ctx, ngx_uptime_tls_verify, peer);
    SSL_CTX_set_msg_callback(ctx, ngx_uptime_tls_hear);
    SSL_CTX_set_info_callback(ctx, ngx_uptime_tls_info);

    /* some 10 KiB less while a connection waits */
    (void) SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);

    if (peer->resume) {
        (void) SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT
                                              |SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ctx, ngx_uptime_tls_session);
    }

    return NGX_OK;
}


/* libcurl may keep a connection a little longer than its transfer. */

void
ngx_uptime_tls_detach(ngx_uptime_tls_peer_t *peer)
{
    if (peer->ctx == NULL) {
        return;
    }

    (void) SSL_CTX_set_ex_data(peer->ctx, peer->tls->index, NULL);

    SSL_CTX_set_cert_verify_callback(peer->ctx, NULL, NULL);
    SSL_CTX_sess_set_new_cb(peer->ctx, NULL);
    SSL_CTX_set_info_callback(peer->ctx, NULL);

    SSL_CTX_free(peer->ctx);
    peer->ctx = NULL;

    EVP_PKEY_free(peer->leaf);
    peer->leaf = NULL;
}


static ngx_uptime_tls_peer_t *
ngx_uptime_tls_peer(const SSL *ssl)
{
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), ngx_uptime_tls_index);
}


/* It is whole, and is read next.  A connection may outlive its peer. */

static void
ngx_uptime_tls_hear(int sent, int version, int type, const void *msg,
    size_t len, SSL *ssl, void *data)
{
    const u_char           *p;
    ngx_uptime_tls_peer_t  *peer;

    p = msg;

    if (sent || type != SSL3_RT_HANDSHAKE || len == 0
        || *p != SSL3_MT_CERTIFICATE)
    {
        return;
    }

    peer = ngx_uptime_tls_peer(ssl);

    if (peer != NULL) {
        ngx_uptime_tls_sent(peer, p, len, version == TLS1_3_VERSION);
    }
}


/*
 * libcurl gives no place between SSL_new() and the handshake, except this
 * one: the start is told before the first message is made.  Its end is told
 * in any case, also of one that could not read a certificate.
 */

static void
ngx_uptime_tls_info(const SSL *ssl, int where, int rc)
{
    ngx_uptime_tls_peer_t  *peer;

    if (where == SSL_CB_CONNECT_EXIT) {
        ngx_uptime_tls_narrow_end();
        return;
    }

    peer = ngx_uptime_tls_peer(ssl);

    if (peer == NULL) {
        return;
    }

    /* a server of TLS 1.2 wants another one: there is more to send */

    if (peer->corked && (where & SSL_CB_HANDSHAKE_START)) {
        (void) ngx_tcp_push(peer->socket);
        peer->corked = 0;
    }

    if (!peer->resume) {
        return;
    }

    if (where & SSL_CB_HANDSHAKE_START) {
        ngx_uptime_tls_offer((SSL *) ssl, peer);
        return;
    }

    if (where & SSL_CB_HANDSHAKE_DONE) {
        ngx_uptime_tls_done(ssl, peer);
    }
}


/*
 * The session leaves the cache: a handshake that fails with it does not try
 * it again.
 */

static void
ngx_uptime_tls_offer(SSL *ssl, ngx_uptime_tls_peer_t *peer)
{
    ngx_uptime_tls_entry_t  *e;

    e = ngx_uptime_tls_cache_find(&peer->tls->sessions, peer->key,
                                  ngx_uptime_tls_now(peer->tls));

    if (e == NULL) {
        return;
    }

    /* overwritten by the verification if the server does not resume */
    peer->window = e->window;

    (void) SSL_set_session(ssl, e->object);

    ngx_uptime_tls_cache_remove(&peer->tls->sessions, e);
}


static void
ngx_uptime_tls_done(const SSL *ssl, ngx_uptime_tls_peer_t *peer)
{
    X509         *leaf;
    SSL_SESSION  *session;

    if (!SSL_session_reused(ssl)) {
        return;
    }

    peer->resumed = 1;
    peer->tls->resumed++;

    leaf = SSL_get0_peer_certificate(ssl);

    if (leaf != NULL) {
        peer->expires = ngx_uptime_tls_time(X509_get0_notAfter(leaf));
    }

    /* until a new ticket comes, if one comes at all */

    session = SSL_get1_session((SSL *) ssl);

    if (session != NULL) {
        if (ngx_uptime_tls_session((SSL *) ssl, session) == 0) {
            SSL_SESSION_free(session);
        }
    }
}


/* 1: the reference is ours */

static int
ngx_uptime_tls_session(SSL *ssl, SSL_SESSION *session)
{
    ngx_uptime_tls_peer_t  *peer;

    peer = ngx_uptime_tls_peer(ssl);

    if (peer == NULL || peer->window.not_after == 0
        || !SSL_SESSION_is_resumable(session))
    {
        return 0;
    }

    ngx_uptime_tls_cache_put(&peer->tls->sessions, peer->key, &peer->window,
                             session);

    return 1;
}


static void
ngx_uptime_tls_session_release(void *session)
{
    SSL_SESSION_free(session);
}
