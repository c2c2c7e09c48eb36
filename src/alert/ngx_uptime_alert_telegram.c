
/*
 * Telegram: a bot's message, as HTML with everything in it escaped.  Its API
 * says in the body what went wrong, and how long to wait.  Used in workers
 * and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


/* bytes; the API takes 4096 characters, without the tags */
#define NGX_UPTIME_ALERT_TELEGRAM_TEXT  3500


static ngx_int_t ngx_uptime_alert_telegram_build(ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_telegram_text(ngx_uptime_alert_send_t *s,
    ngx_str_t *text);
static void ngx_uptime_alert_telegram_judge(ngx_uptime_alert_send_t *s,
    ngx_str_t *body);


static const ngx_uptime_field_t  ngx_uptime_alert_telegram_fields[] = {
    ngx_uptime_alert_field("bot_token", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 10, 100,
                           ngx_uptime_alert_check_token),
    ngx_uptime_alert_field("chat_id", STRING, NGX_UPTIME_FIELD_REQUIRED
                           |NGX_UPTIME_FIELD_TRIM, 1, 64,
                           ngx_uptime_alert_check_token),
    ngx_uptime_alert_field("message_thread_id", INT,
                           NGX_UPTIME_FIELD_NULLABLE, 1, 0x7fffffff, NULL),
    ngx_uptime_alert_field("silent", BOOL, 0, 0, 0, NULL),
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_telegram_secrets[] = {
    "bot_token", NULL
};

/* chat not found, wrong token, blocked by the user, no such bot */
static const ngx_uint_t  ngx_uptime_alert_telegram_permanent[] = {
    400, 401, 403, 404, 0
};


const ngx_uptime_alert_kind_t  ngx_uptime_alert_telegram = {
    ngx_string("telegram"),
    ngx_uptime_alert_telegram_fields,
    ngx_uptime_alert_telegram_secrets,
    ngx_uptime_alert_telegram_build,
    NULL,
    ngx_uptime_alert_telegram_permanent,
    ngx_uptime_alert_telegram_judge,
    0
};


static ngx_int_t
ngx_uptime_alert_telegram_build(ngx_uptime_alert_send_t *s)
{
    cJSON      *root, *thread;
    ngx_str_t   text, chat, token;

    token = ngx_uptime_alert_config(s, "bot_token");
    chat = ngx_uptime_alert_config(s, "chat_id");
    thread = cJSON_GetObjectItemCaseSensitive(s->config, "message_thread_id");

    root = ngx_uptime_json_object(s->pool);

    if (root == NULL
        || ngx_uptime_alert_print(s, &s->request.url, NGX_UPTIME_MAX_URL,
                                  "%V/bot%V/sendMessage",
                                  &s->sender->conf->telegram_url, &token)
           != NGX_OK
        || ngx_uptime_alert_telegram_text(s, &text) != NGX_OK
        || ngx_uptime_alert_add(s, root, "chat_id", &chat) != NGX_OK
        || ngx_uptime_alert_add(s, root, "text", &text) != NGX_OK
        || cJSON_AddStringToObject(root, "parse_mode", "HTML") == NULL
        || cJSON_AddBoolToObject(root, "disable_web_page_preview", 1) == NULL
        || cJSON_AddBoolToObject(root, "disable_notification",
               cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(s->config,
                                                             "silent")))
           == NULL)
    {
        return NGX_ERROR;
    }

    if (cJSON_IsNumber(thread)
        && cJSON_AddNumberToObject(root, "message_thread_id",
                                   thread->valuedouble)
           == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_json(s, root);
}


static ngx_int_t
ngx_uptime_alert_telegram_text(ngx_uptime_alert_send_t *s, ngx_str_t *text)
{
    ngx_str_t  subject, lines, cut;

    cut = s->words.text;
    cut.len = ngx_uptime_template_cut(&cut, NGX_UPTIME_ALERT_TELEGRAM_TEXT);

    if (ngx_uptime_template_escape(s->pool, &s->words.subject,
                                   NGX_UPTIME_ESCAPE_HTML, &subject)
        != NGX_OK
        || ngx_uptime_template_escape(s->pool, &cut, NGX_UPTIME_ESCAPE_HTML,
                                      &lines)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_print(s, text, subject.len + lines.len + 16,
                                  "<b>%V</b>\n%V", &subject, &lines);
}


/* {"ok":false,"description":"...","parameters":{"retry_after":5}} */

static void
ngx_uptime_alert_telegram_judge(ngx_uptime_alert_send_t *s, ngx_str_t *body)
{
    char        *text;
    cJSON       *root, *after;
    ngx_str_t    description;
    ngx_uint_t   wait;
    const char  *reason;

    if (ngx_uptime_json_parse(s->pool, body, &root, &reason) != NGX_OK) {
        return;
    }

    wait = s->result.retry_after;
    text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root,
                                                             "description"));
    if (text != NULL) {
        description.data = (u_char *) text;
        description.len = ngx_strlen(text);

        ngx_uptime_alert_set(s, s->result.status, "Telegram", &description);

    } else if (s->result.status == NGX_UPTIME_ALERT_DELIVERED) {

        /* the whole message comes back */

        ngx_uptime_alert_set(s, s->result.status, "delivered", NULL);
    }

    after = cJSON_GetObjectItemCaseSensitive(
                cJSON_GetObjectItemCaseSensitive(root, "parameters"),
                "retry_after");

    if (cJSON_IsNumber(after) && after->valuedouble > 0) {
        wait = (ngx_uint_t) ngx_min(after->valuedouble, 86400);
    }

    s->result.retry_after = wait;
}
