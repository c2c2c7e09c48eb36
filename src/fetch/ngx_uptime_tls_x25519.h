
#ifndef _NGX_UPTIME_TLS_X25519_H_INCLUDED_
#define _NGX_UPTIME_TLS_X25519_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/core_dispatch.h>


/*
 * A provider's functions for X25519 keys (RFC 7748), but that libsodium
 * computes the public half of a new key.  random: the context whose generator
 * is used.  Of one provider at a time; NULL: the functions are not as expected.
 */
const OSSL_DISPATCH *ngx_uptime_tls_x25519(const OSSL_DISPATCH *all,
    OSSL_LIB_CTX *random);


#endif /* _NGX_UPTIME_TLS_X25519_H_INCLUDED_ */
