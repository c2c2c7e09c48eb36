
/*
 * What libcurl is told about a mail, and what is learnt from its talk with
 * the server.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_smtp.h"


static ngx_int_t ngx_uptime_smtp_options_mail(ngx_uptime_smtp_t *m,
    u_char *from);
static ngx_int_t ngx_uptime_smtp_options_tls(ngx_uptime_smtp_t *m);
static CURLcode ngx_uptime_smtp_ssl(CURL *easy, void *ctx, void *data);
static curl_socket_t ngx_uptime_smtp_socket(void *data,
    curlsocktype purpose, struct curl_sockaddr *address);
static int ngx_uptime_smtp_close(void *data, curl_socket_t s);
static size_t ngx_uptime_smtp_read(char *p, size_t size, size_t n,
    void *data);
static size_t ngx_uptime_smtp_body(char *p, size_t size, size_t n,
    void *data);
static int ngx_uptime_smtp_debug(CURL *easy, curl_infotype type, char *p,
    size_t len, void *data);
static void ngx_uptime_smtp_command(ngx_uptime_smtp_t *m, u_char *p,
    size_t len);
static void ngx_uptime_smtp_answer(ngx_uptime_smtp_t *m, u_char *p,
    size_t len);
static void ngx_uptime_smtp_recipient(ngx_uptime_smtp_t *m);


#define ngx_uptime_set(option, value)                                         \
    if (rc == CURLE_OK) {                                                     \
        rc = curl_easy_setopt(e, option, value);                              \
    }


ngx_int_t
ngx_uptime_smtp_options(ngx_uptime_smtp_t *m, long msec)
{
    CURL                    *e;
    u_char                  *url, *from;
    CURLcode                 rc;
    ngx_uptime_smtp_conf_t  *conf;

    e = m->transfer.easy;
    conf = m->conf;
    rc = CURLE_OK;

    url = ngx_pnalloc(m->pool, conf->host.len + sizeof("smtps://[]:65535"));
    from = ngx_pnalloc(m->pool, conf->from.len + sizeof("<>"));

    if (url == NULL || from == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(url, ngx_strchr(conf->host.data, ':')
                            ? "%s://[%V]:%ui%Z" : "%s://%V:%ui%Z",
                       (conf->tls == NGX_UPTIME_SMTP_TLS) ? "smtps" : "smtp",
                       &conf->host, (ngx_uint_t) conf->port);
    (void) ngx_sprintf(from, "<%V>%Z", &conf->from);

    ngx_uptime_set(CURLOPT_SHARE, m->share);
    ngx_uptime_set(CURLOPT_URL, (char *) url);
    ngx_uptime_set(CURLOPT_TIMEOUT_MS, msec);
    ngx_uptime_set(CURLOPT_NOSIGNAL, 1L);
    ngx_uptime_set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    ngx_uptime_set(CURLOPT_PROXY, "");
    ngx_uptime_set(CURLOPT_NOPROXY, "*");
    ngx_uptime_set(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
    ngx_uptime_set(CURLOPT_RESOLVE, m->pin);
    ngx_uptime_set(CURLOPT_FRESH_CONNECT, 1L);
    ngx_uptime_set(CURLOPT_FORBID_REUSE, 1L);
    ngx_uptime_set(CURLOPT_OPENSOCKETFUNCTION, ngx_uptime_smtp_socket);
    ngx_uptime_set(CURLOPT_OPENSOCKETDATA, m);
    ngx_uptime_set(CURLOPT_CLOSESOCKETFUNCTION, ngx_uptime_smtp_close);
    ngx_uptime_set(CURLOPT_CLOSESOCKETDATA, m);

    if (rc != CURLE_OK || ngx_uptime_smtp_options_mail(m, from) != NGX_OK) {
        return NGX_ERROR;
    }

    return (conf->tls == NGX_UPTIME_SMTP_PLAIN)
           ? NGX_OK : ngx_uptime_smtp_options_tls(m);
}


static ngx_int_t
ngx_uptime_smtp_options_mail(ngx_uptime_smtp_t *m, u_char *from)
{
    CURL                    *e;
    CURLcode                 rc;
    ngx_uptime_smtp_conf_t  *conf;

    e = m->transfer.easy;
    conf = m->conf;
    rc = CURLE_OK;

    ngx_uptime_set(CURLOPT_UPLOAD, 1L);
    ngx_uptime_set(CURLOPT_READFUNCTION, ngx_uptime_smtp_read);
    ngx_uptime_set(CURLOPT_READDATA, m);
    ngx_uptime_set(CURLOPT_INFILESIZE_LARGE, (curl_off_t) m->message.len);
    ngx_uptime_set(CURLOPT_WRITEFUNCTION, ngx_uptime_smtp_body);
    ngx_uptime_set(CURLOPT_MAIL_FROM, (char *) from);
    ngx_uptime_set(CURLOPT_MAIL_RCPT, m->recipients);
    ngx_uptime_set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);

    /* the only way to see commands and answers; nothing of it is logged */

    ngx_uptime_set(CURLOPT_VERBOSE, 1L);
    ngx_uptime_set(CURLOPT_DEBUGFUNCTION, ngx_uptime_smtp_debug);
    ngx_uptime_set(CURLOPT_DEBUGDATA, m);

    if (conf->user.len) {

        /* of what libcurl knows, GSSAPI would ask name servers and block */

        ngx_uptime_set(CURLOPT_USERNAME, (char *) conf->user.data);
        ngx_uptime_set(CURLOPT_PASSWORD, (char *) conf->password.data);
        ngx_uptime_set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    }

    return (rc == CURLE_OK) ? NGX_OK : NGX_ERROR;
}


