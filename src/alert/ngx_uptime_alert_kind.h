
#ifndef _NGX_UPTIME_ALERT_KIND_H_INCLUDED_
#define _NGX_UPTIME_ALERT_KIND_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_alert.h"
#include "ngx_uptime_alert_template.h"
#include "ngx_uptime_alert_text.h"
#include "ngx_uptime_json.h"
#include "ngx_uptime_validate.h"


/*
 * Kinds of channels.  A new one is one file with an
 * ngx_uptime_alert_kind_t, and one row in ngx_uptime_alert_kinds.c.
 */

typedef struct ngx_uptime_alert_kind_s  ngx_uptime_alert_kind_t;


struct ngx_uptime_alert_kind_s {
    ngx_str_t                      name;

    /* members of the configuration, and which of them are sealed: strings, */
    /* or objects of strings, whose names may be read                       */
    const ngx_uptime_field_t      *fields;
    const char *const             *secrets;     /* NULL-terminated          */

    /*
     * One of both.  build() fills s->request: url, method, headers, body;
     * it allocates from s->pool.  deliver() ends in one call of
     * ngx_uptime_alert_done(), later, or returns NGX_ERROR without it.
     * NGX_DECLINED: s->result says what is wrong with the channel.
     */
    ngx_int_t                    (*build)(ngx_uptime_alert_send_t *s);
    ngx_int_t                    (*deliver)(ngx_uptime_alert_send_t *s);

    /* HTTP statuses after which no retry helps, 0-terminated */
    const ngx_uint_t              *permanent;

    /* May change what was made of the status and the body; may be NULL. */
    void                         (*judge)(ngx_uptime_alert_send_t *s,
                                          ngx_str_t *body);

    unsigned                       admin:1;     /* only for administrators  */
};


struct ngx_uptime_alert_sender_s {
    ngx_uptime_alert_conf_t       *conf;
    ngx_uptime_fetcher_t          *fetcher;
    ngx_log_t                     *log;
};


/* One message on its way; lives in its own pool. */

struct ngx_uptime_alert_send_s {
    ngx_pool_t                    *pool;
    ngx_uptime_alert_sender_t     *sender;
    const ngx_uptime_alert_kind_t *kind;
    ngx_uptime_alert_channel_t     channel;
    ngx_uptime_alert_t             alert;
    ngx_uptime_alert_words_t       words;
    cJSON                         *config;      /* with its secrets         */
    ngx_uptime_fetch_request_t     request;
    ngx_uptime_alert_result_t      result;

    ngx_uptime_alert_pt            handler;
    void                          *data;

    ngx_event_t                    event;
    ngx_uptime_fetch_t            *fetch;
    ngx_uptime_smtp_t             *smtp;
    u_char                         detail[NGX_UPTIME_ALERT_DETAIL];
};


/* the table; the last row has no name */
extern const ngx_uptime_alert_kind_t *const  ngx_uptime_alert_kinds[];

extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_console;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_discord;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_email;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_ntfy;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_slack;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_telegram;
extern const ngx_uptime_alert_kind_t  ngx_uptime_alert_webhook;

/* NULL: there is none of this name */
const ngx_uptime_alert_kind_t *ngx_uptime_alert_kind(const ngx_str_t *name);


/* for kinds */

/* A string of the configuration; empty if it is not there. */
ngx_str_t ngx_uptime_alert_config(ngx_uptime_alert_send_t *s,
    const char *name);

/*
 * Text from a format as of ngx_sprintf(), of at most max bytes.  NGX_ERROR:
 * no memory.
 */
ngx_int_t ngx_uptime_alert_print(ngx_uptime_alert_send_t *s, ngx_str_t *text,
    size_t max, const char *fmt, ...);

/* The object becomes the body, POSTed as JSON; takes it. */
ngx_int_t ngx_uptime_alert_json(ngx_uptime_alert_send_t *s, cJSON *object);

/* A member with text that ends nowhere; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_alert_add(ngx_uptime_alert_send_t *s, cJSON *object,
    const char *name, const ngx_str_t *text);

/*
 * Sets the result; what was answered is cut and made one line of UTF-8.
 * what: a static text.
 */
void ngx_uptime_alert_set(ngx_uptime_alert_send_t *s,
    ngx_uptime_alert_status_e status, const char *what,
    const ngx_str_t *answer);

/* Tells whoever waits, and frees the message. */
void ngx_uptime_alert_done(ngx_uptime_alert_send_t *s);

/*
 * For the API and for previews: all but the handler, up to the request.
 * NGX_OK; NGX_DECLINED: s->result says why not; NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_alert_prepare(ngx_uptime_alert_send_t *s);

/*
 * The message as the kind would send it, in the pool; nothing is sent.
 * Results as above; what = s->words and s->request.
 */
ngx_int_t ngx_uptime_alert_preview(ngx_uptime_alert_sender_t *sender,
    ngx_pool_t *pool, const ngx_uptime_alert_channel_t *channel,
    const ngx_uptime_alert_t *alert, ngx_uptime_alert_send_t *s);


/* for tables of fields */

#define ngx_uptime_alert_field(name, type, flags, min, max, check)            \
    { ngx_string(name), NGX_UPTIME_FIELD_##type, flags, min, max, NULL, 0,    \
      check }

#define ngx_uptime_alert_choice(name, values)                                 \
    { ngx_string(name), NGX_UPTIME_FIELD_ENUM, 0, 0, 0, values, 0, NULL }

/* a template: codes unknown_placeholder, bad_template */
ngx_int_t ngx_uptime_alert_check_text(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* the same, and JSON once it is filled in; code bad_json */
ngx_int_t ngx_uptime_alert_check_json(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* "whsec_" and the base64 of 24 to 64 bytes; code bad_secret */
ngx_int_t ngx_uptime_alert_check_whsec(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* none that the webhook sets itself; code refused_header */
ngx_int_t ngx_uptime_alert_check_headers(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* a list of mail addresses; code bad_email */
ngx_int_t ngx_uptime_alert_check_mails(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* letters, digits and some of ":@_-."; code bad_characters */
ngx_int_t ngx_uptime_alert_check_token(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);


/* Whether a media type is one of these, in whatever case. */
ngx_uint_t ngx_uptime_alert_is_type(const ngx_str_t *type, const char *part);

/* how a certain failure of a fetch is told; a static text */
const char *ngx_uptime_alert_failure(const ngx_uptime_result_t *result);


#endif /* _NGX_UPTIME_ALERT_KIND_H_INCLUDED_ */
