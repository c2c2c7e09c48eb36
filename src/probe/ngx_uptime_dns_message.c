
/*
 * DNS messages: a question out, an answer in.  Pure.
 *
 * The bytes are taken apart by the C library (ns_initparse and its family,
 * in glibc and musl): every length and compression pointer is checked there,
 * in code that all programs of the system depend on.  c-ares would be one
 * more dependency and has no CNAME, and gives lists instead of records;
 * nginx's resolver knows addresses, names of addresses and services only.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <arpa/nameser.h>

#include "ngx_uptime_dns_message.h"
#include "ngx_uptime_dns_record.h"


/* aliases that are followed in one answer */
#define NGX_UPTIME_DNS_ALIASES  16

/*
 * Records that are read for one answer: each alias leads over all of them
 * again, and each costs a long name.  64 KiB have 5460 at most.
 */
#define NGX_UPTIME_DNS_READS    8192


static ngx_int_t ngx_uptime_dns_echoed(ns_msg *msg,
    const ngx_uptime_dns_question_t *q);
static ngx_int_t ngx_uptime_dns_follow(ns_msg *msg,
    const ngx_uptime_dns_question_t *q, ngx_uptime_dns_answer_t *a);
static ngx_int_t ngx_uptime_dns_records(ns_msg *msg, char *owner,
    const ngx_uptime_dns_question_t *q, ngx_uptime_dns_answer_t *a);
static ngx_int_t ngx_uptime_dns_alias(ns_msg *msg, char *owner,
    ngx_uptime_dns_answer_t *a);
static ngx_int_t ngx_uptime_dns_read_record(ns_msg *msg, int i, ns_rr *rr,
    ngx_uptime_dns_answer_t *a);


size_t
ngx_uptime_dns_query(u_char *buf, uint16_t id,
    const ngx_uptime_dns_question_t *q)
{
    u_char  *p, *len;
    size_t   i;

    if (q->name.len == 0 || q->name.len > 253) {
        return 0;
    }

    ngx_memzero(buf, NGX_UPTIME_DNS_QUERY);

    buf[0] = (u_char) (id >> 8);
    buf[1] = (u_char) id;
    buf[2] = 0x01;
    buf[5] = 1;

    len = buf + 12;
    p = len + 1;

    for (i = 0; i < q->name.len; i++) {

        if (q->name.data[i] != '.') {
            *p++ = q->name.data[i];
            continue;
        }

        *len = (u_char) (p - len - 1);

        if (*len == 0 || *len > 63) {
            return 0;
        }

        len = p++;
    }

    *len = (u_char) (p - len - 1);

    if (*len == 0 || *len > 63) {
        return 0;
    }

    *p++ = 0;
    *p++ = (u_char) (q->type >> 8);
    *p++ = (u_char) q->type;
    *p++ = 0;
    *p++ = ns_c_in;

    return p - buf;
}


ngx_int_t
ngx_uptime_dns_answer(const u_char *p, size_t len, uint16_t id,
    const ngx_uptime_dns_question_t *q, ngx_uptime_dns_answer_t *a)
{
    ns_msg     msg;
    ngx_int_t  rc;

    ngx_memzero(a, sizeof(ngx_uptime_dns_answer_t));

    if (len < NS_HFIXEDSZ || len > NS_MAXMSG
        || ((p[0] << 8) | p[1]) != id
        || (p[2] & 0xf8) != 0x80)
    {
        /* another id, or not the answer to a query */
        return NGX_DECLINED;
    }

    /* what is cut off need not be whole, but the question has to be there */

    if (ns_initparse(p, (int) len, &msg) == -1) {
        a->truncated = (p[2] & 0x02) != 0;
        return a->truncated ? NGX_OK : NGX_ERROR;
    }

    rc = ngx_uptime_dns_echoed(&msg, q);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ns_msg_getflag(msg, ns_f_tc)) {
        a->truncated = 1;
        return NGX_OK;
    }

    a->rcode = ns_msg_getflag(msg, ns_f_rcode);

    if (a->rcode != ns_r_noerror) {
        return NGX_OK;
    }

    return ngx_uptime_dns_follow(&msg, q, a);
}


