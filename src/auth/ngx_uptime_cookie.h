
#ifndef _NGX_UPTIME_COOKIE_H_INCLUDED_
#define _NGX_UPTIME_COOKIE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* What browsers send beside a request of a page, or of another page.  Pure. */


/*
 * The value of the first cookie of that name in a Cookie field; it points
 * into field.  Names have case.  NGX_DECLINED: there is none.
 */
ngx_int_t ngx_uptime_cookie_find(const ngx_str_t *field,
    const ngx_str_t *name, ngx_str_t *value);

/*
 * 1: the Origin field is "http" or "https" of exactly this host and port, as
 * the Host field has them; the scheme may be another one behind a proxy.
 */
ngx_uint_t ngx_uptime_cookie_same_origin(const ngx_str_t *origin,
    const ngx_str_t *host);


#endif /* _NGX_UPTIME_COOKIE_H_INCLUDED_ */
