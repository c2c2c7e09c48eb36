
#ifndef _NGX_UPTIME_FETCH_H_INCLUDED_
#define _NGX_UPTIME_FETCH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_addr.h"
#include "ngx_uptime_evidence.h"
#include "ngx_uptime_gate.h"
#include "ngx_uptime_guard.h"
#include "ngx_uptime_multi.h"
#include "ngx_uptime_resolve.h"
#include "ngx_uptime_result.h"
#include "ngx_uptime_tls.h"
#include "ngx_uptime_url.h"


/*
 * The guarded fetch: one HTTP request on behalf of a user, to public
 * addresses only, redirects included.  docs/address-guard.md has the layers.
 */

/* easy handles that wait for the next fetch, 6 KiB each */
#define NGX_UPTIME_FETCHER_SPARE  128


typedef struct ngx_uptime_fetcher_s  ngx_uptime_fetcher_t;
typedef struct ngx_uptime_fetch_s    ngx_uptime_fetch_t;

typedef void (*ngx_uptime_fetch_pt)(ngx_uptime_fetch_t *f);


/*
 * One for each process; lives until the process ends.  ca_file may be empty
 * (the system's).  policy and resolver must live as long.  NULL: logged.
 */
ngx_uptime_fetcher_t *ngx_uptime_fetcher_create(ngx_pool_t *pool,
    ngx_resolver_t *resolver, ngx_uptime_addr_policy_t *policy,
    ngx_str_t *ca_file, ngx_log_t *log);

/* Only when no fetch is left. */
void ngx_uptime_fetcher_destroy(ngx_uptime_fetcher_t *fr);


typedef struct {
    ngx_str_t                      url;
    ngx_str_t                      method;
    ngx_str_t                      headers;     /* "Name: value" lines      */
    ngx_str_t                      body;
    ngx_str_t                      keyword;     /* empty: none              */
    ngx_msec_t                     timeout;     /* all in all               */
    int64_t                        owner;       /* for its turn, see gate.h */
    ngx_msec_t                     patience;
    ngx_uint_t                     max_redirects;
    size_t                         max_body;    /* 0: NGX_UPTIME_MAX_FETCH  */
    int                            family;      /* AF_UNSPEC: any           */
    ngx_str_t                      tls_name;    /* empty: the URL's host    */
    ngx_uptime_fetch_pt            inspect;     /* NULL: nobody looks       */
    ngx_uptime_evidence_t         *evidence;    /* NULL: nobody wants any   */
    unsigned                       keep_body:1; /* for inspect              */
    unsigned                       follow:1;
    unsigned                       verify_tls:1;
    unsigned                       connect_only:1; /* tls://host:port       */
    unsigned                       ungated:1;   /* the asker has limits of  */
                                                /* its own                  */
    unsigned                       fresh:1;     /* its name not from memory */
    unsigned                       tls_resume:1; /* sessions of tls_scope   */
    int64_t                        tls_scope;   /* the monitor's id         */
} ngx_uptime_fetch_request_t;


/*
 * The request is copied.  The handler is called exactly once, later; the
 * fetch is destroyed when it returns.  NULL: no memory, no call.
 */
ngx_uptime_fetch_t *ngx_uptime_fetch(ngx_uptime_fetcher_t *fr,
    const ngx_uptime_fetch_request_t *request, ngx_uptime_fetch_pt handler,
    void *data);

/*
 * For inspect, which is called for the last response before the handler and
 * may set result.assertion: the n-th value of a field, NUL-terminated, or
 * NGX_DECLINED; and the body, as far as it was read.
 */
ngx_int_t ngx_uptime_fetch_header(ngx_uptime_fetch_t *f, const char *name,
    ngx_uint_t n, ngx_str_t *value);

#define ngx_uptime_fetch_body(f)  (&(f)->kept)

/* The handler will not be called, the fetch is destroyed. */
void ngx_uptime_fetch_cancel(ngx_uptime_fetch_t *f);


struct ngx_uptime_fetcher_s {
    ngx_uptime_poll_t             *poll;
    ngx_uptime_multi_t            *multi;
    ngx_uptime_resolver_t         *resolver;
    ngx_uptime_gate_t             *gate;
    ngx_uptime_addr_policy_t      *policy;
    ngx_uptime_tls_t               tls;
    CURL                          *spare[NGX_UPTIME_FETCHER_SPARE];
    ngx_uint_t                     nspare;
    ngx_pool_t                    *pools[NGX_UPTIME_FETCHER_SPARE];
    ngx_uint_t                     npools;
    ngx_log_t                     *log;
};


struct ngx_uptime_fetch_s {
    ngx_uptime_result_t            result;
    void                          *data;

    /* the rest is private to src/fetch */

    ngx_uptime_fetcher_t          *fetcher;
    ngx_pool_t                    *pool;
    ngx_uptime_fetch_pt            handler;
    ngx_uptime_fetch_request_t     request;
    ngx_event_t                    event;
    int64_t                        started;     /* microseconds, monotonic  */

