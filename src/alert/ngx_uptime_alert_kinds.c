
/*
 * The kinds of channels, and what they share.  Used in workers and in the
 * checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


const ngx_uptime_alert_kind_t *const  ngx_uptime_alert_kinds[] = {
    &ngx_uptime_alert_email,
    &ngx_uptime_alert_telegram,
    &ngx_uptime_alert_webhook,
    &ngx_uptime_alert_slack,
    &ngx_uptime_alert_discord,
    &ngx_uptime_alert_ntfy,
    &ngx_uptime_alert_console,
    NULL
};


const ngx_uptime_alert_kind_t *
ngx_uptime_alert_kind(const ngx_str_t *name)
{
    ngx_uint_t                      i;
    const ngx_uptime_alert_kind_t  *kind;

    for (i = 0; ngx_uptime_alert_kinds[i] != NULL; i++) {
        kind = ngx_uptime_alert_kinds[i];

        if (kind->name.len == name->len
            && ngx_memcmp(kind->name.data, name->data, name->len) == 0)
        {
            return kind;
        }
    }

    return NULL;
}


ngx_str_t
ngx_uptime_alert_config(ngx_uptime_alert_send_t *s, const char *name)
{
    char       *value;
    ngx_str_t   text;

    value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(s->config,
                                                                  name));
    text.data = (u_char *) (value ? value : "");
    text.len = ngx_strlen(text.data);

    return text;
}


ngx_int_t
ngx_uptime_alert_print(ngx_uptime_alert_send_t *s, ngx_str_t *text,
    size_t max, const char *fmt, ...)
{
    va_list  args;

    text->data = ngx_pnalloc(s->pool, max);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    va_start(args, fmt);
    text->len = ngx_vslprintf(text->data, text->data + max, fmt, args)
                - text->data;
    va_end(args);

    return NGX_OK;
}


ngx_int_t
ngx_uptime_alert_json(ngx_uptime_alert_send_t *s, cJSON *object)
{
    ngx_str_set(&s->request.method, "POST");
    ngx_str_set(&s->request.headers, "Content-Type: application/json");

    return ngx_uptime_json_print(s->pool, object, &s->request.body);
}


ngx_int_t
ngx_uptime_alert_add(ngx_uptime_alert_send_t *s, cJSON *object,
    const char *name, const ngx_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(s->pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(p, "%V%Z", text);

    return cJSON_AddStringToObject(object, name, (char *) p) ? NGX_OK
                                                             : NGX_ERROR;
}


/* A static string: what went wrong, for the owner of the channel. */

const char *
ngx_uptime_alert_failure(const ngx_uptime_result_t *result)
{
    if (result->own != NGX_UPTIME_OWN_NONE) {
        return "this server has trouble of its own; it tries again";
    }

    if (result->blocked) {
        return "the address is not allowed: only public ones are";
    }

    if (result->dns != NGX_UPTIME_DNS_OK) {
        return "the name of the host could not be resolved";
    }

    switch (result->tls) {

    case NGX_UPTIME_TLS_OK:
        break;

    case NGX_UPTIME_TLS_EXPIRED:
        return "the certificate has expired";

    case NGX_UPTIME_TLS_HOSTNAME:
        return "the certificate is for another name";

    case NGX_UPTIME_TLS_UNTRUSTED:
        return "the certificate is not trusted";

    default:
        return "the TLS handshake failed";
    }

    switch (result->stage) {

    case NGX_UPTIME_STAGE_NONE:
    case NGX_UPTIME_STAGE_DNS:
    case NGX_UPTIME_STAGE_CONNECT:
        return "the connection failed";

    default:
        return "there was no whole answer in time";
    }
}
