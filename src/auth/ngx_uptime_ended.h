
#ifndef _NGX_UPTIME_ENDED_H_INCLUDED_
#define _NGX_UPTIME_ENDED_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_pg.h"


/*
 * Sessions that have ended while access tokens of theirs may still be valid.
 * Each worker asks the database once a second, so that such a token is
 * refused on every node within two seconds.
 */

typedef struct ngx_uptime_ended_s  ngx_uptime_ended_t;


/* pg must live longer.  NULL: no memory. */
ngx_uptime_ended_t *ngx_uptime_ended_create(ngx_uptime_pg_pool_t *pg,
    ngx_log_t *log);
void ngx_uptime_ended_destroy(ngx_uptime_ended_t *ended);

/* 1: it has ended. */
ngx_uint_t ngx_uptime_ended(ngx_uptime_ended_t *ended, int64_t session);


#endif /* _NGX_UPTIME_ENDED_H_INCLUDED_ */
