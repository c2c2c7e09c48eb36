
#ifndef _NGX_UPTIME_DGRAM_H_INCLUDED_
#define _NGX_UPTIME_DGRAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_fetch.h"


#define NGX_UPTIME_DGRAM_TRIES  5


typedef struct ngx_uptime_dgram_s  ngx_uptime_dgram_t;
typedef struct ngx_uptime_try_s    ngx_uptime_try_t;


/* One question that was sent, and its socket. */

struct ngx_uptime_try_s {
    ngx_uptime_dgram_t            *dgram;
    ngx_uptime_watch_t             watch;
    const ngx_uptime_sockaddr_t   *addr;
    ngx_uint_t                     n;           /* 0, 1, ...                */
    int64_t                        sent;        /* microseconds, monotonic  */
    uint16_t                       id;          /* the asker's              */
    unsigned                       open:1;
};


/* The asker's memory, zeroed; it must stay until it is closed. */

struct ngx_uptime_dgram_s {
    /* set by the asker */
    ngx_uptime_fetcher_t          *fetcher;
    const ngx_uptime_sockaddr_t   *addrs;       /* NGX_UPTIME_MAX_ADDRS     */
    ngx_uint_t                     naddrs;
    ngx_uint_t                     max;         /* tries                    */
    ngx_msec_t                     pause;       /* between them             */
    int                            protocol4;
    int                            protocol6;
    unsigned                       doubling:1;  /* the pause                */
    unsigned                       trusted:1;   /* addresses of our own     */
                                                /* configuration            */

    /* Sends; NGX_ERROR: see errno. */
    ngx_int_t                    (*send)(ngx_uptime_try_t *t);

    /* There is something, or an error, to be read. */
    void                         (*read)(ngx_uptime_try_t *t);

    /* No address is left; err and own tell why. */
    void                         (*failed)(ngx_uptime_dgram_t *d);

    void                          *data;

    /* for failed */
    ngx_err_t                      err;
    ngx_uptime_own_e               own;
    unsigned                       blocked:1;
    unsigned                       no_socket:1; /* the kernel gave none     */

    /* private */
    ngx_uint_t                     ntries;
    ngx_uint_t                     next;        /* address                  */
    uint32_t                       bad;         /* addresses, bits          */
    ngx_event_t                    timer;
    ngx_uptime_try_t               tries[NGX_UPTIME_DGRAM_TRIES];
};


/* The first try; failed() may be called from inside, and ends it. */
void ngx_uptime_dgram_start(ngx_uptime_dgram_t *d);

/*
 * For read: bytes, or NGX_ERROR: nothing, or an error, which has refused the
 * address; the asker may be gone then.
 */
ssize_t ngx_uptime_dgram_recv(ngx_uptime_try_t *t, u_char *buf, size_t size);

/*
 * This address will not do: the next one, at once, or failed().  err: of the
 * socket; 0: whatever, not our own.
 */
void ngx_uptime_dgram_refuse(ngx_uptime_try_t *t, ngx_err_t err);

/* Closes all sockets; there will be no call. */
void ngx_uptime_dgram_close(ngx_uptime_dgram_t *d);


#endif /* _NGX_UPTIME_DGRAM_H_INCLUDED_ */
