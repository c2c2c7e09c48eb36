
/*
 * Which ports are refused, and what is said about URLs that are.  Pure; see
 * ngx_uptime_url.c.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_url.h"


static ngx_uint_t ngx_uptime_url_port_in(ngx_int_t port,
    const in_port_t *ports, ngx_uint_t n);


/* "bad ports" of the WHATWG Fetch standard; sorted */

static const in_port_t  ngx_uptime_url_bad_ports[] = {
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69,
    77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119,
    123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
    526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000,
    6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080
};


/* PostgreSQL, Redis, memcached: what they are sent they may well do */

static const in_port_t  ngx_uptime_url_data_ports[] = {
    5432, 6379, 11211
};


static const struct {
    const char                    *code;
    const char                    *message;
} ngx_uptime_url_errors[] = {
    { "ok", "is valid" },
    { "bad_url", "must be a URL such as https://example.com/path" },
    { "control_character", "must not contain spaces or control characters" },
    { "bad_scheme", "must start with http:// or https://" },
    { "bad_scheme", "must start with http://, https://, tcp://, tls://, "
                    "icmp:// or dns:, or be push:" },
    { "url_credentials", "must not contain a user name or a password" },
    { "bad_host", "must name a valid host; write international names in "
                  "their xn-- form" },
    { "blocked_port", "must not use a port that belongs to a service other "
                      "than HTTP" },
    { "blocked_port", "must not use a port of a database" },
    { "port_required", "must name a port, such as tcp://example.com:25" },
    { "bad_url", "must be a host, such as icmp://example.com" },
    { "bad_url", "must be a host and a port, such as tcp://example.com:25" },
    { "bad_url", "must be dns:name?type=A or dns://server/name?type=A" },
    { "bad_record_type", "must ask for A, AAAA, CAA, CNAME, MX, NS, PTR, "
                         "SOA, SRV or TXT" },
    { "no_memory", "could not be checked, try again" }
};


const char *
ngx_uptime_url_code(ngx_uptime_url_err_e err)
{
    return ngx_uptime_url_errors[err].code;
}


const char *
ngx_uptime_url_message(ngx_uptime_url_err_e err)
{
    return ngx_uptime_url_errors[err].message;
}


ngx_uint_t
ngx_uptime_url_port_refused(ngx_int_t port, ngx_uint_t http)
{
    if (ngx_uptime_url_port_in(port, ngx_uptime_url_data_ports,
                               sizeof(ngx_uptime_url_data_ports)
                               / sizeof(in_port_t)))
    {
        return 1;
    }

    return http && ngx_uptime_url_port_in(port, ngx_uptime_url_bad_ports,
                                          sizeof(ngx_uptime_url_bad_ports)
                                          / sizeof(in_port_t));
}


static ngx_uint_t
ngx_uptime_url_port_in(ngx_int_t port, const in_port_t *ports, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ports[i] == port) {
            return 1;
        }
    }

    return 0;
}
