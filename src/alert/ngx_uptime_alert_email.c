
/*
 * E-mail through the operator's server.  Used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"
#include "ngx_uptime_alert_mail.h"


#define NGX_UPTIME_ALERT_EMAIL_MAX  10


static ngx_int_t ngx_uptime_alert_email_build(ngx_uptime_alert_send_t *s);
static ngx_int_t ngx_uptime_alert_email_deliver(ngx_uptime_alert_send_t *s);
static ngx_uint_t ngx_uptime_alert_email_to(ngx_uptime_alert_send_t *s,
    ngx_str_t *to);
static void ngx_uptime_alert_email_sent(ngx_uptime_smtp_t *m);
static void ngx_uptime_alert_email_some(ngx_uptime_alert_send_t *s,
    ngx_uptime_smtp_t *m);
static u_char *ngx_uptime_alert_email_list(u_char *p, const ngx_str_t *to,
    ngx_uint_t n, ngx_uint_t bits, ngx_uint_t json);


static const ngx_uptime_field_t  ngx_uptime_alert_email_fields[] = {
    { ngx_string("to"), NGX_UPTIME_FIELD_STRINGS, NGX_UPTIME_FIELD_REQUIRED,
      1, NGX_UPTIME_ALERT_EMAIL_MAX, NULL, NGX_UPTIME_MAX_EMAIL,
      ngx_uptime_alert_check_mails },
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_email_secrets[] = { NULL };

static const ngx_uint_t  ngx_uptime_alert_email_permanent[] = { 0 };


const ngx_uptime_alert_kind_t  ngx_uptime_alert_email = {
    ngx_string("email"),
    ngx_uptime_alert_email_fields,
    ngx_uptime_alert_email_secrets,
    ngx_uptime_alert_email_build,
    ngx_uptime_alert_email_deliver,
    ngx_uptime_alert_email_permanent,
    NULL,
    0
};


/* The message is the body of what would be a request. */

static ngx_int_t
ngx_uptime_alert_email_build(ngx_uptime_alert_send_t *s)
{
    ngx_str_t                to[NGX_UPTIME_ALERT_EMAIL_MAX];
    ngx_uptime_mail_t        mail;
    ngx_uptime_smtp_conf_t  *conf;

    conf = s->sender->conf->smtp;

    if (conf == NULL) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "this server has no mail server; its operator "
                             "sets one with uptime_smtp", NULL);
        return NGX_DECLINED;
    }

    ngx_memzero(&mail, sizeof(ngx_uptime_mail_t));

    mail.from = conf->from;
    mail.from_name = conf->from_name;
    mail.to = to;
    mail.nto = ngx_uptime_alert_email_to(s, to);
    mail.id = s->alert.id;
    mail.date = s->alert.at ? (time_t) (s->alert.at / 1000) : ngx_time();
    mail.subject = s->words.subject;
    mail.text = s->words.text;

    if (mail.nto == 0) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_PERMANENT,
                             "there is no address", NULL);
        return NGX_DECLINED;
    }

    if (s->alert.event != NGX_UPTIME_ALERT_RESET) {
        mail.link = s->words.link;

    } else if (s->channel.secrets.len) {
        mail.text = ngx_uptime_alert_config(s, "text");
        mail.link = ngx_uptime_alert_config(s, "link");
    }

    if (s->alert.incident
        && ngx_uptime_alert_print(s, &mail.thread, NGX_INT64_LEN + 16,
                                  "incident-%L", s->alert.incident)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_mail(s->pool, &mail, &s->request.body);
}


static ngx_uint_t
ngx_uptime_alert_email_to(ngx_uptime_alert_send_t *s, ngx_str_t *to)
{
    cJSON       *list, *item;
    ngx_uint_t   n;

    n = 0;
    list = cJSON_GetObjectItemCaseSensitive(s->config, "to");

    for (item = list ? list->child : NULL;
         item != NULL && n < NGX_UPTIME_ALERT_EMAIL_MAX; item = item->next)
    {
        if (cJSON_IsString(item)) {
            to[n].data = (u_char *) item->valuestring;
            to[n].len = ngx_strlen(to[n].data);
            n++;
        }
    }

    return n;
}


static ngx_int_t
ngx_uptime_alert_email_deliver(ngx_uptime_alert_send_t *s)
{
    ngx_str_t                 to[NGX_UPTIME_ALERT_EMAIL_MAX];
    ngx_uint_t                n;
    ngx_uptime_alert_conf_t  *conf;

    conf = s->sender->conf;
    n = ngx_uptime_alert_email_to(s, to);

    s->smtp = ngx_uptime_smtp(s->sender->fetcher, conf->smtp, to, n,
                              &s->request.body, conf->timeout,
                              ngx_uptime_alert_email_sent, s);

    return s->smtp ? NGX_OK : NGX_ERROR;
}


static void
ngx_uptime_alert_email_sent(ngx_uptime_smtp_t *m)
{
    ngx_uptime_alert_send_t  *s;

    s = m->data;
    s->smtp = NULL;
    s->result.code = m->code;

    if (m->status == NGX_UPTIME_SMTP_SENT && (m->later | m->never)) {
        ngx_uptime_alert_email_some(s, m);

    } else if (m->status == NGX_UPTIME_SMTP_SENT) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_DELIVERED, "accepted",
                             &m->answer);

    } else if (m->status == NGX_UPTIME_SMTP_REFUSED) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_PERMANENT,
                             "refused for good", &m->answer);

    } else if (m->code) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "the mail server refused", &m->answer);

    } else {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             ngx_uptime_alert_failure(&m->result), NULL);
    }

    ngx_uptime_alert_done(s);
}


/*
 * Only those who may get it later are tried again.  Without memory all are:
 * twice is better than never.
 */

static void
ngx_uptime_alert_email_some(ngx_uptime_alert_send_t *s, ngx_uptime_smtp_t *m)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   to[NGX_UPTIME_ALERT_EMAIL_MAX], text;
    ngx_uint_t  i, n;

    n = ngx_uptime_alert_email_to(s, to);
    len = m->refusal.len + 16;

    for (i = 0; i < n; i++) {
        len += ngx_uptime_json_escape(NULL, to[i].data, to[i].len) + 3;
    }

    p = ngx_pnalloc(s->pool, 2 * len);
    if (p == NULL) {
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                             "accepted, but not for all", &m->refusal);
        return;
    }

    text.data = p;
    p = ngx_uptime_alert_email_list(p, to, n, m->later | m->never, 0);
    text.len = ngx_sprintf(p, ": %V", &m->refusal) - text.data;

    if (m->later == 0) {
        s->result.partial = 1;
        ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_DELIVERED,
                             "accepted, but not for", &text);
        return;
    }

    ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_TEMPORARY,
                         "accepted, but not yet for", &text);

    p = text.data + len;
    s->result.rest.data = p;
    *p++ = '[';
    p = ngx_uptime_alert_email_list(p, to, n, m->later, 1);
    *p++ = ']';
    s->result.rest.len = p - s->result.rest.data;
}


static u_char *
ngx_uptime_alert_email_list(u_char *p, const ngx_str_t *to, ngx_uint_t n,
    ngx_uint_t bits, ngx_uint_t json)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {

        if (!(bits >> i & 1)) {
            continue;
        }

        if (json) {
            *p++ = '"';
            p += ngx_uptime_json_escape(p, to[i].data, to[i].len);
            *p++ = '"';

        } else {
            p = ngx_cpymem(p, to[i].data, to[i].len);
        }

        if (bits >> i >> 1) {
            *p++ = ',';
        }
    }

    return p;
}
