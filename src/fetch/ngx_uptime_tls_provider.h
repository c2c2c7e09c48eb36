
#ifndef _NGX_UPTIME_TLS_PROVIDER_H_INCLUDED_
#define _NGX_UPTIME_TLS_PROVIDER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>


/*
 * Makes OpenSSL's context for connections to targets, one for the process.
 * If there can be none, or the administrator has set up providers of his
 * own, everything goes on with the default context.  After as many done() it
 * is freed: nothing that was made inside may be left then.
 */
void ngx_uptime_tls_provider_init(ngx_log_t *log);
void ngx_uptime_tls_provider_done(void);

/*
 * Between the two, in this thread, what OpenSSL looks up is looked up in that
 * context; leave() gets what enter() returned.  Objects made inside may be
 * used and freed outside.
 */
OSSL_LIB_CTX *ngx_uptime_tls_enter(void);
void ngx_uptime_tls_leave(OSSL_LIB_CTX *before);

/* A context with one provider and nothing else; zero before the first use. */

typedef struct {
    OSSL_LIB_CTX                  *context;
    OSSL_PROVIDER                 *provider;
} ngx_uptime_tls_context_t;


/* start: of a provider of our own; NULL: one that OpenSSL has by that name. */
ngx_int_t ngx_uptime_tls_context_open(ngx_uptime_tls_context_t *c,
    const char *name, OSSL_provider_init_fn *start);

/* Accepts one that is not open. */
void ngx_uptime_tls_context_close(ngx_uptime_tls_context_t *c);

/* 1: the first of the algorithm's names is this one */
ngx_uint_t ngx_uptime_tls_provider_named(const OSSL_ALGORITHM *a,
    const char *name);

/* 1: a decoder of public keys */
ngx_uint_t ngx_uptime_tls_provider_spki(const OSSL_ALGORITHM *a);


#endif /* _NGX_UPTIME_TLS_PROVIDER_H_INCLUDED_ */
