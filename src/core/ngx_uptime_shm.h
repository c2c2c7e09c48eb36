
#ifndef _NGX_UPTIME_SHM_H_INCLUDED_
#define _NGX_UPTIME_SHM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * A small shared memory zone, kept over reloads.  It remembers when checkers
 * were started, because the master restarts a crashed helper at once and
 * without end.
 */

#define NGX_UPTIME_SHM_STARTS  8


/*
 * Adds the zone at configuration time; tag is the module's address.
 * NULL: error, logged.
 */
ngx_shm_zone_t *ngx_uptime_shm_add(ngx_conf_t *cf, void *tag);

/*
 * Notes a start of a checker now and returns how long this one must wait
 * before its first work, in milliseconds: 0, or after
 * NGX_UPTIME_SHM_STARTS / 2 starts within 10 s a delay that doubles from 1 s
 * up to 30 s.
 */
ngx_msec_t ngx_uptime_shm_start(ngx_shm_zone_t *zone);


#endif /* _NGX_UPTIME_SHM_H_INCLUDED_ */
