
/*
 * sources: src/fetch/ngx_uptime_tls_provider.c
 * sources: src/fetch/ngx_uptime_tls_x25519.c
 * sources: src/fetch/ngx_uptime_tls_narrow.c t/unit/ngx_stub_text.c
 * libs: -lssl -lcrypto -lsodium
 *
 * OpenSSL's context for connections to targets: it reads what the default one
 * reads, and offers the same.
 */


#include "ngx_stub.h"
#include "tap.h"

#include <sys/wait.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "ngx_uptime_tls_provider.h"


static ngx_log_t  quiet;


/* Every kind of public key is read in our context as in the default one. */

static void
keys(void)
{
    int                   len;
    unsigned              i;
    u_char               *der;
    const u_char         *p;
    EVP_PKEY             *made, *read;
    EVP_PKEY_CTX         *c;
    OSSL_LIB_CTX         *before;
    static const char    *kind[] = { "RSA", "RSA-PSS", "EC", "ED25519",
                                     "ED448", "X25519", "X448", "SM2" };

    for (i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
        made = NULL;
        der = NULL;

        c = EVP_PKEY_CTX_new_from_name(NULL, kind[i], NULL);
        EVP_PKEY_keygen_init(c);

        if (ngx_strcmp(kind[i], "EC") == 0) {
            EVP_PKEY_CTX_set_group_name(c, "P-521");
        }

        EVP_PKEY_generate(c, &made);
        EVP_PKEY_CTX_free(c);

        len = i2d_PUBKEY(made, &der);
        p = der;

        before = ngx_uptime_tls_enter();
        read = d2i_PUBKEY(NULL, &p, len);
        ngx_uptime_tls_leave(before);

        tap_ok(before != NULL && read != NULL && EVP_PKEY_eq(made, read) == 1,
               kind[i]);

        OPENSSL_free(der);
        EVP_PKEY_free(made);
        EVP_PKEY_free(read);
    }
}


/* A new key of X25519: its halves belong together, says the default context. */

static void
x25519(void)
{
    size_t         n, m, k;
    u_char         private[32], public[32], same[32], other[32];
    EVP_PKEY      *made, *twin, *next, *empty;
    EVP_PKEY_CTX  *c;
    OSSL_LIB_CTX  *before;

    n = m = k = 32;
    made = next = empty = NULL;

    before = ngx_uptime_tls_enter();

    c = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
    EVP_PKEY_keygen_init(c);
    tap_is_int(EVP_PKEY_CTX_set_group_name(c, "x25519"), 1, "its group");
    ERR_set_mark();
    tap_ok(EVP_PKEY_CTX_set_group_name(c, "x448") != 1, "  and no other");
    ERR_pop_to_mark();
    tap_ok(EVP_PKEY_CTX_settable_params(c) != NULL, "  can be set");
    EVP_PKEY_generate(c, &made);
    EVP_PKEY_generate(c, &next);
    EVP_PKEY_CTX_free(c);

    c = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
    EVP_PKEY_paramgen_init(c);
    EVP_PKEY_generate(c, &empty);
    EVP_PKEY_CTX_free(c);

    ngx_uptime_tls_leave(before);

    tap_ok(made != NULL && next != NULL && empty != NULL, "keys of X25519");

    EVP_PKEY_get_raw_private_key(made, private, &n);
    EVP_PKEY_get_raw_public_key(made, public, &m);
    tap_ok(n == 32 && m == 32, "  with both halves");
    tap_ok((private[0] & 7) == 0 && private[31] >> 6 == 1,
           "  as RFC 7748 has the private one");

    twin = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private, 32);
    EVP_PKEY_get_raw_public_key(twin, same, &k);
    tap_ok(k == 32 && memcmp(public, same, 32) == 0, "  that belong together");

    k = 32;
    EVP_PKEY_get_raw_public_key(next, other, &k);
    tap_ok(memcmp(public, other, 32) != 0, "  the next one is another");

    k = 32;
    memset(same, 0, 32);
    memset(other, 0, 32);
    (void) EVP_PKEY_get_raw_public_key(empty, other, &k);
    tap_ok(memcmp(other, same, 32) == 0, "  and parameters have no key");

    EVP_PKEY_free(made);
    EVP_PKEY_free(twin);
    EVP_PKEY_free(next);
    EVP_PKEY_free(empty);
}


