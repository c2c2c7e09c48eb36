
/*
 * The gate between a name that a user entered and a socket: every address is
 * judged when the name is resolved, and once more, in binary form, when the
 * socket is opened; and whether a socket's failure is ours or the target's.
 * docs/address-guard.md.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_guard.h"


static ngx_uint_t ngx_uptime_guard_route(const ngx_uptime_sockaddr_t *addrs,
    ngx_uint_t naddrs);


/*
 * A name that points to both a public and a private address is an attempt or
 * a mistake.
 */

ngx_int_t
ngx_uptime_guard(const ngx_uptime_addr_policy_t *policy,
    ngx_uptime_resolve_t *r, int family)
{
    ngx_uint_t  i, n;

    for (i = 0; i < r->naddrs; i++) {

        if (ngx_uptime_addr_check(policy, &r->addrs[i].sockaddr) != NGX_OK) {
            return NGX_DECLINED;
        }
    }

    if (family == AF_UNSPEC) {
        return NGX_OK;
    }

    n = 0;

    for (i = 0; i < r->naddrs; i++) {

        if (r->addrs[i].sockaddr.sa_family == family) {
            r->addrs[n++] = r->addrs[i];
        }
    }

    r->naddrs = n;

    return NGX_OK;
}


void
ngx_uptime_guard_dns(ngx_uptime_result_t *result,
    ngx_uptime_resolve_err_e err)
{
    switch (err) {

    case NGX_UPTIME_RESOLVE_OK:
        return;

    case NGX_UPTIME_RESOLVE_NOT_FOUND:
        result->dns = NGX_UPTIME_DNS_NOT_FOUND;
        break;

    case NGX_UPTIME_RESOLVE_TIMEOUT:
        result->dns = NGX_UPTIME_DNS_TIMEOUT;
        break;

    case NGX_UPTIME_RESOLVE_FAILURE:
        result->dns = NGX_UPTIME_DNS_FAILURE;
        break;

    case NGX_UPTIME_RESOLVE_SILENT:
        result->own = NGX_UPTIME_OWN_NETWORK;
        break;

    case NGX_UPTIME_RESOLVE_OWN:
        result->own = NGX_UPTIME_OWN_RESOURCES;
        break;
    }

    result->code = CURLE_COULDNT_RESOLVE_HOST;
}


ngx_int_t
ngx_uptime_guard_socket(const ngx_uptime_addr_policy_t *policy,
    const struct sockaddr *sa, int type, int protocol, ngx_socket_t *s)
{
    if (ngx_uptime_addr_check(policy, sa) != NGX_OK) {
        return NGX_DECLINED;
    }

    *s = socket(sa->sa_family, type | SOCK_CLOEXEC, protocol);

    return (*s == (ngx_socket_t) -1) ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_uptime_guard_open(const ngx_uptime_addr_policy_t *policy,
    ngx_uint_t trusted, const struct sockaddr *sa, int type, int protocol,
    ngx_socket_t *s)
{
    if (!trusted) {
        return ngx_uptime_guard_socket(policy, sa, type, protocol, s);
    }

    *s = socket(sa->sa_family, type | SOCK_CLOEXEC, protocol);

    return (*s == (ngx_socket_t) -1) ? NGX_ERROR : NGX_OK;
}


/* "administratively prohibited" of a router far away is EACCES in IPv6 */

ngx_err_t
ngx_uptime_guard_remote(ngx_err_t err)
{
    return (err == NGX_EACCES || err == NGX_EPERM) ? NGX_EHOSTUNREACH : err;
}


ngx_uptime_own_e
ngx_uptime_guard_own_socket(ngx_err_t err)
{
    /* a packet filter, or a kernel that forbids */

    return (err == NGX_EACCES || err == NGX_EPERM)
           ? NGX_UPTIME_OWN_NETWORK : NGX_UPTIME_OWN_RESOURCES;
}


ngx_uptime_own_e
ngx_uptime_guard_own_connect(ngx_err_t err,
    const ngx_uptime_sockaddr_t *addrs, ngx_uint_t naddrs)
{
    switch (err) {

    case ENOBUFS:
    case NGX_ENOMEM:
    case NGX_EMFILE:
    case NGX_ENFILE:
    case EADDRNOTAVAIL:
        return NGX_UPTIME_OWN_RESOURCES;

    case NGX_EACCES:
    case NGX_EPERM:
        /* a packet filter of this host */
        return NGX_UPTIME_OWN_NETWORK;
    }

    return ngx_uptime_guard_route(addrs, naddrs) ? NGX_UPTIME_OWN_NONE
                                                 : NGX_UPTIME_OWN_NETWORK;
}


void
ngx_uptime_guard_silence(ngx_uptime_result_t *result,
    const ngx_uptime_resolve_t *r)
{
    ngx_uint_t  silent;

    silent = (result->code == CURLE_OPERATION_TIMEDOUT
              || result->dns == NGX_UPTIME_DNS_TIMEOUT
              || (result->code == CURLE_COULDNT_CONNECT
                  && result->sys_errno == NGX_ETIMEDOUT));

    if (!silent || result->own != NGX_UPTIME_OWN_NONE || r->naddrs == 0) {
        return;
    }

    if (!ngx_uptime_guard_route(r->addrs, r->naddrs)) {
        result->own = NGX_UPTIME_OWN_NETWORK;
    }
}


/*
 * 1 if this host has a route to any of the addresses: connecting a datagram
 * socket looks the route up and sends nothing.  Of several addresses libcurl
 * tells one errno only, and a router's "unreachable" looks like ours.
 */

static ngx_uint_t
ngx_uptime_guard_route(const ngx_uptime_sockaddr_t *addrs, ngx_uint_t naddrs)
{
    int         rc, s;
    ngx_uint_t  i;

    for (i = 0; i < naddrs; i++) {

        s = socket(addrs[i].sockaddr.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (s == -1) {
            continue;
        }

        rc = connect(s, &addrs[i].sockaddr,
                     ngx_uptime_sockaddr_len(&addrs[i]));

        (void) close(s);

        if (rc == 0) {
            return 1;
        }
    }

    return 0;
}