    /* of the current hop */
    ngx_uptime_url_t               url;
    ngx_str_t                      name;        /* whose certificate        */
    u_char                        *text;        /* the URL for libcurl      */
    ngx_uptime_resolve_t           resolve;
    ngx_uptime_pass_t              pass;
    int64_t                        waiting;     /* since                    */
    ngx_uptime_transfer_t          transfer;
    ngx_uptime_tls_peer_t          tls;
    CURLSH                        *share;
    struct curl_slist             *headers;
    struct curl_slist             *pin;
    int64_t                        hop_started;
    int                            open_errno;
    u_char                        *tail;        /* of what was searched     */
    size_t                         tail_len;
    ngx_str_t                      kept;        /* of the body              */
    size_t                         kept_size;
    size_t                         wire;        /* with transfer encoding   */
    ngx_uint_t                     pieces;      /* of the body              */
    size_t                         head_bytes;
    ngx_uint_t                     head_lines;
    off_t                          head_length; /* NGX_ERROR: not said      */
    int64_t                        opened;      /* by libcurl               */
    int64_t                        tls_started; /* 0: not yet               */
    unsigned                       refused:1;   /* by the socket callback   */
    unsigned                       leaving:1;   /* a redirect, followed     */
    unsigned                       foreign:1;   /* not the first origin     */
    unsigned                       begun:1;     /* a body byte was seen     */
    unsigned                       headed:1;    /* a whole head was seen    */
    unsigned                       malformed:1; /* no HTTP, says our code   */
    unsigned                       switched:1;  /* status 101               */
    char                           error[CURL_ERROR_SIZE];
};


/* Between the files of the fetch. */

/* Waits for its turn at the addresses that were found, then connects. */
void ngx_uptime_fetch_turn(ngx_uptime_fetch_t *f);

/* ms until the deadline */
ngx_int_t ngx_uptime_fetch_left(ngx_uptime_fetch_t *f);

/* Tells the asker and destroys. */
void ngx_uptime_fetch_finish(ngx_uptime_fetch_t *f);

/* NGX_OK: curl has the hop; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_fetch_hop_open(ngx_uptime_fetch_t *f, long msec);

/* As new; NULL: no memory. */
CURL *ngx_uptime_fetcher_easy(ngx_uptime_fetcher_t *fr);

/* Takes it back out of libcurl's hands; keep: another fetch may use it. */
void ngx_uptime_fetcher_release(ngx_uptime_fetcher_t *fr, CURL *easy,
    ngx_uint_t keep);

/* An empty pool for one fetch; NULL: no memory. */
ngx_pool_t *ngx_uptime_fetcher_pool(ngx_uptime_fetcher_t *fr);

/* Takes it back; nothing in it has a cleanup.  keep: there are no secrets. */
void ngx_uptime_fetcher_pool_release(ngx_uptime_fetcher_t *fr,
    ngx_pool_t *pool, ngx_uint_t keep);

/* Of an easy handle that is new; msec: all that is left. */
ngx_int_t ngx_uptime_fetch_options(ngx_uptime_fetch_t *f, long msec);

/* Sets name and text of the hop; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_fetch_name(ngx_uptime_fetch_t *f);

/* A "Host: " line, if libcurl's would be wrong; otherwise NGX_DECLINED. */
ngx_int_t ngx_uptime_fetch_name_host(ngx_uptime_fetch_t *f, ngx_str_t *line);

/*
 * Where a redirect leads; relative to f->url.  NGX_DECLINED: nowhere;
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_fetch_location(ngx_uptime_fetch_t *f,
    ngx_str_t *location);

/* Adds a piece of the body; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_fetch_keep(ngx_uptime_fetch_t *f, u_char *p, size_t len);

/* CURLOPT_WRITEFUNCTION */
size_t ngx_uptime_fetch_hop_body(char *p, size_t size, size_t n, void *data);

/*
 * "tls://host:port", any port but those of databases, as libcurl has to see
 * it.
 */
ngx_uptime_url_err_e ngx_uptime_fetch_service(ngx_pool_t *pool,
    const ngx_str_t *text, ngx_uptime_url_t *url);

/* Adds what the hop saw to the result. */
void ngx_uptime_fetch_hop_collect(ngx_uptime_fetch_t *f);

/* The same for what watches over the hop's head and its noise. */
ngx_int_t ngx_uptime_fetch_head_open(ngx_uptime_fetch_t *f);

/* libcurl's code, corrected by what was seen. */
CURLcode ngx_uptime_fetch_head_code(ngx_uptime_fetch_t *f, CURLcode code);

/* Frees everything of the hop; accepts a half-built one. */
void ngx_uptime_fetch_hop_close(ngx_uptime_fetch_t *f);

int64_t ngx_uptime_fetch_clock(void);


#endif /* _NGX_UPTIME_FETCH_H_INCLUDED_ */