/* As for a fetch: the roots are in the store of the process. */

static ngx_int_t
ngx_uptime_smtp_options_tls(ngx_uptime_smtp_t *m)
{
    CURL      *e;
    CURLcode   rc;

    e = m->transfer.easy;
    rc = CURLE_OK;

    m->tls.verify = m->conf->verify;

    ngx_uptime_set(CURLOPT_USE_SSL, (long) CURLUSESSL_ALL);
    ngx_uptime_set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    ngx_uptime_set(CURLOPT_CAPATH, NULL);
    ngx_uptime_set(CURLOPT_CAINFO, NULL);
    ngx_uptime_set(CURLOPT_SSL_VERIFYPEER, m->conf->verify ? 1L : 0L);
    ngx_uptime_set(CURLOPT_SSL_VERIFYHOST, m->conf->verify ? 2L : 0L);
    ngx_uptime_set(CURLOPT_SSL_CTX_FUNCTION, ngx_uptime_smtp_ssl);
    ngx_uptime_set(CURLOPT_SSL_CTX_DATA, m);

    return (rc == CURLE_OK) ? NGX_OK : NGX_ERROR;
}


static CURLcode
ngx_uptime_smtp_ssl(CURL *easy, void *ctx, void *data)
{
    ngx_uptime_smtp_t *m = data;

    return (ngx_uptime_tls_setup(&m->fetcher->tls, ctx, &m->tls) == NGX_OK)
           ? CURLE_OK : CURLE_FAILED_INIT;
}


static curl_socket_t
ngx_uptime_smtp_socket(void *data, curlsocktype purpose,
    struct curl_sockaddr *address)
{
    ngx_uptime_smtp_t *m = data;

    ngx_socket_t  s;

    s = socket(address->family, address->socktype|SOCK_CLOEXEC,
               address->protocol);

    if (s == (ngx_socket_t) -1) {
        m->open_errno = ngx_errno;
        return CURL_SOCKET_BAD;
    }

    m->fd[m->fd[0] != (ngx_socket_t) -1] = s;

    return s;
}


/* The number may be somebody else's socket in a moment. */

static int
ngx_uptime_smtp_close(void *data, curl_socket_t s)
{
    ngx_uptime_smtp_t *m = data;

    ngx_uint_t  i;

    for (i = 0; i < 2; i++) {
        if (m->fd[i] == s) {
            m->fd[i] = (ngx_socket_t) -1;
        }
    }

    return close(s);
}


static size_t
ngx_uptime_smtp_read(char *p, size_t size, size_t n, void *data)
{
    ngx_uptime_smtp_t *m = data;

    n = ngx_min(size * n, m->message.len - m->sent);

    ngx_memcpy(p, m->message.data + m->sent, n);
    m->sent += n;

    return n;
}


static size_t
ngx_uptime_smtp_body(char *p, size_t size, size_t n, void *data)
{
    return size * n;
}


