
#ifndef _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_
#define _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * For http{}'s init of its main configuration.  The resolver belongs to the
 * cycle.  NULL: error, logged.
 */
ngx_resolver_t *ngx_uptime_resolver_conf(ngx_conf_t *cf);

/*
 * The same servers, asked for A only.  NULL: the resolver itself does that,
 * or only AAAA, or knows no server.  NGX_ERROR: logged.
 */
ngx_int_t ngx_uptime_resolver_conf_ipv4(ngx_conf_t *cf,
    const ngx_resolver_t *resolver, ngx_resolver_t **ipv4);

/* The same servers, but no answer is taken from memory; NULL: error. */
ngx_resolver_t *ngx_uptime_resolver_conf_fresh(ngx_conf_t *cf,
    const ngx_resolver_t *resolver);


#endif /* _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_ */
