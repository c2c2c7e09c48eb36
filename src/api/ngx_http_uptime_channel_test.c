
/*
 * A message that somebody waits for: POST /channels/test and
 * /channels/{id}/test send one from this worker, guarded as every message is;
 * POST /channels/preview only shows it.
 *
 * A message is in the memory of its request and ends with it.  Runs in
 * workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_channels.h"


/* of a worker */

struct ngx_http_uptime_messages_s {
    ngx_pool_t                    *pool;
    ngx_uptime_alert_sender_t     *sender;
    ngx_queue_t                    running;
};


typedef struct {
    ngx_http_uptime_ctx_t         *ctx;
    ngx_queue_t                    queue;
    ngx_uptime_alert_channel_t     channel;     /* of one not stored        */
    ngx_uptime_alert_send_t       *send;
    ngx_event_t                    timer;
} ngx_http_uptime_message_t;


static ngx_http_uptime_messages_t *ngx_http_uptime_messages(
    ngx_http_uptime_api_t *api);
static ngx_int_t ngx_http_uptime_channel_given(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_channel_t *channel);
static void ngx_http_uptime_channel_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_message_start(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_channel_t *channel);
static void ngx_http_uptime_message_sent(void *data,
    const ngx_uptime_alert_result_t *result);
static ngx_int_t ngx_http_uptime_message_json(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_result_t *result, ngx_str_t *body);
static void ngx_http_uptime_message_expired(ngx_event_t *ev);
static void ngx_http_uptime_message_release(ngx_http_uptime_ctx_t *ctx);
static void ngx_http_uptime_message_sample(ngx_uptime_alert_t *alert,
    ngx_uptime_alert_event_e event);
static ngx_int_t ngx_http_uptime_preview_json(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_send_t *s, ngx_str_t *body);


