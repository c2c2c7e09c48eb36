
/*
 * Name -> addresses, through nginx's resolver: libcurl's would block the
 * loop or start a thread for every lookup.  Literals and names in hosts are
 * answered without asking.
 *
 * A name that gets no answer in time may be the target's fault or ours.  If
 * the DNS servers answered anything else meanwhile, they live; if not, one
 * probe for a name that every server answers at once tells (RFC 6761:
 * "invalid." does not exist).  A name whose question fell into an outage that
 * has just ended is not to blame either.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_resolve.h"
#include "ngx_uptime_stats.h"


#define NGX_UPTIME_RESOLVE_PROBE  1000
#define NGX_UPTIME_RESOLVE_QUIET  60000

/* a question is repeated after 1 to 2 s, ngx_uptime_resolver_conf.c */
#define NGX_UPTIME_RESOLVE_GRACE  3000


struct ngx_uptime_resolver_s {
    ngx_resolver_t                *resolver;
    ngx_resolver_t                *ipv4;        /* asks for A only; or NULL */
    ngx_resolver_t                *fresh;       /* keeps no answers         */
    ngx_resolver_t                *fresh_ipv4;
    ngx_uptime_hosts_t            *hosts;
    ngx_uptime_lookup_t            probe;
    ngx_queue_t                    waiting;     /* ngx_uptime_resolve_t     */
    ngx_msec_t                     answered;    /* last answer of a server  */
    ngx_msec_t                     alive;       /* again, since             */
    ngx_msec_t                     warned;
    ngx_log_t                     *log;
    u_char                         probe_name[8];
    unsigned                       probing:1;
    unsigned                       dead:1;      /* says the probe           */
};


static ngx_int_t ngx_uptime_resolve_ask(ngx_uptime_resolver_t *rs,
    ngx_uptime_resolve_t *r);
static void ngx_uptime_resolve_answer(ngx_uptime_lookup_t *l,
    ngx_resolver_ctx_t *ctx);
static void ngx_uptime_resolve_alive(ngx_uptime_resolver_t *rs);
static ngx_uptime_resolve_err_e ngx_uptime_resolve_blame(
    ngx_uptime_resolve_t *r);
static void ngx_uptime_resolve_copy(ngx_uptime_resolve_t *r,
    ngx_resolver_ctx_t *ctx);
static ngx_uptime_resolve_err_e ngx_uptime_resolve_err(ngx_int_t state);
static void ngx_uptime_resolve_probe(ngx_uptime_resolver_t *rs);
static void ngx_uptime_resolve_probed(ngx_uptime_lookup_t *l,
    ngx_resolver_ctx_t *ctx);
static void ngx_uptime_resolve_verdict(ngx_uptime_resolver_t *rs,
    ngx_uptime_resolve_err_e err);
static void ngx_uptime_resolve_done(ngx_uptime_resolve_t *r,
    ngx_uptime_resolve_err_e err);
static void ngx_uptime_resolve_event(ngx_event_t *ev);


ngx_uptime_resolver_t *
ngx_uptime_resolver_create(ngx_pool_t *pool, ngx_resolver_t *resolver,
    ngx_log_t *log)
{
    ngx_uptime_resolver_t  *rs;

    rs = ngx_pcalloc(pool, sizeof(ngx_uptime_resolver_t));
    if (rs == NULL) {
        return NULL;
    }

    rs->hosts = ngx_uptime_hosts_read(pool, "/etc/hosts", log);
    if (rs->hosts == NULL) {
        return NULL;
    }

    rs->resolver = resolver;
    rs->fresh = resolver;
    rs->answered = ngx_current_msec - 1;
    rs->alive = ngx_current_msec - NGX_UPTIME_RESOLVE_GRACE;
    rs->warned = ngx_current_msec - NGX_UPTIME_RESOLVE_QUIET;
    rs->log = log;
    ngx_queue_init(&rs->waiting);

    return rs;
}


void
ngx_uptime_resolver_ipv4(ngx_uptime_resolver_t *rs, ngx_resolver_t *ipv4)
{
    rs->ipv4 = ipv4;
    rs->fresh_ipv4 = ipv4;
}


void
ngx_uptime_resolver_fresh(ngx_uptime_resolver_t *rs, ngx_resolver_t *fresh,
    ngx_resolver_t *ipv4)
{
    if (fresh != NULL) {
        rs->fresh = fresh;
        rs->fresh_ipv4 = ipv4;
    }
}


