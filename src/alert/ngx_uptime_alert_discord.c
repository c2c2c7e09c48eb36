
/*
 * Discord: a channel's webhook, whose URL is the secret.  Used in workers
 * and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


static ngx_int_t ngx_uptime_alert_discord_build(ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_discord_embed(ngx_uptime_alert_send_t *s,
    cJSON *embed);
static ngx_uint_t ngx_uptime_alert_discord_link(const u_char *p, size_t len);
static ngx_int_t ngx_uptime_alert_discord_escape(ngx_uptime_alert_send_t *s,
    ngx_str_t *text, size_t max);


static const ngx_uptime_field_t  ngx_uptime_alert_discord_fields[] = {
    ngx_uptime_alert_field("url", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 1, NGX_UPTIME_MAX_URL,
                           ngx_uptime_check_url),
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_discord_secrets[] = {
    "url", NULL
};

/* malformed, wrong token, no such webhook */
static const ngx_uint_t  ngx_uptime_alert_discord_permanent[] = {
    400, 401, 403, 404, 0
};

/* of the stripe beside the text, by ngx_uptime_alert_event_e */
static const int  ngx_uptime_alert_discord_colors[] = {
    0xd92d20, 0x079455, 0xdc6803, 0xdc6803, 0x475467, 0x475467, 0xd92d20,
    0x475467
};


const ngx_uptime_alert_kind_t  ngx_uptime_alert_discord = {
    ngx_string("discord"),
    ngx_uptime_alert_discord_fields,
    ngx_uptime_alert_discord_secrets,
    ngx_uptime_alert_discord_build,
    NULL,
    ngx_uptime_alert_discord_permanent,
    NULL,
    0
};


static ngx_int_t
ngx_uptime_alert_discord_build(ngx_uptime_alert_send_t *s)
{
    cJSON  *root, *embeds, *embed, *mentions;

    s->request.url = ngx_uptime_alert_config(s, "url");

    root = ngx_uptime_json_object(s->pool);
    if (root == NULL) {
        return NGX_ERROR;
    }

    /* "@everyone" in a monitor's name calls nobody */

    mentions = cJSON_AddObjectToObject(root, "allowed_mentions");
    embeds = cJSON_AddArrayToObject(root, "embeds");
    embed = cJSON_CreateObject();

    if (embeds == NULL || !cJSON_AddItemToArray(embeds, embed)) {
        cJSON_Delete(embed);
        return NGX_ERROR;
    }

    if (mentions == NULL || cJSON_AddArrayToObject(mentions, "parse") == NULL
        || ngx_uptime_alert_discord_embed(s, embed) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_json(s, root);
}


static ngx_int_t
ngx_uptime_alert_discord_embed(ngx_uptime_alert_send_t *s, cJSON *embed)
{
    ngx_str_t  title, text;

    title = s->words.subject;
    text = s->words.text;

    if (ngx_uptime_alert_discord_escape(s, &title, 250) != NGX_OK
        || ngx_uptime_alert_discord_escape(s, &text, 4000) != NGX_OK
        || ngx_uptime_alert_add(s, embed, "title", &title) != NGX_OK
        || ngx_uptime_alert_add(s, embed, "description", &text) != NGX_OK
        || cJSON_AddNumberToObject(embed, "color",
                        ngx_uptime_alert_discord_colors[s->alert.event])
           == NULL)
    {
        return NGX_ERROR;
    }

    return s->words.link.len ? ngx_uptime_alert_add(s, embed, "url",
                                                    &s->words.link)
                             : NGX_OK;
}


/*
 * Markdown: a backslash before whatever could mean something.  In the middle of
 * a link nothing does, and a backslash would be part of it.
 */

static ngx_int_t
ngx_uptime_alert_discord_escape(ngx_uptime_alert_send_t *s, ngx_str_t *text,
    size_t max)
{
    u_char      *p, *rest;
    size_t       i;
    ngx_str_t    escaped;
    ngx_uint_t   link;
    const char  *special;

    link = 0;

    escaped.data = ngx_pnalloc(s->pool, 2 * text->len + 1);
    if (escaped.data == NULL) {
        return NGX_ERROR;
    }

    p = escaped.data;

    for (i = 0; i < text->len && (size_t) (p - escaped.data) < max; i++) {
        rest = text->data + i;

        if (*rest <= ' ') {
            link = 0;

        } else if ((i == 0 || rest[-1] <= ' ')
                   && ngx_uptime_alert_discord_link(rest, text->len - i))
        {
            link = 1;
        }

        special = link ? "\\`|>[]()" : "\\*_~`|>[]()#";

        if (*rest < 0x80 && ngx_strchr(special, *rest) != NULL) {
            *p++ = '\\';
        }

        *p++ = text->data[i];
    }

    escaped.len = p - escaped.data;
    escaped.len = ngx_uptime_template_cut(&escaped, max);
    *text = escaped;

    return NGX_OK;
}


static ngx_uint_t
ngx_uptime_alert_discord_link(const u_char *p, size_t len)
{
    return (len > sizeof("https://") - 1
            && ngx_strncmp(p, "https://", sizeof("https://") - 1) == 0)
           || (len > sizeof("http://") - 1
               && ngx_strncmp(p, "http://", sizeof("http://") - 1) == 0);
}
