
/*
 * Certificate messages of servers.  The first byte chooses the version, the
 * rest is the message.
 *
 * divide: 4
 * sources: src/fetch/ngx_uptime_tls_message.c
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_tls_message.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char      *p;
    ngx_str_t    certs[NGX_UPTIME_TLS_CHAIN], info;
    ngx_uint_t   i, n;

    if (size < 1) {
        return 0;
    }

    /* of its own size, so that one byte too far is seen */

    size--;
    p = malloc(size ? size : 1);
    memcpy(p, data + 1, size);

    n = ngx_uptime_tls_message(p, size, data[0] & 1, certs);
    require(n <= NGX_UPTIME_TLS_CHAIN);

    for (i = 0; i < n; i++) {
        require(certs[i].data >= p
                && certs[i].data + certs[i].len <= p + size);
        require(i == 0
                || certs[i].data >= certs[i - 1].data + certs[i - 1].len);

        if (ngx_uptime_tls_message_key(&certs[i], &info)
            != NGX_UPTIME_TLS_OTHER)
        {
            require(info.data >= certs[i].data
                    && info.data + info.len <= certs[i].data + certs[i].len);
        }
    }

    free(p);

    return 0;
}
