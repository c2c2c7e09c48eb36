
#ifndef _TLS_ROOTS_H_INCLUDED_
#define _TLS_ROOTS_H_INCLUDED_


#include <netinet/tcp.h>

#include "certs.h"


/* What a process that checks has, with roots of the test's own; and servers. */

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


static inline SSL_CTX *
serve(const pair_t *leaf, int version)
{
    SSL_CTX  *server;

    server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(server, version);
    SSL_CTX_use_certificate(server, leaf->cert);
    SSL_CTX_use_PrivateKey(server, leaf->key);

    return server;
}


/* a client and a server that talk through memory */

static inline void
join(SSL_CTX *client, SSL_CTX *server, SSL **c, SSL **s)
{
    BIO  *up, *down;

    *c = SSL_new(client);
    *s = SSL_new(server);
    BIO_new_bio_pair(&up, 0, &down, 0);
    SSL_set_bio(*c, up, up);
    SSL_set_bio(*s, down, down);
    SSL_set_connect_state(*c);
    SSL_set_accept_state(*s);
}


#endif /* _TLS_ROOTS_H_INCLUDED_ */
