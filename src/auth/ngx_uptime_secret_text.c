
/*
 * Sealed secrets as text.  Used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_secret_text.h"
#include "ngx_uptime_token.h"


static ngx_int_t ngx_uptime_secret_text_split(const ngx_str_t *stored,
    ngx_str_t *kid, ngx_str_t *hex);


ngx_int_t
ngx_uptime_secret_text_seal(ngx_pool_t *pool, ngx_array_t *keys,
    const char *kind, int64_t owner, const ngx_str_t *plain,
    ngx_str_t *stored)
{
    u_char                  *p;
    ngx_uptime_token_key_t  *key;

    if (plain->len > NGX_UPTIME_BOX_MAX) {
        return NGX_ERROR;
    }

    key = keys->elts;

    stored->len = sizeof(NGX_UPTIME_SEALED) - 1 + key->kid.len + 1
                  + NGX_UPTIME_BOX_HEX(plain->len);
    stored->data = ngx_pnalloc(pool, stored->len + 1);

    if (stored->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(stored->data, NGX_UPTIME_SEALED,
                   sizeof(NGX_UPTIME_SEALED) - 1);
    p = ngx_cpymem(p, key->kid.data, key->kid.len);
    *p++ = '\t';

    ngx_uptime_secret_seal_same(p, &key->secret, kind, owner, plain->data,
                                plain->len);

    stored->data[stored->len] = '\0';

    return NGX_OK;
}


size_t
ngx_uptime_secret_text_len(const ngx_str_t *stored)
{
    ngx_str_t  kid, hex;

    if (ngx_uptime_secret_text_split(stored, &kid, &hex) != NGX_OK) {
        return stored->len;
    }

    return (hex.len < NGX_UPTIME_BOX_HEX(0))
           ? 0 : hex.len / 2 - NGX_UPTIME_BOX_EXTRA;
}


ngx_uint_t
ngx_uptime_secret_text_key(const ngx_str_t *stored, ngx_str_t *kid)
{
    ngx_str_t  hex;

    return ngx_uptime_secret_text_split(stored, kid, &hex) == NGX_OK;
}


ngx_int_t
ngx_uptime_secret_text_open(u_char *plain, ngx_array_t *keys,
    const char *kind, int64_t owner, const ngx_str_t *stored)
{
    ngx_str_t                kid, hex;
    ngx_uptime_token_key_t  *key;

    if (ngx_uptime_secret_text_split(stored, &kid, &hex) != NGX_OK) {
        ngx_memcpy(plain, stored->data, stored->len);
        return NGX_OK;
    }

    key = keys ? ngx_uptime_token_key_of(keys, &kid) : NULL;

    if (key == NULL || hex.len < NGX_UPTIME_BOX_HEX(0)) {
        return NGX_DECLINED;
    }

    return ngx_uptime_secret_open(plain, ngx_uptime_secret_text_len(stored),
                                  &key->secret, kind, owner, &hex);
}


static ngx_int_t
ngx_uptime_secret_text_split(const ngx_str_t *stored, ngx_str_t *kid,
    ngx_str_t *hex)
{
    u_char  *last, *tab;
    size_t   len;

    len = sizeof(NGX_UPTIME_SEALED) - 1;

    if (stored->len < len
        || ngx_memcmp(stored->data, NGX_UPTIME_SEALED, len) != 0)
    {
        return NGX_DECLINED;
    }

    last = stored->data + stored->len;
    kid->data = stored->data + len;
    tab = ngx_strlchr(kid->data, last, '\t');

    if (tab == NULL) {
        return NGX_DECLINED;
    }

    kid->len = tab - kid->data;
    hex->data = tab + 1;
    hex->len = last - hex->data;

    return NGX_OK;
}
