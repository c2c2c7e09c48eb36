
/*
 * JSON in and out; with its header the sole user of cJSON.  cJSON alone is
 * too tolerant for a public API, so every text first goes through
 * ngx_uptime_json_scan().  Pure: needs no event loop.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <math.h>

#include "ngx_uptime_json.h"
#include "ngx_uptime_json_scan.h"


/* objects up to here are checked for equal keys without an allocation */
#define NGX_UPTIME_JSON_SMALL  16

/* of a number with 17 digits */
#define NGX_UPTIME_JSON_DIGITS  32


static ngx_int_t ngx_uptime_json_check(ngx_pool_t *pool, cJSON *node,
    const char **reason);
static ngx_int_t ngx_uptime_json_check_keys(ngx_pool_t *pool, cJSON *object,
    const char **reason);
static int ngx_libc_cdecl ngx_uptime_json_compare(const void *one,
    const void *two);
static ngx_int_t ngx_uptime_json_exact(cJSON *node);
static void ngx_uptime_json_inexact(cJSON *node);
static void ngx_uptime_json_cleanup(void *data);


ngx_int_t
ngx_uptime_json_parse(ngx_pool_t *pool, ngx_str_t *text, cJSON **root,
    const char **reason)
{
    cJSON               *json;
    ngx_int_t            rc;
    ngx_pool_cleanup_t  *cln;

    *root = NULL;

    if (ngx_uptime_json_scan(text, reason) != NGX_OK) {
        return NGX_DECLINED;
    }

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    /* the scanner takes a subset of what cJSON takes: only memory is left */

    json = cJSON_ParseWithLength((const char *) text->data, text->len);
    if (json == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_uptime_json_cleanup;
    cln->data = json;

    rc = ngx_uptime_json_check(pool, json, reason);

    if (rc == NGX_OK) {
        *root = json;
    }

    return rc;
}


cJSON *
ngx_uptime_json_object(ngx_pool_t *pool)
{
    cJSON               *json;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    json = cJSON_CreateObject();
    if (json == NULL) {
        return NULL;
    }

    cln->handler = ngx_uptime_json_cleanup;
    cln->data = json;

    return json;
}


ngx_int_t
ngx_uptime_json_print(ngx_pool_t *pool, cJSON *root, ngx_str_t *text)
{
    char  *p;

    p = (ngx_uptime_json_exact(root) == NGX_OK) ? cJSON_PrintUnformatted(root)
                                                : NULL;
    ngx_uptime_json_inexact(root);

    if (p == NULL) {
        return NGX_ERROR;
    }

    text->len = ngx_strlen(p);
    text->data = ngx_pnalloc(pool, text->len + 1);

    if (text->data != NULL) {
        ngx_memcpy(text->data, p, text->len + 1);
    }

    cJSON_free(p);

    return (text->data != NULL) ? NGX_OK : NGX_ERROR;
}


/*
 * cJSON writes 15 digits of a number if what these say is nearly the same,
 * so 2^53 - 1 would become another one.  Such a number is made a raw item with
 * all of its digits while the text is written.
 */

static ngx_int_t
ngx_uptime_json_exact(cJSON *node)
{
    char    text[NGX_UPTIME_JSON_DIGITS];
    cJSON  *child;

    if (cJSON_IsNumber(node) && isfinite(node->valuedouble)) {

        (void) snprintf(text, sizeof(text), "%.15g", node->valuedouble);

        if (strtod(text, NULL) != node->valuedouble) {

            node->valuestring = cJSON_malloc(sizeof(text));
            if (node->valuestring == NULL) {
                return NGX_ERROR;
            }

            (void) snprintf(node->valuestring, sizeof(text), "%.17g",
                            node->valuedouble);
            node->type = (node->type & ~0xff) | cJSON_Raw;
        }
    }

    for (child = node->child; child != NULL; child = child->next) {
        if (ngx_uptime_json_exact(child) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Nobody else has raw items. */

static void
ngx_uptime_json_inexact(cJSON *node)
{
    cJSON  *child;

    if (cJSON_IsRaw(node)) {
        cJSON_free(node->valuestring);
        node->valuestring = NULL;
        node->type = (node->type & ~0xff) | cJSON_Number;
    }

    for (child = node->child; child != NULL; child = child->next) {
        ngx_uptime_json_inexact(child);
    }
}


size_t
ngx_uptime_json_escape(u_char *dst, const u_char *src, size_t len)
{
    u_char         ch, *p, buf[6];
    size_t         n, size;
    const u_char  *last;

    static const u_char  hex[] = "0123456789abcdef";
    static const u_char  letters[] = "btn?fr";      /* from U+0008 on */

    size = 0;
    last = src + len;

    for ( /* void */ ; src < last; src++) {
        ch = *src;
        p = buf;

        if (ch == '"' || ch == '\\') {
            *p++ = '\\';
            *p++ = ch;

        } else if (ch >= '\b' && ch <= '\r' && ch != '\v') {
            *p++ = '\\';
            *p++ = letters[ch - '\b'];

        } else if (ch < 0x20 || ch == 0x7f) {
            *p++ = '\\';
            *p++ = 'u';
            *p++ = '0';
            *p++ = '0';
            *p++ = hex[ch >> 4];
            *p++ = hex[ch & 0xf];

        } else {
            *p++ = ch;
        }

        n = p - buf;
        size += n;

        if (dst != NULL) {
            dst = ngx_cpymem(dst, buf, n);
        }
    }

    return size;
}


/* What the grammar cannot see: keys that are there twice, huge numbers. */

static ngx_int_t
ngx_uptime_json_check(ngx_pool_t *pool, cJSON *node, const char **reason)
{
    cJSON      *child;
    ngx_int_t   rc;

    if (cJSON_IsNumber(node) && !isfinite(node->valuedouble)) {
        *reason = "a number is too large";
        return NGX_DECLINED;
    }

    if (cJSON_IsObject(node)) {
        rc = ngx_uptime_json_check_keys(pool, node, reason);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    /* the scanner has bounded the depth of this recursion */

    for (child = node->child; child != NULL; child = child->next) {
        rc = ngx_uptime_json_check(pool, child, reason);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_json_check_keys(ngx_pool_t *pool, cJSON *object,
    const char **reason)
{
    char        *small[NGX_UPTIME_JSON_SMALL], **keys;
    cJSON       *child;
    ngx_int_t    rc;
    ngx_uint_t   i, n;

    n = 0;

    for (child = object->child; child != NULL; child = child->next) {
        n++;
    }

    if (n < 2) {
        return NGX_OK;
    }

    keys = small;

    if (n > NGX_UPTIME_JSON_SMALL) {
        keys = ngx_palloc(pool, n * sizeof(char *));
        if (keys == NULL) {
            return NGX_ERROR;
        }
    }

    for (i = 0, child = object->child; child != NULL; child = child->next) {
        keys[i++] = child->string;
    }

    ngx_qsort(keys, n, sizeof(char *), ngx_uptime_json_compare);

    rc = NGX_OK;

    for (i = 1; i < n; i++) {
        if (ngx_strcmp(keys[i - 1], keys[i]) == 0) {
            *reason = "an object has the same key twice";
            rc = NGX_DECLINED;
            break;
        }
    }

    if (keys != small) {
        (void) ngx_pfree(pool, keys);
    }

    return rc;
}


static int ngx_libc_cdecl
ngx_uptime_json_compare(const void *one, const void *two)
{
    return ngx_strcmp(*(char *const *) one, *(char *const *) two);
}


static void
ngx_uptime_json_cleanup(void *data)
{
    cJSON_Delete(data);
}
