
/*
 * The alert that needs no configuration: one line in the error log for every
 * transition.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_writer.h"


#define NGX_UPTIME_CONSOLE_TEXT  500


static u_char *ngx_uptime_console_text(u_char *p, const ngx_str_t *text);
static u_char *ngx_uptime_console_duration(u_char *p, u_char *last,
    int64_t ms);


void
ngx_uptime_console(ngx_log_t *log, const ngx_uptime_row_t *row,
    const ngx_str_t *name, const ngx_str_t *url)
{
    u_char      *p, *last;
    ngx_str_t    n, u, d, c;
    const char  *cause;
    u_char       nbuf[NGX_UPTIME_CONSOLE_TEXT];
    u_char       ubuf[NGX_UPTIME_CONSOLE_TEXT];
    u_char       dbuf[64], cbuf[64];

    n.data = nbuf;
    n.len = ngx_uptime_console_text(nbuf, name) - nbuf;
    u.data = ubuf;
    u.len = ngx_uptime_console_text(ubuf, url) - ubuf;

    cause = ngx_uptime_cause_name(row->cause);
    c.data = cbuf;
    c.len = cause ? ngx_snprintf(cbuf, sizeof(cbuf), ": %s", cause) - cbuf : 0;

    p = dbuf;
    last = dbuf + sizeof(dbuf);

    if (row->before >= 0) {
        p = (row->event == NGX_UPTIME_UP)
            ? ngx_slprintf(p, last, " after ")
            : ngx_slprintf(p, last, ", was %s for ",
                           ngx_uptime_status_name(row->was));
        p = ngx_uptime_console_duration(p, last, row->before);
    }

    d.data = dbuf;
    d.len = p - dbuf;

    if (row->event == NGX_UPTIME_UP) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "uptime: monitor %L \"%V\" is up again%V (%V)",
                      row->monitor, &n, &d, &u);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "uptime: monitor %L \"%V\" is %s%V (%V)%V",
                  row->monitor, &n, ngx_uptime_status_name(row->event), &c,
                  &u, &d);
}


/* Users' text: nothing in it may look like another line. */

static u_char *
ngx_uptime_console_text(u_char *p, const ngx_str_t *text)
{
    size_t  i, len;

    len = ngx_min(text->len, NGX_UPTIME_CONSOLE_TEXT);

    for (i = 0; i < len; i++) {
        *p++ = (text->data[i] < 0x20 || text->data[i] == 0x7f)
               ? '?' : text->data[i];
    }

    return p;
}


static u_char *
ngx_uptime_console_duration(u_char *p, u_char *last, int64_t ms)
{
    int64_t  s;

    s = ms / 1000;

    if (s >= 86400) {
        return ngx_slprintf(p, last, "%Ld%Lh", s / 86400, s % 86400 / 3600);
    }

    if (s >= 3600) {
        return ngx_slprintf(p, last, "%Lh%Lm", s / 3600, s % 3600 / 60);
    }

    if (s >= 60) {
        return ngx_slprintf(p, last, "%Lm%Ls", s / 60, s % 60);
    }

    return ngx_slprintf(p, last, "%Ls", s);
}
