
/*
 * Webhooks: JSON of our own or a body that its owner wrote, signed as
 * Standard Webhooks 1.0 says.  Used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"
#include "ngx_uptime_secret.h"


#define NGX_UPTIME_ALERT_WEBHOOK_BODY  32768


static ngx_int_t ngx_uptime_alert_webhook_build(ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_webhook_body(ngx_uptime_alert_send_t *s,
    ngx_str_t *type);
static ngx_int_t ngx_uptime_alert_webhook_standard(
    ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_webhook_data(ngx_uptime_alert_send_t *s,
    cJSON *data);
static ngx_int_t ngx_uptime_alert_webhook_about(ngx_uptime_alert_send_t *s,
    cJSON *data);
static ngx_int_t ngx_uptime_alert_webhook_time(cJSON *object,
    const char *name, int64_t ms);
static ngx_int_t ngx_uptime_alert_webhook_headers(ngx_uptime_alert_send_t *s,
    const ngx_str_t *type);
static ngx_int_t ngx_uptime_alert_webhook_sign(ngx_uptime_alert_send_t *s,
    time_t now, ngx_str_t *signature);


static const char *const  ngx_uptime_alert_webhook_methods[] = {
    "POST", "PUT", "PATCH", NULL
};

static const ngx_uptime_field_t  ngx_uptime_alert_webhook_fields[] = {
    ngx_uptime_alert_field("url", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_URL,
                           ngx_uptime_check_url),
    ngx_uptime_alert_choice("method", ngx_uptime_alert_webhook_methods),
    { ngx_string("headers"), NGX_UPTIME_FIELD_HEADERS, 0, 0, 10, NULL, 500,
      ngx_uptime_alert_check_headers },
    ngx_uptime_alert_field("secret", STRING, NGX_UPTIME_FIELD_NULLABLE, 1,
                           100, ngx_uptime_alert_check_whsec),
    ngx_uptime_alert_field("content_type", STRING, NGX_UPTIME_FIELD_TRIM, 3,
                           100, NULL),
    ngx_uptime_alert_field("body", STRING, NGX_UPTIME_FIELD_NULLABLE
                           |NGX_UPTIME_FIELD_MULTILINE, 1, 8000,
                           ngx_uptime_alert_check_json),
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_webhook_secrets[] = {
    "headers", "secret", NULL
};

/* anything else may be a mistake that somebody corrects */
static const ngx_uint_t  ngx_uptime_alert_webhook_permanent[] = { 410, 0 };


const ngx_uptime_alert_kind_t  ngx_uptime_alert_webhook = {
    ngx_string("webhook"),
    ngx_uptime_alert_webhook_fields,
    ngx_uptime_alert_webhook_secrets,
    ngx_uptime_alert_webhook_build,
    NULL,
    ngx_uptime_alert_webhook_permanent,
    NULL,
    0
};


