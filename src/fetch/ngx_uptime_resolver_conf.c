
/*
 * The resolver for targets: http{}'s "resolver" if there is one, else the
 * servers of resolv.conf.  Runs at configuration time only, in the master.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <nginx.h>

#include "ngx_uptime_resolver_conf.h"


#define NGX_UPTIME_RESOLV_CONF   "/etc/resolv.conf"
#define NGX_UPTIME_MAX_SERVERS   3          /* as the C library: MAXNS */

/*
 * Seconds until a question is asked again, of the next server.  nginx takes
 * 5: with a timeout of 5 s one lost packet would be an outage.
 */
#define NGX_UPTIME_RESOLVER_RESEND  1


static ngx_resolver_t *ngx_uptime_resolver_copy(ngx_conf_t *cf,
    const ngx_resolver_t *resolver);
static ngx_uint_t ngx_uptime_resolver_servers(ngx_conf_t *cf,
    ngx_str_t *servers);
static ngx_int_t ngx_uptime_resolver_server(ngx_conf_t *cf, u_char *p,
    u_char *last, ngx_str_t *server);


ngx_resolver_t *
ngx_uptime_resolver_conf(ngx_conf_t *cf)
{
    ngx_str_t                  servers[NGX_UPTIME_MAX_SERVERS];
    ngx_uint_t                 n;
    ngx_resolver_t            *resolver;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->resolver != NULL && clcf->resolver->connections.nelts) {
        clcf->resolver->resend_timeout = NGX_UPTIME_RESOLVER_RESEND;
        return clcf->resolver;
    }

    n = ngx_uptime_resolver_servers(cf, servers);

    if (n == 0) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "no name server in " NGX_UPTIME_RESOLV_CONF " and "
                           "no \"resolver\" in \"http\": the checker knows "
                           "only addresses and names of /etc/hosts");
    }

    resolver = ngx_resolver_create(cf, servers, n);

    if (resolver != NULL) {
        resolver->resend_timeout = NGX_UPTIME_RESOLVER_RESEND;
    }

    return resolver;
}


ngx_int_t
ngx_uptime_resolver_conf_ipv4(ngx_conf_t *cf, const ngx_resolver_t *resolver,
    ngx_resolver_t **ipv4)
{
    *ipv4 = NULL;

#if (NGX_HAVE_INET6)

    if (!resolver->ipv6 || resolver->connections.nelts == 0) {
        return NGX_OK;
    }

#if (nginx_version >= 1023001)
    if (!resolver->ipv4) {
        return NGX_OK;
    }
#endif

    *ipv4 = ngx_uptime_resolver_copy(cf, resolver);
    if (*ipv4 == NULL) {
        return NGX_ERROR;
    }

    (*ipv4)->ipv6 = 0;

#endif

    return NGX_OK;
}


ngx_resolver_t *
ngx_uptime_resolver_conf_fresh(ngx_conf_t *cf, const ngx_resolver_t *resolver)
{
    ngx_resolver_t  *fresh;

    fresh = ngx_uptime_resolver_copy(cf, resolver);

    if (fresh != NULL) {
        /* with "valid=1s" an answer lives up to two seconds */
        fresh->valid = -1;
    }

    return fresh;
}


static ngx_resolver_t *
ngx_uptime_resolver_copy(ngx_conf_t *cf, const ngx_resolver_t *resolver)
{
    ngx_str_t                 *servers;
    ngx_uint_t                 i, n;
    ngx_resolver_t            *copy;
    ngx_resolver_connection_t *c;

    c = resolver->connections.elts;
    n = resolver->connections.nelts;

    servers = ngx_pcalloc(cf->pool, (n + 1) * sizeof(ngx_str_t));
    if (servers == NULL) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        servers[i] = c[i].server;
    }

    copy = ngx_resolver_create(cf, servers, n);
    if (copy == NULL) {
        return NULL;
    }

    copy->resend_timeout = resolver->resend_timeout;
    copy->valid = resolver->valid;

#if (NGX_HAVE_INET6)
    copy->ipv6 = resolver->ipv6;
#if (nginx_version >= 1023001)
    copy->ipv4 = resolver->ipv4;
#endif
#endif

    return copy;
}


static ngx_uint_t
ngx_uptime_resolver_servers(ngx_conf_t *cf, ngx_str_t *servers)
{
    u_char      *p, *end, *last;
    ssize_t      size;
    ngx_fd_t     fd;
    ngx_uint_t   n;
    u_char       text[4096];

    fd = ngx_open_file((u_char *) NGX_UPTIME_RESOLV_CONF, NGX_FILE_RDONLY,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        return 0;
    }

    size = ngx_read_fd(fd, text, sizeof(text));

    ngx_close_file(fd);

    if (size <= 0) {
        return 0;
    }

    n = 0;
    last = text + size;

    for (p = text; p < last && n < NGX_UPTIME_MAX_SERVERS; p = end + 1) {

        end = ngx_strlchr(p, last, LF);
        if (end == NULL) {
            end = last;
        }

        if (ngx_uptime_resolver_server(cf, p, end, &servers[n]) == NGX_OK) {
            n++;
        }
    }

    return n;
}


/* "nameserver 192.0.2.1" -> "192.0.2.1", IPv6 in brackets as nginx wants. */

static ngx_int_t
ngx_uptime_resolver_server(ngx_conf_t *cf, u_char *p, u_char *last,
    ngx_str_t *server)
{
    u_char      *start;
    ngx_uint_t   v6;

    static const ngx_str_t  word = ngx_string("nameserver");

    if ((size_t) (last - p) <= word.len
        || ngx_strncmp(p, word.data, word.len) != 0)
    {
        return NGX_DECLINED;
    }

    p += word.len;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    for (start = p; p < last; p++) {
        if (*p == ' ' || *p == '\t' || *p == CR || *p == '#' || *p == ';') {
            break;
        }
    }

    /* a scoped address (fe80::1%eth0) is nothing for nginx's resolver */

    if (p == start || ngx_strlchr(start, p, '%') != NULL) {
        return NGX_DECLINED;
    }

    v6 = (ngx_strlchr(start, p, ':') != NULL);

    server->data = ngx_pnalloc(cf->pool, p - start + 2);
    if (server->data == NULL) {
        return NGX_DECLINED;
    }

    last = server->data;

    if (v6) {
        *last++ = '[';
    }

    last = ngx_cpymem(last, start, p - start);

    if (v6) {
        *last++ = ']';
    }

    server->len = last - server->data;

    return NGX_OK;
}
