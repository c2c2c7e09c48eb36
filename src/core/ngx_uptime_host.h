
#ifndef _NGX_UPTIME_HOST_H_INCLUDED_
#define _NGX_UPTIME_HOST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Checks the host of a URL that libcurl has parsed (so that it is NUL
 * terminated and "127.1" is "127.0.0.1" already) and brings it to lower case
 * without a trailing dot, in place.  NGX_OK: a name, NGX_DONE: an IPv4
 * address, NGX_DECLINED: refused.
 */
ngx_int_t ngx_uptime_host_normalise(ngx_str_t *host);

/*
 * "[...]" as libcurl has it into a normal IPv6 address without brackets, in
 * new memory.  NGX_DECLINED: refused, NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_host_ipv6(ngx_pool_t *pool, ngx_str_t *host);


#endif /* _NGX_UPTIME_HOST_H_INCLUDED_ */
