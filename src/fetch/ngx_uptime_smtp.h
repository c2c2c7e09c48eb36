
#ifndef _NGX_UPTIME_SMTP_H_INCLUDED_
#define _NGX_UPTIME_SMTP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_fetch.h"


/*
 * Mail through the operator's server, uptime_smtp.  That is no address of a
 * user, so nobody judges it; everything else is as for a fetch.
 */

typedef enum {
    NGX_UPTIME_SMTP_STARTTLS = 0,               /* required                 */
    NGX_UPTIME_SMTP_TLS,
    NGX_UPTIME_SMTP_PLAIN
} ngx_uptime_smtp_tls_e;


/* Texts are NUL-terminated; it lives as long as the cycle. */

typedef struct {
    ngx_str_t                      host;        /* without brackets         */
    in_port_t                      port;
    ngx_uptime_smtp_tls_e          tls;
    ngx_str_t                      user;        /* empty: nobody logs in    */
    ngx_str_t                      password;
    ngx_str_t                      from;        /* address                  */
    ngx_str_t                      from_name;   /* or empty                 */
    unsigned                       literal:1;   /* host is an address       */
    unsigned                       verify:1;
} ngx_uptime_smtp_conf_t;


typedef struct ngx_uptime_smtp_s  ngx_uptime_smtp_t;


/* bytes of what the server said last */
#define NGX_UPTIME_SMTP_ANSWER  400


typedef enum {
    NGX_UPTIME_SMTP_SENT = 0,
    NGX_UPTIME_SMTP_REFUSED,                    /* these recipients, or     */
                                                /* this message, for good   */
    NGX_UPTIME_SMTP_FAILED                      /* anything else: later     */
} ngx_uptime_smtp_status_e;


/* status, code and answer are set; it goes away when this returns. */
typedef void (*ngx_uptime_smtp_pt)(ngx_uptime_smtp_t *m);


struct ngx_uptime_smtp_s {
    ngx_uptime_smtp_status_e       status;
    ngx_uint_t                     code;        /* of SMTP; 0: none         */
    ngx_str_t                      answer;      /* the server's last line   */
    ngx_uptime_result_t            result;      /* if there is no code      */

    /* SENT: bits of recipients, in their order, who do not get it */
    ngx_uint_t                     later;       /* may be tried again       */
    ngx_uint_t                     never;
    ngx_str_t                      refusal;     /* of the first of them     */
    void                          *data;

    /* private */
    ngx_uptime_fetcher_t          *fetcher;
    ngx_uptime_smtp_conf_t        *conf;
    ngx_pool_t                    *pool;
    ngx_uptime_smtp_pt             handler;
    ngx_str_t                      host;
    ngx_str_t                      message;
    size_t                         sent;
    ngx_event_t                    event;
    ngx_msec_t                     deadline;
    ngx_uptime_resolve_t           resolve;
    ngx_uptime_transfer_t          transfer;
    ngx_uptime_tls_peer_t          tls;
    CURLSH                        *share;
    struct curl_slist             *pin;
    struct curl_slist             *recipients;
    ngx_socket_t                   fd[2];   /* open; two families race */
    int                            open_errno;
    ngx_uint_t                     worst;       /* code of a refusal        */
    u_char                         verb[8];     /* of the last command      */
    u_char                         line[NGX_UPTIME_SMTP_ANSWER];
    u_char                         refused_line[NGX_UPTIME_SMTP_ANSWER];
    ngx_uint_t                     asked;       /* recipients               */
    unsigned                       quitting:1;
    unsigned                       refused:1;   /* recipient or message     */
};


/*
 * Sends one message (header, empty line, body; lines end with CR LF) to n
 * addresses, at most 32.  All is copied but conf.  The handler is called
 * exactly once, later.  timeout: ms, all in all.  NULL: no memory, no call.
 */
ngx_uptime_smtp_t *ngx_uptime_smtp(ngx_uptime_fetcher_t *fr,
    ngx_uptime_smtp_conf_t *conf, const ngx_str_t *to, ngx_uint_t n,
    const ngx_str_t *message, ngx_msec_t timeout, ngx_uptime_smtp_pt handler,
    void *data);

/* The handler will not be called; the mail may arrive all the same. */
void ngx_uptime_smtp_cancel(ngx_uptime_smtp_t *m);


/* between the files */

/* Sets the options of m->transfer.easy; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_smtp_options(ngx_uptime_smtp_t *m, long msec);

/* What the transfer came to: status, code and answer. */
void ngx_uptime_smtp_judge(ngx_uptime_smtp_t *m);


#endif /* _NGX_UPTIME_SMTP_H_INCLUDED_ */
