
/*
 * The address policy: which addresses may be connected to on behalf of a
 * user.  Pure but for ngx_uptime_addr_local(), which asks the kernel once at
 * start.  Both processes use it.  Why each range is here:
 * docs/address-guard.md.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <ifaddrs.h>

#include "ngx_uptime_addr.h"


typedef struct {
    u_char                         addr[4];
    ngx_uint_t                     bits;
} ngx_uptime_addr_net4_t;


typedef struct {
    u_char                         addr[8];    /* no prefix is longer */
    ngx_uint_t                     bits;
} ngx_uptime_addr_net6_t;


static ngx_uint_t ngx_uptime_addr_public4(const u_char *addr);
static ngx_uint_t ngx_uptime_addr_public6(const u_char *addr);
static ngx_uint_t ngx_uptime_addr_in_prefix(const u_char *addr,
    const u_char *net, ngx_uint_t bits);
static ngx_uint_t ngx_uptime_addr_in_list(ngx_array_t *list, sa_family_t family,
    const u_char *addr);
static ngx_uint_t ngx_uptime_addr_in_cidr(const ngx_cidr_t *cidr,
    const u_char *addr);
static const u_char *ngx_uptime_addr_bytes(const struct sockaddr *sa);
static ngx_int_t ngx_uptime_addr_local_add(ngx_array_t *list,
    const struct sockaddr *sa);


static const ngx_uptime_addr_net4_t  ngx_uptime_addr_refused4[] = {
    { {   0,   0,   0,   0 },  8 },     /* this network                 */
    { {  10,   0,   0,   0 },  8 },     /* private                      */
    { { 100,  64,   0,   0 }, 10 },     /* shared (CGN), cloud metadata */
    { { 127,   0,   0,   0 },  8 },     /* loopback                     */
    { { 168,  63, 129,  16 }, 32 },     /* Azure host, in public space  */
    { { 169, 254,   0,   0 }, 16 },     /* link-local, cloud metadata   */
    { { 172,  16,   0,   0 }, 12 },     /* private                      */
    { { 192,   0,   0,   0 }, 24 },     /* protocol assignments         */
    { { 192,   0,   2,   0 }, 24 },     /* documentation                */
    { { 192,  31, 196,   0 }, 24 },     /* AS112                        */
    { { 192,  52, 193,   0 }, 24 },     /* AMT                          */
    { { 192,  88,  99,   0 }, 24 },     /* 6to4 relays                  */
    { { 192, 168,   0,   0 }, 16 },     /* private                      */
    { { 192, 175,  48,   0 }, 24 },     /* AS112                        */
    { { 198,  18,   0,   0 }, 15 },     /* benchmarks                   */
    { { 198,  51, 100,   0 }, 24 },     /* documentation                */
    { { 203,   0, 113,   0 }, 24 },     /* documentation                */
    { { 224,   0,   0,   0 },  4 },     /* multicast                    */
    { { 240,   0,   0,   0 },  4 }      /* reserved, broadcast          */
};


/* 2000::/3 is global unicast; all else is refused without being listed */

static const ngx_uptime_addr_net6_t  ngx_uptime_addr_global6 =
    { { 0x20 }, 3 };

static const ngx_uptime_addr_net6_t  ngx_uptime_addr_refused6[] = {
    { { 0x20, 0x01 }, 23 },                         /* Teredo, ORCHID, ... */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },             /* documentation       */
    { { 0x20, 0x02 }, 16 },                         /* 6to4                */
    { { 0x26, 0x20, 0x00, 0x4f, 0x80 }, 48 },       /* AS112               */
    { { 0x3f, 0xfe }, 16 },                         /* 6bone               */
    { { 0x3f, 0xff }, 20 }                          /* documentation       */
};


