
#ifndef _NGX_UPTIME_SHM_H_INCLUDED_
#define _NGX_UPTIME_SHM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * A small shared memory zone, kept over reloads.  It remembers the last runs
 * of checkers below this master: the master restarts a crashed helper at once
 * and without end, and the next one may inherit what the dead one held.
 */

#define NGX_UPTIME_SHM_RUNS  8


/*
 * Adds the zone at configuration time; tag is the module's address.
 * NULL: error, logged.
 */
ngx_shm_zone_t *ngx_uptime_shm_add(ngx_conf_t *cf, void *tag);

/*
 * Notes that this process starts now and returns how long it must wait
 * before its first work, in milliseconds: 0, or after NGX_UPTIME_SHM_RUNS / 2
 * crashes of runs that began within 10 s a delay that doubles from 1 s up to
 * 30 s.
 */
ngx_msec_t ngx_uptime_shm_start(ngx_shm_zone_t *zone);

/*
 * The checkers that processes which are dead were registered as, into
 * ids[NGX_UPTIME_SHM_RUNS]; returns how many.  A process whose number was
 * given to another one in the meantime is not among them.
 */
ngx_uint_t ngx_uptime_shm_dead(ngx_shm_zone_t *zone, int64_t *ids);

/* This process is registered as "id", and the heir of n dead ones. */
void ngx_uptime_shm_checker(ngx_shm_zone_t *zone, int64_t id,
    const int64_t *dead, ngx_uint_t n);

/*
 * This process ends in order, which is no crash; left: it holds nothing any
 * more.
 */
void ngx_uptime_shm_end(ngx_shm_zone_t *zone, ngx_uint_t left);


#endif /* _NGX_UPTIME_SHM_H_INCLUDED_ */
