
#ifndef _NGX_UPTIME_DNS_STREAM_H_INCLUDED_
#define _NGX_UPTIME_DNS_STREAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_connect.h"
#include "ngx_uptime_dns_message.h"


typedef struct ngx_uptime_dns_stream_s  ngx_uptime_dns_stream_t;

typedef void (*ngx_uptime_dns_stream_pt)(ngx_uptime_dns_stream_t *s);


/* The asker's memory, zeroed; it must stay until it is closed. */

struct ngx_uptime_dns_stream_s {
    /* set by the asker */
    ngx_uptime_fetcher_t          *fetcher;
    ngx_pool_t                    *pool;
    ngx_msec_t                     timeout;
    ngx_uptime_dns_stream_pt       handler;
    void                          *data;
    u_char                         query[2 + NGX_UPTIME_DNS_QUERY];
    size_t                         len;         /* without the first two    */
    uint16_t                       id;
    unsigned                       trusted:1;   /* address of our own conf  */

    /* NULL: connect has what was in the way, or it was closed too early */
    u_char                        *answer;
    size_t                         size;

    /* private */
    ngx_uptime_connect_t           connect;
    size_t                         sent;
    size_t                         got;
    u_char                         head[2];
};


/* Asks over TCP; the handler is called once, maybe from inside. */
void ngx_uptime_dns_stream_start(ngx_uptime_dns_stream_t *s,
    const ngx_uptime_sockaddr_t *server);

/* 1: started and not closed */
ngx_uint_t ngx_uptime_dns_stream_busy(const ngx_uptime_dns_stream_t *s);

/* There will be no call. */
void ngx_uptime_dns_stream_close(ngx_uptime_dns_stream_t *s);


#endif /* _NGX_UPTIME_DNS_STREAM_H_INCLUDED_ */
