
/*
 * Channels: created and changed.  The kind's table says what a configuration
 * may be; its secrets are sealed here and stored apart, so that no statement
 * and no answer has them.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_channels.h"


static ngx_int_t ngx_http_uptime_channel_seal(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind, cJSON *config);
static ngx_int_t ngx_http_uptime_channel_string(ngx_http_uptime_ctx_t *ctx,
    const char *name, ngx_str_t *text);
static void ngx_http_uptime_channel_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static cJSON *ngx_http_uptime_channel_open(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind, ngx_uptime_alert_channel_t *channel);
static ngx_int_t ngx_http_uptime_channel_merge(ngx_http_uptime_ctx_t *ctx,
    cJSON *config, int64_t version);
static ngx_int_t ngx_http_uptime_channel_judge(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind);


void
ngx_http_uptime_channel_create(ngx_http_uptime_ctx_t *ctx)
{
    cJSON                          *config;
    const ngx_uptime_alert_kind_t  *kind;

    kind = ngx_http_uptime_channel_kind(ctx);
    if (kind == NULL) {
        return;
    }

    config = cJSON_GetObjectItemCaseSensitive(ctx->args, "config");

    if (ngx_http_uptime_channel_seal(ctx, kind, config) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_plain(ctx);
}


const ngx_uptime_alert_kind_t *
ngx_http_uptime_channel_kind(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t                       name;
    const ngx_uptime_alert_kind_t  *kind;

    name = ngx_http_uptime_arg(ctx, "kind");
    kind = ngx_uptime_alert_kind(&name);

    if (kind->admin && !ctx->caller.admin) {
        ngx_http_uptime_fail_field(ctx, "kind", "not_allowed",
                                   "is for administrators, since it writes "
                                   "to this server's log");
        return NULL;
    }

    if (kind == &ngx_uptime_alert_email && ctx->api->alert->smtp == NULL) {
        ngx_http_uptime_fail_field(ctx, "kind", "no_mail_server",
                                   "needs a mail server, which the operator "
                                   "sets with uptime_smtp");
        return NULL;
    }

    return kind;
}


/* config stays in the arguments, masked. */

