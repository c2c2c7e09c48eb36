
#ifndef _NGX_UPTIME_TLS_NARROW_H_INCLUDED_
#define _NGX_UPTIME_TLS_NARROW_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/provider.h>


/*
 * A context of OpenSSL for nothing but keys of RSA and of elliptic curves,
 * out of what a default provider, borrowed, has.  What does not work as it
 * should with this OpenSSL is not used; nothing fails for it.
 */
void ngx_uptime_tls_narrow_init(OSSL_PROVIDER *all);
void ngx_uptime_tls_narrow_done(void);

/*
 * Between the two this thread does nothing with OpenSSL but read certificates
 * with such keys; those after the first so many come without them.  end()
 * without a begin() does nothing.
 */
void ngx_uptime_tls_narrow_begin(ngx_uint_t keys);
void ngx_uptime_tls_narrow_end(void);


#endif /* _NGX_UPTIME_TLS_NARROW_H_INCLUDED_ */
