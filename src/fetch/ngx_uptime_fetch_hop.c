
/*
 * One hop of a fetch: what libcurl's handle needs besides its options (the
 * pinned addresses, the fields of the request), and what comes back as the
 * body.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime.h"
#include "ngx_uptime_fetch.h"


/* libcurl does not come back before it has passed on all that is there */
#define NGX_UPTIME_FETCH_PIECES  65536


static ngx_int_t ngx_uptime_fetch_hop_pin(ngx_uptime_fetch_t *f);
static ngx_int_t ngx_uptime_fetch_hop_headers(ngx_uptime_fetch_t *f);
static ngx_uint_t ngx_uptime_fetch_hop_is(u_char *p, u_char *last,
    const char *name);
static ngx_int_t ngx_uptime_fetch_hop_header(ngx_uptime_fetch_t *f,
    u_char *p, u_char *last);
static ngx_int_t ngx_uptime_fetch_hop_append(struct curl_slist **list,
    const char *text);
static void ngx_uptime_fetch_hop_search(ngx_uptime_fetch_t *f, u_char *p,
    size_t len);


/* fields that say how the message is framed are libcurl's */
static const char *const  ngx_uptime_fetch_reserved[] = {
    "connection", "content-length", "expect", "keep-alive", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade", NULL
};


