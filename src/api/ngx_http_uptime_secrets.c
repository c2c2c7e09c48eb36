
/*
 * Secrets of monitors on their way in and out: sealed before a statement has
 * them, opened in an export that asks for them.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_secret_text.h"


#define NGX_HTTP_UPTIME_MASK  "********"

/* jsonb as text, so there is one blank; inside of a string it cannot be */
#define NGX_HTTP_UPTIME_SECRET_MEMBER  "\"auth_secret\": \""


static void ngx_http_uptime_secrets_exported(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_secrets_open(ngx_http_uptime_ctx_t *ctx,
    const ngx_str_t *text, ngx_str_t *body);
static ngx_int_t ngx_http_uptime_secrets_copy(ngx_http_uptime_ctx_t *ctx,
    const ngx_str_t *text, u_char *out, size_t *len);
static u_char *ngx_http_uptime_secrets_plain(ngx_http_uptime_ctx_t *ctx,
    u_char *p, u_char *last, ngx_str_t *plain);


ngx_int_t
ngx_http_uptime_seal_secret(ngx_http_uptime_ctx_t *ctx, cJSON *fields)
{
    cJSON      *value, *sealed;
    ngx_str_t   plain, stored;

    value = cJSON_GetObjectItemCaseSensitive(fields, "auth_secret");

    if (!cJSON_IsString(value)
        || ngx_strcmp(value->valuestring, NGX_HTTP_UPTIME_MASK) == 0)
    {
        return NGX_OK;
    }

    plain.data = (u_char *) value->valuestring;
    plain.len = ngx_strlen(plain.data);

    if (ngx_uptime_secret_text_seal(ctx->request->pool, ctx->api->keys,
                                    NGX_UPTIME_BOX_MONITOR, ctx->caller.user,
                                    &plain, &stored)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_explicit_memzero(plain.data, plain.len);

    sealed = cJSON_CreateString((char *) stored.data);

    if (sealed == NULL
        || !cJSON_ReplaceItemInObjectCaseSensitive(fields, "auth_secret",
                                                   sealed))
    {
        cJSON_Delete(sealed);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_http_uptime_monitor_write(ngx_http_uptime_ctx_t *ctx)
{
    cJSON  *patch;

    /* of many, or of one */

    patch = cJSON_GetObjectItemCaseSensitive(ctx->args, "patch");

    if (ngx_http_uptime_seal_secret(ctx, patch ? patch : ctx->args)
        != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_plain(ctx);
}


void
ngx_http_uptime_monitor_export(ngx_http_uptime_ctx_t *ctx)
{
    cJSON  *secrets;

    secrets = cJSON_GetObjectItemCaseSensitive(ctx->args, "secrets");

    if (!cJSON_IsTrue(secrets)) {
        ngx_http_uptime_plain(ctx);
        return;
    }

    /* a key leaks more easily than somebody logs in */

    if (ctx->key.len) {
        ngx_http_uptime_fail(ctx, "key_not_allowed");
        return;
    }

    ngx_http_uptime_plain_query(ctx, ctx->route->sql,
                                ngx_http_uptime_secrets_exported);
}


static void
ngx_http_uptime_secrets_exported(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_str_t  text, body;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    text = ngx_uptime_pg_str(q, 0, 1);

    if (ngx_http_uptime_secrets_open(ctx, &text, &body) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}


static ngx_int_t
ngx_http_uptime_secrets_open(ngx_http_uptime_ctx_t *ctx,
    const ngx_str_t *text, ngx_str_t *body)
{
    if (ngx_http_uptime_secrets_copy(ctx, text, NULL, &body->len) != NGX_OK) {
        return NGX_ERROR;
    }

    body->data = ngx_pnalloc(ctx->request->pool, body->len + 1);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    return ngx_http_uptime_secrets_copy(ctx, text, body->data, &body->len);
}


/* out: NULL to know only the length */

static ngx_int_t
ngx_http_uptime_secrets_copy(ngx_http_uptime_ctx_t *ctx,
    const ngx_str_t *text, u_char *out, size_t *len)
{
    size_t      n, begin;
    u_char     *p, *from, *last;
    ngx_str_t   plain;

    static const char  member[] = NGX_HTTP_UPTIME_SECRET_MEMBER
                                  NGX_UPTIME_SEALED_JSON;

    begin = sizeof(NGX_HTTP_UPTIME_SECRET_MEMBER) - 1;
    last = text->data + text->len;
    from = text->data;
    *len = 0;

    for ( ;; ) {
        p = ngx_strnstr(from, (char *) member, last - from);
        n = (p ? p + begin : last) - from;

        if (out != NULL) {
            ngx_memcpy(out + *len, from, n);
        }

        *len += n;

        if (p == NULL) {
            return NGX_OK;
        }

        from = ngx_http_uptime_secrets_plain(ctx, p + begin, last, &plain);
        if (from == NULL) {
            return NGX_ERROR;
        }

        n = ngx_uptime_json_escape(NULL, plain.data, plain.len);

        if (out != NULL) {
            (void) ngx_uptime_json_escape(out + *len, plain.data, plain.len);
        }

        *len += n;

        ngx_explicit_memzero(plain.data, plain.len);
        ngx_free(plain.data);
    }
}


/*
 * The string that begins at p, opened, in memory that the caller frees; where
 * it ends.  What cannot be opened is the mask, which an import takes for what
 * is there.  NULL: no memory.
 */

static u_char *
ngx_http_uptime_secrets_plain(ngx_http_uptime_ctx_t *ctx, u_char *p,
    u_char *last, ngx_str_t *plain)
{
    size_t      size;
    u_char     *end;
    ngx_str_t   stored;

    end = ngx_strlchr(p, last, '"');

    if (end == NULL) {
        end = last;
    }

    /* as it is stored: the tabs are two characters in JSON */

    size = ngx_max((size_t) (end - p), sizeof(NGX_HTTP_UPTIME_MASK));

    plain->data = ngx_alloc(2 * size, ctx->request->connection->log);
    if (plain->data == NULL) {
        return NULL;
    }

    stored.data = plain->data + size;
    stored.len = 0;

    for ( /* void */ ; p < end; p++) {
        if (*p == '\\' && p + 1 < end && p[1] == 't') {
            stored.data[stored.len++] = '\t';
            p++;

        } else {
            stored.data[stored.len++] = *p;
        }
    }

    plain->len = ngx_uptime_secret_text_len(&stored);

    if (ngx_uptime_secret_text_open(plain->data, ctx->api->keys,
                                    NGX_UPTIME_BOX_MONITOR, ctx->caller.user,
                                    &stored)
        != NGX_OK)
    {
        ngx_memcpy(plain->data, NGX_HTTP_UPTIME_MASK,
                   sizeof(NGX_HTTP_UPTIME_MASK) - 1);
        plain->len = sizeof(NGX_HTTP_UPTIME_MASK) - 1;
    }

    return end;
}
