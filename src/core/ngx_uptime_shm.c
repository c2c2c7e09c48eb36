
/*
 * The shared memory zone.  It is created by the master and used by checkers,
 * which note their runs here.  It dies with the master, so that all pids in
 * it are of its own helpers.  Only shpool->mutex is used, the one lock that
 * the master releases for a process that died with it.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_shm.h"


/* one process must run this long before its start is forgiven */
#define NGX_UPTIME_SHM_WINDOW     10000

#define NGX_UPTIME_SHM_DELAY_MIN  1000
#define NGX_UPTIME_SHM_DELAY_MAX  30000


typedef struct {
    ngx_pid_t                      pid;        /* 0: none                   */
    ngx_msec_t                     start;
    int64_t                        checker;    /* 0: holds no leases        */
    ngx_uint_t                     ended;      /* in order                  */
} ngx_uptime_shm_run_t;


typedef struct {
    ngx_uptime_shm_run_t           run[NGX_UPTIME_SHM_RUNS];
    ngx_uint_t                     n;          /* runs ever noted           */
    ngx_msec_t                     delay;      /* of the newest of them     */
} ngx_uptime_shm_t;


static ngx_int_t ngx_uptime_shm_init(ngx_shm_zone_t *zone, void *data);
static ngx_msec_t ngx_uptime_shm_delay(ngx_uptime_shm_t *shm,
    ngx_msec_t now);
static ngx_uint_t ngx_uptime_shm_is_dead(ngx_uptime_shm_run_t *run);
static ngx_uptime_shm_run_t *ngx_uptime_shm_own(ngx_uptime_shm_t *shm);


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
    ngx_msec_t             now, delay;
    ngx_slab_pool_t       *shpool;
    ngx_uptime_shm_t      *shm;
    ngx_uptime_shm_run_t  *run;

    shm = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    now = ngx_current_msec;

    ngx_shmtx_lock(&shpool->mutex);

    delay = ngx_uptime_shm_delay(shm, now);

    run = &shm->run[shm->n++ % NGX_UPTIME_SHM_RUNS];

    run->pid = ngx_pid;
    run->start = now;
    run->checker = 0;
    run->ended = 0;

    shm->delay = delay;

    ngx_shmtx_unlock(&shpool->mutex);

    return delay;
}


/* The delay for a start at "now", which is not noted yet. */

static ngx_msec_t
ngx_uptime_shm_delay(ngx_uptime_shm_t *shm, ngx_msec_t now)
{
    ngx_uint_t             i, crashes;
    ngx_uptime_shm_run_t  *run;

    crashes = 0;

    for (i = 0; i < NGX_UPTIME_SHM_RUNS; i++) {
        run = &shm->run[i];

        crashes += (ngx_uptime_shm_is_dead(run) && !run->ended
                    && now - run->start < NGX_UPTIME_SHM_WINDOW);
    }

    /*
     * The last one waited before it worked, which is not a sign of health:
     * without this the delays themselves would end the burst.
     */

    if (shm->delay) {
        run = &shm->run[(shm->n - 1) % NGX_UPTIME_SHM_RUNS];

        if (ngx_uptime_shm_is_dead(run) && !run->ended
            && now - run->start < NGX_UPTIME_SHM_WINDOW + shm->delay)
        {
            return ngx_min(shm->delay * 2, NGX_UPTIME_SHM_DELAY_MAX);
        }
    }

    return (crashes >= NGX_UPTIME_SHM_RUNS / 2) ? NGX_UPTIME_SHM_DELAY_MIN : 0;
}


/*
 * The master waits for a helper before it starts the next one, so a crashed
 * one is gone by now.  A number in use, whoever has it, counts as alive: that
 * is the safe side.
 */

static ngx_uint_t
ngx_uptime_shm_is_dead(ngx_uptime_shm_run_t *run)
{
    if (run->pid == 0) {
        return 0;
    }

    return run->pid == ngx_pid || (kill(run->pid, 0) == -1
                                   && ngx_errno == NGX_ESRCH);
}


ngx_uint_t
ngx_uptime_shm_dead(ngx_shm_zone_t *zone, int64_t *ids)
{
    ngx_uint_t             i, n;
    ngx_slab_pool_t       *shpool;
    ngx_uptime_shm_t      *shm;
    ngx_uptime_shm_run_t  *run, *own;

    shm = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    n = 0;

    ngx_shmtx_lock(&shpool->mutex);

    own = ngx_uptime_shm_own(shm);

    for (i = 0; i < NGX_UPTIME_SHM_RUNS; i++) {
        run = &shm->run[i];

        if (run != own && run->checker && ngx_uptime_shm_is_dead(run)) {
            ids[n++] = run->checker;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return n;
}


void
ngx_uptime_shm_checker(ngx_shm_zone_t *zone, int64_t id, const int64_t *dead,
    ngx_uint_t n)
{
    ngx_uint_t             i, k;
    ngx_slab_pool_t       *shpool;
    ngx_uptime_shm_t      *shm;
    ngx_uptime_shm_run_t  *own;

    shm = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_UPTIME_SHM_RUNS; i++) {
        for (k = 0; k < n; k++) {
            if (shm->run[i].checker == dead[k]) {
                shm->run[i].checker = 0;
            }
        }
    }

    own = ngx_uptime_shm_own(shm);

    if (own != NULL) {
        own->checker = id;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


void
ngx_uptime_shm_end(ngx_shm_zone_t *zone, ngx_uint_t left)
{
    ngx_slab_pool_t       *shpool;
    ngx_uptime_shm_t      *shm;
    ngx_uptime_shm_run_t  *own;

    shm = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    own = ngx_uptime_shm_own(shm);

    if (own != NULL) {
        own->ended = 1;

        if (left) {
            own->checker = 0;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


/* The newest run with this pid; NULL: without a master nothing is noted. */

static ngx_uptime_shm_run_t *
ngx_uptime_shm_own(ngx_uptime_shm_t *shm)
{
    ngx_uint_t             i;
    ngx_uptime_shm_run_t  *run;

    for (i = 1; i <= NGX_UPTIME_SHM_RUNS && i <= shm->n; i++) {
        run = &shm->run[(shm->n - i) % NGX_UPTIME_SHM_RUNS];

        if (run->pid == ngx_pid) {
            return run;
        }
    }

    return NULL;
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
