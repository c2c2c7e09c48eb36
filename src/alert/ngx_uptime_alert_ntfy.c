
/*
 * ntfy: a message to a topic, of ntfy.sh or of a server of one's own.  Used
 * in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


static ngx_int_t ngx_uptime_alert_ntfy_build(ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_ntfy_token(ngx_uptime_alert_send_t *s);


static const ngx_uptime_field_t  ngx_uptime_alert_ntfy_fields[] = {
    ngx_uptime_alert_field("server", STRING, NGX_UPTIME_FIELD_TRIM, 1,
                           NGX_UPTIME_MAX_URL, ngx_uptime_check_url),
    ngx_uptime_alert_field("topic", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 1, 64,
                           ngx_uptime_alert_check_token),
    ngx_uptime_alert_field("token", STRING, NGX_UPTIME_FIELD_NULLABLE
                           |NGX_UPTIME_FIELD_TRIM, 1, 100,
                           ngx_uptime_alert_check_token),
    ngx_uptime_alert_field("priority", INT, NGX_UPTIME_FIELD_NULLABLE, 1, 5,
                           NULL),
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_ntfy_secrets[] = {
    "token", NULL
};

/* malformed, no access, no such server, too large */
static const ngx_uint_t  ngx_uptime_alert_ntfy_permanent[] = {
    400, 401, 403, 404, 413, 0
};


const ngx_uptime_alert_kind_t  ngx_uptime_alert_ntfy = {
    ngx_string("ntfy"),
    ngx_uptime_alert_ntfy_fields,
    ngx_uptime_alert_ntfy_secrets,
    ngx_uptime_alert_ntfy_build,
    NULL,
    ngx_uptime_alert_ntfy_permanent,
    NULL,
    0
};


static ngx_int_t
ngx_uptime_alert_ntfy_build(ngx_uptime_alert_send_t *s)
{
    int         priority;
    cJSON      *root, *wanted;
    ngx_str_t   topic;

    s->request.url = ngx_uptime_alert_config(s, "server");

    if (s->request.url.len == 0) {
        ngx_str_set(&s->request.url, "https://ntfy.sh/");
    }

    topic = ngx_uptime_alert_config(s, "topic");
    wanted = cJSON_GetObjectItemCaseSensitive(s->config, "priority");

    /* 3 is the default, 4 makes noise for longer */

    priority = cJSON_IsNumber(wanted) ? wanted->valueint
               : (s->alert.event == NGX_UPTIME_ALERT_DOWN) ? 4 : 3;

    root = ngx_uptime_json_object(s->pool);

    if (root == NULL
        || ngx_uptime_alert_add(s, root, "topic", &topic) != NGX_OK
        || ngx_uptime_alert_add(s, root, "title", &s->words.subject)
           != NGX_OK
        || ngx_uptime_alert_add(s, root, "message", &s->words.text)
           != NGX_OK
        || cJSON_AddNumberToObject(root, "priority", priority) == NULL)
    {
        return NGX_ERROR;
    }

    if (s->words.link.len
        && ngx_uptime_alert_add(s, root, "click", &s->words.link) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_uptime_alert_json(s, root) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_ntfy_token(s);
}


static ngx_int_t
ngx_uptime_alert_ntfy_token(ngx_uptime_alert_send_t *s)
{
    ngx_str_t  token;

    token = ngx_uptime_alert_config(s, "token");

    if (token.len == 0) {
        return NGX_OK;
    }

    return ngx_uptime_alert_print(s, &s->request.headers, token.len + 128,
                                  "Content-Type: application/json\n"
                                  "Authorization: Bearer %V", &token);
}
