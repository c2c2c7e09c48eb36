
/*
 * DNS records against what a user expects: as text in their usual form
 * ("10 mail.example.com"), names without the last dot, case does not count.
 * Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_dns_record.h"


/* numbers and two names, the longest there can be, escapes included */
#define NGX_UPTIME_DNS_TEXT  (2 * NS_MAXDNAME + 64)

#define NGX_UPTIME_DNS_CAA   257


typedef struct {
    u_char                        *last;
    u_char                        *end;
    const u_char                  *p;           /* of the data              */
    const u_char                  *stop;
    ns_msg                        *msg;
} ngx_uptime_dns_print_t;


static ngx_int_t ngx_uptime_dns_equal_addr(ns_rr *rr, const ngx_str_t *value);
static ngx_int_t ngx_uptime_dns_equal_txt(ns_rr *rr, const ngx_str_t *value);
static ngx_int_t ngx_uptime_dns_print(ngx_uptime_dns_print_t *t, ns_type type);
static ngx_int_t ngx_uptime_dns_print_number(ngx_uptime_dns_print_t *t,
    size_t size);
static ngx_int_t ngx_uptime_dns_print_name(ngx_uptime_dns_print_t *t);
static ngx_int_t ngx_uptime_dns_print_caa(ngx_uptime_dns_print_t *t);
static ngx_uint_t ngx_uptime_dns_match(const u_char *p, const u_char *last,
    const ngx_str_t *value);