ngx_int_t
ngx_uptime_fetch_hop_open(ngx_uptime_fetch_t *f, long msec)
{
    f->transfer.easy = ngx_uptime_fetcher_easy(f->fetcher);

    if (f->transfer.easy == NULL
        || ngx_uptime_fetch_name(f) != NGX_OK
        || ngx_uptime_fetch_hop_pin(f) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /*
     * An own name cache for what is pinned: the one of the multi handle is
     * shared, so that another fetch could replace it, and libcurl walks
     * through all of it whenever a transfer ends.
     */

    if (f->pin != NULL) {
        f->share = curl_share_init();

        if (f->share == NULL
            || curl_share_setopt(f->share, CURLSHOPT_SHARE,
                                 CURL_LOCK_DATA_DNS)
               != CURLSHE_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_uptime_fetch_hop_headers(f) != NGX_OK
        || ngx_uptime_fetch_options(f, msec) != NGX_OK
        || ngx_uptime_fetch_head_open(f) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_fetch_hop_pin(ngx_uptime_fetch_t *f)
{
    u_char                 *buf, *p, *last;
    size_t                  len;
    ngx_int_t               rc;
    ngx_uint_t              i, bracket;
    ngx_uptime_resolve_t   *r;
    ngx_uptime_sockaddr_t  *sa;

    if (f->url.literal && f->name.data == f->url.host.data) {
        return NGX_OK;
    }

    r = &f->resolve;
    len = f->name.len + sizeof("+::65535")
          + r->naddrs * (NGX_SOCKADDR_STRLEN + sizeof("[],") - 1);

    buf = ngx_alloc(len, f->fetcher->log);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    last = buf + len;
    p = ngx_slprintf(buf, last, "+%V:%ui", &f->name, (ngx_uint_t) f->url.port);

    for (i = 0; i < r->naddrs; i++) {
        sa = &r->addrs[i];
        bracket = (sa->sockaddr.sa_family != AF_INET);

        *p++ = (i == 0) ? ':' : ',';

        if (bracket) {
            *p++ = '[';
        }

        p += ngx_sock_ntop(&sa->sockaddr, ngx_uptime_sockaddr_len(sa), p,
                           last - p, 0);

        if (bracket) {
            *p++ = ']';
        }
    }

    *p = '\0';

    rc = ngx_uptime_fetch_hop_append(&f->pin, (char *) buf);

    ngx_free(buf);

    return rc;
}


static ngx_int_t
ngx_uptime_fetch_hop_headers(ngx_uptime_fetch_t *f)
{
    u_char      *p, *eol, *last;
    ngx_int_t    rc;
    ngx_str_t   *text, line;
    ngx_uint_t   agent, host;

    agent = 0;
    host = 0;
    text = &f->request.headers;
    last = text->data + text->len;

    /* what a user wrote for one origin is nobody else's business */

    if (f->foreign) {
        last = text->data;
    }

    for (p = text->data; p < last; p = eol + 1) {

        eol = ngx_strlchr(p, last, '\n');
        if (eol == NULL) {
            eol = last;
        }

        agent |= ngx_uptime_fetch_hop_is(p, eol, "User-Agent:");
        host |= ngx_uptime_fetch_hop_is(p, eol, "Host:");

        if (ngx_uptime_fetch_hop_header(f, p, eol) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    rc = host ? NGX_DECLINED : ngx_uptime_fetch_name_host(f, &line);

    if (rc == NGX_OK) {
        rc = ngx_uptime_fetch_hop_append(&f->headers, (char *) line.data);
    }

    if (rc == NGX_ERROR || agent) {
        return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
    }

    return ngx_uptime_fetch_hop_append(&f->headers,
                             "User-Agent: nginx-uptime/" NGX_UPTIME_VERSION);
}


static ngx_uint_t
ngx_uptime_fetch_hop_is(u_char *p, u_char *last, const char *name)
{
    size_t  len;

    len = ngx_strlen(name);

    return (size_t) (last - p) >= len
           && ngx_strncasecmp(p, (u_char *) name, len) == 0;
}


static ngx_int_t
ngx_uptime_fetch_hop_header(ngx_uptime_fetch_t *f, u_char *p, u_char *last)
{
    u_char      *colon, *copy, *v;
    ngx_int_t    rc;
    ngx_uint_t   i;

    colon = ngx_strlchr(p, last, ':');

    if (colon == NULL || colon == p) {
        return NGX_OK;
    }

    for (v = p; v < last; v++) {
        if (*v == '\0' || *v == '\r') {
            return NGX_OK;
        }
    }

    for (i = 0; ngx_uptime_fetch_reserved[i]; i++) {

        if (ngx_strlen(ngx_uptime_fetch_reserved[i]) == (size_t) (colon - p)
            && ngx_strncasecmp(p, (u_char *) ngx_uptime_fetch_reserved[i],
                               colon - p)
               == 0)
        {
            return NGX_OK;
        }
    }

    for (v = colon + 1; v < last && (*v == ' ' || *v == '\t'); v++) {
        /* void */
    }

    copy = ngx_alloc(last - p + 1, f->fetcher->log);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy, p, last - p);
    copy[last - p] = '\0';

    /* for libcurl, "Name:" removes a field and "Name;" sends an empty one */

    if (v == last) {
        copy[colon - p] = ';';
        copy[colon - p + 1] = '\0';
    }

    rc = ngx_uptime_fetch_hop_append(&f->headers, (char *) copy);

    ngx_free(copy);

    return rc;
}


static ngx_int_t
ngx_uptime_fetch_hop_append(struct curl_slist **list, const char *text)
{
    struct curl_slist  *next;

    next = curl_slist_append(*list, text);
    if (next == NULL) {
        return NGX_ERROR;
    }

    *list = next;

    return NGX_OK;
}


size_t
ngx_uptime_fetch_hop_body(char *p, size_t size, size_t n, void *data)
{
    ngx_uptime_fetch_t *f = data;

    long    status;
    char   *location;
    size_t  len, left;

    len = size * n;

    if (!f->begun) {
        f->begun = 1;
        status = 0;
        location = NULL;

        (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_RESPONSE_CODE,
                                 &status);
        (void) curl_easy_getinfo(f->transfer.easy, CURLINFO_REDIRECT_URL,
                                 &location);

        f->leaving = (f->request.follow && status / 100 == 3
                      && location != NULL);
    }

    /* nobody reads the body of a redirect that is followed */

    if (f->leaving) {
        return 0;
    }

    left = f->request.max_body - f->result.bytes;
    f->result.bytes += ngx_min(len, left);

    if (f->request.keyword.len && !f->result.keyword_found) {
        ngx_uptime_fetch_hop_search(f, (u_char *) p, ngx_min(len, left));
    }

    if (f->request.evidence != NULL) {
        ngx_uptime_evidence_body(f->request.evidence, (u_char *) p, len,
                                 f->fetcher->log);
    }

    if (f->request.keep_body
        && ngx_uptime_fetch_keep(f, (u_char *) p, ngx_min(len, left))
           != NGX_OK)
    {
        return 0;
    }

    if (len > left || ++f->pieces == NGX_UPTIME_FETCH_PIECES) {
        f->result.cut = 1;
        return 0;
    }

    return len;
}


/*
 * Looks for the keyword in the new piece and over the border to the pieces
 * before, whose last bytes (one less than the keyword) are kept.
 */

static void
ngx_uptime_fetch_hop_search(ngx_uptime_fetch_t *f, u_char *p, size_t len)
{
    size_t      border, keep;
    ngx_str_t  *k;

    k = &f->request.keyword;

    if (memmem(p, len, k->data, k->len) != NULL) {
        f->result.keyword_found = 1;
        return;
    }

    if (k->len == 1) {
        return;
    }

    border = ngx_min(len, k->len - 1);
    ngx_memcpy(f->tail + f->tail_len, p, border);

    if (memmem(f->tail, f->tail_len + border, k->data, k->len) != NULL) {
        f->result.keyword_found = 1;
        return;
    }

    if (len >= k->len - 1) {
        ngx_memcpy(f->tail, p + len - (k->len - 1), k->len - 1);
        f->tail_len = k->len - 1;
        return;
    }

    f->tail_len += border;
    keep = ngx_min(f->tail_len, k->len - 1);
    ngx_memmove(f->tail, f->tail + f->tail_len - keep, keep);
    f->tail_len = keep;
}


void
ngx_uptime_fetch_hop_close(ngx_uptime_fetch_t *f)
{
    if (f->transfer.easy != NULL) {
        ngx_uptime_multi_remove(f->fetcher->multi, &f->transfer);

        /* no other fetch gets a handle that knew what a user wrote */

        ngx_uptime_fetcher_release(f->fetcher, f->transfer.easy,
                                   f->request.headers.len == 0
                                   && f->request.body.len == 0
                                   && !f->request.connect_only);
        f->transfer.easy = NULL;
    }

    ngx_uptime_tls_detach(&f->tls);
    ngx_uptime_gate_leave(&f->pass);

    if (f->share != NULL) {
        (void) curl_share_cleanup(f->share);
        f->share = NULL;
    }

    if (f->headers != NULL) {
        curl_slist_free_all(f->headers);
        f->headers = NULL;
    }

    if (f->pin != NULL) {
        curl_slist_free_all(f->pin);
        f->pin = NULL;
    }
}
