
/*
 * One message to one channel: opened, worded, sent through the guarded
 * fetcher, and its answer judged.  A message owns its pool;
 * ngx_uptime_alert_destroy() is the only place that frees one.  Used in
 * workers (tests of channels) and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_config.h"
#include "ngx_uptime_alert_kind.h"
#include "ngx_uptime_hide.h"
#include "ngx_uptime_smtp.h"


/* of an answer, bytes that are looked at */
#define NGX_UPTIME_ALERT_BODY  4096

/* s; nobody is asked to wait for longer, whatever a provider says */
#define NGX_UPTIME_ALERT_WAIT  86400


static ngx_int_t ngx_uptime_alert_copy(ngx_uptime_alert_send_t *s);
static void ngx_uptime_alert_begin(ngx_event_t *ev);
static void ngx_uptime_alert_inspect(ngx_uptime_fetch_t *f);
static void ngx_uptime_alert_hide(ngx_uptime_alert_send_t *s,
    ngx_str_t *answer);
static void ngx_uptime_alert_hide_value(cJSON *value, ngx_str_t *answer);
static ngx_uint_t ngx_uptime_alert_wait(ngx_str_t *value);
static void ngx_uptime_alert_fetched(ngx_uptime_fetch_t *f);
static ngx_uint_t ngx_uptime_alert_hopeless(ngx_uptime_alert_send_t *s,
    ngx_uint_t status);
static void ngx_uptime_alert_destroy(ngx_uptime_alert_send_t *s);


ngx_uptime_alert_sender_t *
ngx_uptime_alert_sender_create(ngx_pool_t *pool, ngx_uptime_alert_conf_t *conf,
    ngx_uptime_fetcher_t *fetcher, ngx_log_t *log)
{
    ngx_uptime_alert_sender_t  *sender;

    sender = ngx_pcalloc(pool, sizeof(ngx_uptime_alert_sender_t));
    if (sender == NULL) {
        return NULL;
    }

    sender->conf = conf;
    sender->fetcher = fetcher;
    sender->log = log;

    return sender;
}


ngx_uptime_alert_send_t *
ngx_uptime_alert_send(ngx_uptime_alert_sender_t *sender,
    const ngx_uptime_alert_channel_t *channel,
    const ngx_uptime_alert_t *alert, ngx_uptime_alert_pt handler, void *data)
{
    ngx_pool_t               *pool;
    ngx_uptime_alert_send_t  *s;

    pool = ngx_create_pool(4096, sender->log);
    if (pool == NULL) {
        return NULL;
    }

    s = ngx_pcalloc(pool, sizeof(ngx_uptime_alert_send_t));
    if (s == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    s->pool = pool;
    s->sender = sender;
    s->channel = *channel;
    s->alert = *alert;
    s->handler = handler;
    s->data = data;

    if (ngx_uptime_alert_copy(s) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    s->event.handler = ngx_uptime_alert_begin;
    s->event.data = s;
    s->event.log = sender->log;

    ngx_post_event(&s->event, &ngx_posted_events);

    return s;
}


static ngx_int_t
ngx_uptime_alert_copy(ngx_uptime_alert_send_t *s)
{
    ngx_uint_t   i;

    ngx_str_t   *texts[] = {
        &s->channel.kind, &s->channel.config, &s->channel.secrets,
        &s->channel.secrets_key, &s->channel.templates, &s->alert.id,
        &s->alert.name, &s->alert.url, &s->alert.type, &s->alert.tags,
        &s->alert.cause, &s->alert.first_error, &s->alert.note,
        &s->alert.subject, &s->alert.text
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {

        if (texts[i]->len == 0) {
            ngx_str_set(texts[i], "");
            continue;
        }

        texts[i]->data = ngx_pstrdup(s->pool, texts[i]);
        if (texts[i]->data == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_uptime_alert_begin(ngx_event_t *ev)
{
    ngx_uptime_alert_send_t *s = ev->data;

    ngx_int_t  rc;

    rc = ngx_uptime_alert_prepare(s);

    if (rc == NGX_OK && s->kind->deliver != NULL) {
        rc = s->kind->deliver(s);

        if (rc == NGX_OK) {
            return;
        }

    } else if (rc == NGX_OK) {
        s->fetch = ngx_uptime_fetch(s->sender->fetcher, &s->request,
                                    ngx_uptime_alert_fetched, s);
        if (s->fetch != NULL) {
            return;
        }

        rc = NGX_ERROR;
    }

    if (rc == NGX_ERROR) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "this server is short of memory", NULL);
    }

    ngx_uptime_alert_done(s);
}


ngx_int_t
ngx_uptime_alert_prepare(ngx_uptime_alert_send_t *s)
{
    ngx_int_t                 rc;
    ngx_uptime_alert_conf_t  *conf;

    conf = s->sender->conf;

    s->kind = ngx_uptime_alert_kind(&s->channel.kind);

    if (s->kind == NULL) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "this version does not know this kind of "
                             "channel", NULL);
        return NGX_DECLINED;
    }

    if (s->alert.event >= NGX_UPTIME_ALERT_N) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "this version does not know this event", NULL);
        return NGX_DECLINED;
    }

    rc = ngx_uptime_alert_open(s->pool, conf->keys, &s->channel, &s->config);

    if (rc == NGX_DECLINED) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "the secrets cannot be opened: their key is not "
                             "in uptime_token_key_file", NULL);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    s->words.pool = s->pool;
    s->words.alert = &s->alert;

    if (ngx_uptime_alert_words(&s->words, &conf->dashboard_url,
                               &s->channel.templates)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    s->request.timeout = conf->timeout;
    s->request.owner = s->channel.owner;
    s->request.max_body = NGX_UPTIME_ALERT_BODY;
    s->request.keep_body = 1;
    s->request.verify_tls = 1;
    s->request.ungated = 1;
    s->request.inspect = ngx_uptime_alert_inspect;

    return s->kind->build ? s->kind->build(s) : NGX_OK;
}


