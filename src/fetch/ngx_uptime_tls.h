
#ifndef _NGX_UPTIME_TLS_H_INCLUDED_
#define _NGX_UPTIME_TLS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/ssl.h>

#include "ngx_uptime_evidence.h"
#include "ngx_uptime_tls_cache.h"


/*
 * TLS of the connections to targets: roots of trust, chains that were
 * verified a moment ago, sessions.  docs/tls.md gives the reasons.
 */

typedef struct ngx_uptime_tls_s       ngx_uptime_tls_t;
typedef struct ngx_uptime_tls_peer_s  ngx_uptime_tls_peer_t;


struct ngx_uptime_tls_s {
    X509_STORE                    *store;       /* NULL: could not be read  */
    ngx_uptime_tls_cache_t         chains;
    ngx_uptime_tls_cache_t         keys;        /* EVP_PKEY, of leaves      */
    ngx_uptime_tls_cache_t         sessions;    /* SSL_SESSION              */
    int                            index;       /* of a peer in an SSL_CTX  */

    /* ms since 1970, by which certificates are valid; NULL: nginx's time */
    int64_t                      (*clock)(void);

    ngx_uint_t                     verified;    /* chains, in full          */
    ngx_uint_t                     remembered;  /* chains, from the cache   */
    ngx_uint_t                     resumed;     /* handshakes               */
    ngx_log_t                     *log;
};


/* One connection, the asker's memory; zero before ngx_uptime_tls_setup(). */

struct ngx_uptime_tls_peer_s {
    /* set by the asker; key with resume only: whose sessions */
    unsigned                       verify:1;
    unsigned                       resume:1;
    u_char                         key[NGX_UPTIME_TLS_KEY];
    ngx_uptime_evidence_t         *evidence;    /* NULL: nobody wants any   */

    /* set by the asker when it has corked the connection's socket */
    unsigned                       corked:1;
    ngx_socket_t                   socket;

    /* the answer */
    unsigned                       resumed:1;
    int64_t                        expires;     /* the leaf; 0: none seen   */

    /* private */
    ngx_uptime_tls_t              *tls;
    SSL_CTX                       *ctx;
    ngx_uptime_tls_window_t        window;      /* of the session's chain   */
    EVP_PKEY                      *leaf;        /* its key, while it's read */
    u_char                         chain[NGX_UPTIME_TLS_KEY];
    unsigned                       keyed:1;     /* chain is set             */
    unsigned                       known:1;     /* verified a moment ago    */
};


/*
 * Reads the roots: some 60 ms for a system's bundle, so at the start of a
 * process.  A file that cannot be read is logged, and then
 * ngx_uptime_tls_setup() fails for those who verify.  NGX_ERROR: logged.
 */
ngx_int_t ngx_uptime_tls_init(ngx_uptime_tls_t *tls, const char *ca_file,
    ngx_log_t *log);
void ngx_uptime_tls_destroy(ngx_uptime_tls_t *tls);

/*
 * Makes ctx verify the way the peer wants.  The peer must stay until
 * ngx_uptime_tls_detach(), which ctx and its connections may outlive.
 */
ngx_int_t ngx_uptime_tls_setup(ngx_uptime_tls_t *tls, SSL_CTX *ctx,
    ngx_uptime_tls_peer_t *peer);
void ngx_uptime_tls_detach(ngx_uptime_tls_peer_t *peer);

/* Seconds since 1970, by its clock. */
int64_t ngx_uptime_tls_now(const ngx_uptime_tls_t *tls);

/* A key from any bytes; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_tls_key(const u_char *p, size_t len, u_char *key);

/*
 * In ngx_uptime_tls_chain.c: a Certificate message that the server sent and
 * that nobody has read yet; and for SSL_CTX_set_cert_verify_callback().
 */
void ngx_uptime_tls_sent(ngx_uptime_tls_peer_t *peer, const u_char *msg,
    size_t len, ngx_uint_t tls13);
int ngx_uptime_tls_verify(X509_STORE_CTX *sc, void *peer);
int64_t ngx_uptime_tls_time(const ASN1_TIME *t);

/*
 * In ngx_uptime_tls_leaf.c: the public key in a certificate, a reference of
 * the caller's; NULL: of another kind, or one that needs another reader.  And
 * what the table of keys does with those that leave it.
 */
EVP_PKEY *ngx_uptime_tls_leaf(ngx_uptime_tls_t *tls, const ngx_str_t *cert);
void ngx_uptime_tls_leaf_release(void *key);


#endif /* _NGX_UPTIME_TLS_H_INCLUDED_ */