static ngx_int_t
ngx_http_uptime_channel_seal(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind, cJSON *config)
{
    ngx_uptime_alert_stored_t  stored;

    if (ngx_uptime_alert_seal(ctx->request->pool, ctx->api->keys, kind,
                              ctx->caller.user, config, &stored)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (stored.secrets.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_uptime_channel_string(ctx, "_secrets", &stored.secrets)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_uptime_channel_string(ctx, "_key", &stored.secrets_key);
}


static ngx_int_t
ngx_http_uptime_channel_string(ngx_http_uptime_ctx_t *ctx, const char *name,
    ngx_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(ctx->request->pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, text->data, text->len) = '\0';

    return cJSON_AddStringToObject(ctx->args, name, (char *) p) ? NGX_OK
                                                                : NGX_ERROR;
}


ngx_int_t
ngx_http_uptime_channel_json(ngx_http_uptime_ctx_t *ctx, const char *name,
    ngx_str_t *text)
{
    cJSON  *value;

    ngx_str_null(text);

    value = cJSON_GetObjectItemCaseSensitive(ctx->args, name);

    return cJSON_IsObject(value)
           ? ngx_uptime_json_print(ctx->request->pool, value, text) : NGX_OK;
}


void
ngx_http_uptime_channel_patch(ngx_http_uptime_ctx_t *ctx)
{
    u_char     user[NGX_INT64_LEN], id[NGX_INT64_LEN];
    ngx_str_t  texts[2];

    texts[0] = ngx_http_uptime_number_text(user, ctx->caller.user);
    texts[1] = ngx_http_uptime_number_text(id, ctx->id);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_CHANNEL_STORED,
                                       texts, 2,
                                       ngx_http_uptime_channel_found);
}


void
ngx_http_uptime_channel_row(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col,
    ngx_uptime_alert_channel_t *channel)
{
    ngx_memzero(channel, sizeof(ngx_uptime_alert_channel_t));

    channel->id = ctx->id;
    channel->owner = ctx->caller.user;
    channel->kind = ngx_uptime_pg_str(q, 0, col);
    channel->config = ngx_uptime_pg_str(q, 0, col + 1);
    channel->secrets = ngx_uptime_pg_str(q, 0, col + 2);
    channel->secrets_key = ngx_uptime_pg_str(q, 0, col + 3);
    channel->templates = ngx_uptime_pg_str(q, 0, col + 4);
}


static void
ngx_http_uptime_channel_found(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    cJSON                          *config;
    ngx_int_t                       rc;
    ngx_uptime_alert_channel_t      channel;
    const ngx_uptime_alert_kind_t  *kind;

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    ngx_http_uptime_channel_row(ctx, q, 1, &channel);

    kind = ngx_uptime_alert_kind(&channel.kind);

    if (kind != NULL && kind->admin && !ctx->caller.admin) {
        ngx_http_uptime_fail(ctx, "forbidden");
        return;
    }

    config = kind ? ngx_http_uptime_channel_open(ctx, kind, &channel) : NULL;

    if (config == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    rc = ngx_http_uptime_channel_merge(ctx, config,
                                       ngx_uptime_pg_num(q, 0, 6));

    if (rc == NGX_OK) {
        rc = ngx_http_uptime_channel_judge(ctx, kind);
    }

    if (rc == NGX_OK && cJSON_HasObjectItem(ctx->args, "config")) {
        rc = ngx_http_uptime_channel_seal(ctx, kind,
                 cJSON_GetObjectItemCaseSensitive(ctx->args, "config"));
    }

    if (rc == NGX_ERROR) {
        ngx_http_uptime_fail(ctx, "internal_error");

    } else if (rc == NGX_OK) {
        ngx_http_uptime_plain(ctx);
    }
}


/* What cannot be opened any more has to be given again. */

static cJSON *
ngx_http_uptime_channel_open(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind, ngx_uptime_alert_channel_t *channel)
{
    cJSON              *config;
    ngx_int_t           rc;
    const char *const  *name;

    rc = ngx_uptime_alert_open(ctx->request->pool, ctx->api->keys, channel,
                               &config);

    if (rc == NGX_ERROR) {
        return NULL;
    }

    for (name = kind->secrets; rc == NGX_DECLINED && *name != NULL; name++) {
        cJSON_DeleteItemFromObjectCaseSensitive(config, *name);
    }

    return config;
}


/* The arguments get the whole configuration, if they have a part of it. */

static ngx_int_t
ngx_http_uptime_channel_merge(ngx_http_uptime_ctx_t *ctx, cJSON *config,
    int64_t version)
{
    cJSON  *changes, *item, *whole;

    changes = cJSON_GetObjectItemCaseSensitive(ctx->args, "config");

    if (changes == NULL) {
        return NGX_OK;
    }

    if (ngx_uptime_alert_merge(config, changes) != NGX_OK
        || cJSON_AddNumberToObject(ctx->args, "_version", (double) version)
           == NULL)
    {
        return NGX_ERROR;
    }

    whole = cJSON_Duplicate(config, 1);

    if (whole == NULL) {
        return NGX_ERROR;
    }

    item = cJSON_DetachItemFromObjectCaseSensitive(ctx->args, "config");
    cJSON_Delete(item);

    if (!cJSON_AddItemToObject(ctx->args, "config", whole)) {
        cJSON_Delete(whole);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* NGX_DECLINED: the errors were sent. */

static ngx_int_t
ngx_http_uptime_channel_judge(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_kind_t *kind)
{
    cJSON                      *config, *templates;
    ngx_uptime_validate_ctx_t   v;

    v.pool = ctx->request->pool;
    v.policy = &ctx->api->policy;
    v.errors = ngx_array_create(v.pool, 4, sizeof(ngx_uptime_field_error_t));

    config = cJSON_GetObjectItemCaseSensitive(ctx->args, "config");
    templates = cJSON_GetObjectItemCaseSensitive(ctx->args, "templates");

    if (v.errors == NULL
        || ngx_uptime_alert_validate(&v, kind, config, templates) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (v.errors->nelts) {
        ngx_http_uptime_fail_fields(ctx, v.errors);
        return NGX_DECLINED;
    }

    return NGX_OK;
}