/* NGX_OK or NGX_ERROR */

static ngx_int_t
ngx_uptime_dns_follow(ns_msg *msg, const ngx_uptime_dns_question_t *q,
    ngx_uptime_dns_answer_t *a)
{
    char        owner[NS_MAXDNAME];
    ngx_int_t   rc;
    ngx_uint_t  i;

    ngx_memcpy(owner, q->name.data, q->name.len);
    owner[q->name.len] = '\0';

    for (i = 0; i < NGX_UPTIME_DNS_ALIASES; i++) {

        if (ngx_uptime_dns_records(msg, owner, q, a) != NGX_OK) {
            return NGX_ERROR;
        }

        if (a->records || q->type == ns_t_cname) {
            return NGX_OK;
        }

        rc = ngx_uptime_dns_alias(msg, owner, a);

        if (rc != NGX_OK) {
            return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
        }
    }

    /* it goes round in circles: there is no such record */

    return NGX_OK;
}


/* Only who saw our question can answer it; so says RFC 5452, 9.1. */

static ngx_int_t
ngx_uptime_dns_echoed(ns_msg *msg, const ngx_uptime_dns_question_t *q)
{
    char    *name;
    ns_rr    rr;

    /* some servers send a refusal without it */

    if (ns_msg_count(*msg, ns_s_qd) == 0
        && ns_msg_getflag(*msg, ns_f_rcode) != ns_r_noerror)
    {
        return NGX_OK;
    }

    if (ns_msg_count(*msg, ns_s_qd) != 1
        || ns_parserr(msg, ns_s_qd, 0, &rr) == -1)
    {
        return NGX_DECLINED;
    }

    name = ns_rr_name(rr);

    if (ns_rr_type(rr) != q->type || ns_rr_class(rr) != ns_c_in
        || ngx_strlen(name) != q->name.len
        || ngx_strncasecmp((u_char *) name, q->name.data, q->name.len) != 0)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_dns_records(ns_msg *msg, char *owner,
    const ngx_uptime_dns_question_t *q, ngx_uptime_dns_answer_t *a)
{
    int        i;
    ns_rr      rr;
    ngx_int_t  rc;

    for (i = 0; i < ns_msg_count(*msg, ns_s_an); i++) {

        if (ngx_uptime_dns_read_record(msg, i, &rr, a) != NGX_OK) {
            return NGX_ERROR;
        }

        if (ns_rr_type(rr) != q->type || ns_rr_class(rr) != ns_c_in
            || strcasecmp(ns_rr_name(rr), owner) != 0)
        {
            continue;
        }

        a->records++;

        if (q->value.len == 0) {
            continue;
        }

        rc = ngx_uptime_dns_equal(msg, &rr, &q->value);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK) {
            a->found = 1;
        }
    }

    return NGX_OK;
}


/* NGX_OK: owner is where its alias points to; NGX_DONE: it has none. */

static ngx_int_t
ngx_uptime_dns_alias(ns_msg *msg, char *owner, ngx_uptime_dns_answer_t *a)
{
    int    i;
    ns_rr  rr;

    for (i = 0; i < ns_msg_count(*msg, ns_s_an); i++) {

        if (ngx_uptime_dns_read_record(msg, i, &rr, a) != NGX_OK) {
            return NGX_ERROR;
        }

        if (ns_rr_type(rr) != ns_t_cname || ns_rr_class(rr) != ns_c_in
            || strcasecmp(ns_rr_name(rr), owner) != 0)
        {
            continue;
        }

        return (ns_name_uncompress(ns_msg_base(*msg), ns_msg_end(*msg),
                                   ns_rr_rdata(rr), owner, NS_MAXDNAME)
                == -1)
               ? NGX_ERROR : NGX_OK;
    }

    return NGX_DONE;
}


static ngx_int_t
ngx_uptime_dns_read_record(ns_msg *msg, int i, ns_rr *rr,
    ngx_uptime_dns_answer_t *a)
{
    if (a->reads++ == NGX_UPTIME_DNS_READS) {
        return NGX_ERROR;
    }

    return (ns_parserr(msg, ns_s_an, i, rr) == -1) ? NGX_ERROR : NGX_OK;
}
