
/*
 * Mails: the header with everything in it encoded, the text twice, plain and
 * as HTML, both in base64.  Pure; used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_alert_mail.h"
#include "ngx_uptime_alert_template.h"


/* RFC 2047: a word has at most 75 characters, a line with it 76 */
#define NGX_UPTIME_MAIL_WORD   42

/* bytes of a line of base64, as text */
#define NGX_UPTIME_MAIL_LINE   57


static u_char *ngx_uptime_mail_header(u_char *p, const ngx_uptime_mail_t *m);
static u_char *ngx_uptime_mail_address(u_char *p, const ngx_uptime_mail_t *m);
static u_char *ngx_uptime_mail_date(u_char *p, time_t t);
static ngx_str_t ngx_uptime_mail_domain(const ngx_uptime_mail_t *m);
static u_char *ngx_uptime_mail_part(u_char *p, const ngx_str_t *id,
    const char *type, const ngx_str_t *text);
static ngx_int_t ngx_uptime_mail_html(ngx_pool_t *pool,
    const ngx_uptime_mail_t *m, ngx_str_t *html);


ngx_int_t
ngx_uptime_mail(ngx_pool_t *pool, const ngx_uptime_mail_t *m,
    ngx_str_t *message)
{
    size_t      len;
    u_char     *p;
    ngx_str_t   html;
    ngx_uint_t  i;

    if (ngx_uptime_mail_html(pool, m, &html) != NGX_OK) {
        return NGX_ERROR;
    }

    len = 2048 + 3 * (m->from.len + m->id.len + m->thread.len)
          + NGX_UPTIME_MAIL_WORDS(m->from_name.len)
          + NGX_UPTIME_MAIL_WORDS(m->subject.len)
          + 2 * (m->text.len + html.len);

    for (i = 0; i < m->nto; i++) {
        len += m->to[i].len + sizeof(",\r\n <>");
    }

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    message->data = p;

    p = ngx_uptime_mail_header(p, m);
    p = ngx_uptime_mail_part(p, &m->id, "plain", &m->text);
    p = ngx_uptime_mail_part(p, &m->id, "html", &html);
    p = ngx_sprintf(p, "--=_%V--\r\n", &m->id);

    message->len = p - message->data;

    return NGX_OK;
}


static u_char *
ngx_uptime_mail_header(u_char *p, const ngx_uptime_mail_t *m)
{
    ngx_str_t   domain;
    ngx_uint_t  i;

    domain = ngx_uptime_mail_domain(m);

    p = ngx_uptime_mail_date(p, m->date);
    p = ngx_uptime_mail_address(p, m);
    p = ngx_sprintf(p, "To: ");

    for (i = 0; i < m->nto; i++) {
        p = ngx_sprintf(p, i ? ",\r\n <%V>" : "<%V>", &m->to[i]);
    }

    p = ngx_sprintf(p, "\r\nMessage-ID: <%V@%V>\r\n", &m->id, &domain);

    if (m->thread.len) {
        p = ngx_sprintf(p, "References: <%V@%V>\r\n", &m->thread, &domain);
    }

    p = ngx_sprintf(p, "Subject: ");
    p = ngx_uptime_mail_words(p, &m->subject);

    return ngx_sprintf(p, "\r\nAuto-Submitted: auto-generated\r\n"
                          "MIME-Version: 1.0\r\n"
                          "Content-Type: multipart/alternative;\r\n"
                          " boundary=\"=_%V\"\r\n\r\n", &m->id);
}


static u_char *
ngx_uptime_mail_address(u_char *p, const ngx_uptime_mail_t *m)
{
    p = ngx_sprintf(p, "From: ");

    if (m->from_name.len) {
        p = ngx_uptime_mail_words(p, &m->from_name);
        *p++ = ' ';
    }

    return ngx_sprintf(p, "<%V>\r\n", &m->from);
}


static u_char *
ngx_uptime_mail_date(u_char *p, time_t t)
{
    ngx_tm_t             tm;

    static const char *const  days[] = {
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
    };

    static const char *const  months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
        "Nov", "Dec"
    };

    ngx_gmtime(t, &tm);

    return ngx_sprintf(p, "Date: %s, %02d %s %4d %02d:%02d:%02d +0000\r\n",
                       days[tm.ngx_tm_wday], tm.ngx_tm_mday,
                       months[tm.ngx_tm_mon - 1], tm.ngx_tm_year,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);
}


