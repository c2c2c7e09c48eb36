
#ifndef _NGX_UPTIME_OUTCOME_H_INCLUDED_
#define _NGX_UPTIME_OUTCOME_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_result.h"
#include "ngx_uptime_status.h"


/* Of a check and, with PENDING, of a monitor. */

typedef enum {
    NGX_UPTIME_PENDING = 0,
    NGX_UPTIME_UP,
    NGX_UPTIME_DEGRADED,
    NGX_UPTIME_DOWN,
    NGX_UPTIME_UNKNOWN
} ngx_uptime_status_e;


typedef enum {
    NGX_UPTIME_CAUSE_NONE = 0,

    /* down */
    NGX_UPTIME_CAUSE_DNS_NOT_FOUND,
    NGX_UPTIME_CAUSE_DNS_TIMEOUT,
    NGX_UPTIME_CAUSE_DNS_FAILURE,
    NGX_UPTIME_CAUSE_CONNECT_REFUSED,
    NGX_UPTIME_CAUSE_CONNECT_TIMEOUT,
    NGX_UPTIME_CAUSE_CONNECT_UNREACHABLE,
    NGX_UPTIME_CAUSE_TLS_EXPIRED,
    NGX_UPTIME_CAUSE_TLS_HOSTNAME,
    NGX_UPTIME_CAUSE_TLS_UNTRUSTED,
    NGX_UPTIME_CAUSE_TLS_HANDSHAKE,
    NGX_UPTIME_CAUSE_TIMEOUT,
    NGX_UPTIME_CAUSE_RESET,
    NGX_UPTIME_CAUSE_PROTOCOL,
    NGX_UPTIME_CAUSE_HTTP_STATUS,
    NGX_UPTIME_CAUSE_KEYWORD,
    NGX_UPTIME_CAUSE_JSON,
    NGX_UPTIME_CAUSE_HEADER,
    NGX_UPTIME_CAUSE_CERT_DAYS,
    NGX_UPTIME_CAUSE_DNS_VALUE,
    NGX_UPTIME_CAUSE_REDIRECT_LIMIT,
    NGX_UPTIME_CAUSE_UPSIDE_DOWN,               /* a success, unexpected    */
    NGX_UPTIME_CAUSE_BLOCKED_ADDRESS,
    NGX_UPTIME_CAUSE_PUSH_MISSED,
    NGX_UPTIME_CAUSE_PUSH_FAILED,

    /* unknown */
    NGX_UPTIME_CAUSE_OWN_RESOURCES,
    NGX_UPTIME_CAUSE_OWN_NETWORK,
    NGX_UPTIME_CAUSE_OWN_OVERLOAD,
    NGX_UPTIME_CAUSE_PUSH_WAITING,

    /* degraded */
    NGX_UPTIME_CAUSE_SLOW,

    NGX_UPTIME_CAUSE_N
} ngx_uptime_cause_e;


/* what the monitor expects */

typedef struct {
    ngx_uptime_status_ranges_t     statuses;    /* of HTTP                  */
    int64_t                        degraded_us; /* 0: never                 */
    time_t                         cert_until;  /* the certificate has to   */
                                                /* be good until then;      */
                                                /* 0: does not matter       */
    unsigned                       any_status:1; /* there is none           */
    unsigned                       dns:1;       /* the keyword is a record  */
    unsigned                       keyword:1;   /* must be there, or        */
    unsigned                       absent:1;    /* (with keyword) must not  */
    unsigned                       upside_down:1;
} ngx_uptime_expect_t;


typedef struct {
    ngx_uptime_status_e            status;
    ngx_uptime_cause_e             cause;
} ngx_uptime_outcome_t;


/* Pure. */
ngx_uptime_outcome_t ngx_uptime_outcome(const ngx_uptime_result_t *result,
    const ngx_uptime_expect_t *expect);


/* a monitor's state */

typedef struct {
    ngx_uptime_status_e            status;
    ngx_uptime_status_e            told;        /* last definite status, or */
                                                /* PENDING: none yet        */
    ngx_uint_t                     fails;       /* in a row                 */
} ngx_uptime_state_t;


/*
 * Pure: moves the state by one outcome.  Returns what people are to be told:
 * UP, DEGRADED, DOWN, or PENDING for nothing.
 */
ngx_uptime_status_e ngx_uptime_evaluate(ngx_uptime_state_t *state,
    ngx_uptime_status_e outcome, ngx_uint_t threshold);


/* "up", ...; names of the database and the API */
const char *ngx_uptime_status_name(ngx_uptime_status_e status);

/* NULL for none */
const char *ngx_uptime_cause_name(ngx_uptime_cause_e cause);

/* PENDING for anything that is not a name */
ngx_uptime_status_e ngx_uptime_status_value(const ngx_str_t *name);


#endif /* _NGX_UPTIME_OUTCOME_H_INCLUDED_ */
