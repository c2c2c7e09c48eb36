
/*
 * Host names: letters, digits, hyphens and underscores in labels of at most
 * 63 bytes, 253 in all.  International names are refused, users write their
 * xn-- form: two pieces of software that map Unicode differently would be
 * two different hosts.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_host.h"


#define NGX_UPTIME_HOST_MAX        253
#define NGX_UPTIME_HOST_LABEL_MAX  63


static ngx_uint_t ngx_uptime_host_label_numeric(const u_char *p, size_t len);


ngx_int_t
ngx_uptime_host_normalise(ngx_str_t *host)
{
    u_char           ch, *p, *label, *last;
    struct in_addr   in;

    ngx_strlow(host->data, host->data, host->len);

    if (host->len > 0 && host->data[host->len - 1] == '.') {
        host->data[--host->len] = '\0';
    }

    if (host->len == 0 || host->len > NGX_UPTIME_HOST_MAX) {
        return NGX_DECLINED;
    }

    label = host->data;
    last = host->data + host->len;

    for (p = host->data; p < last; p++) {
        ch = *p;

        if (ch == '.' && p > label) {
            label = p + 1;
            continue;
        }

        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9')
              || ch == '-' || ch == '_')
            || p - label == NGX_UPTIME_HOST_LABEL_MAX)
        {
            return NGX_DECLINED;
        }
    }

    if (p == label) {
        return NGX_DECLINED;
    }

    if (inet_pton(AF_INET, (char *) host->data, &in) == 1) {
        return NGX_DONE;
    }

    /*
     * libcurl has turned "127.1", "0x7f000001" and their like into dotted
     * quads.  What still ends in a number ("127.1." without its dot,
     * "1.2.3.4.5") is a name to us and may be an address to the next
     * parser.
     */

    return ngx_uptime_host_label_numeric(label, last - label) ? NGX_DECLINED
                                                              : NGX_OK;
}


ngx_int_t
ngx_uptime_host_ipv6(ngx_pool_t *pool, ngx_str_t *host)
{
    u_char           *p;
    struct in6_addr   in6;

    if (host->len < 2 || host->data[host->len - 1] != ']') {
        return NGX_DECLINED;
    }

    host->data[host->len - 1] = '\0';

    if (inet_pton(AF_INET6, (char *) host->data + 1, &in6) != 1) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(pool, INET6_ADDRSTRLEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) inet_ntop(AF_INET6, &in6, (char *) p, INET6_ADDRSTRLEN);

    host->data = p;
    host->len = ngx_strlen(p);

    return NGX_OK;
}


static ngx_uint_t
ngx_uptime_host_label_numeric(const u_char *p, size_t len)
{
    size_t      i;
    ngx_uint_t  hex;

    hex = (len >= 2 && p[0] == '0' && p[1] == 'x');

    for (i = hex ? 2 : 0; i < len; i++) {
        if (!(p[i] >= '0' && p[i] <= '9')
            && !(hex && p[i] >= 'a' && p[i] <= 'f'))
        {
            return 0;
        }
    }

    return 1;
}