static ngx_int_t
ngx_uptime_alert_webhook_build(ngx_uptime_alert_send_t *s)
{
    ngx_str_t  type;

    s->request.url = ngx_uptime_alert_config(s, "url");
    s->request.method = ngx_uptime_alert_config(s, "method");

    if (s->request.method.len == 0) {
        ngx_str_set(&s->request.method, "POST");
    }

    if (ngx_uptime_alert_webhook_body(s, &type) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_webhook_headers(s, &type);
}


static ngx_int_t
ngx_uptime_alert_webhook_body(ngx_uptime_alert_send_t *s, ngx_str_t *type)
{
    ngx_str_t            body;
    ngx_uptime_escape_e  escape;

    body = ngx_uptime_alert_config(s, "body");
    *type = ngx_uptime_alert_config(s, "content_type");

    if (body.len == 0) {
        ngx_str_set(type, "application/json");
        return ngx_uptime_alert_webhook_standard(s);
    }

    if (type->len == 0) {
        ngx_str_set(type, "application/json");
    }

    escape = NGX_UPTIME_ESCAPE_NONE;

    if (ngx_uptime_alert_is_type(type, "json")) {
        escape = NGX_UPTIME_ESCAPE_JSON;

    } else if (ngx_uptime_alert_is_type(type, "form-urlencoded")) {
        escape = NGX_UPTIME_ESCAPE_URI;

    } else if (ngx_uptime_alert_is_type(type, "html")
               || ngx_uptime_alert_is_type(type, "xml"))
    {
        escape = NGX_UPTIME_ESCAPE_HTML;
    }

    return ngx_uptime_template_render(s->pool, &body, ngx_uptime_alert_value,
                                      &s->words, escape,
                                      NGX_UPTIME_ALERT_WEBHOOK_BODY,
                                      &s->request.body);
}


static ngx_int_t
ngx_uptime_alert_webhook_standard(ngx_uptime_alert_send_t *s)
{
    cJSON      *root, *data;
    ngx_str_t   type;

    root = ngx_uptime_json_object(s->pool);

    if (root == NULL
        || ngx_uptime_alert_print(s, &type, 32, "%s%s",
                                  s->alert.event <= NGX_UPTIME_ALERT_CERT
                                  ? "monitor." : "uptime.",
                                  ngx_uptime_alert_event_name(s->alert.event))
           != NGX_OK
        || ngx_uptime_alert_add(s, root, "type", &type) != NGX_OK
        || ngx_uptime_alert_webhook_time(root, "timestamp", s->alert.at)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    data = cJSON_AddObjectToObject(root, "data");

    if (data == NULL
        || ngx_uptime_alert_webhook_data(s, data) != NGX_OK
        || ngx_uptime_alert_webhook_about(s, data) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_json_print(s->pool, root, &s->request.body);
}


static ngx_int_t
ngx_uptime_alert_webhook_data(ngx_uptime_alert_send_t *s, cJSON *data)
{
    ngx_str_t                  cause;
    const ngx_uptime_alert_t  *a;

    a = &s->alert;
    cause = ngx_uptime_alert_cause(&a->cause);

    if (ngx_uptime_alert_add(s, data, "subject", &s->words.subject) != NGX_OK
        || ngx_uptime_alert_add(s, data, "text", &s->words.text) != NGX_OK
        || ngx_uptime_alert_add(s, data, "cause", &a->cause) != NGX_OK
        || ngx_uptime_alert_add(s, data, "cause_text", &cause) != NGX_OK
        || ngx_uptime_alert_add(s, data, "error", &a->first_error) != NGX_OK
        || ngx_uptime_alert_add(s, data, "note", &a->note) != NGX_OK
        || ngx_uptime_alert_add(s, data, "link", &s->words.link) != NGX_OK
        || cJSON_AddNumberToObject(data, "reminder", a->reminder) == NULL)
    {
        return NGX_ERROR;
    }

    if (a->http_status
        && cJSON_AddNumberToObject(data, "http_status", a->http_status)
           == NULL)
    {
        return NGX_ERROR;
    }

    if (a->latency_us
        && cJSON_AddNumberToObject(data, "latency_ms", a->latency_us / 1000.0)
           == NULL)
    {
        return NGX_ERROR;
    }

    return a->cert_expires_at
           ? ngx_uptime_alert_webhook_time(data, "certificate_expires_at",
                                           a->cert_expires_at * 1000)
           : NGX_OK;
}


static ngx_int_t
ngx_uptime_alert_webhook_about(ngx_uptime_alert_send_t *s, cJSON *data)
{
    cJSON                     *o;
    const ngx_uptime_alert_t  *a;

    a = &s->alert;

    if (a->monitor) {
        o = cJSON_AddObjectToObject(data, "monitor");

        if (o == NULL
            || cJSON_AddNumberToObject(o, "id", (double) a->monitor) == NULL
            || ngx_uptime_alert_add(s, o, "name", &a->name) != NGX_OK
            || ngx_uptime_alert_add(s, o, "url", &a->url) != NGX_OK
            || ngx_uptime_alert_add(s, o, "type", &a->type) != NGX_OK
            || ngx_uptime_alert_add(s, o, "tags", &a->tags) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (a->incident == 0) {
        return NGX_OK;
    }

    o = cJSON_AddObjectToObject(data, "incident");

    if (o == NULL
        || cJSON_AddNumberToObject(o, "id", (double) a->incident) == NULL
        || ngx_uptime_alert_webhook_time(o, "started_at", a->started_at)
           != NGX_OK
        || ngx_uptime_alert_webhook_time(o, "ended_at", a->ended_at)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_alert_webhook_time(cJSON *object, const char *name, int64_t ms)
{
    u_char  buf[40];

    if (ms == 0) {
        return cJSON_AddNullToObject(object, name) ? NGX_OK : NGX_ERROR;
    }

    *ngx_uptime_alert_rfc3339(buf, ms) = '\0';

    return cJSON_AddStringToObject(object, name, (char *) buf) ? NGX_OK
                                                               : NGX_ERROR;
}


static ngx_int_t
ngx_uptime_alert_webhook_headers(ngx_uptime_alert_send_t *s,
    const ngx_str_t *type)
{
    size_t      len;
    time_t      now;
    cJSON      *headers, *header;
    u_char     *p, *last;
    ngx_str_t   signature;

    now = ngx_time();

    if (ngx_uptime_alert_webhook_sign(s, now, &signature) != NGX_OK) {
        return NGX_ERROR;
    }

    headers = cJSON_GetObjectItemCaseSensitive(s->config, "headers");
    len = 512 + type->len;

    for (header = headers ? headers->child : NULL; header != NULL;
         header = header->next)
    {
        len += ngx_strlen(header->string) + ngx_strlen(header->valuestring)
               + 3;
    }

    p = ngx_pnalloc(s->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    s->request.headers.data = p;
    last = p + len;

    p = ngx_slprintf(p, last, "webhook-id: %V\nwebhook-timestamp: %T\n",
                     &s->alert.id, now);

    if (signature.len) {
        p = ngx_slprintf(p, last, "webhook-signature: %V\n", &signature);
    }

    for (header = headers ? headers->child : NULL; header != NULL;
         header = header->next)
    {
        p = ngx_slprintf(p, last, "%s: %s\n", header->string,
                         header->valuestring);
    }

    p = ngx_slprintf(p, last, "Content-Type: %V", type);
    s->request.headers.len = p - s->request.headers.data;

    return NGX_OK;
}


/* "v1,<base64>" of "id.timestamp.body"; empty without a secret */

static ngx_int_t
ngx_uptime_alert_webhook_sign(ngx_uptime_alert_send_t *s, time_t now,
    ngx_str_t *signature)
{
    u_char     mac[NGX_UPTIME_MAC_LEN], bytes[128];
    ngx_str_t  secret, key, text, code;

    ngx_str_null(signature);

    secret = ngx_uptime_alert_config(s, "secret");

    if (secret.len <= sizeof("whsec_") - 1 || secret.len > sizeof(bytes)) {
        return NGX_OK;
    }

    secret.data += sizeof("whsec_") - 1;
    secret.len -= sizeof("whsec_") - 1;
    key.data = bytes;

    if (ngx_decode_base64(&key, &secret) != NGX_OK
        || ngx_uptime_alert_print(s, &text, s->alert.id.len + NGX_TIME_T_LEN
                                            + s->request.body.len + 2,
                                  "%V.%T.%V", &s->alert.id, now,
                                  &s->request.body)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_uptime_secret_mac(mac, &key, &text);
    ngx_explicit_memzero(bytes, sizeof(bytes));

    code.data = mac;
    code.len = sizeof(mac);

    signature->data = ngx_pnalloc(s->pool, sizeof("v1,")
                              + ngx_base64_encoded_length(sizeof(mac)));
    if (signature->data == NULL) {
        return NGX_ERROR;
    }

    text.data = ngx_cpymem(signature->data, "v1,", sizeof("v1,") - 1);
    ngx_encode_base64(&text, &code);
    signature->len = text.len + sizeof("v1,") - 1;

    return NGX_OK;
}
