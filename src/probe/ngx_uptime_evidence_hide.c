
/*
 * What an answer repeats of the request's secrets is struck out before people
 * see it.  No event loop.  Used in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_evidence_hide.h"
#include "ngx_uptime_hide.h"


static void ngx_uptime_hide_auth(ngx_uptime_evidence_t *e,
    const ngx_uptime_target_t *t, ngx_log_t *log);
static void ngx_uptime_hide_header(ngx_uptime_evidence_t *e, u_char *p,
    u_char *last);
static void ngx_uptime_hide_value(ngx_uptime_evidence_t *e, u_char *p,
    size_t len, size_t least);


/* what these say is no secret, and often what an answer is about */
static ngx_str_t  ngx_uptime_hide_known[] = {
    ngx_string("Accept"),
    ngx_string("Accept-Encoding"),
    ngx_string("Accept-Language"),
    ngx_string("Cache-Control"),
    ngx_string("Content-Type"),
    ngx_string("Host"),
    ngx_string("User-Agent"),
    ngx_null_string
};


void
ngx_uptime_evidence_hide(ngx_uptime_evidence_t *e, const ngx_uptime_target_t *t,
    ngx_log_t *log)
{
    u_char  *p, *eol, *last;

    if (e->body_len == 0) {
        return;
    }

    if (t->auth != NGX_UPTIME_AUTH_NONE) {
        ngx_uptime_hide_auth(e, t, log);
    }

    last = t->headers.data + t->headers.len;

    for (p = t->headers.data; p < last; p = eol + 1) {

        eol = ngx_strlchr(p, last, '\n');
        if (eol == NULL) {
            eol = last;
        }

        ngx_uptime_hide_header(e, p, eol);
    }
}


static void
ngx_uptime_hide_auth(ngx_uptime_evidence_t *e, const ngx_uptime_target_t *t,
    ngx_log_t *log)
{
    u_char     *last;
    ngx_str_t   pair, code;

    if (t->auth_secret.len == 0) {
        return;
    }

    if (t->auth_secret.len < NGX_UPTIME_HIDE_SECRET) {
        e->body_len = 0;
        return;
    }

    ngx_uptime_hide_value(e, t->auth_secret.data, t->auth_secret.len,
                          NGX_UPTIME_HIDE_SECRET);

    if (t->auth != NGX_UPTIME_AUTH_BASIC) {
        return;
    }

    pair.len = t->auth_user.len + 1 + t->auth_secret.len;

    pair.data = ngx_alloc(pair.len + ngx_base64_encoded_length(pair.len), log);
    if (pair.data == NULL) {
        e->body_len = 0;
        return;
    }

    last = ngx_cpymem(pair.data, t->auth_user.data, t->auth_user.len);
    *last++ = ':';
    last = ngx_cpymem(last, t->auth_secret.data, t->auth_secret.len);

    code.data = last;
    ngx_encode_base64(&code, &pair);

    ngx_uptime_hide_value(e, code.data, code.len, NGX_UPTIME_HIDE_SECRET);

    ngx_explicit_memzero(pair.data, pair.len + code.len);
    ngx_free(pair.data);
}


static void
ngx_uptime_hide_header(ngx_uptime_evidence_t *e, u_char *p, u_char *last)
{
    u_char     *colon;
    ngx_str_t  *known;

    colon = ngx_strlchr(p, last, ':');
    if (colon == NULL) {
        return;
    }

    for (known = ngx_uptime_hide_known; known->len; known++) {

        if (known->len == (size_t) (colon - p)
            && ngx_strncasecmp(known->data, p, known->len) == 0)
        {
            return;
        }
    }

    for (p = colon + 1; p < last && (*p == ' ' || *p == '\t'); p++) {
        /* void */
    }

    ngx_uptime_hide_value(e, p, last - p, NGX_UPTIME_HIDE_PART);
}


static void
ngx_uptime_hide_value(ngx_uptime_evidence_t *e, u_char *p, size_t len,
    size_t least)
{
    ngx_str_t  body, secret;

    body.data = e->body;
    body.len = e->body_len;
    secret.data = p;
    secret.len = len;

    ngx_uptime_hide(&body, &secret, least,
                    e->body_len >= NGX_UPTIME_EVIDENCE_BODY);
}