ngx_int_t
ngx_uptime_alert_preview(ngx_uptime_alert_sender_t *sender, ngx_pool_t *pool,
    const ngx_uptime_alert_channel_t *channel,
    const ngx_uptime_alert_t *alert, ngx_uptime_alert_send_t *s)
{
    ngx_memzero(s, sizeof(ngx_uptime_alert_send_t));

    s->pool = pool;
    s->sender = sender;
    s->channel = *channel;
    s->alert = *alert;

    return ngx_uptime_alert_prepare(s);
}


/* The response is still there. */

static void
ngx_uptime_alert_inspect(ngx_uptime_fetch_t *f)
{
    ngx_uptime_alert_send_t *s = f->data;

    ngx_str_t   value, *body;
    ngx_uint_t  status;

    status = f->result.http_status;
    body = ngx_uptime_fetch_body(f);

    s->result.code = status;

    ngx_uptime_alert_hide(s, body);

    if (status >= 200 && status < 300) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_DELIVERED, "delivered", body);

    } else if (ngx_uptime_alert_hopeless(s, status)) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_PERMANENT, "refused for good",
                             body);

    } else if (status >= 300 && status < 400) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "redirects are not followed", NULL);

    } else {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY, "refused", body);

        if (ngx_uptime_fetch_header(f, "Retry-After", 0, &value) == NGX_OK) {
            s->result.retry_after = ngx_uptime_alert_wait(&value);
        }
    }

    if (s->kind->judge != NULL) {
        s->kind->judge(s, body);
    }

    s->result.retry_after = ngx_min(s->result.retry_after,
                                    NGX_UPTIME_ALERT_WAIT);
}


/* Some answers repeat what they were sent. */

static void
ngx_uptime_alert_hide(ngx_uptime_alert_send_t *s, ngx_str_t *answer)
{
    cJSON              *item, *value;
    const char *const  *name;

    for (name = s->kind->secrets; *name; name++) {
        item = cJSON_GetObjectItemCaseSensitive(s->config, *name);

        if (!cJSON_IsObject(item)) {
            ngx_uptime_alert_hide_value(item, answer);
            continue;
        }

        for (value = item->child; value != NULL; value = value->next) {
            ngx_uptime_alert_hide_value(value, answer);
        }
    }
}


