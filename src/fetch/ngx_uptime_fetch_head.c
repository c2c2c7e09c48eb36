
/*
 * What libcurl lets pass and a verdict, or the loop, must not.  libcurl 7.88
 * limits the head but keeps trailers without end (a gigabyte in three seconds
 * on loopback), takes the last of several lengths, calls a head that was cut
 * in the middle a success, and does not come back while a server sends
 * faster than we read something that is no body.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_fetch.h"


/*
 * Of one hop: interim responses, head, trailers.  libcurl keeps all of them,
 * up to 300 KiB; servers and proxies commonly allow 8 to 32 KiB.
 */
#define NGX_UPTIME_FETCH_HEAD    65536

/* libcurl looks through all of them for each one that is asked for */
#define NGX_UPTIME_FETCH_LINES   500

/* beyond the body's own limit: what a transfer encoding may add to it */
#define NGX_UPTIME_FETCH_NOISE   2097152


static size_t ngx_uptime_fetch_head_line(char *data, size_t size, size_t n,
    void *ctx);
static int ngx_uptime_fetch_head_debug(CURL *easy, curl_infotype type,
    char *p, size_t len, void *data);
static int ngx_uptime_fetch_head_progress(void *data, curl_off_t total,
    curl_off_t now, curl_off_t up_total, curl_off_t up_now);
