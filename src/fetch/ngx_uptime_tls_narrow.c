
/*
 * A narrow context of OpenSSL, in which certificates are read: keys of RSA
 * and of elliptic curves and their decoders, nothing else.  For each key
 * OpenSSL 3.0 walks through all that its context has ever looked up, ciphers
 * and digests included; here that is next to nothing.  And one with nothing in
 * it, in which certificates come without their keys.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/core_dispatch.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "ngx_uptime_tls_provider.h"
#include "ngx_uptime_tls_narrow.h"


/* RSA, EC */
#define NGX_UPTIME_TLS_KINDS  2


typedef struct {
    int                            operation;
    const char                    *names[NGX_UPTIME_TLS_KINDS];
    OSSL_ALGORITHM                 list[NGX_UPTIME_TLS_KINDS + 1];
} ngx_uptime_tls_part_t;


static ngx_int_t ngx_uptime_tls_narrow_load(void);
static ngx_uint_t ngx_uptime_tls_narrow_works(void);
static ngx_uint_t ngx_uptime_tls_narrow_try(const u_char *key, long len);
static ngx_uint_t ngx_uptime_tls_narrow_key(const u_char *p, long len);
static int ngx_uptime_tls_narrow_start(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context);
static const OSSL_ALGORITHM *ngx_uptime_tls_narrow_query(void *context,
    int operation, int *no_cache);
static ngx_int_t ngx_uptime_tls_narrow_pick(ngx_uptime_tls_part_t *part);


static OSSL_PROVIDER             *ngx_uptime_tls_all;
static OSSL_LIB_CTX              *ngx_uptime_tls_before;
static ngx_uptime_tls_context_t   ngx_uptime_tls_narrow;
static ngx_uptime_tls_context_t   ngx_uptime_tls_empty;

static ngx_uptime_tls_part_t      ngx_uptime_tls_parts[] = {
    { OSSL_OP_KEYMGMT, { "RSA", "EC" }, { { NULL } } },
    { OSSL_OP_DECODER, { "RSA", "EC" }, { { NULL } } },
    { 0, { NULL }, { { NULL } } }
};

static const OSSL_DISPATCH  ngx_uptime_tls_narrow_functions[] = {

    { OSSL_FUNC_PROVIDER_QUERY_OPERATION,
      (void (*)(void)) ngx_uptime_tls_narrow_query },

    { 0, NULL }
};

/* SubjectPublicKeyInfo of a short modulus, and of P-256's generator */

static const u_char  ngx_uptime_tls_sample_rsa[] = {
    0x30, 0x24, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
    0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x13, 0x00, 0x30, 0x10, 0x02, 0x09,
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc5, 0x02, 0x03, 0x01,
    0x00, 0x01
};

static const u_char  ngx_uptime_tls_sample_ec[] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
    0x42, 0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8,
    0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d,
    0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
    0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c,
    0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb,
    0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5
};


/* From 3.2 on OpenSSL keeps what it looked up, and needs none of this. */

void
ngx_uptime_tls_narrow_init(OSSL_PROVIDER *all)
{
    ngx_uptime_tls_all = all;

    if (OPENSSL_version_major() != 3 || OPENSSL_version_minor() > 1) {
        return;
    }

    if (ngx_uptime_tls_narrow_load() != NGX_OK
        || !ngx_uptime_tls_narrow_works())
    {
        ngx_uptime_tls_narrow_done();
    }

    ERR_clear_error();
}


static ngx_int_t
ngx_uptime_tls_narrow_load(void)
{
    ngx_uptime_tls_part_t  *part;

    for (part = ngx_uptime_tls_parts; part->operation; part++) {

        if (ngx_uptime_tls_narrow_pick(part) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (ngx_uptime_tls_context_open(&ngx_uptime_tls_narrow, "narrow",
                                    ngx_uptime_tls_narrow_start)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* with no provider at all it would have the default one */

    return ngx_uptime_tls_context_open(&ngx_uptime_tls_empty, "null", NULL);
}


void
ngx_uptime_tls_narrow_done(void)
{
    ngx_uptime_tls_context_close(&ngx_uptime_tls_narrow);
    ngx_uptime_tls_context_close(&ngx_uptime_tls_empty);
}


static ngx_uint_t
ngx_uptime_tls_narrow_works(void)
{
    return ngx_uptime_tls_narrow_try(ngx_uptime_tls_sample_rsa,
                                     sizeof(ngx_uptime_tls_sample_rsa))
           && ngx_uptime_tls_narrow_try(ngx_uptime_tls_sample_ec,
                                        sizeof(ngx_uptime_tls_sample_ec));
}


static ngx_uint_t
ngx_uptime_tls_narrow_try(const u_char *key, long len)
{
    ngx_uint_t  good;

    ngx_uptime_tls_narrow_begin(0);
    good = !ngx_uptime_tls_narrow_key(key, len);
    ngx_uptime_tls_narrow_end();

    ngx_uptime_tls_narrow_begin(1);
    good = good && ngx_uptime_tls_narrow_key(key, len);
    ngx_uptime_tls_narrow_end();

    return good;
}


static ngx_uint_t
ngx_uptime_tls_narrow_key(const u_char *p, long len)
{
    EVP_PKEY  *key;

    key = d2i_PUBKEY(NULL, &p, len);
    EVP_PKEY_free(key);

    return key != NULL;
}


ngx_uint_t
ngx_uptime_tls_narrow_there(void)
{
    return ngx_uptime_tls_narrow.context != NULL;
}


void
ngx_uptime_tls_narrow_begin(ngx_uint_t keys)
{
    ngx_uptime_tls_narrow_end();

    if (!ngx_uptime_tls_narrow_there()) {
        return;
    }

    ngx_uptime_tls_before = OSSL_LIB_CTX_set0_default(
                                keys ? ngx_uptime_tls_narrow.context
                                     : ngx_uptime_tls_empty.context);
}


void
ngx_uptime_tls_narrow_end(void)
{
    if (ngx_uptime_tls_before != NULL) {
        (void) OSSL_LIB_CTX_set0_default(ngx_uptime_tls_before);
        ngx_uptime_tls_before = NULL;
    }
}


static int
ngx_uptime_tls_narrow_start(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context)
{
    *out = ngx_uptime_tls_narrow_functions;
    *context = OSSL_PROVIDER_get0_provider_ctx(ngx_uptime_tls_all);

    return 1;
}


static const OSSL_ALGORITHM *
ngx_uptime_tls_narrow_query(void *context, int operation, int *no_cache)
{
    ngx_uptime_tls_part_t  *part;

    *no_cache = 0;

    for (part = ngx_uptime_tls_parts; part->operation; part++) {

        if (part->operation == operation) {
            return part->list;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_uptime_tls_narrow_pick(ngx_uptime_tls_part_t *part)
{
    int                    no_cache;
    ngx_uint_t             i;
    const OSSL_ALGORITHM  *all, *a;

    all = OSSL_PROVIDER_query_operation(ngx_uptime_tls_all, part->operation,
                                        &no_cache);

    if (all == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_UPTIME_TLS_KINDS; i++) {

        for (a = all; a->algorithm_names; a++) {

            if (ngx_uptime_tls_provider_named(a, part->names[i])
                && (part->operation != OSSL_OP_DECODER
                    || ngx_uptime_tls_provider_spki(a)))
            {
                break;
            }
        }

        if (a->algorithm_names == NULL) {
            return NGX_ERROR;
        }

        part->list[i] = *a;
    }

    return NGX_OK;
}
