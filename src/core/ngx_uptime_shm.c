
/*
 * The shared memory zone.  It is created by the master and used by checkers,
 * which note their starts here: a crashed helper is restarted at once and
 * without end, so the next one must know.  Only shpool->mutex is used, the
 * one lock that the master releases for a process that died with it.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_shm.h"


/* one process must run this long before its start is forgiven */
#define NGX_UPTIME_SHM_WINDOW     10000

#define NGX_UPTIME_SHM_DELAY_MIN  1000
#define NGX_UPTIME_SHM_DELAY_MAX  30000


typedef struct {
    ngx_msec_t                     start[NGX_UPTIME_SHM_STARTS];
    ngx_uint_t                     n;          /* starts ever noted      */
    ngx_msec_t                     delay;      /* of the newest of them  */
} ngx_uptime_shm_t;


static ngx_int_t ngx_uptime_shm_init(ngx_shm_zone_t *zone, void *data);
static ngx_msec_t ngx_uptime_shm_delay(ngx_uptime_shm_t *shm,
    ngx_msec_t now);


ngx_shm_zone_t *
ngx_uptime_shm_add(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    ngx_str_set(&name, "uptime");

    /* the slab allocator needs eight pages to be of any use */

    zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, tag);
    if (zone == NULL) {
        return NULL;
    }

    zone->init = ngx_uptime_shm_init;

    return zone;
}


ngx_msec_t
ngx_uptime_shm_start(ngx_shm_zone_t *zone)
{
    ngx_msec_t         now, delay;
    ngx_slab_pool_t   *shpool;
    ngx_uptime_shm_t  *shm;

    shm = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    now = ngx_current_msec;

    ngx_shmtx_lock(&shpool->mutex);

    delay = ngx_uptime_shm_delay(shm, now);

    shm->start[shm->n++ % NGX_UPTIME_SHM_STARTS] = now;
    shm->delay = delay;

    ngx_shmtx_unlock(&shpool->mutex);

    return delay;
}


/* The delay for a start at "now", which is not in the ring yet. */

static ngx_msec_t
ngx_uptime_shm_delay(ngx_uptime_shm_t *shm, ngx_msec_t now)
{
    ngx_uint_t  burst;
    ngx_msec_t  last, first;

    burst = NGX_UPTIME_SHM_STARTS / 2;

    if (shm->n < burst) {
        return 0;
    }

    last = shm->start[(shm->n - 1) % NGX_UPTIME_SHM_STARTS];

    /*
     * The last one waited before it worked, which is not a sign of health:
     * without this the delays themselves would end the burst.
     */

    if (shm->delay && now - last < NGX_UPTIME_SHM_WINDOW + shm->delay) {
        return ngx_min(shm->delay * 2, NGX_UPTIME_SHM_DELAY_MAX);
    }

    first = shm->start[(shm->n - burst) % NGX_UPTIME_SHM_STARTS];

    return (now - first < NGX_UPTIME_SHM_WINDOW) ? NGX_UPTIME_SHM_DELAY_MIN
                                                 : 0;
}


static ngx_int_t
ngx_uptime_shm_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t   *shpool;
    ngx_uptime_shm_t  *shm;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    shm = ngx_slab_calloc(shpool, sizeof(ngx_uptime_shm_t));
    if (shm == NULL) {
        return NGX_ERROR;
    }

    shpool->data = shm;
    zone->data = shm;

    return NGX_OK;
}
