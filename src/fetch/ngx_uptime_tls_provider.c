
/*
 * OpenSSL's default provider without what no handshake of a client needs.
 *
 * To read one public key, and each certificate has one, OpenSSL 3.0 compares
 * all decoders of the provider with all names of all kinds of keys: 0.25 ms.
 * Here it finds the decoders of public keys only, all of them, and no kinds
 * of keys that are none.  And SSL_CTX_new(), which libcurl calls for each
 * connection, does not look up the kinds of keys of groups that no client
 * offers.  Algorithms, and with them what is offered in a handshake, are the
 * same.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include "ngx_uptime_tls_provider.h"
#include "ngx_uptime_tls_narrow.h"
#include "ngx_uptime_tls_x25519.h"


/* 15 and 12 in OpenSSL 3.0; with more than this nothing is left out */
#define NGX_UPTIME_TLS_FEW  64


typedef struct {
    OSSL_ALGORITHM  list[NGX_UPTIME_TLS_FEW + 1];
    unsigned        made:1;
} ngx_uptime_tls_few_t;


typedef struct {
    OSSL_CALLBACK  *callback;
    void           *data;
} ngx_uptime_tls_groups_t;


static ngx_int_t ngx_uptime_tls_provider_load(void);
static void ngx_uptime_tls_provider_unload(void);
static int ngx_uptime_tls_provider_plain(OSSL_PROVIDER *provider, void *data);
static int ngx_uptime_tls_provider_start(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context);
static const OSSL_PARAM *ngx_uptime_tls_provider_gettable(void *context);
static int ngx_uptime_tls_provider_params(void *context, OSSL_PARAM *params);
static int ngx_uptime_tls_provider_capabilities(void *context,
    const char *name, OSSL_CALLBACK *callback, void *data);
static int ngx_uptime_tls_provider_group(const OSSL_PARAM *params,
    void *data);
static void ngx_uptime_tls_provider_configured(void);
static const OSSL_ALGORITHM *ngx_uptime_tls_provider_query(void *context,
    int operation, int *no_cache);
static const OSSL_ALGORITHM *ngx_uptime_tls_provider_few(
    ngx_uptime_tls_few_t *few, const OSSL_ALGORITHM *all,
    ngx_uint_t (*wanted)(const OSSL_ALGORITHM *a));
static const OSSL_ALGORITHM *ngx_uptime_tls_provider_keys(
    const OSSL_ALGORITHM *all);
static ngx_uint_t ngx_uptime_tls_provider_key(const OSSL_ALGORITHM *a);


/* one for all of the process who use it */
static ngx_uint_t                 ngx_uptime_tls_users;
static ngx_uptime_tls_few_t       ngx_uptime_tls_decoders;
static ngx_uptime_tls_few_t       ngx_uptime_tls_keys;
static ngx_uint_t                 ngx_uptime_tls_groups;  /* all of them */
static ngx_uptime_tls_context_t   ngx_uptime_tls_ours;
static ngx_uptime_tls_context_t   ngx_uptime_tls_inner;

/* "keys" of functions that derive or authenticate; TLS asks for HMAC's */
static const char *const  ngx_uptime_tls_no_keys[] = {
    "TLS1-PRF", "HKDF", "SCRYPT", "SIPHASH", "POLY1305", "CMAC", NULL
};

static const OSSL_DISPATCH  ngx_uptime_tls_provider[] = {

    { OSSL_FUNC_PROVIDER_GETTABLE_PARAMS,
      (void (*)(void)) ngx_uptime_tls_provider_gettable },

    { OSSL_FUNC_PROVIDER_GET_PARAMS,
      (void (*)(void)) ngx_uptime_tls_provider_params },

    { OSSL_FUNC_PROVIDER_QUERY_OPERATION,
      (void (*)(void)) ngx_uptime_tls_provider_query },

    { OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
      (void (*)(void)) ngx_uptime_tls_provider_capabilities },

    { 0, NULL }
};


void
ngx_uptime_tls_provider_init(ngx_log_t *log)
{
    ngx_uint_t  plain;

    if (ngx_uptime_tls_users++) {
        return;
    }

    /* FIPS, tokens: what an administrator has set up is to be used */

    plain = 1;

    if (OSSL_PROVIDER_do_all(NULL, ngx_uptime_tls_provider_plain, &plain) != 1
        || !plain || EVP_default_properties_is_fips_enabled(NULL))
    {
        ERR_clear_error();
        return;
    }

    if (ngx_uptime_tls_provider_load() != NGX_OK) {
        ERR_clear_error();
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "uptime: no context of its own for TLS, "
                      "checks of https cost more");
    }
}