static ngx_str_t
ngx_uptime_mail_domain(const ngx_uptime_mail_t *m)
{
    u_char     *at;
    ngx_str_t   domain;

    domain = m->from;
    at = ngx_strlchr(domain.data, domain.data + domain.len, '@');

    if (at != NULL) {
        domain.len -= at + 1 - domain.data;
        domain.data = at + 1;
    }

    return domain;
}


/*
 * Encoded words, unless it is short and has nothing but letters, digits,
 * spaces and what has no meaning in any header.
 */

u_char *
ngx_uptime_mail_words(u_char *p, const ngx_str_t *text)
{
    size_t     i, n;
    u_char     ch;
    ngx_str_t  rest, piece, code;

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];

        if (!((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z')
            && !(ch >= '0' && ch <= '9')
            && (ch < 0x20 || ch > 0x7e || ngx_strchr(" -_.!/+", ch) == NULL))
        {
            break;
        }
    }

    if (i == text->len && text->len <= NGX_UPTIME_MAIL_WORD) {
        return ngx_cpymem(p, text->data, text->len);
    }

    rest = *text;

    for (n = 0; rest.len; n++) {
        piece = rest;
        piece.len = ngx_uptime_template_cut(&rest, NGX_UPTIME_MAIL_WORD);

        /* what is no UTF-8 must not keep it from going on */

        if (piece.len == 0) {
            piece.len = ngx_min(rest.len, NGX_UPTIME_MAIL_WORD);
        }

        p = ngx_sprintf(p, n ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        code.data = p;
        ngx_encode_base64(&code, &piece);
        p = ngx_sprintf(p + code.len, "?=");

        rest.data += piece.len;
        rest.len -= piece.len;
    }

    return p;
}


static u_char *
ngx_uptime_mail_part(u_char *p, const ngx_str_t *id, const char *type,
    const ngx_str_t *text)
{
    ngx_str_t  line, code;

    p = ngx_sprintf(p, "--=_%V\r\n"
                       "Content-Type: text/%s; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: base64\r\n\r\n", id, type);

    line = *text;

    while (line.len) {
        code.data = p;
        line.len = ngx_min(line.len, NGX_UPTIME_MAIL_LINE);
        ngx_encode_base64(&code, &line);
        p = ngx_sprintf(p + code.len, "\r\n");

        line.data += line.len;
        line.len = text->data + text->len - line.data;
    }

    return p;
}


static ngx_int_t
ngx_uptime_mail_html(ngx_pool_t *pool, const ngx_uptime_mail_t *m,
    ngx_str_t *html)
{
    size_t     i, len;
    u_char    *p;
    ngx_str_t  subject, text, link;

    static const char  format[] =
        "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\n"
        "<h2 style=\"font-size:18px\">%V</h2>\n<p>";

    if (ngx_uptime_template_escape(pool, &m->subject, NGX_UPTIME_ESCAPE_HTML,
                                   &subject) != NGX_OK
        || ngx_uptime_template_escape(pool, &m->text, NGX_UPTIME_ESCAPE_HTML,
                                      &text) != NGX_OK
        || ngx_uptime_template_escape(pool, &m->link, NGX_UPTIME_ESCAPE_HTML,
                                      &link) != NGX_OK)
    {
        return NGX_ERROR;
    }

    len = sizeof(format) + subject.len + 5 * text.len + 2 * link.len + 256;

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    html->data = p;
    p = ngx_sprintf(p, format, &subject);

    for (i = 0; i < text.len; i++) {
        if (text.data[i] == '\n') {
            p = ngx_cpymem(p, "<br>\n", 5);
        } else {
            *p++ = text.data[i];
        }
    }

    p = ngx_sprintf(p, "</p>\n");

    if (link.len) {
        p = ngx_sprintf(p, "<p><a href=\"%V\">Open in the dashboard</a></p>\n",
                        &link);
    }

    p = ngx_sprintf(p, "</body></html>\n");
    html->len = p - html->data;

    return NGX_OK;
}
