
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
 * with such keys, or, with keys 0, without their keys; if there is such a
 * context.  end() without a begin() does nothing.
 */
ngx_uint_t ngx_uptime_tls_narrow_there(void);
void ngx_uptime_tls_narrow_begin(ngx_uint_t keys);
void ngx_uptime_tls_narrow_end(void);


#endif /* _NGX_UPTIME_TLS_NARROW_H_INCLUDED_ */
