
/*
 * Counters in shared memory: added to without a lock, because each is a word
 * of its own.  A process has one slot for its gauges in each of its roles;
 * who takes one does that under the zone's mutex.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_stats.h"


#define NGX_UPTIME_STATS_SLOTS  256
#define NGX_UPTIME_STATS_OLD    30              /* s without a sign of life */


typedef struct {
    ngx_pid_t                      pid;         /* 0: free                  */
    ngx_uptime_role_e              role;
    time_t                         seen;
    uint64_t                       gauge[NGX_UPTIME_GAUGE_N];
} ngx_uptime_stats_slot_t;


typedef struct {
    ngx_atomic_t                   count[NGX_UPTIME_STAT_N];
    ngx_uptime_stats_slot_t        slot[NGX_UPTIME_STATS_SLOTS];
} ngx_uptime_stats_t;


static ngx_int_t ngx_uptime_stats_init(ngx_shm_zone_t *zone, void *data);
static ngx_uptime_stats_slot_t *ngx_uptime_stats_slot(ngx_uptime_role_e role);
static ngx_uint_t ngx_uptime_stats_lives(const ngx_uptime_stats_slot_t *slot);
static uint64_t ngx_uptime_stats_us(const struct timeval *tv);


static ngx_uptime_stats_t  *ngx_uptime_stats;
static ngx_slab_pool_t     *ngx_uptime_stats_pool;


ngx_shm_zone_t *
ngx_uptime_stats_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    ngx_str_set(&name, "uptime_stats");

    zone = ngx_shared_memory_add(cf, &name, sizeof(ngx_uptime_stats_t)
                                            + 8 * ngx_pagesize, tag);
    if (zone != NULL) {
        zone->init = ngx_uptime_stats_init;
    }

    return zone;
}


static ngx_int_t
ngx_uptime_stats_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (!zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool, sizeof(ngx_uptime_stats_t));
    }

    zone->data = shpool->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}


void
ngx_uptime_stats_attach(ngx_shm_zone_t *zone)
{
    ngx_uptime_stats = zone->data;
    ngx_uptime_stats_pool = (ngx_slab_pool_t *) zone->shm.addr;
}


void
ngx_uptime_stats_add(ngx_uint_t stat, uint64_t n)
{
    if (ngx_uptime_stats != NULL && n) {
        (void) ngx_atomic_fetch_add(&ngx_uptime_stats->count[stat],
                                    (ngx_atomic_int_t) n);
    }
}


uint64_t
ngx_uptime_stats_get(ngx_uint_t stat)
{
    return ngx_uptime_stats ? ngx_uptime_stats->count[stat] : 0;
}


void
ngx_uptime_stats_lag(ngx_uint_t stat, ngx_msec_t ms)
{
    ngx_uint_t  i;

    for (i = 0; ms > ngx_uptime_lag_bounds[i]; i++) { /* void */ }

    ngx_uptime_stats_add(stat + i, 1);
    ngx_uptime_stats_add(stat + NGX_UPTIME_LAG_N, ms);
}


void
ngx_uptime_stats_grow(ngx_uint_t stat, uint64_t value, uint64_t *last)
{
    ngx_uptime_stats_add(stat, value - *last);
    *last = value;
}


uint64_t *
ngx_uptime_stats_gauges(ngx_uptime_role_e role, uint64_t *cpu)
{
    struct rusage             ru;
    ngx_uptime_stats_slot_t  *slot;

    static uint64_t           nowhere[NGX_UPTIME_GAUGE_N];

    slot = ngx_uptime_stats_slot(role);

    if (slot == NULL) {
        return nowhere;
    }

    slot->seen = ngx_time();

    if (getrusage(RUSAGE_SELF, &ru) == 0) {
        ngx_uptime_stats_grow(NGX_UPTIME_STAT_CPU + role,
                              ngx_uptime_stats_us(&ru.ru_utime)
                              + ngx_uptime_stats_us(&ru.ru_stime), cpu);

        slot->gauge[NGX_UPTIME_GAUGE_MEMORY] = (uint64_t) ru.ru_maxrss * 1024;
    }

    return slot->gauge;
}


static uint64_t
ngx_uptime_stats_us(const struct timeval *tv)
{
    return (uint64_t) tv->tv_sec * 1000000 + tv->tv_usec;
}


/* This process's, or a free one, or that of a dead process.  NULL: none. */

static ngx_uptime_stats_slot_t *
ngx_uptime_stats_slot(ngx_uptime_role_e role)
{
    ngx_uint_t                i;
    ngx_uptime_stats_slot_t  *slot, *found;

    found = NULL;

    if (ngx_uptime_stats == NULL) {
        return NULL;
    }

    for (i = 0; i < NGX_UPTIME_STATS_SLOTS; i++) {
        slot = &ngx_uptime_stats->slot[i];

        if (slot->pid == ngx_pid && slot->role == role) {
            return slot;
        }
    }

    ngx_shmtx_lock(&ngx_uptime_stats_pool->mutex);

    for (i = 0; i < NGX_UPTIME_STATS_SLOTS && found == NULL; i++) {
        slot = &ngx_uptime_stats->slot[i];

        if (!ngx_uptime_stats_lives(slot)) {
            found = slot;
            ngx_memzero(slot, sizeof(ngx_uptime_stats_slot_t));
            slot->seen = ngx_time();
            slot->role = role;
            slot->pid = ngx_pid;
        }
    }

    ngx_shmtx_unlock(&ngx_uptime_stats_pool->mutex);

    return found;
}


static ngx_uint_t
ngx_uptime_stats_lives(const ngx_uptime_stats_slot_t *slot)
{
    return slot->pid != 0 && ngx_time() - slot->seen < NGX_UPTIME_STATS_OLD
           && (kill(slot->pid, 0) == 0 || ngx_errno != NGX_ESRCH);
}


uint64_t
ngx_uptime_stats_sum(ngx_uptime_role_e role, ngx_uptime_gauge_e gauge)
{
    uint64_t                  sum;
    ngx_uint_t                i;
    ngx_uptime_stats_slot_t  *slot;

    sum = 0;

    for (i = 0; ngx_uptime_stats && i < NGX_UPTIME_STATS_SLOTS; i++) {
        slot = &ngx_uptime_stats->slot[i];

        if (slot->role == role && ngx_uptime_stats_lives(slot)) {
            sum += slot->gauge[gauge];
        }
    }

    return sum;
}


ngx_uint_t
ngx_uptime_stats_processes(ngx_uptime_role_e role)
{
    ngx_uint_t                i, n;
    ngx_uptime_stats_slot_t  *slot;

    n = 0;

    for (i = 0; ngx_uptime_stats && i < NGX_UPTIME_STATS_SLOTS; i++) {
        slot = &ngx_uptime_stats->slot[i];
        n += (slot->role == role && ngx_uptime_stats_lives(slot));
    }

    return n;
}