void
ngx_uptime_resolve(ngx_uptime_resolver_t *rs, ngx_uptime_resolve_t *r)
{
    r->resolver = rs;
    r->err = NGX_UPTIME_RESOLVE_OWN;
    r->naddrs = 0;
    r->started = ngx_current_msec;
    r->probing = 0;

    ngx_memzero(&r->lookup, sizeof(ngx_uptime_lookup_t));

    ngx_memzero(&r->event, sizeof(ngx_event_t));
    r->event.handler = ngx_uptime_resolve_event;
    r->event.data = r;
    r->event.log = rs->log;

    if (ngx_uptime_sockaddr_parse(&r->name, &r->addrs[0]) == NGX_OK) {
        r->naddrs = 1;
        ngx_uptime_resolve_done(r, NGX_UPTIME_RESOLVE_OK);
        return;
    }

    r->naddrs = ngx_uptime_hosts_find(rs->hosts, &r->name, r->addrs,
                                      NGX_UPTIME_MAX_ADDRS);
    if (r->naddrs) {
        ngx_uptime_resolve_done(r, NGX_UPTIME_RESOLVE_OK);
        return;
    }

    if (ngx_uptime_resolve_ask(rs, r) != NGX_OK) {
        ngx_uptime_resolve_done(r, NGX_UPTIME_RESOLVE_OWN);
    }
}


static ngx_int_t
ngx_uptime_resolve_ask(ngx_uptime_resolver_t *rs, ngx_uptime_resolve_t *r)
{
    ngx_uptime_lookup_t  *l;

    l = &r->lookup;

    l->name = r->name;
    l->timeout = r->timeout;
    l->resolver = r->fresh ? rs->fresh : rs->resolver;
    l->ipv4 = r->fresh ? rs->fresh_ipv4 : rs->ipv4;
    l->handler = ngx_uptime_resolve_answer;
    l->data = r;

    if (r->family == AF_INET && l->ipv4 != NULL) {
        l->resolver = l->ipv4;
    }

    if (r->family != AF_UNSPEC) {
        l->ipv4 = NULL;
    }

    return ngx_uptime_lookup(l, rs->log);
}


static void
ngx_uptime_resolve_answer(ngx_uptime_lookup_t *l, ngx_resolver_ctx_t *ctx)
{
    ngx_uptime_resolve_t      *r;
    ngx_uptime_resolver_t     *rs;
    ngx_uptime_resolve_err_e   err;

    r = l->data;
    rs = r->resolver;

    if (ctx != NULL) {
        ngx_uptime_resolve_copy(r, ctx);
    }

    if (l->heard) {
        ngx_uptime_resolve_alive(rs);
    }

    if (l->state != NGX_RESOLVE_TIMEDOUT) {
        err = ngx_uptime_resolve_err(l->state);

        if (err == NGX_UPTIME_RESOLVE_OK && r->naddrs == 0) {
            err = NGX_UPTIME_RESOLVE_NOT_FOUND;
        }

        ngx_uptime_resolve_done(r, err);
        return;
    }

    if ((ngx_msec_int_t) (rs->answered - r->started) >= 0) {
        ngx_uptime_resolve_done(r, ngx_uptime_resolve_blame(r));
        return;
    }

    r->probing = 1;
    ngx_queue_insert_tail(&rs->waiting, &r->queue);

    ngx_uptime_resolve_probe(rs);
}


static void
ngx_uptime_resolve_alive(ngx_uptime_resolver_t *rs)
{
    rs->answered = ngx_current_msec;

    if (rs->dead) {
        rs->dead = 0;
        rs->alive = ngx_current_msec;
    }
}


/* Of a name that was not answered although the servers live. */

static ngx_uptime_resolve_err_e
ngx_uptime_resolve_blame(ngx_uptime_resolve_t *r)
{
    ngx_msec_t  alive;

    alive = r->resolver->alive;

    if ((ngx_msec_int_t) (alive - r->started) >= 0
        && ngx_current_msec - alive < NGX_UPTIME_RESOLVE_GRACE)
    {
        return NGX_UPTIME_RESOLVE_SILENT;
    }

    return NGX_UPTIME_RESOLVE_TIMEOUT;
}


static void
ngx_uptime_resolve_copy(ngx_uptime_resolve_t *r, ngx_resolver_ctx_t *ctx)
{
    socklen_t               len;
    ngx_uint_t              i;
    struct sockaddr        *sa;
    ngx_uptime_sockaddr_t  *addr;

    for (i = 0; i < ctx->naddrs && r->naddrs < NGX_UPTIME_MAX_ADDRS; i++) {

        sa = ctx->addrs[i].sockaddr;
        len = ctx->addrs[i].socklen;

        if (len > (socklen_t) sizeof(ngx_uptime_sockaddr_t)) {
            continue;
        }

        addr = &r->addrs[r->naddrs++];

        ngx_memzero(addr, sizeof(ngx_uptime_sockaddr_t));
        ngx_memcpy(addr, sa, len);
    }
}