/* The first message of a client, without what is random in it. */

static int
hello(u_char *p, int size)
{
    int                  len;
    BIO                 *in, *out;
    SSL                 *ssl;
    u_char              *share;
    SSL_CTX             *ctx;
    static const u_char  x25519[] = { 0x00, 0x33, 0x00, 0x26, 0x00, 0x24,
                                      0x00, 0x1d, 0x00, 0x20 };

    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());

    ctx = SSL_CTX_new(TLS_client_method());
    ssl = SSL_new(ctx);
    SSL_set_bio(ssl, in, out);
    SSL_connect(ssl);
    len = BIO_read(out, p, size);

    SSL_free(ssl);
    SSL_CTX_free(ctx);

    /* behind the record's head, the message's and the version */
    share = (len > 76) ? memmem(p, len, x25519, sizeof(x25519)) : NULL;

    if (share == NULL) {
        return 0;
    }

    memset(p + 11, 0, 32);
    memset(p + 44, 0, 32);
    memset(share + sizeof(x25519), 0, 32);

    return len;
}


static void
offers(void)
{
    int            n, m;
    u_char         ours[2048], theirs[2048];
    OSSL_LIB_CTX  *before;

    n = hello(theirs, sizeof(theirs));

    before = ngx_uptime_tls_enter();
    m = hello(ours, sizeof(ours));
    ngx_uptime_tls_leave(before);

    tap_ok(n > 0, "a client says hello");
    tap_is_int(m, n, "  as long in our context");
    tap_ok(m == n && memcmp(ours, theirs, n) == 0, "  and the same");
}


/* A group that only who names it has: what SSL_CTX_new() has not looked up. */

static void
groups(int named)
{
    SSL_CTX       *ctx;
    OSSL_LIB_CTX  *before;

    before = ngx_uptime_tls_enter();
    ctx = SSL_CTX_new(TLS_client_method());

    tap_is_int(SSL_CTX_set1_groups_list(ctx, "brainpoolP256r1"), named,
               named ? "all groups, as openssl.cnf names one of them"
                     : "no groups that nobody offers");
    tap_is_int(SSL_CTX_set1_groups_list(ctx, "X25519:P-256:X448:P-521:P-384:"
                                        "ffdhe2048:ffdhe8192"), 1,
               "  the others are there");

    SSL_CTX_free(ctx);
    ngx_uptime_tls_leave(before);
}


/* The same in a process whose openssl.cnf has this; status of its tests. */

static int
configured(const char *self, const char *list)
{
    int     rc;
    char    name[] = "/tmp/openssl.XXXXXX";
    FILE   *f;
    pid_t   pid;

    f = fdopen(mkstemp(name), "w");
    fprintf(f, "openssl_conf = init\n[init]\nssl_conf = ssl\n"
            "[ssl]\nsystem_default = all\n[all]\nGroups = %s\n", list);
    fclose(f);

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        setenv("OPENSSL_CONF", name, 1);
        (void) dup2(STDERR_FILENO, STDOUT_FILENO);
        execl(self, self, "configured", NULL);
        _exit(127);
    }

    (void) waitpid(pid, &rc, 0);
    unlink(name);

    return rc;
}


int
main(int argc, char **argv)
{
    OSSL_LIB_CTX  *before;

    if (argc > 1) {
        ngx_uptime_tls_provider_init(&quiet);
        offers();
        groups(1);
        ngx_uptime_tls_provider_done();
        return tap_done();
    }

    tap_ok(ngx_uptime_tls_enter() == NULL, "not made yet: the default one");

    ngx_uptime_tls_provider_init(&quiet);
    ngx_uptime_tls_provider_init(&quiet);

    keys();
    x25519();
    offers();
    groups(0);
    tap_is_int(configured(argv[0], "X25519:brainpoolP256r1"), 0,
               "a group of openssl.cnf is offered");

    ngx_uptime_tls_provider_done();
    before = ngx_uptime_tls_enter();
    tap_ok(before != NULL, "somebody uses it still");
    ngx_uptime_tls_leave(before);

    ngx_uptime_tls_provider_done();
    tap_ok(ngx_uptime_tls_enter() == NULL, "nobody does: the default one");

    ngx_uptime_tls_provider_init(&quiet);
    keys();
    x25519();
    ngx_uptime_tls_provider_done();

    return tap_done();
}
