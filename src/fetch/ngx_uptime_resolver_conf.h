
#ifndef _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_
#define _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * For http{}'s init of its main configuration.  The resolver belongs to the
 * cycle.  NULL: error, logged.
 */
ngx_resolver_t *ngx_uptime_resolver_conf(ngx_conf_t *cf);

/* The same servers, but no answer is taken from memory; as above. */
ngx_resolver_t *ngx_uptime_resolver_conf_fresh(ngx_conf_t *cf,
    const ngx_resolver_t *resolver);


#endif /* _NGX_UPTIME_RESOLVER_CONF_H_INCLUDED_ */
