
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

typedef enum {
    NGX_UPTIME_TLS_OTHER = 0,
    NGX_UPTIME_TLS_RSA,                         /* rsaEncryption            */
    NGX_UPTIME_TLS_EC                           /* id-ecPublicKey           */
} ngx_uptime_tls_kind_e;


/*
 * The kind of the public key of a certificate (RFC 5280, 4.1); nearly all are
 * of the two.  info: unless it is another one, its subjectPublicKeyInfo, inside
 * cert.
 */
ngx_uptime_tls_kind_e ngx_uptime_tls_message_key(const ngx_str_t *cert,
    ngx_str_t *info);


#endif /* _NGX_UPTIME_TLS_MESSAGE_H_INCLUDED_ */