static int
ngx_uptime_tls_provider_plain(OSSL_PROVIDER *provider, void *data)
{
    ngx_uint_t *plain = data;

    const char  *name;

    name = OSSL_PROVIDER_get0_name(provider);

    if (ngx_strcmp(name, "default") != 0 && ngx_strcmp(name, "base") != 0) {
        *plain = 0;
    }

    return 1;
}


/*
 * The default provider lives in a context of its own, in which its functions
 * look up each other.
 */

static ngx_int_t
ngx_uptime_tls_provider_load(void)
{
    if (ngx_uptime_tls_context_open(&ngx_uptime_tls_inner, "default", NULL)
        != NGX_OK
        || ngx_uptime_tls_context_open(&ngx_uptime_tls_ours, "uptime",
                                       ngx_uptime_tls_provider_start)
           != NGX_OK)
    {
        ngx_uptime_tls_provider_unload();
        return NGX_ERROR;
    }

    ngx_uptime_tls_provider_configured();
    ngx_uptime_tls_narrow_init(ngx_uptime_tls_inner.provider);

    return NGX_OK;
}


static void
ngx_uptime_tls_provider_unload(void)
{
    ngx_uptime_tls_narrow_done();

    ngx_uptime_tls_context_close(&ngx_uptime_tls_ours);
    ngx_uptime_tls_context_close(&ngx_uptime_tls_inner);

    ngx_uptime_tls_decoders.made = 0;
    ngx_uptime_tls_keys.made = 0;
}


ngx_int_t
ngx_uptime_tls_context_open(ngx_uptime_tls_context_t *c, const char *name,
    OSSL_provider_init_fn *start)
{
    c->context = OSSL_LIB_CTX_new();

    if (c->context == NULL
        || (start != NULL
            && OSSL_PROVIDER_add_builtin(c->context, name, start) != 1))
    {
        goto failed;
    }

    c->provider = OSSL_PROVIDER_load(c->context, name);

    if (c->provider == NULL) {
        goto failed;
    }

    return NGX_OK;

failed:

    ngx_uptime_tls_context_close(c);

    return NGX_ERROR;
}


void
ngx_uptime_tls_context_close(ngx_uptime_tls_context_t *c)
{
    if (c->provider != NULL) {
        (void) OSSL_PROVIDER_unload(c->provider);
        c->provider = NULL;
    }

    OSSL_LIB_CTX_free(c->context);
    c->context = NULL;
}


void
ngx_uptime_tls_provider_done(void)
{
    if (--ngx_uptime_tls_users == 0) {
        ngx_uptime_tls_provider_unload();
    }
}


OSSL_LIB_CTX *
ngx_uptime_tls_enter(void)
{
    if (ngx_uptime_tls_ours.context == NULL) {
        return NULL;
    }

    return OSSL_LIB_CTX_set0_default(ngx_uptime_tls_ours.context);
}


void
ngx_uptime_tls_leave(OSSL_LIB_CTX *before)
{
    ngx_uptime_tls_narrow_end();

    if (before != NULL) {
        (void) OSSL_LIB_CTX_set0_default(before);
    }
}


static int
ngx_uptime_tls_provider_start(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context)
{
    *out = ngx_uptime_tls_provider;
    *context = OSSL_PROVIDER_get0_provider_ctx(ngx_uptime_tls_inner.provider);

    return 1;
}


static const OSSL_PARAM *
ngx_uptime_tls_provider_gettable(void *context)
{
    return OSSL_PROVIDER_gettable_params(ngx_uptime_tls_inner.provider);
}


static int
ngx_uptime_tls_provider_params(void *context, OSSL_PARAM *params)
{
    return OSSL_PROVIDER_get_params(ngx_uptime_tls_inner.provider, params);
}


static int
ngx_uptime_tls_provider_capabilities(void *context, const char *name,
    OSSL_CALLBACK *callback, void *data)
{
    ngx_uptime_tls_groups_t  groups;

    if (ngx_uptime_tls_groups || ngx_strcmp(name, "TLS-GROUP") != 0) {
        return OSSL_PROVIDER_get_capabilities(ngx_uptime_tls_inner.provider,
                                              name, callback, data);
    }

    groups.callback = callback;
    groups.data = data;

    return OSSL_PROVIDER_get_capabilities(ngx_uptime_tls_inner.provider, name,
                                          ngx_uptime_tls_provider_group,
                                          &groups);
}


