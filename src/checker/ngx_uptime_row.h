
#ifndef _NGX_UPTIME_ROW_H_INCLUDED_
#define _NGX_UPTIME_ROW_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_outcome.h"


#define NGX_UPTIME_WRITER_ROWS  1000            /* of one batch             */


/* One result; no texts, so that many can wait while the database is away. */

typedef struct {
    int64_t                        monitor;
    int64_t                        epoch;
    int64_t                        revision;    /* of the monitor           */
    int64_t                        slot;        /* ms                       */
    int64_t                        checked_at;  /* ms, the start            */
    int64_t                        status_since; /* ms                      */
    int64_t                        told_since;  /* ms; 0: never told        */
    int64_t                        before;      /* with event: how long the */
                                                /* former status was told,  */
                                                /* ms; -1: nothing was      */
    int64_t                        cert;        /* s; 0: none               */
    int32_t                        total_us;    /* -1: none, as all times   */
    int32_t                        dns_us;
    int32_t                        connect_us;
    int32_t                        tls_us;
    int32_t                        ttfb_us;
    int16_t                        http_status; /* 0: none                  */
    int16_t                        attempt;
    int16_t                        fails;
    uint8_t                        shard;
    uint8_t                        outcome;     /* ngx_uptime_status_e      */
    uint8_t                        cause;       /* ngx_uptime_cause_e       */
    uint8_t                        status;
    uint8_t                        told;
    uint8_t                        event;       /* PENDING: none            */
    uint8_t                        was;         /* with event: told before  */
} ngx_uptime_row_t;


#endif /* _NGX_UPTIME_ROW_H_INCLUDED_ */
