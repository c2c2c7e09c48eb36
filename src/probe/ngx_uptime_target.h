
#ifndef _NGX_UPTIME_TARGET_H_INCLUDED_
#define _NGX_UPTIME_TARGET_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* What one monitor checks and expects; plain data. */

typedef enum {
    NGX_UPTIME_KIND_HTTP = 0,
    NGX_UPTIME_KIND_TCP,
    NGX_UPTIME_KIND_TLS,
    NGX_UPTIME_KIND_DNS,
    NGX_UPTIME_KIND_ICMP,
    NGX_UPTIME_KIND_PUSH,
    NGX_UPTIME_KIND_N
} ngx_uptime_kind_e;


typedef enum {
    NGX_UPTIME_AUTH_NONE = 0,
    NGX_UPTIME_AUTH_BASIC,
    NGX_UPTIME_AUTH_BEARER
} ngx_uptime_auth_e;


typedef enum {
    NGX_UPTIME_IP_ANY = 0,
    NGX_UPTIME_IP_V4,
    NGX_UPTIME_IP_V6
} ngx_uptime_ip_e;


typedef struct {
    int64_t                        id;          /* 0: not stored            */

    uint32_t                       interval;    /* ms                       */
    uint32_t                       timeout;     /* ms                       */
    uint32_t                       degraded;    /* ms; 0: never             */
    uint32_t                       grace;       /* push: ms                 */
    uint16_t                       cert_min_days; /* 0: any                 */
    uint8_t                        max_redirects;
    unsigned                       kind:3;      /* ngx_uptime_kind_e        */
    unsigned                       auth:2;      /* ngx_uptime_auth_e        */
    unsigned                       ip:2;        /* ngx_uptime_ip_e          */
    unsigned                       follow:1;
    unsigned                       verify_tls:1;
    unsigned                       tls_resume:1;
    unsigned                       absent:1;    /* the keyword              */
    unsigned                       upside_down:1;
    unsigned                       locked:1;    /* auth_secret cannot be    */
                                                /* opened                   */

    ngx_str_t                      url;
    ngx_str_t                      method;
    ngx_str_t                      headers;     /* "Name: value" lines      */
    ngx_str_t                      body;        /* tcp: what is sent        */
    ngx_str_t                      expected;    /* "200-399,401"            */
    ngx_str_t                      keyword;     /* tcp: part of the answer; */
                                                /* dns: a record            */
    ngx_str_t                      auth_user;
    ngx_str_t                      auth_secret; /* password or token        */
    ngx_str_t                      tls_name;    /* SNI; empty: the host     */
    ngx_str_t                      assertions;  /* JSON, see assert.h       */
} ngx_uptime_target_t;


#endif /* _NGX_UPTIME_TARGET_H_INCLUDED_ */
