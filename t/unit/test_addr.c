
/*
 * The ranges themselves are compared with ipaddress in addr_oracle.py.
 *
 * sources: src/core/ngx_uptime_addr.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <sys/un.h>

#include "ngx_uptime_addr.h"


static ngx_int_t
check(const ngx_uptime_addr_policy_t *policy, const char *text)
{
    ngx_str_t  host;

    host.data = (u_char *) text;
    host.len = strlen(text);

    return ngx_uptime_addr_check_literal(policy, &host);
}


static void
cidr_add(ngx_array_t *list, int family, const char *net, const char *mask)
{
    ngx_cidr_t  *cidr;

    cidr = ngx_array_push(list);
    memset(cidr, 0, sizeof(ngx_cidr_t));
    cidr->family = family;

    if (family == AF_INET) {
        inet_pton(family, net, &cidr->u.in.addr);
        inet_pton(family, mask, &cidr->u.in.mask);
        return;
    }

    inet_pton(family, net, &cidr->u.in6.addr);
    inet_pton(family, mask, &cidr->u.in6.mask);
}


static void
test_literals(void)
{
    size_t                     i;
    ngx_str_t                  nul = ngx_string("8.8.8.8\0x");
    ngx_uptime_addr_policy_t   policy = { NULL, NULL };

    static const char  *no[] = {
        "", "example.com", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
        "[::1]", "::1%lo", "fe80::1%eth0", "8.8.8.8 ", "8.8.8.8.",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222:3333", NULL
    };

    tap_is_int(check(&policy, "8.8.8.8"), NGX_OK, "public IPv4");
    tap_is_int(check(&policy, "2606:4700::1111"), NGX_OK, "public IPv6");
    tap_is_int(check(&policy, "127.0.0.1"), NGX_DECLINED, "loopback");
    tap_is_int(check(&policy, "::1"), NGX_DECLINED, "IPv6 loopback");
    tap_is_int(check(&policy, "::ffff:8.8.8.8"), NGX_DECLINED,
               "IPv4 inside IPv6");
    tap_is_int(check(&policy, "169.254.169.254"), NGX_DECLINED, "metadata");

    for (i = 0; no[i] != NULL; i++) {
        tap_is_int(check(&policy, no[i]), NGX_ABORT, "not a literal");
    }

    tap_is_int(ngx_uptime_addr_check_literal(&policy, &nul), NGX_ABORT,
               "NUL in the text");
}


static void
test_allow(void)
{
    ngx_pool_t                *pool;
    ngx_uptime_addr_policy_t   policy;

    pool = ngx_stub_pool();
    policy.local = ngx_array_create(pool, 1, sizeof(ngx_cidr_t));
    policy.allow = ngx_array_create(pool, 1, sizeof(ngx_cidr_t));

    cidr_add(policy.allow, AF_INET, "10.1.0.0", "255.255.0.0");
    cidr_add(policy.allow, AF_INET6, "fd00::", "ff00::");
    cidr_add(policy.allow, AF_INET, "198.18.5.6", "255.255.255.255");
    cidr_add(policy.local, AF_INET, "8.8.4.4", "255.255.255.255");
    cidr_add(policy.local, AF_INET, "10.1.2.3", "255.255.255.255");

    tap_is_int(check(&policy, "10.1.0.0"), NGX_OK, "first allowed");
    tap_is_int(check(&policy, "10.1.255.255"), NGX_OK, "last allowed");
    tap_is_int(check(&policy, "10.0.255.255"), NGX_DECLINED, "before it");
    tap_is_int(check(&policy, "10.2.0.0"), NGX_DECLINED, "behind it");
    tap_is_int(check(&policy, "198.18.5.6"), NGX_OK, "one address");
    tap_is_int(check(&policy, "fd12::1"), NGX_OK, "IPv6 network");
    tap_is_int(check(&policy, "fe80::1"), NGX_DECLINED, "not allowed");
    tap_is_int(check(&policy, "::ffff:10.1.0.1"), NGX_DECLINED,
               "an IPv4 network does not allow IPv6");
    tap_is_int(check(&policy, "a01::"), NGX_DECLINED,
               "nor IPv6 with its first bytes");
    tap_is_int(check(&policy, "8.8.8.8"), NGX_OK, "public");
    tap_is_int(check(&policy, "8.8.4.4"), NGX_DECLINED, "own address");
    tap_is_int(check(&policy, "10.1.2.3"), NGX_OK, "own and allowed");

    cidr_add(policy.allow, AF_INET6, "::", "::");
    tap_is_int(check(&policy, "::1"), NGX_OK, "all of IPv6");
    tap_is_int(check(&policy, "127.0.0.1"), NGX_DECLINED, "but not IPv4");

    ngx_destroy_pool(pool);
}


static void
test_local(void)
{
    ngx_uint_t                 n;
    ngx_pool_t                *pool;
    struct sockaddr_un         un;
    ngx_uptime_addr_policy_t   policy;

    pool = ngx_stub_pool();
    memset(&policy, 0, sizeof(ngx_uptime_addr_policy_t));

    tap_is_int(ngx_uptime_addr_local(pool, &policy), NGX_OK, "collect");
    tap_ok(policy.local != NULL && policy.local->nelts > 0,
           "there is at least the loopback");

    /* as allow list, what was collected can be asked for */

    policy.allow = policy.local;
    tap_is_int(check(&policy, "127.0.0.1"), NGX_OK, "127.0.0.1 is local");
    tap_is_int(check(&policy, "127.0.0.2"), NGX_DECLINED, "127.0.0.2 not");

    memset(&un, 0, sizeof(struct sockaddr_un));
    un.sun_family = AF_UNIX;
    tap_is_int(ngx_uptime_addr_check(&policy, (struct sockaddr *) &un),
               NGX_DECLINED, "another family");

    policy.local = NULL;

    for (n = 1; n < 3; n++) {
        ngx_stub_fail = n;
        tap_is_int(ngx_uptime_addr_local(pool, &policy), NGX_ERROR,
                   "no memory");
        tap_ok(policy.local == NULL, "no list");
        ngx_stub_fail = 0;
    }

    ngx_destroy_pool(pool);
}


int
main(void)
{
    test_literals();
    test_allow();
    test_local();

    return tap_done();
}
