
/*
 * Where the certificates are in a server's Certificate message, and which
 * kind of key is in each.  Nothing is copied and nothing believed: OpenSSL
 * reads the same bytes afterwards and decides.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_tls_message.h"


#define NGX_UPTIME_DER_INTEGER   0x02
#define NGX_UPTIME_DER_OID       0x06
#define NGX_UPTIME_DER_SEQUENCE  0x30
#define NGX_UPTIME_DER_VERSION   0xa0           /* explicit [0]             */


static ngx_int_t ngx_uptime_tls_message_info(const ngx_str_t *cert,
    ngx_str_t *info);
static ngx_int_t ngx_uptime_tls_message_take(ngx_str_t *in, size_t len,
    ngx_str_t *out);
static ngx_int_t ngx_uptime_tls_message_vector(ngx_str_t *in, size_t bytes,
    ngx_str_t *out);
static ngx_int_t ngx_uptime_tls_message_der(ngx_str_t *in, u_char tag,
    ngx_str_t *out);


static const u_char  ngx_uptime_tls_rsa[] =
    { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const u_char  ngx_uptime_tls_ec[] =
    { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };


ngx_uint_t
ngx_uptime_tls_message(const u_char *msg, size_t len, ngx_uint_t tls13,
    ngx_str_t certs[NGX_UPTIME_TLS_CHAIN])
{
    ngx_str_t   in, list, rest;
    ngx_uint_t  n;

    in.data = (u_char *) msg;
    in.len = len;

    /* one byte that says what message it is */

    if (ngx_uptime_tls_message_take(&in, 1, &rest) != NGX_OK
        || ngx_uptime_tls_message_vector(&in, 3, &in) != NGX_OK
        || (tls13 && ngx_uptime_tls_message_vector(&in, 1, &rest) != NGX_OK)
        || ngx_uptime_tls_message_vector(&in, 3, &list) != NGX_OK)
    {
        return 0;
    }

    for (n = 0; list.len; n++) {

        if (n == NGX_UPTIME_TLS_CHAIN
            || ngx_uptime_tls_message_vector(&list, 3, &certs[n]) != NGX_OK
            || (tls13
                && ngx_uptime_tls_message_vector(&list, 2, &rest) != NGX_OK))
        {
            return 0;
        }
    }

    return n;
}


ngx_uptime_tls_kind_e
ngx_uptime_tls_message_key(const ngx_str_t *cert, ngx_str_t *info)
{
    ngx_str_t  in, part, oid;

    if (ngx_uptime_tls_message_info(cert, info) != NGX_OK) {
        return NGX_UPTIME_TLS_OTHER;
    }

    in = *info;

    if (ngx_uptime_tls_message_der(&in, NGX_UPTIME_DER_SEQUENCE, &in)
        != NGX_OK
        || ngx_uptime_tls_message_der(&in, NGX_UPTIME_DER_SEQUENCE, &part)
           != NGX_OK
        || ngx_uptime_tls_message_der(&part, NGX_UPTIME_DER_OID, &oid)
           != NGX_OK)
    {
        return NGX_UPTIME_TLS_OTHER;
    }

    if (oid.len == sizeof(ngx_uptime_tls_rsa)
        && ngx_memcmp(oid.data, ngx_uptime_tls_rsa, oid.len) == 0)
    {
        return NGX_UPTIME_TLS_RSA;
    }

    if (oid.len == sizeof(ngx_uptime_tls_ec)
        && ngx_memcmp(oid.data, ngx_uptime_tls_ec, oid.len) == 0)
    {
        return NGX_UPTIME_TLS_EC;
    }

    return NGX_UPTIME_TLS_OTHER;
}


/* The subjectPublicKeyInfo, head included. */

static ngx_int_t
ngx_uptime_tls_message_info(const ngx_str_t *cert, ngx_str_t *info)
{
    ngx_str_t   in, part;
    ngx_uint_t  i;

    static const u_char  before[] = {
        NGX_UPTIME_DER_INTEGER,                 /* serialNumber             */
        NGX_UPTIME_DER_SEQUENCE,                /* signature                */
        NGX_UPTIME_DER_SEQUENCE,                /* issuer                   */
        NGX_UPTIME_DER_SEQUENCE,                /* validity                 */
        NGX_UPTIME_DER_SEQUENCE                 /* subject                  */
    };

    in = *cert;

    /* Certificate, tbsCertificate */

    for (i = 0; i < 2; i++) {

        if (ngx_uptime_tls_message_der(&in, NGX_UPTIME_DER_SEQUENCE, &in)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (in.len && in.data[0] == NGX_UPTIME_DER_VERSION
        && ngx_uptime_tls_message_der(&in, NGX_UPTIME_DER_VERSION, &part)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(before); i++) {

        if (ngx_uptime_tls_message_der(&in, before[i], &part) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    info->data = in.data;

    if (ngx_uptime_tls_message_der(&in, NGX_UPTIME_DER_SEQUENCE, &part)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    info->len = in.data - info->data;

    return NGX_OK;
}


/* The first len bytes of in; what follows them is left in it. */

static ngx_int_t
ngx_uptime_tls_message_take(ngx_str_t *in, size_t len, ngx_str_t *out)
{
    ngx_str_t  all;

    all = *in;

    if (all.len < len) {
        return NGX_ERROR;
    }

    in->data = all.data + len;
    in->len = all.len - len;

    out->data = all.data;
    out->len = len;

    return NGX_OK;
}


/* A length in so many bytes, then the content.  out may be in. */

static ngx_int_t
ngx_uptime_tls_message_vector(ngx_str_t *in, size_t bytes, ngx_str_t *out)
{
    size_t     i, len;
    ngx_str_t  head;

    if (ngx_uptime_tls_message_take(in, bytes, &head) != NGX_OK) {
        return NGX_ERROR;
    }

    len = 0;

    for (i = 0; i < bytes; i++) {
        len = len << 8 | head.data[i];
    }

    return ngx_uptime_tls_message_take(in, len, out);
}


/* An element of this tag; its content.  Nothing longer than 64 KiB. */

static ngx_int_t
ngx_uptime_tls_message_der(ngx_str_t *in, u_char tag, ngx_str_t *out)
{
    ngx_str_t  head;

    if (ngx_uptime_tls_message_take(in, 1, &head) != NGX_OK
        || head.data[0] != tag || in->len == 0)
    {
        return NGX_ERROR;
    }

    if (in->data[0] < 0x80) {
        return ngx_uptime_tls_message_vector(in, 1, out);
    }

    if (ngx_uptime_tls_message_take(in, 1, &head) != NGX_OK
        || head.data[0] < 0x81 || head.data[0] > 0x82)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_tls_message_vector(in, head.data[0] & 0x0f, out);
}
