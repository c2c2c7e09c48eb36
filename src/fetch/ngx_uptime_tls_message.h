
#ifndef _NGX_UPTIME_TLS_MESSAGE_H_INCLUDED_
#define _NGX_UPTIME_TLS_MESSAGE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * The certificates in a server's Certificate message, before OpenSSL reads
 * them: pure, of bytes that a stranger sent.
 */

/* more than this in a chain: not looked into */
#define NGX_UPTIME_TLS_CHAIN  10


/*
 * msg: the whole handshake message, head included (RFC 5246, 7.4.2; RFC 8446,
 * 4.4.2: tls13).  certs: the DER of each, inside msg.  Returns their number;
 * 0: none, too many, or it does not hold together.
 */
ngx_uint_t ngx_uptime_tls_message(const u_char *msg, size_t len,
    ngx_uint_t tls13, ngx_str_t certs[NGX_UPTIME_TLS_CHAIN]);

/*
 * 1 if the public key of a certificate (RFC 5280, 4.1) is of RSA or of an
 * elliptic curve (rsaEncryption, id-ecPublicKey), as nearly all are.
 */
ngx_uint_t ngx_uptime_tls_message_common(const ngx_str_t *cert);


#endif /* _NGX_UPTIME_TLS_MESSAGE_H_INCLUDED_ */
