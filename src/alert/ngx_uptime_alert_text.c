
/*
 * The words of messages: times, durations and causes for people, and the
 * default texts.  Pure; used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_template.h"
#include "ngx_uptime_alert_text.h"
#include "ngx_uptime_json.h"


typedef struct {
    ngx_str_t                      code;
    ngx_str_t                      words;
} ngx_uptime_alert_cause_t;


typedef struct {
    const char                    *name;
    const char                    *status;
    ngx_str_t                      subject;
    ngx_str_t                      text;
} ngx_uptime_alert_default_t;


static ngx_int_t ngx_uptime_alert_link(ngx_uptime_alert_words_t *w,
    const ngx_str_t *dashboard_url);
static ngx_int_t ngx_uptime_alert_one(ngx_uptime_alert_words_t *w,
    cJSON *template, const char *name, const ngx_str_t *given,
    const ngx_str_t *standard, size_t max, ngx_str_t *result);


/* docs/causes.md; only what is told to people */

static const ngx_uptime_alert_cause_t  ngx_uptime_alert_causes[] = {
    { ngx_string("dns_not_found"), ngx_string("its name does not exist") },
    { ngx_string("dns_timeout"), ngx_string("its name servers do not answer") },
    { ngx_string("dns_failure"),
      ngx_string("its name servers answer with an error") },
    { ngx_string("connect_refused"),
      ngx_string("the connection was refused") },
    { ngx_string("connect_timeout"),
      ngx_string("nothing answered the attempt to connect") },
    { ngx_string("connect_unreachable"),
      ngx_string("there is no way to the host") },
    { ngx_string("tls_expired"), ngx_string("the certificate has expired") },
    { ngx_string("tls_hostname"),
      ngx_string("the certificate is for another name") },
    { ngx_string("tls_untrusted"),
      ngx_string("the certificate is not trusted") },
    { ngx_string("tls_handshake"), ngx_string("the TLS handshake failed") },
    { ngx_string("timeout"), ngx_string("it was not done in time") },
    { ngx_string("reset"), ngx_string("the connection ended in the middle") },
    { ngx_string("protocol"), ngx_string("the answer is not valid") },
    { ngx_string("http_status"),
      ngx_string("the status is not an expected one") },
    { ngx_string("keyword"), ngx_string("the keyword is not as expected") },
    { ngx_string("json"), ngx_string("an assertion about JSON does not hold") },
    { ngx_string("header"),
      ngx_string("an assertion about a header does not hold") },
    { ngx_string("cert_days"), ngx_string("the certificate expires soon") },
    { ngx_string("dns_value"), ngx_string("the record is not as expected") },
    { ngx_string("redirect_limit"),
      ngx_string("there are too many redirects") },
    { ngx_string("upside_down"), ngx_string("it works, and should not") },
    { ngx_string("blocked_address"),
      ngx_string("it leads to an address that is not allowed") },
    { ngx_string("push_missed"), ngx_string("nothing was pushed in time") },
    { ngx_string("push_failed"), ngx_string("the job says that it failed") },
    { ngx_string("slow"), ngx_string("it takes longer than it should") },
    { ngx_null_string, ngx_null_string }
};


#define NGX_UPTIME_ALERT_SUBJECT_TEXT                                         \
    ngx_string("{{status}}: {{monitor.name}}")

#define NGX_UPTIME_ALERT_TAIL                                                 \
    "Checked: {{monitor.url}}\n"                                              \
    "{{note}}\n"                                                              \
    "{{link}}"


/* in the order of ngx_uptime_alert_event_e */

static const ngx_uptime_alert_default_t  ngx_uptime_alert_defaults[] = {
    { "down", "Down", NGX_UPTIME_ALERT_SUBJECT_TEXT,
      ngx_string("{{monitor.name}} is down.\n"
                 "Since: {{incident.started_at}}\n"
                 "For: {{incident.duration}}\n"
                 "Cause: {{cause}}\n"
                 "Status: {{http_status}}\n"
                 NGX_UPTIME_ALERT_TAIL) },
    { "up", "Up", NGX_UPTIME_ALERT_SUBJECT_TEXT,
      ngx_string("{{monitor.name}} is up again.\n"
                 "It was down for {{incident.duration}}, from "
                 "{{incident.started_at}} to {{incident.ended_at}}.\n"
                 "Cause: {{cause}}\n"
                 NGX_UPTIME_ALERT_TAIL) },
    { "degraded", "Degraded", NGX_UPTIME_ALERT_SUBJECT_TEXT,
      ngx_string("{{monitor.name}} is degraded.\n"
                 "Since: {{at}}\n"
                 "It was down for {{incident.duration}}, from "
                 "{{incident.started_at}} to {{incident.ended_at}}.\n"
                 "Cause: {{cause}}\n"
                 "Latency: {{latency}}\n"
                 NGX_UPTIME_ALERT_TAIL) },
    { "cert", "Certificate", NGX_UPTIME_ALERT_SUBJECT_TEXT,
      ngx_string("The certificate of {{monitor.name}} "
                 "{{certificate.state}}.\n"
                 "Expires: {{certificate.expires_at}}\n"
                 "Days left: {{certificate.days_left}}\n"
                 NGX_UPTIME_ALERT_TAIL) },
    { "test", "Test", ngx_string("Test message"),
      ngx_string("This is a test. Messages of this channel arrive here.\n"
                 "{{link}}") },
    { "reset", "Password", ngx_string("Password reset"),
      ngx_string("{{note}}") },
    { "digest", "Alerts", ngx_string("Several alerts"),
      ngx_string("{{note}}\n{{link}}") },
    { "operator", "Operator", ngx_string("Trouble of the monitor itself"),
      ngx_string("{{note}}\n{{link}}") }
};


