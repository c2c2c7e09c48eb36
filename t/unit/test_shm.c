
/*
 * sources: src/core/ngx_uptime_shm.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_shm.h"


static ngx_slab_pool_t  shpool;
static ngx_conf_t       conf;


static ngx_shm_zone_t *
zone_create(void *data)
{
    ngx_shm_zone_t  *zone;

    zone = ngx_uptime_shm_add(&conf, &conf);
    zone->shm.addr = (u_char *) &shpool;

    return (zone->init(zone, data) == NGX_OK) ? zone : NULL;
}


static ngx_msec_t
start(ngx_shm_zone_t *zone, ngx_msec_t after)
{
    ngx_current_msec += after;

    return ngx_uptime_shm_start(zone);
}


int
main(void)
{
    void            *data;
    ngx_uint_t       i, delayed;
    ngx_shm_zone_t  *zone, *next;

    conf.pool = ngx_stub_pool();
    ngx_current_msec = 1000000;

    zone = zone_create(NULL);
    tap_ok(zone->tag == &conf && zone->shm.size >= 8 * ngx_pagesize,
           "tag and size");

    for (i = 0; i < 4; i++) {
        tap_is_int(start(zone, 100), 0, "the first four start at once");
    }

    tap_is_int(start(zone, 10), 1000, "the fifth waits");
    tap_is_int(start(zone, 1010), 2000, "twice as long");
    tap_is_int(start(zone, 2010), 4000, "again");
    tap_is_int(start(zone, 4010), 8000, "again");

    next = zone_create(zone->data);
    tap_ok(next->data == zone->data, "a reload keeps the data");

    tap_is_int(start(next, 8010), 16000, "waiting is not being healthy");
    tap_is_int(start(next, 16010), 30000, "at most 30 s");
    tap_is_int(start(next, 30010), 30000, "and not more");
    tap_is_int(start(next, 39999), 30000, "died before 10 s of work");
    tap_is_int(start(next, 40000), 0, "worked for 10 s");
    tap_is_int(start(next, 1), 0, "and a second time");

    delayed = 0;

    for (i = 0; i < 20; i++) {
        delayed += start(next, 3400) != 0;
    }

    tap_is_int(delayed, 0, "three reloads in 10 s for ever");

    data = shpool.data;
    zone = ngx_uptime_shm_add(&conf, &conf);
    zone->shm.addr = (u_char *) &shpool;
    zone->shm.exists = 1;
    tap_is_int(zone->init(zone, NULL), NGX_OK, "a zone that exists");
    tap_ok(zone->data == data, "is used as it is");

    ngx_stub_fail = 2;
    tap_ok(zone_create(NULL) == NULL, "no memory in the zone");
    ngx_stub_fail = 1;
    tap_ok(ngx_uptime_shm_add(&conf, &conf) == NULL, "no zone");

    ngx_stub_free(data);
    ngx_destroy_pool(conf.pool);

    return tap_done();
}