ngx_int_t
ngx_uptime_dns_equal(ns_msg *msg, ns_rr *rr, const ngx_str_t *value)
{
    u_char                   text[NGX_UPTIME_DNS_TEXT], *p;
    ngx_uptime_dns_print_t   t;

    switch ((int) ns_rr_type(*rr)) {

    case ns_t_a:
    case ns_t_aaaa:
        return ngx_uptime_dns_equal_addr(rr, value);

    case ns_t_txt:
        return ngx_uptime_dns_equal_txt(rr, value);
    }

    t.last = text;
    t.end = text + NGX_UPTIME_DNS_TEXT;
    t.p = ns_rr_rdata(*rr);
    t.stop = t.p + ns_rr_rdlen(*rr);
    t.msg = msg;

    if (ngx_uptime_dns_print(&t, ns_rr_type(*rr)) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_uptime_dns_match(text, t.last, value)) {
        return NGX_OK;
    }

    /* of MX, people care for the host */

    p = ngx_strlchr(text, t.last, ' ');

    if (ns_rr_type(*rr) == ns_t_mx && p != NULL
        && ngx_uptime_dns_match(p + 1, t.last, value))
    {
        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_dns_equal_addr(ns_rr *rr, const ngx_str_t *value)
{
    int     family;
    char    text[INET6_ADDRSTRLEN];
    size_t  size;
    u_char  addr[16];

    family = (ns_rr_type(*rr) == ns_t_a) ? AF_INET : AF_INET6;
    size = (family == AF_INET) ? 4 : 16;

    if (ns_rr_rdlen(*rr) != size) {
        return NGX_ERROR;
    }

    if (value->len >= sizeof(text)) {
        return NGX_DECLINED;
    }

    ngx_memcpy(text, value->data, value->len);
    text[value->len] = '\0';

    return (inet_pton(family, text, addr) == 1
            && ngx_memcmp(addr, ns_rr_rdata(*rr), size) == 0)
           ? NGX_OK : NGX_DECLINED;
}


/* The pieces that a text is made of do not count. */

static ngx_int_t
ngx_uptime_dns_equal_txt(ns_rr *rr, const ngx_str_t *value)
{
    size_t         len, at;
    ngx_uint_t     same;
    const u_char  *p, *stop;

    at = 0;
    same = 1;
    p = ns_rr_rdata(*rr);
    stop = p + ns_rr_rdlen(*rr);

    while (p < stop) {
        len = *p++;

        if (len > (size_t) (stop - p)) {
            return NGX_ERROR;
        }

        if (same && len) {
            same = (value->len - at >= len
                    && ngx_memcmp(value->data + at, p, len) == 0);
            at += same ? len : 0;
        }

        p += len;
    }

    return (same && at == value->len) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_dns_print(ngx_uptime_dns_print_t *t, ns_type type)
{
    ngx_int_t          rc;
    const char        *form;

    /* 1, 2, 4: numbers of so many bytes; n: a name */

    switch ((int) type) {

    case ns_t_ns:
    case ns_t_cname:
    case ns_t_ptr:
        form = "n";
        break;

    case ns_t_mx:
        form = "2n";
        break;

    case ns_t_srv:
        form = "222n";
        break;

    case ns_t_soa:
        form = "nn44444";
        break;

    case NGX_UPTIME_DNS_CAA:
        return ngx_uptime_dns_print_caa(t);

    default:
        return NGX_ERROR;
    }

    for ( ;; ) {
        rc = (*form == 'n') ? ngx_uptime_dns_print_name(t)
                            : ngx_uptime_dns_print_number(t, *form - '0');

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        if (*++form == '\0') {
            return (t->p == t->stop) ? NGX_OK : NGX_ERROR;
        }

        *t->last++ = ' ';
    }
}


static ngx_int_t
ngx_uptime_dns_print_number(ngx_uptime_dns_print_t *t, size_t size)
{
    ngx_uint_t  n;

    if ((size_t) (t->stop - t->p) < size) {
        return NGX_ERROR;
    }

    for (n = 0; size; size--) {
        n = (n << 8) | *t->p++;
    }

    t->last = ngx_sprintf(t->last, "%ui", n);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_dns_print_name(ngx_uptime_dns_print_t *t)
{
    int     n;
    char    name[NS_MAXDNAME];
    size_t  len;

    n = ns_name_uncompress(ns_msg_base(*t->msg), ns_msg_end(*t->msg), t->p,
                           name, sizeof(name));

    if (n == -1 || n > t->stop - t->p) {
        return NGX_ERROR;
    }

    len = ngx_strlen(name);

    if ((size_t) (t->end - t->last) < len + 16) {
        return NGX_ERROR;
    }

    t->p += n;
    t->last = ngx_cpymem(t->last, name, len);

    return NGX_OK;
}


/* 0 issue letsencrypt.org */

static ngx_int_t
ngx_uptime_dns_print_caa(ngx_uptime_dns_print_t *t)
{
    size_t  tag, len;

    len = t->stop - t->p;

    if (len < 2 || len - 2 < t->p[1] || len + 16 > NGX_UPTIME_DNS_TEXT) {
        return NGX_ERROR;
    }

    tag = t->p[1];

    t->last = ngx_sprintf(t->last, "%ui ", (ngx_uint_t) t->p[0]);
    t->last = ngx_cpymem(t->last, t->p + 2, tag);
    *t->last++ = ' ';
    t->last = ngx_cpymem(t->last, t->p + 2 + tag, len - 2 - tag);

    return NGX_OK;
}


/*
 * Case does not count, nor do quotes, a dot at the end of a word and more
 * than one blank in what a user wrote.
 */

static ngx_uint_t
ngx_uptime_dns_match(const u_char *p, const u_char *last,
    const ngx_str_t *value)
{
    u_char  *v, *end;

    v = value->data;
    end = v + value->len;

    for ( /* void */ ; v < end; v++) {

        if (*v == '"' || (*v == ' ' && (v + 1 == end || v[1] == ' '))) {
            continue;
        }

        if (*v == '.' && v > value->data && v[-1] != ' '
            && (v + 1 == end || v[1] == ' '))
        {
            continue;
        }

        if (p == last || ngx_tolower(*v) != ngx_tolower(*p)) {
            return 0;
        }

        p++;
    }

    return p == last;
}