ngx_int_t
ngx_uptime_addr_check(const ngx_uptime_addr_policy_t *policy,
    const struct sockaddr *sa)
{
    ngx_uint_t     public;
    const u_char  *addr;

    addr = ngx_uptime_addr_bytes(sa);
    if (addr == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_uptime_addr_in_list(policy->allow, sa->sa_family, addr)) {
        return NGX_OK;
    }

    public = (sa->sa_family == AF_INET) ? ngx_uptime_addr_public4(addr)
                                        : ngx_uptime_addr_public6(addr);

    if (!public
        || ngx_uptime_addr_in_list(policy->local, sa->sa_family, addr))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_addr_check_literal(const ngx_uptime_addr_policy_t *policy,
    const ngx_str_t *host)
{
    char                 text[INET6_ADDRSTRLEN];
    struct sockaddr_in   sin;
    struct sockaddr_in6  sin6;

    /* inet_pton() stops at a NUL: "127.0.0.1\0x" is no literal */

    if (host->len >= sizeof(text)
        || ngx_strlchr(host->data, host->data + host->len, '\0') != NULL)
    {
        return NGX_ABORT;
    }

    ngx_memcpy(text, host->data, host->len);
    text[host->len] = '\0';

    ngx_memzero(&sin, sizeof(struct sockaddr_in));

    if (inet_pton(AF_INET, text, &sin.sin_addr) == 1) {
        sin.sin_family = AF_INET;
        return ngx_uptime_addr_check(policy, (struct sockaddr *) &sin);
    }

    ngx_memzero(&sin6, sizeof(struct sockaddr_in6));

    if (inet_pton(AF_INET6, text, &sin6.sin6_addr) == 1) {
        sin6.sin6_family = AF_INET6;
        return ngx_uptime_addr_check(policy, (struct sockaddr *) &sin6);
    }

    return NGX_ABORT;
}


ngx_int_t
ngx_uptime_addr_local(ngx_pool_t *pool, ngx_uptime_addr_policy_t *policy)
{
    ngx_int_t        rc;
    ngx_array_t     *list;
    struct ifaddrs  *head, *ifa;

    list = ngx_array_create(pool, 8, sizeof(ngx_cidr_t));
    if (list == NULL) {
        return NGX_ERROR;
    }

    if (getifaddrs(&head) == -1) {
        ngx_log_error(NGX_LOG_CRIT, pool->log, ngx_errno,
                      "uptime: getifaddrs() failed");
        return NGX_ERROR;
    }

    rc = NGX_OK;

    for (ifa = head; ifa != NULL && rc == NGX_OK; ifa = ifa->ifa_next) {
        if (ifa->ifa_addr != NULL) {
            rc = ngx_uptime_addr_local_add(list, ifa->ifa_addr);
        }
    }

    freeifaddrs(head);

    if (rc == NGX_OK) {
        policy->local = list;
    }

    return rc;
}


static ngx_int_t
ngx_uptime_addr_local_add(ngx_array_t *list, const struct sockaddr *sa)
{
    ngx_cidr_t    *cidr;
    const u_char  *addr;

    addr = ngx_uptime_addr_bytes(sa);
    if (addr == NULL) {
        return NGX_OK;
    }

    cidr = ngx_array_push(list);
    if (cidr == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(cidr, sizeof(ngx_cidr_t));
    cidr->family = sa->sa_family;

#if (NGX_HAVE_INET6)
    if (sa->sa_family == AF_INET6) {
        ngx_memcpy(&cidr->u.in6.addr, addr, 16);
        ngx_memset(&cidr->u.in6.mask, 0xff, 16);
        return NGX_OK;
    }
#endif

    ngx_memcpy(&cidr->u.in.addr, addr, 4);
    cidr->u.in.mask = 0xffffffff;

    return NGX_OK;
}


static ngx_uint_t
ngx_uptime_addr_public4(const u_char *addr)
{
    ngx_uint_t                     i, n;
    const ngx_uptime_addr_net4_t  *net;

    net = ngx_uptime_addr_refused4;
    n = sizeof(ngx_uptime_addr_refused4) / sizeof(ngx_uptime_addr_net4_t);

    for (i = 0; i < n; i++) {
        if (ngx_uptime_addr_in_prefix(addr, net[i].addr, net[i].bits)) {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_uptime_addr_public6(const u_char *addr)
{
    ngx_uint_t                     i, n;
    const ngx_uptime_addr_net6_t  *net;

    net = &ngx_uptime_addr_global6;

    if (!ngx_uptime_addr_in_prefix(addr, net->addr, net->bits)) {
        return 0;
    }

    net = ngx_uptime_addr_refused6;
    n = sizeof(ngx_uptime_addr_refused6) / sizeof(ngx_uptime_addr_net6_t);

    for (i = 0; i < n; i++) {
        if (ngx_uptime_addr_in_prefix(addr, net[i].addr, net[i].bits)) {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_uptime_addr_in_prefix(const u_char *addr, const u_char *net,
    ngx_uint_t bits)
{
    u_char  mask;
    size_t  n;

    n = bits / 8;

    if (ngx_memcmp(addr, net, n) != 0) {
        return 0;
    }

    if (bits % 8 == 0) {
        return 1;
    }

    mask = (u_char) (0xff << (8 - bits % 8));

    return (addr[n] & mask) == (net[n] & mask);
}


/*
 * Not ngx_cidr_match(): that takes ::ffff:10.0.0.1 for 10.0.0.1, so a list
 * of IPv4 networks would open a second way in.
 */

static ngx_uint_t
ngx_uptime_addr_in_list(ngx_array_t *list, sa_family_t family,
    const u_char *addr)
{
    ngx_uint_t   i;
    ngx_cidr_t  *cidr;

    if (list == NULL) {
        return 0;
    }

    cidr = list->elts;

    for (i = 0; i < list->nelts; i++) {
        if (cidr[i].family == family
            && ngx_uptime_addr_in_cidr(&cidr[i], addr))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_uptime_addr_in_cidr(const ngx_cidr_t *cidr, const u_char *addr)
{
    size_t         i, n;
    const u_char  *net, *mask;

    net = (const u_char *) &cidr->u.in.addr;
    mask = (const u_char *) &cidr->u.in.mask;
    n = 4;

#if (NGX_HAVE_INET6)
    if (cidr->family == AF_INET6) {
        net = cidr->u.in6.addr.s6_addr;
        mask = cidr->u.in6.mask.s6_addr;
        n = 16;
    }
#endif

    for (i = 0; i < n; i++) {
        if ((addr[i] & mask[i]) != net[i]) {
            return 0;
        }
    }

    return 1;
}


/* The address in network byte order; NULL: neither IPv4 nor IPv6. */

static const u_char *
ngx_uptime_addr_bytes(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET) {
        return (const u_char *) &((const struct sockaddr_in *) sa)->sin_addr;
    }

    if (sa->sa_family == AF_INET6) {
        return (const u_char *)
               &((const struct sockaddr_in6 *) sa)->sin6_addr;
    }

    return NULL;
}