/*
 * Leaves out the curves that RFC 8422, 5.1.1, deprecates (1 to 22) and those
 * of RFC 7027 and RFC 8734 (26 to 28 and 31 to 33).
 */

static int
ngx_uptime_tls_provider_group(const OSSL_PARAM *params, void *data)
{
    ngx_uptime_tls_groups_t *groups = data;

    unsigned int       id;
    const OSSL_PARAM  *p;

    p = OSSL_PARAM_locate_const(params, OSSL_CAPABILITY_TLS_GROUP_ID);

    if (p != NULL && OSSL_PARAM_get_uint(p, &id) == 1
        && ((id >= 1 && id <= 22) || (id >= 26 && id <= 28)
            || (id >= 31 && id <= 33)))
    {
        return 1;
    }

    return groups->callback(params, groups->data);
}


/* An administrator may name any group in openssl.cnf: then all are there. */

static void
ngx_uptime_tls_provider_configured(void)
{
    SSL_CTX       *ctx;
    OSSL_LIB_CTX  *before;

    before = ngx_uptime_tls_enter();

    ERR_clear_error();

    ngx_uptime_tls_groups = 0;
    ctx = SSL_CTX_new(TLS_client_method());

    ngx_uptime_tls_groups = (ctx == NULL || ERR_peek_error() != 0);

    SSL_CTX_free(ctx);
    ERR_clear_error();

    ngx_uptime_tls_leave(before);
}


static const OSSL_ALGORITHM *
ngx_uptime_tls_provider_query(void *context, int operation, int *no_cache)
{
    const OSSL_ALGORITHM  *all;

    all = OSSL_PROVIDER_query_operation(ngx_uptime_tls_inner.provider,
                                        operation, no_cache);

    if (all == NULL) {
        return NULL;
    }

    switch (operation) {

    case OSSL_OP_DECODER:
        return ngx_uptime_tls_provider_few(&ngx_uptime_tls_decoders, all,
                                           ngx_uptime_tls_provider_spki);

    case OSSL_OP_KEYMGMT:
        return ngx_uptime_tls_provider_keys(all);

    default:
        return all;
    }
}


static const OSSL_ALGORITHM *
ngx_uptime_tls_provider_few(ngx_uptime_tls_few_t *few,
    const OSSL_ALGORITHM *all,
    ngx_uint_t (*wanted)(const OSSL_ALGORITHM *a))
{
    ngx_uint_t             n;
    const OSSL_ALGORITHM  *a;

    if (few->made) {
        return few->list;
    }

    n = 0;

    for (a = all; a->algorithm_names; a++) {

        if (!wanted(a)) {
            continue;
        }

        if (n == NGX_UPTIME_TLS_FEW) {
            return all;
        }

        few->list[n++] = *a;
    }

    ngx_memzero(&few->list[n], sizeof(OSSL_ALGORITHM));
    few->made = 1;

    return few->list;
}


static const OSSL_ALGORITHM *
ngx_uptime_tls_provider_keys(const OSSL_ALGORITHM *all)
{
    OSSL_ALGORITHM        *a;
    const OSSL_DISPATCH   *f;
    ngx_uptime_tls_few_t  *keys;

    keys = &ngx_uptime_tls_keys;

    if (keys->made) {
        return keys->list;
    }

    if (ngx_uptime_tls_provider_few(keys, all, ngx_uptime_tls_provider_key)
        == all)
    {
        return all;
    }

    for (a = keys->list; a->algorithm_names; a++) {

        if (ngx_uptime_tls_provider_named(a, "X25519")) {
            f = ngx_uptime_tls_x25519(a->implementation,
                                      ngx_uptime_tls_inner.context);

            if (f != NULL) {
                a->implementation = f;
            }
        }
    }

    return keys->list;
}


static ngx_uint_t
ngx_uptime_tls_provider_key(const OSSL_ALGORITHM *a)
{
    ngx_uint_t  i;

    for (i = 0; ngx_uptime_tls_no_keys[i]; i++) {

        if (ngx_uptime_tls_provider_named(a, ngx_uptime_tls_no_keys[i])) {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_uptime_tls_provider_spki(const OSSL_ALGORITHM *a)
{
    return ngx_strstr(a->property_definition,
                      "structure=SubjectPublicKeyInfo") != NULL;
}


ngx_uint_t
ngx_uptime_tls_provider_named(const OSSL_ALGORITHM *a, const char *name)
{
    size_t  len;

    len = ngx_strlen(name);

    return ngx_strncmp(a->algorithm_names, name, len) == 0
           && (a->algorithm_names[len] == '\0'
               || a->algorithm_names[len] == ':');
}
