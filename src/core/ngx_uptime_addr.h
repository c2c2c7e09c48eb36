
#ifndef _NGX_UPTIME_ADDR_H_INCLUDED_
#define _NGX_UPTIME_ADDR_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Which addresses may be connected to on behalf of a user.  Everything that
 * is not public unicast is refused, unless the operator's list allows it.
 * The ranges and their reasons: docs/address-guard.md.
 */

typedef struct {
    ngx_array_t                   *allow;      /* ngx_cidr_t, or NULL       */
    ngx_array_t                   *local;      /* ngx_cidr_t, or NULL: this */
                                               /* host's own addresses      */
} ngx_uptime_addr_policy_t;


/*
 * NGX_OK: may be connected to; NGX_DECLINED: refused.  Order: the allow
 * list, then the built-in ranges and the local addresses.  IPv4 addresses
 * that are written inside IPv6 ones are judged as IPv6 and so refused.
 * A family other than AF_INET and AF_INET6 is refused.
 */
ngx_int_t ngx_uptime_addr_check(const ngx_uptime_addr_policy_t *policy,
    const struct sockaddr *sa);

/*
 * The same for a literal as curl_url() normalises it ("127.0.0.1", "::1",
 * without brackets).  NGX_ABORT: not a literal.
 */
ngx_int_t ngx_uptime_addr_check_literal(const ngx_uptime_addr_policy_t *policy,
    const ngx_str_t *host);

/*
 * Collects the addresses of this host's interfaces as /32 and /128 into
 * policy->local, allocated from the pool.
 */
ngx_int_t ngx_uptime_addr_local(ngx_pool_t *pool,
    ngx_uptime_addr_policy_t *policy);


#endif /* _NGX_UPTIME_ADDR_H_INCLUDED_ */