static int
ngx_uptime_smtp_debug(CURL *easy, curl_infotype type, char *p, size_t len,
    void *data)
{
    ngx_uptime_smtp_t *m = data;

    if (type == CURLINFO_HEADER_OUT) {
        ngx_uptime_smtp_command(m, (u_char *) p, len);

    } else if (type == CURLINFO_HEADER_IN && !m->quitting) {
        ngx_uptime_smtp_answer(m, (u_char *) p, len);
    }

    return 0;
}


static void
ngx_uptime_smtp_command(ngx_uptime_smtp_t *m, u_char *p, size_t len)
{
    ngx_uint_t  i;

    ngx_memzero(m->verb, sizeof(m->verb));
    ngx_memcpy(m->verb, p, ngx_min(len, 4));

    if (ngx_strcmp(m->verb, "RCPT") == 0) {
        m->asked++;
    }

    if (len != sizeof("QUIT\r\n") - 1 || ngx_strcmp(m->verb, "QUIT") != 0) {
        return;
    }

    /*
     * libcurl waits for the answer to this one, and does not come back
     * before it: up to two minutes in which the loop would stand still.  So
     * there is nothing to wait for any more.
     */

    m->quitting = 1;

    for (i = 0; i < 2; i++) {
        if (m->fd[i] != (ngx_socket_t) -1) {
            (void) shutdown(m->fd[i], SHUT_RD);
        }
    }
}


/* The last line of each answer; a refusal is kept, whatever comes later. */

static void
ngx_uptime_smtp_answer(ngx_uptime_smtp_t *m, u_char *p, size_t len)
{
    ngx_int_t  code;

    while (len && (p[len - 1] == '\r' || p[len - 1] == '\n')) {
        len--;
    }

    code = (len >= 3) ? ngx_atoi(p, 3) : NGX_ERROR;

    if (code == NGX_ERROR || (len > 3 && p[3] == '-')
        || (m->worst >= 400 && code < 400
            && ngx_strcmp(m->verb, "DATA") != 0))
    {
        return;
    }

    m->code = code;
    m->worst = code;

    /* "." ends the message, and is no command to libcurl */

    m->refused = (code >= 500 && code != 503
                  && (ngx_strcmp(m->verb, "RCPT") == 0
                      || ngx_strcmp(m->verb, "DATA") == 0));

    m->answer.data = m->line;
    m->answer.len = ngx_min(len, NGX_UPTIME_SMTP_ANSWER);
    ngx_memcpy(m->line, p, m->answer.len);

    if (code >= 400 && ngx_strcmp(m->verb, "RCPT") == 0) {
        ngx_uptime_smtp_recipient(m);
    }
}


/* The others may get it all the same. */

static void
ngx_uptime_smtp_recipient(ngx_uptime_smtp_t *m)
{
    ngx_uint_t  bit;

    bit = (ngx_uint_t) 1 << (m->asked - 1);

    if (m->refused) {
        m->never |= bit;

    } else {
        m->later |= bit;
    }

    if (m->refusal.len == 0) {
        m->refusal.data = m->refused_line;
        m->refusal.len = m->answer.len;
        ngx_memcpy(m->refused_line, m->line, m->answer.len);
    }
}


void
ngx_uptime_smtp_judge(ngx_uptime_smtp_t *m)
{
    CURLcode  code;

    code = m->transfer.code;
    m->result.code = code;

    if (code == CURLE_OK) {
        m->status = NGX_UPTIME_SMTP_SENT;
        return;
    }

    if (m->refused) {
        m->status = NGX_UPTIME_SMTP_REFUSED;
        return;
    }

    /* an answer that was no refusal says nothing */

    if (m->code < 400) {
        m->code = 0;
        ngx_str_null(&m->answer);
    }

    if (m->open_errno) {
        m->result.own = ngx_uptime_guard_own_socket(m->open_errno);

    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        m->result.tls = NGX_UPTIME_TLS_UNTRUSTED;

    } else if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_USE_SSL_FAILED)
    {
        m->result.tls = NGX_UPTIME_TLS_HANDSHAKE;

    } else if (code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT) {
        m->result.own = NGX_UPTIME_OWN_RESOURCES;

    } else if (code != CURLE_COULDNT_CONNECT) {
        m->result.stage = NGX_UPTIME_STAGE_WAIT;
    }
}
