
/*
 * The kind "tls": a handshake with any port, and the certificate.  It is a
 * guarded fetch that ends with the handshake, so that roots of trust, names
 * and verdicts are those of https.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_probe.h"


static ngx_int_t ngx_uptime_probe_tls_start(ngx_uptime_probe_t *p);


const ngx_uptime_kind_t  ngx_uptime_kind_tls = {
    ngx_string("tls"),
    1,
    ngx_uptime_probe_tls_start,
    ngx_uptime_probe_fetch_cancel
};


static ngx_int_t
ngx_uptime_probe_tls_start(ngx_uptime_probe_t *p)
{
    ngx_uptime_fetch_request_t  request;

    ngx_uptime_probe_request(p, &request);

    request.connect_only = 1;

    return ngx_uptime_probe_fetch(p, &request);
}
