
#ifndef _CERTS_H_INCLUDED_
#define _CERTS_H_INCLUDED_


#include <openssl/x509v3.h>


/* Certificates for tests, P-256; times count from today. */

typedef struct {
    X509      *cert;
    EVP_PKEY  *key;
} pair_t;


static time_t  today;
static long    serial;


void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    if (ngx_stub_fail > 0 && --ngx_stub_fail == 0) {
        return NULL;
    }

    return malloc(size);
}


static void
extension(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX       ctx;
    X509_EXTENSION  *e;

    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, (char *) value);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}


/* NULL: P-256, else a kind as OpenSSL names it */

static inline EVP_PKEY *
key_of(const char *kind)
{
    EVP_PKEY      *key;
    EVP_PKEY_CTX  *c;

    if (kind == NULL) {
        return EVP_EC_gen("P-256");
    }

    key = NULL;
    c = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    EVP_PKEY_keygen_init(c);
    EVP_PKEY_generate(c, &key);
    EVP_PKEY_CTX_free(c);

    return key;
}


/* from, until: seconds from today; NULL as the issuer: a root */

static pair_t
make_kind(const char *kind, const char *name, const pair_t *issuer, int ca,
    long from, long until)
{
    pair_t      p;
    X509       *by;
    time_t      t;
    EVP_PKEY   *by_key;
    X509_NAME  *n;

    p.key = key_of(kind);
    p.cert = X509_new();
    by = issuer ? issuer->cert : p.cert;
    t = today;

    X509_set_version(p.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(p.cert), ++serial);
    X509_time_adj(X509_getm_notBefore(p.cert), from, &t);
    X509_time_adj(X509_getm_notAfter(p.cert), until, &t);

    n = X509_NAME_new();
    X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (u_char *) name, -1, -1,
                               0);
    X509_set_subject_name(p.cert, n);
    X509_NAME_free(n);
    X509_set_issuer_name(p.cert, X509_get_subject_name(by));
    X509_set_pubkey(p.cert, p.key);

    extension(p.cert, by, NID_basic_constraints,
              ca ? "critical,CA:TRUE" : "CA:FALSE");

    by_key = issuer ? issuer->key : p.key;
    X509_sign(p.cert, by_key,
              EVP_PKEY_is_a(by_key, "ED25519") ? NULL : EVP_sha256());

    return p;
}


static inline pair_t
make(const char *name, const pair_t *issuer, int ca, long from, long until)
{
    return make_kind(NULL, name, issuer, ca, from, until);
}


/* as it comes from the network: parsed again */

static inline X509 *
wire(const X509 *x)
{
    int             len;
    X509           *copy;
    u_char         *p;
    const u_char   *q;

    p = NULL;
    len = i2d_X509(x, &p);
    q = p;
    copy = d2i_X509(NULL, &q, len);
    OPENSSL_free(p);

    return copy;
}


static void
ends(pair_t *p)
{
    X509_free(p->cert);
    EVP_PKEY_free(p->key);
}


#endif /* _CERTS_H_INCLUDED_ */
