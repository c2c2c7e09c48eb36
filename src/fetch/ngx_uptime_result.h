
#ifndef _NGX_UPTIME_RESULT_H_INCLUDED_
#define _NGX_UPTIME_RESULT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* What one probe saw; plain data, so that tests can make it up. */

typedef enum {
    NGX_UPTIME_STAGE_NONE = 0,                  /* not begun                */
    NGX_UPTIME_STAGE_DNS,
    NGX_UPTIME_STAGE_CONNECT,
    NGX_UPTIME_STAGE_TLS,
    NGX_UPTIME_STAGE_WAIT,                      /* for the first byte       */
    NGX_UPTIME_STAGE_BODY,
    NGX_UPTIME_STAGE_DONE                       /* a whole response         */
} ngx_uptime_stage_e;


typedef enum {
    NGX_UPTIME_OWN_NONE = 0,
    NGX_UPTIME_OWN_RESOURCES,                   /* memory, descriptors, ... */
    NGX_UPTIME_OWN_NETWORK,                     /* no route, no DNS server  */
    NGX_UPTIME_OWN_OVERLOAD                     /* not its turn in time     */
} ngx_uptime_own_e;


typedef enum {
    NGX_UPTIME_DNS_OK = 0,
    NGX_UPTIME_DNS_NOT_FOUND,
    NGX_UPTIME_DNS_TIMEOUT,
    NGX_UPTIME_DNS_FAILURE
} ngx_uptime_dns_e;


typedef enum {
    NGX_UPTIME_TLS_OK = 0,
    NGX_UPTIME_TLS_EXPIRED,
    NGX_UPTIME_TLS_HOSTNAME,
    NGX_UPTIME_TLS_UNTRUSTED,
    NGX_UPTIME_TLS_HANDSHAKE
} ngx_uptime_tls_e;


typedef enum {
    NGX_UPTIME_PUSH_NONE = 0,                   /* not a push               */
    NGX_UPTIME_PUSH_OK,
    NGX_UPTIME_PUSH_WAITING,                    /* for the first one        */
    NGX_UPTIME_PUSH_MISSED,
    NGX_UPTIME_PUSH_FAILED                      /* it says "down"           */
} ngx_uptime_push_e;


/* the first assertion that does not hold */

typedef enum {
    NGX_UPTIME_ASSERTION_OK = 0,
    NGX_UPTIME_ASSERTION_JSON,
    NGX_UPTIME_ASSERTION_HEADER
} ngx_uptime_assertion_e;


typedef struct {
    int                            code;        /* CURLcode; 0 with stage   */
                                                /* DONE: a response         */
    int                            sys_errno;   /* of the connection, or 0  */
    ngx_uptime_stage_e             stage;
    ngx_uptime_own_e               own;         /* our trouble, not theirs  */
    ngx_uptime_dns_e               dns;
    ngx_uptime_tls_e               tls;
    ngx_uptime_assertion_e         assertion;
    ngx_uint_t                     asserted;    /* so many hold, then that  */
                                                /* one, or no further one   */
    ngx_uptime_push_e              push;

    ngx_uint_t                     http_status; /* 0: none                  */
    ngx_uint_t                     redirects;   /* followed                 */

    /* microseconds; -1: not reached.  Over all hops. */
    int64_t                        dns_us;
    int64_t                        connect_us;
    int64_t                        tls_us;
    int64_t                        ttfb_us;     /* request sent to first    */
                                                /* byte                     */
    int64_t                        total_us;
    int64_t                        waited_us;   /* for its turn, see gate.h; */
                                                /* not in any other         */

    int64_t                        cert_expires_at; /* seconds; 0: unknown  */
    uint64_t                       bytes;       /* of the last body         */

    unsigned                       keyword_found:1; /* dns: the record  */
    unsigned                       cut:1;       /* longer than we read      */
    unsigned                       blocked:1;   /* refused address or URL   */
    unsigned                       redirect_limit:1;
    unsigned                       inspected:1; /* assertion is known       */
} ngx_uptime_result_t;


#endif /* _NGX_UPTIME_RESULT_H_INCLUDED_ */
