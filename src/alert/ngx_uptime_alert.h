
#ifndef _NGX_UPTIME_ALERT_H_INCLUDED_
#define _NGX_UPTIME_ALERT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_fetch.h"
#include "ngx_uptime_smtp.h"


/*
 * Messages to people: what is told, and the sender that delivers one message
 * to one channel.  Whoever has the outbox decides when, how often and in
 * which order.  docs/channels.md has the kinds.
 */

typedef struct ngx_uptime_alert_conf_s    ngx_uptime_alert_conf_t;
typedef struct ngx_uptime_alert_sender_s  ngx_uptime_alert_sender_t;
typedef struct ngx_uptime_alert_send_s    ngx_uptime_alert_send_t;


/* bytes of a provider's answer that are kept for the delivery log */
#define NGX_UPTIME_ALERT_DETAIL  500

/* ms, a delivery all in all, unless the operator says otherwise */
#define NGX_UPTIME_ALERT_TIMEOUT  20000


typedef enum {
    NGX_UPTIME_ALERT_DOWN = 0,
    NGX_UPTIME_ALERT_UP,
    NGX_UPTIME_ALERT_DEGRADED,
    NGX_UPTIME_ALERT_CERT,                      /* a certificate expires    */
    NGX_UPTIME_ALERT_TEST,
    NGX_UPTIME_ALERT_RESET,                     /* password, by mail        */
    NGX_UPTIME_ALERT_DIGEST,                    /* many alerts in one       */
    NGX_UPTIME_ALERT_OPERATOR,                  /* our own trouble          */
    NGX_UPTIME_ALERT_N
} ngx_uptime_alert_event_e;


/* What happened.  Texts are UTF-8; what is not known is empty or 0. */

typedef struct {
    ngx_uptime_alert_event_e       event;
    ngx_str_t                      id;          /* of the message, the same */
                                                /* on every retry; at most  */
                                                /* 64 of [A-Za-z0-9_-]      */
    int64_t                        at;          /* ms since 1970            */

    int64_t                        monitor;     /* its id                   */
    ngx_str_t                      name;
    ngx_str_t                      url;
    ngx_str_t                      type;
    ngx_str_t                      tags;        /* "a, b"                   */

    int64_t                        incident;    /* its id                   */
    int64_t                        started_at;  /* ms since 1970: of the    */
    int64_t                        ended_at;    /* incident                 */
    ngx_str_t                      cause;       /* code, docs/causes.md     */
    ngx_str_t                      first_error; /* for people               */
    ngx_uint_t                     http_status;
    int64_t                        latency_us;
    int64_t                        cert_expires_at; /* s since 1970         */

    ngx_uint_t                     reminder;    /* the n-th; 0: none        */
    ngx_str_t                      note;        /* lines that are added:    */
                                                /* what else is down, ...   */

    /* instead of the channel's templates */
    ngx_str_t                      subject;
    ngx_str_t                      text;
} ngx_uptime_alert_t;


/* A row of the table channels, as it is stored. */

typedef struct {
    int64_t                        id;
    int64_t                        owner;       /* user, 0: the operator    */
    ngx_str_t                      kind;
    ngx_str_t                      config;      /* JSON object              */
    ngx_str_t                      secrets;     /* sealed, hex; or empty    */
    ngx_str_t                      secrets_key; /* id of the key, or empty  */
    ngx_str_t                      templates;   /* JSON object; or empty    */
} ngx_uptime_alert_channel_t;


typedef enum {
    NGX_UPTIME_ALERT_DELIVERED = 0,
    NGX_UPTIME_ALERT_TEMPORARY,                 /* try again                */
    NGX_UPTIME_ALERT_PERMANENT                  /* never, unless the        */
                                                /* channel is changed       */
} ngx_uptime_alert_status_e;


typedef struct {
    ngx_uptime_alert_status_e      status;
    ngx_uint_t                     retry_after; /* s, not before; 0: not    */
                                                /* said                     */
    ngx_uint_t                     code;        /* of HTTP or SMTP; 0: none */
    ngx_str_t                      detail;      /* one line of UTF-8 for    */
                                                /* the channel's owner: what */
                                                /* the provider answered    */

    /* a mail that some recipients have */
    ngx_str_t                      rest;        /* TEMPORARY: a JSON list of */
                                                /* the others; or empty     */
    unsigned                       partial:1;   /* DELIVERED: the others    */
                                                /* never get it             */
} ngx_uptime_alert_result_t;


/* Exactly once, later; result is good until the return. */
typedef void (*ngx_uptime_alert_pt)(void *data,
    const ngx_uptime_alert_result_t *result);


/* of the configuration; lives as long as the cycle */

struct ngx_uptime_alert_conf_s {
    ngx_array_t                   *keys;        /* ngx_uptime_token_key_t,  */
                                                /* or NULL                  */
    ngx_uptime_smtp_conf_t        *smtp;        /* uptime_smtp, or NULL     */
    ngx_str_t                      telegram_url; /* uptime_telegram_url     */
    ngx_str_t                      dashboard_url; /* uptime_dashboard_url,  */
                                                /* without "/"; or empty    */
    ngx_msec_t                     timeout;     /* uptime_alert_timeout     */
};


/*
 * One for each process.  conf and fetcher are borrowed for as long as it
 * lives; pool is the process's.  NULL: no memory.
 */
ngx_uptime_alert_sender_t *ngx_uptime_alert_sender_create(ngx_pool_t *pool,
    ngx_uptime_alert_conf_t *conf, ngx_uptime_fetcher_t *fetcher,
    ngx_log_t *log);

/*
 * Delivers one message to one channel; both are copied.  The handler is
 * called exactly once, later, whatever is wrong with them.  NULL: no memory,
 * no call.
 */
ngx_uptime_alert_send_t *ngx_uptime_alert_send(
    ngx_uptime_alert_sender_t *sender,
    const ngx_uptime_alert_channel_t *channel,
    const ngx_uptime_alert_t *alert, ngx_uptime_alert_pt handler, void *data);

/* The handler will not be called; the message may arrive all the same. */
void ngx_uptime_alert_cancel(ngx_uptime_alert_send_t *s);

/* "down", ...; "monitor.down" without the prefix */
const char *ngx_uptime_alert_event_name(ngx_uptime_alert_event_e event);

/* "delivered", "partial", "temporary" or "permanent" */
ngx_str_t ngx_uptime_alert_result_name(
    const ngx_uptime_alert_result_t *result);

/* ALERT_N for anything that is not a name */
ngx_uptime_alert_event_e ngx_uptime_alert_event_value(const ngx_str_t *name);


#endif /* _NGX_UPTIME_ALERT_H_INCLUDED_ */