static void ngx_uptime_fetch_head_cork(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_fetch_head_end(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_fetch_head_length(ngx_uptime_fetch_t *f,
    u_char *p, u_char *last);


ngx_int_t
ngx_uptime_fetch_head_open(ngx_uptime_fetch_t *f)
{
    CURL      *e;
    CURLcode   rc;

    e = f->transfer.easy;

    f->opened = ngx_uptime_fetch_clock();
    f->tls_started = 0;
    f->wire = 0;
    f->pieces = 0;
    f->head_bytes = 0;
    f->head_lines = 0;
    f->head_length = NGX_ERROR;
    f->headed = 0;
    f->malformed = 0;
    f->switched = 0;
    f->error[0] = '\0';

    rc = curl_easy_setopt(e, CURLOPT_HEADERFUNCTION,
                          ngx_uptime_fetch_head_line);

#define ngx_uptime_set(option, value)                                         \
    if (rc == CURLE_OK) {                                                     \
        rc = curl_easy_setopt(e, option, value);                              \
    }

    ngx_uptime_set(CURLOPT_HEADERDATA, f);
    ngx_uptime_set(CURLOPT_ERRORBUFFER, f->error);
    ngx_uptime_set(CURLOPT_DEBUGFUNCTION, ngx_uptime_fetch_head_debug);
    ngx_uptime_set(CURLOPT_DEBUGDATA, f);
    ngx_uptime_set(CURLOPT_XFERINFOFUNCTION, ngx_uptime_fetch_head_progress);
    ngx_uptime_set(CURLOPT_XFERINFODATA, f);
    ngx_uptime_set(CURLOPT_NOPROGRESS, 0L);

    return (rc == CURLE_OK) ? NGX_OK : NGX_ERROR;
}


/*
 * libcurl reads on for as long as there is something to read, and serves
 * nobody else.  Body and head are counted where they arrive; with a transfer
 * encoding there is a third thing, such as the extension of a chunk that
 * never ends.  Only the debug function sees that.
 */

static int
ngx_uptime_fetch_head_debug(CURL *easy, curl_infotype type, char *p,
    size_t len, void *data)
{
    ngx_uptime_fetch_t *f = data;

    if (type != CURLINFO_DATA_IN) {
        return 0;
    }

    f->wire += len;

    if (f->wire > f->request.max_body + NGX_UPTIME_FETCH_NOISE) {
        f->malformed = 1;

        /* it leaves the loop now and finds the progress function */
        (void) curl_easy_pause(easy, CURLPAUSE_RECV);
    }

    return 0;
}


static int
ngx_uptime_fetch_head_progress(void *data, curl_off_t total, curl_off_t now,
    curl_off_t up_total, curl_off_t up_now)
{
    ngx_uptime_fetch_t *f = data;

    return f->malformed;
}


static size_t
ngx_uptime_fetch_head_line(char *data, size_t size, size_t n, void *ctx)
{
    ngx_uptime_fetch_t *f = ctx;

    u_char     *p, *last;
    size_t      len;
    ngx_int_t   rc;

    len = size * n;
    p = (u_char *) data;
    last = p + len;

    f->head_bytes += len;

    if (f->head_bytes > NGX_UPTIME_FETCH_HEAD
        || ++f->head_lines > NGX_UPTIME_FETCH_LINES)
    {
        f->malformed = 1;
        return 0;
    }

    if (f->head_lines == 1) {
        ngx_uptime_fetch_head_cork(f);
    }

    /* trailers */

    if (f->headed) {
        return len;
    }

    while (last > p && (last[-1] == LF || last[-1] == CR)) {
        last--;
    }

    rc = NGX_OK;

    if (last == p) {
        rc = ngx_uptime_fetch_head_end(f);

    } else if (last - p >= 15
               && ngx_strncasecmp(p, (u_char *) "Content-Length:", 15) == 0)
    {
        rc = ngx_uptime_fetch_head_length(f, p + 15, last);

    } else if (last - p >= 18
               && ngx_strncasecmp(p, (u_char *) "Transfer-Encoding:", 18) == 0)
    {
        (void) curl_easy_setopt(f->transfer.easy, CURLOPT_VERBOSE, 1L);
    }

    return (rc == NGX_OK) ? len : 0;
}


/*
 * There is an answer, and nothing more to send but the end of TLS, which
 * libcurl sends and then closes: one segment and one wake-up of the server
 * less if both go together.  Closing sends what is held back.
 */

static void
ngx_uptime_fetch_head_cork(ngx_uptime_fetch_t *f)
{
    if (f->tls_started == 0 || f->request.body.len
        || f->transfer.socket == (ngx_socket_t) -1)
    {
        return;
    }

    (void) ngx_tcp_nopush(f->transfer.socket);

    f->tls.corked = 1;
    f->tls.socket = f->transfer.socket;
}


/*
 * After 101 nothing that we understand follows; libcurl would wait for it.
 * Other interim responses have a head of their own behind them.
 */

static ngx_int_t
ngx_uptime_fetch_head_end(ngx_uptime_fetch_t *f)
{
    long  status;

    status = 0;
    (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_RESPONSE_CODE,
                             &status);

    f->head_length = NGX_ERROR;

    if (status == 101) {
        f->headed = 1;
        f->switched = 1;
        return NGX_DECLINED;
    }

    f->headed = (status >= 200);

    return NGX_OK;
}


/* RFC 9110, 8.6: lengths that differ make the message unreadable. */

static ngx_int_t
ngx_uptime_fetch_head_length(ngx_uptime_fetch_t *f, u_char *p, u_char *last)
{
    off_t  length;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (last > p && (last[-1] == ' ' || last[-1] == '\t')) {
        last--;
    }

    /* what is no number is libcurl's to refuse */

    length = ngx_atoof(p, last - p);

    if (length == NGX_ERROR) {
        return NGX_OK;
    }

    if (f->head_length != NGX_ERROR && f->head_length != length) {
        f->malformed = 1;
        return NGX_DECLINED;
    }

    f->head_length = length;

    return NGX_OK;
}


/*
 * libcurl's code in our sense.  One code of libcurl stands for a connection
 * that broke and for a message that is none; its text tells them apart.
 */

CURLcode
ngx_uptime_fetch_head_code(ngx_uptime_fetch_t *f, CURLcode code)
{
    switch (code) {

    case CURLE_OK:
        return (f->headed || f->request.connect_only) ? CURLE_OK
                                                      : CURLE_PARTIAL_FILE;

    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR:
        if (f->malformed) {
            return CURLE_WEIRD_SERVER_REPLY;
        }

        return (f->leaving || f->switched || f->result.cut) ? CURLE_OK : code;

    case CURLE_RECV_ERROR:
        if (ngx_strncmp(f->error, "Recv failure", 12) == 0
            || ngx_strstr(f->error, "SSL") != NULL)
        {
            return code;
        }

        return CURLE_WEIRD_SERVER_REPLY;

    default:
        return code;
    }
}
