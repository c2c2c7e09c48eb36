
#ifndef _NGX_UPTIME_ALERT_TEXT_H_INCLUDED_
#define _NGX_UPTIME_ALERT_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_alert.h"


/* bytes; a provider may cut further */
#define NGX_UPTIME_ALERT_SUBJECT  250
#define NGX_UPTIME_ALERT_TEXT     4000


/* What the placeholders of a message are taken from. */

typedef struct {
    ngx_pool_t                    *pool;
    const ngx_uptime_alert_t      *alert;
    ngx_str_t                      link;        /* to the monitor; or empty */
    ngx_str_t                      subject;     /* for the body of webhooks */
    ngx_str_t                      text;
} ngx_uptime_alert_words_t;


/* An ngx_uptime_template_value_pt; data is the words. */
ngx_int_t ngx_uptime_alert_value(void *data, const ngx_str_t *name,
    ngx_str_t *value);

/*
 * Sets link, subject and text by what is given with the alert, the
 * channel's templates (empty: none) or the defaults, in this order.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_alert_words(ngx_uptime_alert_words_t *w,
    const ngx_str_t *dashboard_url, ngx_str_t *templates);

/* "Down", ... */
const char *ngx_uptime_alert_status_name(ngx_uptime_alert_event_e event);

/* "3 h 5 min"; at most 32 bytes */
u_char *ngx_uptime_alert_duration(u_char *p, int64_t ms);

/* "2026-11-22 10:02:05 UTC"; at most 32 bytes */
u_char *ngx_uptime_alert_time(u_char *p, int64_t ms);

/* "2026-11-22T10:02:05.123Z"; at most 32 bytes */
u_char *ngx_uptime_alert_rfc3339(u_char *p, int64_t ms);

/* A cause in words; the code itself if there are none. */
ngx_str_t ngx_uptime_alert_cause(const ngx_str_t *code);


#endif /* _NGX_UPTIME_ALERT_TEXT_H_INCLUDED_ */
