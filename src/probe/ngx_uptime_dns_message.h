
#ifndef _NGX_UPTIME_DNS_MESSAGE_H_INCLUDED_
#define _NGX_UPTIME_DNS_MESSAGE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* header, the longest name, type and class */
#define NGX_UPTIME_DNS_QUERY  (12 + 256 + 4)


typedef struct {
    ngx_str_t                      name;        /* without the last dot     */
    ngx_uint_t                     type;
    ngx_str_t                      value;       /* empty: any record        */
} ngx_uptime_dns_question_t;


typedef struct {
    ngx_uint_t                     rcode;
    ngx_uint_t                     records;     /* of the type              */
    ngx_uint_t                     reads;       /* private                  */
    unsigned                       truncated:1; /* nothing else is set then */
    unsigned                       found:1;     /* one is the value         */
} ngx_uptime_dns_answer_t;


/*
 * Writes a question, recursion desired, to a buffer of NGX_UPTIME_DNS_QUERY
 * bytes.  Returns the length; 0: no such name.
 */
size_t ngx_uptime_dns_query(u_char *buf, uint16_t id,
    const ngx_uptime_dns_question_t *q);

/*
 * NGX_OK: an answer to our question; NGX_DECLINED: not an answer to it, to
 * be ignored; NGX_ERROR: an answer to it that makes no sense.
 */
ngx_int_t ngx_uptime_dns_answer(const u_char *p, size_t len, uint16_t id,
    const ngx_uptime_dns_question_t *q, ngx_uptime_dns_answer_t *a);


#endif /* _NGX_UPTIME_DNS_MESSAGE_H_INCLUDED_ */