static void
ngx_uptime_alert_hide_value(cJSON *value, ngx_str_t *answer)
{
    ngx_str_t  secret;

    if (cJSON_IsString(value)) {
        secret.data = (u_char *) value->valuestring;
        secret.len = ngx_strlen(secret.data);

        ngx_uptime_hide(answer, &secret, NGX_UPTIME_HIDE_PART, 0);
    }
}


/* RFC 9110, 10.2.3: seconds, or a date */

static ngx_uint_t
ngx_uptime_alert_wait(ngx_str_t *value)
{
    time_t     at, now;
    ngx_int_t  n;

    n = ngx_atoi(value->data, value->len);

    if (n != NGX_ERROR) {
        return n;
    }

    at = ngx_parse_http_time(value->data, value->len);
    now = ngx_time();

    return (at != (time_t) NGX_ERROR && at > now) ? (ngx_uint_t) (at - now)
                                                  : 0;
}


static void
ngx_uptime_alert_fetched(ngx_uptime_fetch_t *f)
{
    ngx_uptime_alert_send_t    *s;
    ngx_uptime_alert_status_e   status;

    s = f->data;
    s->fetch = NULL;

    /* otherwise inspect has seen the answer */

    if (f->result.stage != NGX_UPTIME_STAGE_DONE) {
        status = f->result.blocked ? NGX_UPTIME_ALERT_PERMANENT
                                   : NGX_UPTIME_ALERT_TEMPORARY;
        s->result.code = 0;
        ngx_uptime_alert_set(s, status, ngx_uptime_alert_failure(&f->result),
                             NULL);
    }

    ngx_uptime_alert_done(s);
}


static ngx_uint_t
ngx_uptime_alert_hopeless(ngx_uptime_alert_send_t *s, ngx_uint_t status)
{
    const ngx_uint_t  *p;

    for (p = s->kind->permanent; *p; p++) {
        if (*p == status) {
            return 1;
        }
    }

    return 0;
}


void
ngx_uptime_alert_set(ngx_uptime_alert_send_t *s,
    ngx_uptime_alert_status_e status, const char *what,
    const ngx_str_t *answer)
{
    u_char     *p, *q, *last;
    size_t      n;
    ngx_str_t   text;

    s->result.status = status;
    s->result.retry_after = 0;

    p = s->detail;
    last = p + NGX_UPTIME_ALERT_DETAIL;

    p = s->result.code
        ? ngx_slprintf(p, last, "%ui: %s", s->result.code, what)
        : ngx_slprintf(p, last, "%s", what);

    if (answer != NULL && answer->len) {
        p = ngx_slprintf(p, last, ": ");

        for (q = answer->data; q < answer->data + answer->len && p < last; ) {
            n = ngx_uptime_utf8_next(q, answer->data + answer->len);

            if (n > (size_t) (last - p)) {
                break;
            }

            if (n == 0 || *q < 0x20 || *q == 0x7f) {
                *p++ = n ? ' ' : '?';
                q++;
                continue;
            }

            p = ngx_cpymem(p, q, n);
            q += n;
        }
    }

    text.data = s->detail;
    text.len = p - s->detail;

    while (text.len && text.data[text.len - 1] == ' ') {
        text.len--;
    }

    s->result.detail = text;
}


ngx_str_t
ngx_uptime_alert_result_name(const ngx_uptime_alert_result_t *result)
{
    static const ngx_str_t  names[] = {
        ngx_string("delivered"),
        ngx_string("temporary"),
        ngx_string("permanent")
    };

    static const ngx_str_t  partial = ngx_string("partial");

    return result->partial ? partial : names[result->status];
}


void
ngx_uptime_alert_done(ngx_uptime_alert_send_t *s)
{
    s->handler(s->data, &s->result);

    ngx_uptime_alert_destroy(s);
}


void
ngx_uptime_alert_cancel(ngx_uptime_alert_send_t *s)
{
    ngx_uptime_alert_destroy(s);
}


static void
ngx_uptime_alert_destroy(ngx_uptime_alert_send_t *s)
{
    if (s->event.posted) {
        ngx_delete_posted_event(&s->event);
    }

    if (s->fetch != NULL) {
        ngx_uptime_fetch_cancel(s->fetch);
    }

    if (s->smtp != NULL) {
        ngx_uptime_smtp_cancel(s->smtp);
    }

    ngx_destroy_pool(s->pool);
}
