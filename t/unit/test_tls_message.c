
/*
 * sources: src/fetch/ngx_uptime_tls_message.c
 * libs: -lssl -lcrypto
 *
 * Certificate messages of both forms, whole and cut, and the kinds of keys in
 * certificates.
 */


#include "ngx_stub.h"
#include "tap.h"

#include <openssl/pem.h>

#include "certs.h"
#include "ngx_uptime_tls_message.h"


#define of(text)  (const u_char *) text, sizeof(text) - 1


static void
messages(void)
{
    size_t      i;
    ngx_str_t   certs[NGX_UPTIME_TLS_CHAIN];
    u_char      many[7 + 4 * 11];
    static const char  two[] = "\x0b\0\0\x0c" "\0\0\x09" "\0\0\x01" "a"
                               "\0\0\x02" "bc";
    static const char  tls13[] = "\x0b\0\0\x16" "\x02" "xy" "\0\0\x10"
                                 "\0\0\x01" "a" "\0\0"
                                 "\0\0\x02" "bc" "\0\x03" "ext";

    tap_is_int(ngx_uptime_tls_message(of(two), 0, certs), 2, "two");
    tap_ok(certs[0].len == 1 && certs[0].data[0] == 'a', "  the first");
    tap_ok(certs[1].len == 2 && ngx_memcmp(certs[1].data, "bc", 2) == 0,
           "  the second");

    tap_is_int(ngx_uptime_tls_message(of(tls13), 1, certs), 2, "TLS 1.3");
    tap_ok(certs[0].len == 1 && certs[0].data[0] == 'a', "  the first");
    tap_ok(certs[1].len == 2 && ngx_memcmp(certs[1].data, "bc", 2) == 0,
           "  the second, behind an extension");

    for (i = 0; i < sizeof(two) - 1; i++) {
        if (ngx_uptime_tls_message((u_char *) two, i, 0, certs) != 0) {
            break;
        }
    }

    tap_is_int(i, sizeof(two) - 1, "cut anywhere it is none");

    for (i = 0; i < sizeof(tls13) - 1; i++) {
        if (ngx_uptime_tls_message((u_char *) tls13, i, 1, certs) != 0) {
            break;
        }
    }

    tap_is_int(i, sizeof(tls13) - 1, "  nor in TLS 1.3");

    tap_is_int(ngx_uptime_tls_message(of("\x0b\0\0\x03\0\0\0"), 0, certs), 0,
               "an empty list");
    tap_is_int(ngx_uptime_tls_message(of("\x0b\0\0\x06\0\0\x03\0\0\x09"), 0,
                                      certs),
               0, "a certificate that is longer than its list");

    ngx_memzero(many, sizeof(many));

    for (i = 0; i < 11; i++) {
        many[7 + 4 * i + 2] = 1;
    }

    many[3] = 3 + 44;
    many[6] = 44;
    tap_is_int(ngx_uptime_tls_message(many, sizeof(many), 0, certs), 0,
               "more than we look into");
    many[3] = 3 + 40;
    many[6] = 40;
    tap_is_int(ngx_uptime_tls_message(many, 7 + 40, 0, certs),
               NGX_UPTIME_TLS_CHAIN, "as many as we do");
}


static void
key(const char *kind, ngx_uptime_tls_kind_e found)
{
    int         len, n;
    pair_t      issuer, leaf;
    u_char     *der, *info;
    ngx_str_t   cert, seen;

    issuer = make("issuer", NULL, 1, -1000, 1000);
    leaf = make_kind(kind, "leaf", &issuer, 0, -1000, 1000);

    der = NULL;
    len = i2d_X509(leaf.cert, &der);
    cert.data = der;
    cert.len = len;

    tap_is_int(ngx_uptime_tls_message_key(&cert, &seen), found,
               kind ? kind : "EC");

    info = NULL;
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf.cert), &info);

    if (found) {
        tap_ok((int) seen.len == len
               && ngx_memcmp(seen.data, info, len) == 0, "  all of it");
    }

    for (n = 0, cert.len--; cert.len > 0; cert.len--) {
        n += ngx_uptime_tls_message_key(&cert, &seen);
    }

    tap_is_int(n, 0, "  cut anywhere it is none");

    OPENSSL_free(info);
    OPENSSL_free(der);
    ends(&leaf);
    ends(&issuer);
}


static void
keys(void)
{
    ngx_str_t  cert, info;

    key(NULL, NGX_UPTIME_TLS_EC);
    key("RSA", NGX_UPTIME_TLS_RSA);
    key("RSA-PSS", NGX_UPTIME_TLS_OTHER);
    key("ED25519", NGX_UPTIME_TLS_OTHER);
    key("X25519", NGX_UPTIME_TLS_OTHER);

    cert.data = (u_char *) "\x30\x80\x30\x80";
    cert.len = 4;
    tap_is_int(ngx_uptime_tls_message_key(&cert, &info), NGX_UPTIME_TLS_OTHER,
               "lengths that are not told");
}


int
main(void)
{
    today = time(NULL);

    messages();
    keys();

    return tap_done();
}
