
#ifndef _NGX_UPTIME_DNS_RECORD_H_INCLUDED_
#define _NGX_UPTIME_DNS_RECORD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <arpa/nameser.h>


/*
 * NGX_OK: the record is the value, which is not empty; NGX_DECLINED: it is
 * not; NGX_ERROR: it is broken.
 */
ngx_int_t ngx_uptime_dns_equal(ns_msg *msg, ns_rr *rr,
    const ngx_str_t *value);


#endif /* _NGX_UPTIME_DNS_RECORD_H_INCLUDED_ */