static ngx_http_uptime_messages_t *
ngx_http_uptime_messages(ngx_http_uptime_api_t *api)
{
    ngx_pool_t                  *pool;
    ngx_uptime_fetcher_t        *fetcher;
    ngx_http_uptime_messages_t  *ms;

    if (api->messages != NULL) {
        return api->messages;
    }

    fetcher = ngx_http_uptime_fetcher(api);
    pool = fetcher ? ngx_create_pool(1024, ngx_cycle->log) : NULL;

    if (pool == NULL) {
        return NULL;
    }

    ms = ngx_pcalloc(pool, sizeof(ngx_http_uptime_messages_t));

    if (ms != NULL) {
        ms->pool = pool;
        ms->sender = ngx_uptime_alert_sender_create(pool, api->alert, fetcher,
                                                    ngx_cycle->log);
        ngx_queue_init(&ms->running);
    }

    if (ms == NULL || ms->sender == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    api->messages = ms;

    return ms;
}


void
ngx_http_uptime_messages_destroy(ngx_http_uptime_messages_t *ms)
{
    ngx_http_uptime_message_t  *m;

    while (!ngx_queue_empty(&ms->running)) {
        m = ngx_queue_data(ngx_queue_head(&ms->running),
                           ngx_http_uptime_message_t, queue);

        m->ctx->release = NULL;
        ngx_http_uptime_message_release(m->ctx);
    }

    ngx_destroy_pool(ms->pool);
}


/* With an id of a stored channel, otherwise of the one in the body. */

void
ngx_http_uptime_channel_test(ngx_http_uptime_ctx_t *ctx)
{
    u_char                       user[NGX_INT64_LEN], id[NGX_INT64_LEN];
    ngx_str_t                    texts[2];
    ngx_http_uptime_message_t   *m;
    ngx_http_uptime_messages_t  *ms;

    ms = ngx_http_uptime_messages(ctx->api);
    m = ngx_pcalloc(ctx->request->pool, sizeof(ngx_http_uptime_message_t));

    if (ms == NULL || m == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    if (ctx->id == 0
        && ngx_http_uptime_channel_given(ctx, &m->channel) != NGX_OK)
    {
        return;
    }

    m->ctx = ctx;
    ngx_queue_insert_tail(&ms->running, &m->queue);

    ctx->data = m;
    ctx->release = ngx_http_uptime_message_release;

    texts[0] = ngx_http_uptime_number_text(user, ctx->caller.user);
    texts[1] = ngx_http_uptime_number_text(id, ctx->id);

    (void) ngx_http_uptime_query_texts(ctx, NGX_UPTIME_SQL_API_CHANNEL_TEST,
                                       texts, 2,
                                       ngx_http_uptime_channel_counted);
}


/* NGX_DECLINED: a problem was sent. */

static ngx_int_t
ngx_http_uptime_channel_given(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_channel_t *channel)
{
    if (ngx_http_uptime_channel_kind(ctx) == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(channel, sizeof(ngx_uptime_alert_channel_t));

    channel->owner = ctx->caller.user;
    channel->kind = ngx_http_uptime_arg(ctx, "kind");

    if (ngx_http_uptime_channel_json(ctx, "config", &channel->config)
        != NGX_OK
        || ngx_http_uptime_channel_json(ctx, "templates", &channel->templates)
           != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return NGX_DECLINED;
    }

    if (channel->config.len == 0) {
        ngx_str_set(&channel->config, "{}");
    }

    return NGX_OK;
}


static void
ngx_http_uptime_channel_counted(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    ngx_http_uptime_message_t   *m;
    ngx_uptime_alert_channel_t   channel;

    m = ctx->data;

    if (q->rows) {
        ctx->retry_after = (ngx_uint_t) ngx_uptime_pg_num(q, 0, 1);
    }

    if (ngx_http_uptime_refused(ctx, q)) {
        return;
    }

    if (ctx->id) {
        ngx_http_uptime_channel_row(ctx, q, 2, &channel);
    } else {
        channel = m->channel;
    }

    if (ngx_http_uptime_message_start(ctx, &channel) != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
    }
}


static ngx_int_t
ngx_http_uptime_message_start(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_channel_t *channel)
{
    u_char                      id[sizeof("test-") + 32];
    ngx_uptime_alert_t          alert;
    ngx_http_uptime_message_t  *m;

    m = ctx->data;

    /* a mailbox may be anybody's: it gets nothing that a user has written */

    if (ngx_uptime_alert_kind(&channel->kind) == &ngx_uptime_alert_email) {
        ngx_str_null(&channel->templates);
    }

    ngx_http_uptime_message_sample(&alert, NGX_UPTIME_ALERT_TEST);

    alert.id.data = id;
    alert.id.len = ngx_snprintf(id, sizeof(id), "test-%V", &ctx->request_id)
                   - id;
    alert.monitor = 0;
    alert.incident = 0;

    m->send = ngx_uptime_alert_send(ctx->api->messages->sender, channel,
                                    &alert, ngx_http_uptime_message_sent,
                                    ctx);
    if (m->send == NULL) {
        return NGX_ERROR;
    }

    /* also keeps a worker that is to quit until the answer is there */

    m->timer.handler = ngx_http_uptime_message_expired;
    m->timer.data = ctx;
    m->timer.log = ctx->request->connection->log;

    ngx_add_timer(&m->timer, ctx->api->alert->timeout + 10000);

    return NGX_OK;
}


static void
ngx_http_uptime_message_sent(void *data,
    const ngx_uptime_alert_result_t *result)
{
    ngx_str_t                   body;
    ngx_connection_t           *c;
    ngx_http_uptime_ctx_t      *ctx;
    ngx_http_uptime_message_t  *m;

    ctx = data;
    m = ctx->data;
    c = ctx->request->connection;

    m->send = NULL;                     /* it goes when this returns */

    if (ngx_http_uptime_message_json(ctx, result, &body) == NGX_OK) {
        ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
    } else {
        ngx_http_uptime_fail(ctx, "internal_error");
    }

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_http_uptime_message_json(ngx_http_uptime_ctx_t *ctx,
    const ngx_uptime_alert_result_t *result, ngx_str_t *body)
{
    u_char  *p;
    size_t   len;

    static const char  format[] = "{\"delivered\":%s,\"permanent\":%s,"
                                  "\"detail\":\"";

    len = sizeof(format) + 20
          + ngx_uptime_json_escape(NULL, result->detail.data,
                                   result->detail.len);

    p = ngx_pnalloc(ctx->request->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;

    p = ngx_sprintf(p, format,
                    result->status == NGX_UPTIME_ALERT_DELIVERED ? "true"
                                                                 : "false",
                    result->status == NGX_UPTIME_ALERT_PERMANENT ? "true"
                                                                 : "false");
    p += ngx_uptime_json_escape(p, result->detail.data, result->detail.len);
    p = ngx_sprintf(p, "\"}");

    body->len = p - body->data;

    return NGX_OK;
}


/* No message takes that long; if one does, nobody waits for it. */

static void
ngx_http_uptime_message_expired(ngx_event_t *ev)
{
    ngx_connection_t       *c;
    ngx_http_uptime_ctx_t  *ctx;

    ctx = ev->data;
    c = ctx->request->connection;

    ngx_log_error(NGX_LOG_ERR, c->log, 0,
                  "uptime: a message was not delivered in time");

    ngx_http_uptime_fail(ctx, "unavailable");

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_uptime_message_release(ngx_http_uptime_ctx_t *ctx)
{
    ngx_http_uptime_message_t  *m;

    m = ctx->data;

    if (m->send != NULL) {
        ngx_uptime_alert_cancel(m->send);
        m->send = NULL;
    }

    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }

    ngx_queue_remove(&m->queue);
}


/* What a message about a monitor could be about. */

static void
ngx_http_uptime_message_sample(ngx_uptime_alert_t *alert,
    ngx_uptime_alert_event_e event)
{
    ngx_memzero(alert, sizeof(ngx_uptime_alert_t));

    alert->event = event;
    alert->at = (int64_t) ngx_time() * 1000;
    alert->monitor = 1;
    ngx_str_set(&alert->id, "preview");
    ngx_str_set(&alert->name, "Example");
    ngx_str_set(&alert->url, "https://www.example.com/");
    ngx_str_set(&alert->type, "http");
    ngx_str_set(&alert->tags, "shop, production");

    if (event == NGX_UPTIME_ALERT_CERT) {
        alert->cert_expires_at = ngx_time() + 7 * 86400;
        return;
    }

    if (event == NGX_UPTIME_ALERT_DEGRADED) {
        ngx_str_set(&alert->cause, "slow");
        alert->latency_us = 2500000;
        return;
    }

    alert->incident = 1;
    alert->started_at = alert->at - 187000;
    ngx_str_set(&alert->cause, "http_status");
    ngx_str_set(&alert->first_error, "HTTP status 503");
    alert->http_status = 503;

    if (event == NGX_UPTIME_ALERT_UP) {
        alert->ended_at = alert->at;
    }
}


void
ngx_http_uptime_channel_preview(ngx_http_uptime_ctx_t *ctx)
{
    ngx_int_t                    rc;
    ngx_str_t                    event, body;
    ngx_uptime_alert_t           alert;
    ngx_uptime_alert_send_t      s;
    ngx_uptime_alert_channel_t   channel;
    ngx_http_uptime_messages_t  *ms;

    if (ngx_http_uptime_channel_given(ctx, &channel) != NGX_OK) {
        return;
    }

    ms = ngx_http_uptime_messages(ctx->api);
    event = ngx_http_uptime_arg(ctx, "event");

    ngx_http_uptime_message_sample(&alert,
                                   event.len
                                   ? ngx_uptime_alert_event_value(&event)
                                   : NGX_UPTIME_ALERT_DOWN);

    rc = ms ? ngx_uptime_alert_preview(ms->sender, ctx->request->pool,
                                       &channel, &alert, &s)
            : NGX_ERROR;

    if (rc == NGX_OK) {
        rc = ngx_http_uptime_preview_json(ctx, &s, &body);
    }

    if (rc != NGX_OK) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ngx_http_uptime_respond(ctx, NGX_HTTP_OK, &body, -1, 0);
}


/* Of mails the text is enough. */

static ngx_int_t
ngx_http_uptime_preview_json(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_alert_send_t *s, ngx_str_t *body)
{
    cJSON  *root;

    root = ngx_uptime_json_object(ctx->request->pool);

    if (root == NULL
        || ngx_uptime_alert_add(s, root, "subject", &s->words.subject)
           != NGX_OK
        || ngx_uptime_alert_add(s, root, "text", &s->words.text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (s->kind->deliver != NULL) {
        if (cJSON_AddNullToObject(root, "body") == NULL) {
            return NGX_ERROR;
        }

    } else if (ngx_uptime_alert_add(s, root, "body", &s->request.body)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_json_print(ctx->request->pool, root, body);
}
