
/*
 * Slack: an incoming webhook, whose URL is the secret.  Used in workers and
 * in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


static ngx_int_t ngx_uptime_alert_slack_build(ngx_uptime_alert_send_t *s);


static const ngx_uptime_field_t  ngx_uptime_alert_slack_fields[] = {
    ngx_uptime_alert_field("url", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_URL,
                           ngx_uptime_check_url),
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_slack_secrets[] = { "url", NULL };

/* no_text, invalid_token, no_service, channel_is_archived */
static const ngx_uint_t  ngx_uptime_alert_slack_permanent[] = {
    400, 403, 404, 410, 0
};


const ngx_uptime_alert_kind_t  ngx_uptime_alert_slack = {
    ngx_string("slack"),
    ngx_uptime_alert_slack_fields,
    ngx_uptime_alert_slack_secrets,
    ngx_uptime_alert_slack_build,
    NULL,
    ngx_uptime_alert_slack_permanent,
    NULL,
    0
};


/* plain_text blocks know no markup; the "text" is for notifications */

static ngx_int_t
ngx_uptime_alert_slack_build(ngx_uptime_alert_send_t *s)
{
    cJSON      *root, *blocks, *block, *part;
    ngx_str_t   text, cut, escaped;

    s->request.url = ngx_uptime_alert_config(s, "url");

    cut = s->words.text;
    cut.len = ngx_uptime_template_cut(&cut, 2500);

    root = ngx_uptime_json_object(s->pool);

    /* "&", "<" and ">" are all that Slack looks for in a text */

    if (root == NULL
        || ngx_uptime_template_escape(s->pool, &s->words.subject,
                                      NGX_UPTIME_ESCAPE_HTML, &escaped)
           != NGX_OK
        || ngx_uptime_alert_add(s, root, "text", &escaped) != NGX_OK
        || ngx_uptime_alert_print(s, &text,
                                  cut.len + s->words.subject.len + 2,
                                  "%V\n%V", &s->words.subject, &cut)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    blocks = cJSON_AddArrayToObject(root, "blocks");
    block = cJSON_CreateObject();

    if (blocks == NULL || !cJSON_AddItemToArray(blocks, block)) {
        cJSON_Delete(block);
        return NGX_ERROR;
    }

    part = cJSON_AddStringToObject(block, "type", "section")
           ? cJSON_AddObjectToObject(block, "text") : NULL;

    if (part == NULL
        || cJSON_AddStringToObject(part, "type", "plain_text") == NULL
        || ngx_uptime_alert_add(s, part, "text", &text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_json(s, root);
}
