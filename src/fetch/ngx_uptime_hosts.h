
#ifndef _NGX_UPTIME_HOSTS_H_INCLUDED_
#define _NGX_UPTIME_HOSTS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef union {
    struct sockaddr                sockaddr;
    struct sockaddr_in             sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6            sin6;
#endif
} ngx_uptime_sockaddr_t;


typedef struct {
    ngx_array_t                    entries;     /* ngx_uptime_host_t        */
} ngx_uptime_hosts_t;


/*
 * Reads a hosts file, everything allocated from the pool.  A file that
 * cannot be read is an empty one.  NULL: no memory.
 */
ngx_uptime_hosts_t *ngx_uptime_hosts_read(ngx_pool_t *pool, char *path,
    ngx_log_t *log);

/* Addresses of a lower-case name; returns their number, at most max. */
ngx_uint_t ngx_uptime_hosts_find(ngx_uptime_hosts_t *hosts,
    const ngx_str_t *name, ngx_uptime_sockaddr_t *addrs, ngx_uint_t max);

/* NGX_OK if text is an IPv4 or IPv6 address; the port is not touched. */
ngx_int_t ngx_uptime_sockaddr_parse(const ngx_str_t *text,
    ngx_uptime_sockaddr_t *sa);

/* Sets the port, host byte order. */
void ngx_uptime_sockaddr_port(ngx_uptime_sockaddr_t *sa, in_port_t port);

socklen_t ngx_uptime_sockaddr_len(const ngx_uptime_sockaddr_t *sa);


#endif /* _NGX_UPTIME_HOSTS_H_INCLUDED_ */
