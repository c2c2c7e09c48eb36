
/*
 * One name, asked of nginx's resolver.  That wants an answer for A and for
 * AAAA, but some servers drop questions for AAAA, or answer them with an
 * error, although the name has addresses (RFC 4074).  So a resolver that asks
 * for A only has a say before a name fails: once, when the first one has
 * failed or is late.  A name that is answered at once is not asked twice.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_lookup.h"


/* the first one is late; a quarter of the timeout if that is less */
#define NGX_UPTIME_LOOKUP_LATE  1000


static ngx_int_t ngx_uptime_lookup_ask(ngx_uptime_lookup_t *l,
    ngx_resolver_ctx_t **ctxp, ngx_resolver_t *resolver);
static void ngx_uptime_lookup_late(ngx_event_t *ev);
static ngx_int_t ngx_uptime_lookup_second(ngx_uptime_lookup_t *l);
static void ngx_uptime_lookup_answer(ngx_resolver_ctx_t *ctx);


ngx_int_t
ngx_uptime_lookup(ngx_uptime_lookup_t *l, ngx_log_t *log)
{
    l->state = NGX_RESOLVE_TIMEDOUT;
    l->heard = 0;
    l->first = NULL;
    l->second = NULL;
    l->deadline = ngx_current_msec + l->timeout;
    l->asked = 0;
    l->calling = 0;

    ngx_memzero(&l->late, sizeof(ngx_event_t));
    l->late.handler = ngx_uptime_lookup_late;
    l->late.data = l;
    l->late.log = log;
    l->late.cancelable = 1;

    if (ngx_uptime_lookup_ask(l, &l->first, l->resolver) != NGX_OK) {
        return NGX_ERROR;
    }

    if (l->first != NULL && l->ipv4 != NULL) {
        ngx_add_timer(&l->late,
                      ngx_min(l->timeout / 4, NGX_UPTIME_LOOKUP_LATE));
    }

    return NGX_OK;
}


/* NGX_OK: it is asked, or was answered from memory; ctx is NULL then. */

static ngx_int_t
ngx_uptime_lookup_ask(ngx_uptime_lookup_t *l, ngx_resolver_ctx_t **ctxp,
    ngx_resolver_t *resolver)
{
    ngx_int_t            rc;
    ngx_resolver_ctx_t  *ctx;

    if (resolver == NULL) {
        return NGX_ERROR;
    }

    ctx = ngx_resolve_start(resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        return NGX_ERROR;
    }

    ctx->name = l->name;
    ctx->timeout = l->deadline - ngx_current_msec;
    ctx->cancelable = 1;
    ctx->handler = ngx_uptime_lookup_answer;
    ctx->data = l;

    *ctxp = ctx;

    l->calling = 1;
    rc = ngx_resolve_name(ctx);
    l->calling = 0;

    if (rc != NGX_OK) {
        /* the resolver has freed ctx */
        *ctxp = NULL;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_uptime_lookup_late(ngx_event_t *ev)
{
    (void) ngx_uptime_lookup_second(ev->data);
}


static ngx_int_t
ngx_uptime_lookup_second(ngx_uptime_lookup_t *l)
{
    if (l->ipv4 == NULL || l->asked
        || (ngx_msec_int_t) (l->deadline - ngx_current_msec) <= 0)
    {
        return NGX_DECLINED;
    }

    l->asked = 1;

    return ngx_uptime_lookup_ask(l, &l->second, l->ipv4);
}


static void
ngx_uptime_lookup_answer(ngx_resolver_ctx_t *ctx)
{
    ngx_int_t             state;
    ngx_uint_t            first;
    ngx_uptime_lookup_t  *l;

    l = ctx->data;
    state = ctx->state;
    first = (ctx == l->first);

    if (first) {
        l->first = NULL;

    } else {
        l->second = NULL;
    }

    /* what comes from the resolver's cache says nothing about servers */

    if (state != NGX_RESOLVE_TIMEDOUT && !l->calling) {
        l->heard = 1;
    }

    if (state == NGX_OK) {
        ngx_uptime_lookup_cancel(l);
        l->state = NGX_OK;
        l->handler(l, ctx);
        ngx_resolve_name_done(ctx);
        return;
    }

    ngx_resolve_name_done(ctx);

    if (first) {
        l->state = state;

        if (ngx_uptime_lookup_second(l) == NGX_OK) {
            return;
        }
    }

    if (l->first == NULL && l->second == NULL) {
        ngx_uptime_lookup_cancel(l);
        l->handler(l, NULL);
    }
}


void
ngx_uptime_lookup_cancel(ngx_uptime_lookup_t *l)
{
    if (l->late.timer_set) {
        ngx_del_timer(&l->late);
    }

    if (l->first != NULL) {
        ngx_resolve_name_done(l->first);
        l->first = NULL;
    }

    if (l->second != NULL) {
        ngx_resolve_name_done(l->second);
        l->second = NULL;
    }
}
