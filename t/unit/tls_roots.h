
#ifndef _TLS_ROOTS_H_INCLUDED_
#define _TLS_ROOTS_H_INCLUDED_


#include <netinet/tcp.h>

#include "certs.h"


/* What a process that checks has, with roots of the test's own. */

static ngx_log_t         quiet;
static ngx_uptime_tls_t  tls;


/* as nginx has it */

int
ngx_tcp_push(ngx_socket_t s)
{
    int  off;

    off = 0;

    return setsockopt(s, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
}


static inline void
set_time(long after)
{
    ngx_time_t  *t;

    t = (ngx_time_t *) ngx_cached_time;
    t->sec = today + after;
}


static inline void
roots(const pair_t *root)
{
    FILE  *f;
    char   name[] = "/tmp/uptime-unit.XXXXXX";

    f = fdopen(mkstemp(name), "w");
    PEM_write_X509(f, root->cert);
    fclose(f);

    tap_is_int(ngx_uptime_tls_init(&tls, name, &quiet), NGX_OK, "init");
    tap_ok(tls.store != NULL, "roots are read");
    unlink(name);
}


#endif /* _TLS_ROOTS_H_INCLUDED_ */
