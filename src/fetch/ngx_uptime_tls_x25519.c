
/*
 * New keys of X25519, which each handshake makes, one or two.  OpenSSL 3.0
 * multiplies the base point with 25-bit limbs, libsodium with 51-bit ones: two
 * thirds of the time.  The private half comes from OpenSSL's generator as
 * ever, and OpenSSL keeps the key and computes with it.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "ngx_uptime_tls_x25519.h"


/* 20 in OpenSSL 3.0 */
#define NGX_UPTIME_TLS_X25519_FUNCTIONS  32


/* The making of one key. */

typedef struct {
    void                                 *gen;      /* the provider's       */
    void                                 *provider;
    int                                   selection;
} ngx_uptime_tls_x25519_gen_t;


typedef struct {
    OSSL_FUNC_keymgmt_new_fn             *create;
    OSSL_FUNC_keymgmt_free_fn            *free;
    OSSL_FUNC_keymgmt_import_fn          *import;
    OSSL_FUNC_keymgmt_gen_init_fn        *gen_init;
    OSSL_FUNC_keymgmt_gen_set_params_fn  *gen_set_params;
    OSSL_FUNC_keymgmt_gen_settable_params_fn
                                         *gen_settable_params;
    OSSL_FUNC_keymgmt_gen_fn             *gen;
    OSSL_FUNC_keymgmt_gen_cleanup_fn     *gen_cleanup;
} ngx_uptime_tls_x25519_functions_t;


static ngx_int_t ngx_uptime_tls_x25519_wrap(OSSL_DISPATCH *f);
static void *ngx_uptime_tls_x25519_gen_init(void *provider, int selection,
    const OSSL_PARAM params[]);
static int ngx_uptime_tls_x25519_gen_set_params(void *data,
    const OSSL_PARAM params[]);
static const OSSL_PARAM *ngx_uptime_tls_x25519_gen_settable_params(void *data,
    void *provider);
static void *ngx_uptime_tls_x25519_gen(void *data, OSSL_CALLBACK *callback,
    void *arg);
static void *ngx_uptime_tls_x25519_import(void *provider, u_char *private,
    u_char *public);
static void ngx_uptime_tls_x25519_gen_cleanup(void *data);


static OSSL_LIB_CTX                       *ngx_uptime_tls_x25519_random;
static ngx_uptime_tls_x25519_functions_t   ngx_uptime_tls_x25519_theirs;
static OSSL_DISPATCH                       ngx_uptime_tls_x25519_ours
                                           [NGX_UPTIME_TLS_X25519_FUNCTIONS];


const OSSL_DISPATCH *
ngx_uptime_tls_x25519(const OSSL_DISPATCH *all, OSSL_LIB_CTX *random)
{
    ngx_uint_t                          n;
    ngx_uptime_tls_x25519_functions_t  *t;

    t = &ngx_uptime_tls_x25519_theirs;

    ngx_memzero(t, sizeof(ngx_uptime_tls_x25519_functions_t));
    ngx_memzero(ngx_uptime_tls_x25519_ours, sizeof(ngx_uptime_tls_x25519_ours));

    ngx_uptime_tls_x25519_random = random;

    for (n = 0; all[n].function_id; n++) {

        if (n == NGX_UPTIME_TLS_X25519_FUNCTIONS - 1) {
            return NULL;
        }

        ngx_uptime_tls_x25519_ours[n] = all[n];

        if (ngx_uptime_tls_x25519_wrap(&ngx_uptime_tls_x25519_ours[n])
            != NGX_OK)
        {
            return NULL;
        }
    }

    if (t->create == NULL || t->free == NULL || t->import == NULL
        || t->gen_init == NULL || t->gen_set_params == NULL
        || t->gen_settable_params == NULL || t->gen == NULL
        || t->gen_cleanup == NULL || sodium_init() == -1)
    {
        return NULL;
    }

    return ngx_uptime_tls_x25519_ours;
}


/* What gets a gen_t instead of the provider's, and what is needed for it. */