const char *
ngx_uptime_alert_event_name(ngx_uptime_alert_event_e event)
{
    return (event < NGX_UPTIME_ALERT_N) ? ngx_uptime_alert_defaults[event].name
                                        : "";
}


const char *
ngx_uptime_alert_status_name(ngx_uptime_alert_event_e event)
{
    return ngx_uptime_alert_defaults[event].status;
}


ngx_uptime_alert_event_e
ngx_uptime_alert_event_value(const ngx_str_t *name)
{
    ngx_uint_t   i;
    const char  *event;

    for (i = 0; i < NGX_UPTIME_ALERT_N; i++) {
        event = ngx_uptime_alert_defaults[i].name;

        if (name->len == ngx_strlen(event)
            && ngx_memcmp(name->data, event, name->len) == 0)
        {
            break;
        }
    }

    return i;
}


ngx_str_t
ngx_uptime_alert_cause(const ngx_str_t *code)
{
    const ngx_uptime_alert_cause_t  *c;

    for (c = ngx_uptime_alert_causes; c->code.len; c++) {
        if (c->code.len == code->len
            && ngx_memcmp(c->code.data, code->data, code->len) == 0)
        {
            return c->words;
        }
    }

    return *code;
}


u_char *
ngx_uptime_alert_duration(u_char *p, int64_t ms)
{
    int64_t  s;

    s = ms / 1000;

    if (s >= 86400) {
        return ngx_sprintf(p, "%L d %L h", s / 86400, s % 86400 / 3600);
    }

    if (s >= 3600) {
        return ngx_sprintf(p, "%L h %L min", s / 3600, s % 3600 / 60);
    }

    if (s >= 60) {
        return ngx_sprintf(p, "%L min %L s", s / 60, s % 60);
    }

    return ngx_sprintf(p, "%L s", s);
}


u_char *
ngx_uptime_alert_time(u_char *p, int64_t ms)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) (ms / 1000), &tm);

    return ngx_sprintf(p, "%4d-%02d-%02d %02d:%02d:%02d UTC", tm.ngx_tm_year,
                       tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                       tm.ngx_tm_min, tm.ngx_tm_sec);
}


u_char *
ngx_uptime_alert_rfc3339(u_char *p, int64_t ms)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) (ms / 1000), &tm);

    return ngx_sprintf(p, "%4d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                       (int) (ms % 1000));
}


ngx_int_t
ngx_uptime_alert_words(ngx_uptime_alert_words_t *w,
    const ngx_str_t *dashboard_url, ngx_str_t *templates)
{
    cJSON                             *root, *template;
    const char                        *reason;
    const ngx_uptime_alert_default_t  *standard;

    template = NULL;
    standard = &ngx_uptime_alert_defaults[w->alert->event];

    if (ngx_uptime_alert_link(w, dashboard_url) != NGX_OK) {
        return NGX_ERROR;
    }

    if (templates->len) {
        if (ngx_uptime_json_parse(w->pool, templates, &root, &reason)
            == NGX_ERROR)
        {
            return NGX_ERROR;
        }

        template = cJSON_GetObjectItemCaseSensitive(root, standard->name);
    }

    if (ngx_uptime_alert_one(w, template, "subject", &w->alert->subject,
                             &standard->subject, NGX_UPTIME_ALERT_SUBJECT,
                             &w->subject)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_alert_one(w, template, "text", &w->alert->text,
                                &standard->text, NGX_UPTIME_ALERT_TEXT,
                                &w->text);
}


static ngx_int_t
ngx_uptime_alert_one(ngx_uptime_alert_words_t *w, cJSON *template,
    const char *name, const ngx_str_t *given, const ngx_str_t *standard,
    size_t max, ngx_str_t *result)
{
    char       *value;
    ngx_str_t   text;

    if (given->len) {
        *result = *given;
        result->len = ngx_uptime_template_cut(given, max);
        return NGX_OK;
    }

    text = *standard;
    value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(template,
                                                                  name));
    if (value != NULL) {
        text.data = (u_char *) value;
        text.len = ngx_strlen(value);
    }

    return ngx_uptime_template_render(w->pool, &text, ngx_uptime_alert_value,
                                      w, NGX_UPTIME_ESCAPE_NONE, max, result);
}


static ngx_int_t
ngx_uptime_alert_link(ngx_uptime_alert_words_t *w,
    const ngx_str_t *dashboard_url)
{
    size_t  len;

    ngx_str_null(&w->link);

    if (dashboard_url->len == 0) {
        return NGX_OK;
    }

    len = dashboard_url->len + sizeof("/monitors/") + NGX_INT64_LEN;

    w->link.data = ngx_pnalloc(w->pool, len);
    if (w->link.data == NULL) {
        return NGX_ERROR;
    }

    w->link.len = (w->alert->monitor
                   ? ngx_sprintf(w->link.data, "%V/monitors/%L",
                                 dashboard_url, w->alert->monitor)
                   : ngx_sprintf(w->link.data, "%V/", dashboard_url))
                  - w->link.data;

    return NGX_OK;
}
