
#ifndef _NGX_UPTIME_GUARD_H_INCLUDED_
#define _NGX_UPTIME_GUARD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_addr.h"
#include "ngx_uptime_resolve.h"
#include "ngx_uptime_result.h"


/*
 * Judges every address of an answer; one bad address refuses them all.
 * Then only those of the family (AF_UNSPEC: any) are kept, which may leave
 * none.  NGX_DECLINED: refused.
 */
ngx_int_t ngx_uptime_guard(const ngx_uptime_addr_policy_t *policy,
    ngx_uptime_resolve_t *r, int family);

/* The same for a failed answer: what it means for the result. */
void ngx_uptime_guard_dns(ngx_uptime_result_t *result,
    ngx_uptime_resolve_err_e err);

/*
 * The only way to a socket for what a user wants to reach: judges the binary
 * address once more.  type may have SOCK_NONBLOCK; SOCK_CLOEXEC is added.
 * NGX_DECLINED: refused; NGX_ERROR: see errno.
 */
ngx_int_t ngx_uptime_guard_socket(const ngx_uptime_addr_policy_t *policy,
    const struct sockaddr *sa, int type, int protocol, ngx_socket_t *s);

/*
 * The same for what may also be an address of our own configuration, which
 * nobody judges: trusted.
 */
ngx_int_t ngx_uptime_guard_open(const ngx_uptime_addr_policy_t *policy,
    ngx_uint_t trusted, const struct sockaddr *sa, int type, int protocol,
    ngx_socket_t *s);

/* An error that came over the network never means that we may not. */
ngx_err_t ngx_uptime_guard_remote(ngx_err_t err);

/* A failed socket(): always our own trouble. */
ngx_uptime_own_e ngx_uptime_guard_own_socket(ngx_err_t err);

/* A failed connect() to the last of these addresses: ours or theirs. */
ngx_uptime_own_e ngx_uptime_guard_own_connect(ngx_err_t err,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t naddrs);

/*
 * A target that did not answer in time: ours if there is no route to any of
 * its addresses by now.  What went out before the route was lost is never
 * answered, and of many addresses libcurl tries one after another.
 */
void ngx_uptime_guard_silence(ngx_uptime_result_t *result,
    const ngx_uptime_resolve_t *r);


#endif /* _NGX_UPTIME_GUARD_H_INCLUDED_ */