static ngx_int_t
ngx_uptime_tls_x25519_wrap(OSSL_DISPATCH *f)
{
    ngx_uptime_tls_x25519_functions_t  *t;

    t = &ngx_uptime_tls_x25519_theirs;

    switch (f->function_id) {

    case OSSL_FUNC_KEYMGMT_NEW:
        t->create = OSSL_FUNC_keymgmt_new(f);
        break;

    case OSSL_FUNC_KEYMGMT_FREE:
        t->free = OSSL_FUNC_keymgmt_free(f);
        break;

    case OSSL_FUNC_KEYMGMT_IMPORT:
        t->import = OSSL_FUNC_keymgmt_import(f);
        break;

    case OSSL_FUNC_KEYMGMT_GEN_INIT:
        t->gen_init = OSSL_FUNC_keymgmt_gen_init(f);
        f->function = (void (*)(void)) ngx_uptime_tls_x25519_gen_init;
        break;

    case OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE:
        return NGX_DECLINED;

    case OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS:
        t->gen_set_params = OSSL_FUNC_keymgmt_gen_set_params(f);
        f->function = (void (*)(void)) ngx_uptime_tls_x25519_gen_set_params;
        break;

    case OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS:
        t->gen_settable_params = OSSL_FUNC_keymgmt_gen_settable_params(f);
        f->function = (void (*)(void))
                                    ngx_uptime_tls_x25519_gen_settable_params;
        break;

    case OSSL_FUNC_KEYMGMT_GEN:
        t->gen = OSSL_FUNC_keymgmt_gen(f);
        f->function = (void (*)(void)) ngx_uptime_tls_x25519_gen;
        break;

    case OSSL_FUNC_KEYMGMT_GEN_CLEANUP:
        t->gen_cleanup = OSSL_FUNC_keymgmt_gen_cleanup(f);
        f->function = (void (*)(void)) ngx_uptime_tls_x25519_gen_cleanup;
        break;
    }

    return NGX_OK;
}


static void *
ngx_uptime_tls_x25519_gen_init(void *provider, int selection,
    const OSSL_PARAM params[])
{
    ngx_uptime_tls_x25519_gen_t  *g;

    g = OPENSSL_malloc(sizeof(ngx_uptime_tls_x25519_gen_t));
    if (g == NULL) {
        return NULL;
    }

    g->provider = provider;
    g->selection = selection;
    g->gen = ngx_uptime_tls_x25519_theirs.gen_init(provider, selection,
                                                   params);
    if (g->gen == NULL) {
        OPENSSL_free(g);
        return NULL;
    }

    return g;
}


static int
ngx_uptime_tls_x25519_gen_set_params(void *data, const OSSL_PARAM params[])
{
    ngx_uptime_tls_x25519_gen_t *g = data;

    return ngx_uptime_tls_x25519_theirs.gen_set_params(g->gen, params);
}


/* data: NULL if there is no key in the making */

static const OSSL_PARAM *
ngx_uptime_tls_x25519_gen_settable_params(void *data, void *provider)
{
    ngx_uptime_tls_x25519_gen_t *g = data;

    void              *gen;
    const OSSL_PARAM  *params;

    gen = (g != NULL) ? g->gen : NULL;
    params = ngx_uptime_tls_x25519_theirs.gen_settable_params(gen, provider);

    return params;
}


static void *
ngx_uptime_tls_x25519_gen(void *data, OSSL_CALLBACK *callback, void *arg)
{
    ngx_uptime_tls_x25519_gen_t *g = data;

    void    *key;
    u_char   private[crypto_scalarmult_SCALARBYTES];
    u_char   public[crypto_scalarmult_BYTES];

    if (!(g->selection & OSSL_KEYMGMT_SELECT_KEYPAIR)) {
        key = ngx_uptime_tls_x25519_theirs.gen(g->gen, callback, arg);
        return key;
    }

    key = NULL;

    if (RAND_priv_bytes_ex(ngx_uptime_tls_x25519_random, private,
                           sizeof(private), 0)
        == 1)
    {
        /* RFC 7748, 5 */

        private[0] &= 0xf8;
        private[31] &= 0x7f;
        private[31] |= 0x40;

        if (crypto_scalarmult_base(public, private) == 0) {
            key = ngx_uptime_tls_x25519_import(g->provider, private, public);
        }
    }

    OPENSSL_cleanse(private, sizeof(private));

    return key;
}


static void *
ngx_uptime_tls_x25519_import(void *provider, u_char *private, u_char *public)
{
    void        *key;
    OSSL_PARAM   params[3];

    params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
                                private, crypto_scalarmult_SCALARBYTES);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                public, crypto_scalarmult_BYTES);
    params[2] = OSSL_PARAM_construct_end();

    key = ngx_uptime_tls_x25519_theirs.create(provider);
    if (key == NULL) {
        return NULL;
    }

    if (ngx_uptime_tls_x25519_theirs.import(key, OSSL_KEYMGMT_SELECT_KEYPAIR,
                                            params)
        != 1)
    {
        ngx_uptime_tls_x25519_theirs.free(key);
        return NULL;
    }

    return key;
}


static void
ngx_uptime_tls_x25519_gen_cleanup(void *data)
{
    ngx_uptime_tls_x25519_gen_t *g = data;

    if (g == NULL) {
        return;
    }

    ngx_uptime_tls_x25519_theirs.gen_cleanup(g->gen);
    OPENSSL_free(g);
}
