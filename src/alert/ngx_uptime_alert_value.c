
/*
 * The values of placeholders: one row for each.  Pure; used in workers and
 * in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_text.h"


typedef enum {
    NGX_UPTIME_WORD_STRING = 0,                 /* an ngx_str_t of the alert */
    NGX_UPTIME_WORD_NUMBER,                     /* an int64_t, 0: empty     */
    NGX_UPTIME_WORD_TIME,                       /* the same, ms             */
    NGX_UPTIME_WORD_OWN,                        /* an ngx_str_t of the words */
    NGX_UPTIME_WORD_CALL
} ngx_uptime_word_e;


typedef ngx_int_t (*ngx_uptime_word_pt)(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);


typedef struct {
    ngx_str_t                      name;
    ngx_uptime_word_e              type;
    size_t                         offset;
    ngx_uptime_word_pt             call;
} ngx_uptime_word_t;


static ngx_int_t ngx_uptime_word_event(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_status(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_cause(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_http(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_latency(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_duration(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_expires(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_certificate(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_days(ngx_uptime_alert_words_t *w,
    ngx_str_t *value);
static ngx_int_t ngx_uptime_word_print(ngx_uptime_alert_words_t *w,
    ngx_str_t *value, const char *format, int64_t n);


#define ngx_uptime_alert_offset(field)  offsetof(ngx_uptime_alert_t, field)
#define ngx_uptime_words_offset(field)                                        \
    offsetof(ngx_uptime_alert_words_t, field)


static const ngx_uptime_word_t  ngx_uptime_words[] = {
    { ngx_string("event"), NGX_UPTIME_WORD_CALL, 0, ngx_uptime_word_event },
    { ngx_string("status"), NGX_UPTIME_WORD_CALL, 0, ngx_uptime_word_status },
    { ngx_string("at"), NGX_UPTIME_WORD_TIME, ngx_uptime_alert_offset(at),
      NULL },
    { ngx_string("message.id"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(id), NULL },
    { ngx_string("monitor.id"), NGX_UPTIME_WORD_NUMBER,
      ngx_uptime_alert_offset(monitor), NULL },
    { ngx_string("monitor.name"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(name), NULL },
    { ngx_string("monitor.url"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(url), NULL },
    { ngx_string("monitor.type"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(type), NULL },
    { ngx_string("monitor.tags"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(tags), NULL },
    { ngx_string("incident.id"), NGX_UPTIME_WORD_NUMBER,
      ngx_uptime_alert_offset(incident), NULL },
    { ngx_string("incident.started_at"), NGX_UPTIME_WORD_TIME,
      ngx_uptime_alert_offset(started_at), NULL },
    { ngx_string("incident.ended_at"), NGX_UPTIME_WORD_TIME,
      ngx_uptime_alert_offset(ended_at), NULL },
    { ngx_string("incident.duration"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_duration },
    { ngx_string("cause.code"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(cause), NULL },
    { ngx_string("cause"), NGX_UPTIME_WORD_CALL, 0, ngx_uptime_word_cause },
    { ngx_string("error"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(first_error), NULL },
    { ngx_string("http_status"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_http },
    { ngx_string("latency"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_latency },
    { ngx_string("certificate.expires_at"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_expires },
    { ngx_string("certificate.days_left"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_days },
    { ngx_string("certificate.state"), NGX_UPTIME_WORD_CALL, 0,
      ngx_uptime_word_certificate },
    { ngx_string("note"), NGX_UPTIME_WORD_STRING,
      ngx_uptime_alert_offset(note), NULL },
    { ngx_string("link"), NGX_UPTIME_WORD_OWN, ngx_uptime_words_offset(link),
      NULL },
    { ngx_string("subject"), NGX_UPTIME_WORD_OWN,
      ngx_uptime_words_offset(subject), NULL },
    { ngx_string("text"), NGX_UPTIME_WORD_OWN, ngx_uptime_words_offset(text),
      NULL },
    { ngx_null_string, NGX_UPTIME_WORD_STRING, 0, NULL }
};


ngx_int_t
ngx_uptime_alert_value(void *data, const ngx_str_t *name, ngx_str_t *value)
{
    ngx_uptime_alert_words_t *w = data;

    u_char                   *p, *base;
    int64_t                   n;
    const ngx_uptime_word_t  *word;

    for (word = ngx_uptime_words; word->name.len; word++) {
        if (word->name.len == name->len
            && ngx_memcmp(word->name.data, name->data, name->len) == 0)
        {
            break;
        }
    }

    ngx_str_null(value);

    if (word->name.len == 0) {
        return NGX_DECLINED;
    }

    if (word->type == NGX_UPTIME_WORD_CALL) {
        return word->call(w, value);
    }

    base = (word->type == NGX_UPTIME_WORD_OWN) ? (u_char *) w
                                               : (u_char *) w->alert;
    p = base + word->offset;

    if (word->type == NGX_UPTIME_WORD_STRING
        || word->type == NGX_UPTIME_WORD_OWN)
    {
        *value = *(ngx_str_t *) p;
        return NGX_OK;
    }

    n = *(int64_t *) p;

    if (n == 0) {
        return NGX_OK;
    }

    if (word->type == NGX_UPTIME_WORD_NUMBER) {
        return ngx_uptime_word_print(w, value, "%L", n);
    }

    value->data = ngx_pnalloc(w->pool, 32);
    if (value->data == NULL) {
        return NGX_OK;
    }

    value->len = ngx_uptime_alert_time(value->data, n) - value->data;

    return NGX_OK;
}


/* Without memory a value stays empty. */

static ngx_int_t
ngx_uptime_word_print(ngx_uptime_alert_words_t *w, ngx_str_t *value,
    const char *format, int64_t n)
{
    value->data = ngx_pnalloc(w->pool, NGX_INT64_LEN + 16);

    if (value->data != NULL) {
        value->len = ngx_sprintf(value->data, format, n) - value->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_event(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    value->data = (u_char *) ngx_uptime_alert_event_name(w->alert->event);
    value->len = ngx_strlen(value->data);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_status(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    if (w->alert->event == NGX_UPTIME_ALERT_DOWN && w->alert->reminder) {
        ngx_str_set(value, "Still down");
        return NGX_OK;
    }

    value->data = (u_char *) ngx_uptime_alert_status_name(w->alert->event);
    value->len = ngx_strlen(value->data);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_cause(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    *value = ngx_uptime_alert_cause(&w->alert->cause);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_http(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    return w->alert->http_status
           ? ngx_uptime_word_print(w, value, "%L", w->alert->http_status)
           : NGX_OK;
}


static ngx_int_t
ngx_uptime_word_latency(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    return (w->alert->latency_us > 0)
           ? ngx_uptime_word_print(w, value, "%L ms",
                                   w->alert->latency_us / 1000)
           : NGX_OK;
}


/* of what is over, or so far */

static ngx_int_t
ngx_uptime_word_duration(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    int64_t                    ms;
    const ngx_uptime_alert_t  *a;

    a = w->alert;

    if (a->started_at == 0) {
        return NGX_OK;
    }

    ms = (a->ended_at ? a->ended_at : a->at) - a->started_at;

    /* the first message comes at once */

    if (ms <= 0 || (a->ended_at == 0 && a->reminder == 0)) {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(w->pool, 32);

    if (value->data != NULL) {
        value->len = ngx_uptime_alert_duration(value->data, ms) - value->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_expires(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    if (w->alert->cert_expires_at == 0) {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(w->pool, 32);

    if (value->data != NULL) {
        value->len = ngx_uptime_alert_time(value->data,
                                           w->alert->cert_expires_at * 1000)
                     - value->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_certificate(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    if (w->alert->cert_expires_at > w->alert->at / 1000) {
        ngx_str_set(value, "expires soon");

    } else if (w->alert->cert_expires_at) {
        ngx_str_set(value, "has expired");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_word_days(ngx_uptime_alert_words_t *w, ngx_str_t *value)
{
    int64_t  left;

    if (w->alert->cert_expires_at == 0) {
        return NGX_OK;
    }

    left = w->alert->cert_expires_at - w->alert->at / 1000;

    return ngx_uptime_word_print(w, value, "%L", ngx_max(left, 0) / 86400);
}
