
#ifndef _NGX_UPTIME_PROBE_H_INCLUDED_
#define _NGX_UPTIME_PROBE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_fetch.h"
#include "ngx_uptime_outcome.h"
#include "ngx_uptime_pg.h"
#include "ngx_uptime_target.h"


/*
 * One try of one target, whatever its kind.  A kind is one file with two
 * functions and a row in ngx_uptime_kinds[].
 */

typedef struct ngx_uptime_probe_s  ngx_uptime_probe_t;

typedef void (*ngx_uptime_probe_pt)(ngx_uptime_probe_t *p);


/* What the probes of a process share; lives until the process ends. */

typedef struct {
    ngx_uptime_fetcher_t          *fetcher;
    ngx_uptime_pg_pool_t          *pg;          /* push; NULL: not there    */
    void                          *push;        /* private to its file      */
    ngx_log_t                     *log;
} ngx_uptime_prober_t;


/* The asker's memory; it and the target stay until the handler or cancel. */

struct ngx_uptime_probe_s {
    /* set by the asker */
    const ngx_uptime_target_t     *target;
    int64_t                        owner;       /* for its turn, see gate.h */
    ngx_msec_t                     patience;
    ngx_uptime_evidence_t         *evidence;    /* NULL: nobody wants any   */
    ngx_uptime_probe_pt            handler;
    void                          *data;
    unsigned                       ungated:1;   /* waits for no turn        */
    unsigned                       fresh:1;     /* fetches: name not from   */
                                                /* the resolver's memory    */

    ngx_uptime_result_t            result;      /* for the handler          */

    /* private */
    ngx_uptime_prober_t           *prober;
    void                          *work;        /* the kind's; NULL: none   */
};


typedef struct {
    ngx_str_t                      name;        /* "http", of the API       */
    ngx_uint_t                     places;      /* of uptime_max_checks:    */
                                                /* two descriptors each     */

    /*
     * NGX_OK: ngx_uptime_probe_done() will be called once, later, and never
     * from inside.  NGX_ERROR: no memory, no call.
     */
    ngx_int_t                    (*start)(ngx_uptime_probe_t *p);

    /* Frees p->work; there will be no call. */
    void                         (*cancel)(ngx_uptime_probe_t *p);
} ngx_uptime_kind_t;


/* by ngx_uptime_kind_e */
extern const ngx_uptime_kind_t *const  ngx_uptime_kinds[];

extern const ngx_uptime_kind_t  ngx_uptime_kind_http;
extern const ngx_uptime_kind_t  ngx_uptime_kind_tcp;
extern const ngx_uptime_kind_t  ngx_uptime_kind_tls;
extern const ngx_uptime_kind_t  ngx_uptime_kind_dns;
extern const ngx_uptime_kind_t  ngx_uptime_kind_icmp;
extern const ngx_uptime_kind_t  ngx_uptime_kind_push;

/* whatever its kind, if its secret cannot be opened: ends at once */
extern const ngx_uptime_kind_t  ngx_uptime_kind_locked;


/*
 * The handler is called exactly once, later, unless the probe is cancelled
 * before.  NGX_ERROR: no memory, no call.
 */
ngx_int_t ngx_uptime_probe(ngx_uptime_prober_t *pr, ngx_uptime_probe_t *p);

/* Nothing if the probe is not running. */
void ngx_uptime_probe_cancel(ngx_uptime_probe_t *p);

/* For kinds: p->result is complete and p->work is freed. */
void ngx_uptime_probe_done(ngx_uptime_probe_t *p);

/* For kinds: the family of addresses that the target wants. */
int ngx_uptime_probe_family(const ngx_uptime_target_t *t);

/*
 * For kinds that are a guarded fetch: fills the request with what they share,
 * and starts it; the last one is their cancel.  As a kind's start.
 */
void ngx_uptime_probe_request(const ngx_uptime_probe_t *p,
    ngx_uptime_fetch_request_t *request);
ngx_int_t ngx_uptime_probe_fetch(ngx_uptime_probe_t *p,
    const ngx_uptime_fetch_request_t *request);
void ngx_uptime_probe_fetch_cancel(ngx_uptime_probe_t *p);

/* The verdict on a finished probe. */
ngx_uptime_outcome_t ngx_uptime_probe_outcome(const ngx_uptime_probe_t *p);


#endif /* _NGX_UPTIME_PROBE_H_INCLUDED_ */