static ngx_uptime_resolve_err_e
ngx_uptime_resolve_err(ngx_int_t state)
{
    switch (state) {

    case NGX_OK:
        return NGX_UPTIME_RESOLVE_OK;

    case NGX_RESOLVE_NXDOMAIN:
        return NGX_UPTIME_RESOLVE_NOT_FOUND;

    default:
        return NGX_UPTIME_RESOLVE_FAILURE;
    }
}


static void
ngx_uptime_resolve_probe(ngx_uptime_resolver_t *rs)
{
    ngx_uptime_lookup_t  *l;

    if (rs->probing) {
        return;
    }

    l = &rs->probe;

    /* the resolver writes into the name */
    l->name.len = sizeof("invalid") - 1;
    l->name.data = rs->probe_name;
    ngx_memcpy(rs->probe_name, "invalid", l->name.len);

    l->timeout = NGX_UPTIME_RESOLVE_PROBE;
    l->resolver = rs->resolver;
    l->handler = ngx_uptime_resolve_probed;
    l->data = rs;

    rs->probing = 1;

    if (ngx_uptime_lookup(l, rs->log) != NGX_OK) {
        rs->probing = 0;
        ngx_uptime_resolve_verdict(rs, NGX_UPTIME_RESOLVE_OWN);
    }
}


static void
ngx_uptime_resolve_probed(ngx_uptime_lookup_t *l, ngx_resolver_ctx_t *ctx)
{
    ngx_uptime_resolver_t  *rs;

    rs = l->data;
    rs->probing = 0;

    if (l->state == NGX_RESOLVE_TIMEDOUT) {
        rs->dead = 1;

        if (ngx_current_msec - rs->warned >= NGX_UPTIME_RESOLVE_QUIET) {
            rs->warned = ngx_current_msec;
            ngx_log_error(NGX_LOG_WARN, rs->log, 0,
                          "uptime: no DNS server answers");
        }

        ngx_uptime_resolve_verdict(rs, NGX_UPTIME_RESOLVE_SILENT);
        return;
    }

    ngx_uptime_resolve_alive(rs);
    ngx_uptime_resolve_verdict(rs, NGX_UPTIME_RESOLVE_TIMEOUT);
}


static void
ngx_uptime_resolve_verdict(ngx_uptime_resolver_t *rs,
    ngx_uptime_resolve_err_e err)
{
    ngx_queue_t           *q;
    ngx_uptime_resolve_t  *r;

    while (!ngx_queue_empty(&rs->waiting)) {
        q = ngx_queue_head(&rs->waiting);
        ngx_queue_remove(q);

        r = ngx_queue_data(q, ngx_uptime_resolve_t, queue);
        r->probing = 0;

        ngx_uptime_resolve_done(r, err != NGX_UPTIME_RESOLVE_TIMEOUT
                                   ? err : ngx_uptime_resolve_blame(r));
    }
}


static void
ngx_uptime_resolve_done(ngx_uptime_resolve_t *r, ngx_uptime_resolve_err_e err)
{
    ngx_uint_t  i;

    r->err = err;

    for (i = 0; i < r->naddrs; i++) {
        ngx_uptime_sockaddr_port(&r->addrs[i], r->port);
    }

    ngx_post_event(&r->event, &ngx_posted_events);
}


static void
ngx_uptime_resolve_event(ngx_event_t *ev)
{
    ngx_uptime_resolve_t  *r;

    r = ev->data;

    ngx_uptime_stats_add(NGX_UPTIME_STAT_LOOKUP + r->err, 1);

    r->handler(r);
}


void
ngx_uptime_resolve_cancel(ngx_uptime_resolve_t *r)
{
    if (r->resolver == NULL) {
        return;
    }

    ngx_uptime_lookup_cancel(&r->lookup);

    if (r->probing) {
        ngx_queue_remove(&r->queue);
        r->probing = 0;
    }

    if (r->event.posted) {
        ngx_delete_posted_event(&r->event);
    }

    r->resolver = NULL;
}


ngx_uint_t
ngx_uptime_resolver_servers(ngx_uptime_resolver_t *rs,
    ngx_uptime_sockaddr_t *addrs, ngx_uint_t max)
{
    ngx_uint_t                  i, n;
    ngx_resolver_connection_t  *c;

    if (rs->resolver == NULL) {
        return 0;
    }

    n = 0;
    c = rs->resolver->connections.elts;

    for (i = 0; i < rs->resolver->connections.nelts && n < max; i++) {

        if (c[i].socklen > (socklen_t) sizeof(ngx_uptime_sockaddr_t)) {
            continue;
        }

        ngx_memzero(&addrs[n], sizeof(ngx_uptime_sockaddr_t));
        ngx_memcpy(&addrs[n++], c[i].sockaddr, c[i].socklen);
    }

    return n;
}
