
#ifndef _NGX_UPTIME_ALERT_MAIL_H_INCLUDED_
#define _NGX_UPTIME_ALERT_MAIL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* One mail as RFC 5322 and MIME want it.  Pure. */

typedef struct {
    ngx_str_t                      from;        /* addresses are valid      */
    ngx_str_t                      from_name;   /* or empty                 */
    const ngx_str_t               *to;
    ngx_uint_t                     nto;
    ngx_str_t                      id;          /* [A-Za-z0-9_-], for the   */
                                                /* Message-ID               */
    ngx_str_t                      thread;      /* the same, or empty       */
    time_t                         date;
    ngx_str_t                      subject;     /* any UTF-8                */
    ngx_str_t                      text;
    ngx_str_t                      link;        /* or empty                 */
} ngx_uptime_mail_t;


/* In the pool, with CR LF; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_mail(ngx_pool_t *pool, const ngx_uptime_mail_t *mail,
    ngx_str_t *message);

/*
 * RFC 2047: writes text as it may stand in a header, whatever is in it; at
 * most NGX_UPTIME_MAIL_WORDS(len) bytes.
 */
#define NGX_UPTIME_MAIL_WORDS(len)  (4 * (len) + 32)

u_char *ngx_uptime_mail_words(u_char *p, const ngx_str_t *text);


#endif /* _NGX_UPTIME_ALERT_MAIL_H_INCLUDED_ */
