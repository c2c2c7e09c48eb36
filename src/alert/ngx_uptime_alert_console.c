
/*
 * The console: one line in nginx's error log.  For administrators, since it
 * is theirs.  Used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert_kind.h"


#define NGX_UPTIME_ALERT_CONSOLE_TEXT  1000


static ngx_int_t ngx_uptime_alert_console_deliver(
    ngx_uptime_alert_send_t *s);


static const ngx_uptime_field_t  ngx_uptime_alert_console_fields[] = {
    ngx_uptime_null_field
};

static const char *const  ngx_uptime_alert_console_secrets[] = { NULL };

static const ngx_uint_t  ngx_uptime_alert_console_permanent[] = { 0 };


const ngx_uptime_alert_kind_t  ngx_uptime_alert_console = {
    ngx_string("console"),
    ngx_uptime_alert_console_fields,
    ngx_uptime_alert_console_secrets,
    NULL,
    ngx_uptime_alert_console_deliver,
    ngx_uptime_alert_console_permanent,
    NULL,
    1
};


static ngx_int_t
ngx_uptime_alert_console_deliver(ngx_uptime_alert_send_t *s)
{
    u_char     *p;
    size_t      i, len;
    ngx_str_t   line;

    if (ngx_uptime_alert_print(s, &line, NGX_UPTIME_ALERT_CONSOLE_TEXT,
                               "%V | %V", &s->words.subject, &s->words.text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* nothing in it may look like another line */

    p = line.data;
    len = line.len;

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f) {
            p[i] = ' ';
        }
    }

    ngx_log_error(NGX_LOG_WARN, s->sender->log, 0,
                  "uptime: alert %V: %V", &s->alert.id, &line);

    ngx_uptime_alert_set(s, NGX_UPTIME_ALERT_DELIVERED, "written", NULL);
    ngx_uptime_alert_done(s);

    return NGX_OK;
}
