
#ifndef _NGX_UPTIME_URL_H_INCLUDED_
#define _NGX_UPTIME_URL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_str_t                      text;       /* normalised, NUL-terminated */
    ngx_str_t                      scheme;     /* "http", "dns", ...         */
    ngx_str_t                      host;       /* without brackets, lower    */
                                               /* case, NUL-terminated       */
    in_port_t                      port;       /* host byte order            */
    unsigned                       literal:1;  /* host is an address         */

    /* dns: without a host our own resolver's servers are asked */
    ngx_str_t                      name;       /* lower case, NUL-terminated */
    ngx_uint_t                     record;     /* its type's number, RFC     */
                                               /* 1035, 3.2.2                */
} ngx_uptime_url_t;


typedef enum {
    NGX_UPTIME_URL_OK = 0,
    NGX_UPTIME_URL_MALFORMED,                  /* bad_url                    */
    NGX_UPTIME_URL_CONTROL,                    /* control_character          */
    NGX_UPTIME_URL_SCHEME,                     /* bad_scheme                 */
    NGX_UPTIME_URL_KIND,                       /* the same, of any target    */
    NGX_UPTIME_URL_CREDENTIALS,                /* url_credentials            */
    NGX_UPTIME_URL_HOST,                       /* bad_host                   */
    NGX_UPTIME_URL_PORT,                       /* blocked_port               */
    NGX_UPTIME_URL_DATA_PORT,                  /* the same, of other kinds   */
    NGX_UPTIME_URL_NO_PORT,                    /* port_required              */
    NGX_UPTIME_URL_NO_HOST,                    /* bad_url: not icmp://host   */
    NGX_UPTIME_URL_NO_SERVICE,                 /* bad_url: not host and port */
    NGX_UPTIME_URL_NO_NAME,                    /* bad_url: not dns:name      */
    NGX_UPTIME_URL_RECORD,                     /* bad_record_type            */
    NGX_UPTIME_URL_NO_MEMORY
} ngx_uptime_url_err_e;


/*
 * Parses and normalises a target URL with libcurl's own parser (the one that
 * will fetch it, so that both always agree; reliability.md L1 is the rule).
 * Only http and https, no user info, no fragment in the result, no control
 * characters or spaces, host at most 253 bytes, no port on which browsers or
 * we refuse to speak HTTP.  base may be NULL; if not, text may be relative to
 * it (redirects).  Everything is allocated from the pool.
 */
ngx_uptime_url_err_e ngx_uptime_url_parse(ngx_pool_t *pool,
    const ngx_str_t *text, const ngx_uptime_url_t *base,
    ngx_uptime_url_t *url);

/*
 * The same, quickly, for most URLs: NGX_OK, and the result is that of
 * ngx_uptime_url_parse() without a base; NGX_DECLINED: ask that one;
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_url_plain(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_url_t *url);

/*
 * The same for what any kind of monitor checks:
 *     http://..., https://...
 *     tcp://host:port, tls://host:port, icmp://host
 *     dns:name?type=A, dns://server:port/name?type=MX (RFC 4501)
 *     push:
 * Hosts obey the same rules.  Of ports only those of databases are refused
 * here: mail and the like are what tcp and tls are for.
 */
ngx_uptime_url_err_e ngx_uptime_url_target(ngx_pool_t *pool,
    const ngx_str_t *text, ngx_uptime_url_t *url);

/* "host", "host:port", "[::1]:port": host, literal and port, 0 for none. */
ngx_uptime_url_err_e ngx_uptime_url_authority(ngx_pool_t *pool,
    const ngx_str_t *text, ngx_uptime_url_t *url);

/* "MX"; NULL: no type that can be asked for */
const char *ngx_uptime_url_record_name(ngx_uint_t record);

/* 1 if nobody may connect there; http: over HTTP, otherwise by any kind. */
ngx_uint_t ngx_uptime_url_port_refused(ngx_int_t port, ngx_uint_t http);

/* Stable code and one sentence for an error. */
const char *ngx_uptime_url_code(ngx_uptime_url_err_e err);
const char *ngx_uptime_url_message(ngx_uptime_url_err_e err);

/* 1 if scheme, host and port are equal. */
ngx_uint_t ngx_uptime_url_same_origin(const ngx_uptime_url_t *a,
    const ngx_uptime_url_t *b);


#endif /* _NGX_UPTIME_URL_H_INCLUDED_ */
