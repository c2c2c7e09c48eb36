
/*
 * Which shards this process holds, as the answers of the database say.  Runs
 * in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"


#define NGX_UPTIME_LEASE_AFTER  50


static void ngx_uptime_lease_notify(void *data, const char *payload);
static void ngx_uptime_lease_ready(void *data);


/* The database knows better what is ours. */

void
ngx_uptime_lease_compare(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q)
{
    int64_t     shard, epoch;
    uint64_t    lost;
    ngx_uint_t  i;
    int64_t     epochs[NGX_UPTIME_SHARDS];

    lost = 0;
    ngx_memzero(epochs, sizeof(epochs));

    for (i = 0; i < q->rows; i++) {

        if (ngx_uptime_pg_is_null(q, i, 7)) {
            continue;
        }

        shard = ngx_uptime_pg_num(q, i, 7);
        epoch = ngx_uptime_pg_num(q, i, 8);

        if (shard >= 0 && shard < NGX_UPTIME_SHARDS) {
            epochs[shard] = epoch;
        }
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {

        if (ck->shard[i] != NGX_UPTIME_SHARD_NONE
            && ck->epoch[i] != epochs[i])
        {
            ngx_uptime_lease_lose(ck, i);
            lost |= (uint64_t) 1 << i;
        }
    }

    if (lost) {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: shards were taken by other checkers");

        ngx_uptime_monitors_drop(ck, lost);
    }

    for (i = 0; i < NGX_UPTIME_SHARDS; i++) {

        if (ck->shard[i] == NGX_UPTIME_SHARD_NONE && epochs[i]) {
            ngx_uptime_lease_gain(ck, i, epochs[i]);
        }
    }
}


/*
 * 64 shards over the nodes; the first ones have one more if it does not come
 * out even.  While a node has two checkers, in a reload or an upgrade of the
 * binary, the newer one has it all: nothing moves between nodes.
 */

void
ngx_uptime_lease_share(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q)
{
    ngx_msec_t           end;
    ngx_uint_t           before, newer;
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    l->nodes = ngx_max(ngx_uptime_pg_num(q, 0, 2), 1);
    before = ngx_uptime_pg_num(q, 0, 3);
    newer = ngx_uptime_pg_num(q, 0, 4);

    l->share = newer ? 0 : NGX_UPTIME_SHARDS / l->nodes
                           + (before < NGX_UPTIME_SHARDS % l->nodes);

    /* a lease of others that is not renewed in time: there when it ends */

    end = ngx_uptime_pg_num(q, 0, 5);

    if (end) {
        end += ngx_current_msec + NGX_UPTIME_LEASE_AFTER;
        l->due = ngx_min(l->due, end);
    }
}


void
ngx_uptime_lease_gain(ngx_uptime_checker_t *ck, ngx_uint_t shard,
    int64_t epoch)
{
    ck->shard[shard] = NGX_UPTIME_SHARD_HELD;
    ck->epoch[shard] = epoch;
    ck->lease.held++;

    ngx_uptime_monitors_load(ck, (uint64_t) 1 << shard);
}


/* Its monitors are the caller's business. */

void
ngx_uptime_lease_lose(ngx_uptime_checker_t *ck, ngx_uint_t shard)
{
    switch (ck->shard[shard]) {

    case NGX_UPTIME_SHARD_NONE:
        return;

    case NGX_UPTIME_SHARD_HELD:
        ck->lease.held--;
        break;

    case NGX_UPTIME_SHARD_LEAVING:
        ck->lease.leaving--;
        break;
    }

    ck->shard[shard] = NGX_UPTIME_SHARD_NONE;
    ck->epoch[shard] = 0;
}


void
ngx_uptime_lease_log(ngx_uptime_checker_t *ck)
{
    ngx_uptime_lease_t  *l;

    l = &ck->lease;

    if (l->held == l->logged) {
        return;
    }

    l->logged = l->held;

    ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                  "uptime: checker %L on node \"%V\" holds %ui of %d shards, "
                  "live nodes: %ui", ck->id, &ck->conf->node, l->held,
                  NGX_UPTIME_SHARDS, l->nodes);
}


/* What others do is heard at once; without this it is polled. */

void
ngx_uptime_lease_listen(ngx_uptime_checker_t *ck)
{
    if (ngx_uptime_pg_pool_listen(ck->pg, NGX_UPTIME_SQL_CHECKER_LISTEN,
                                  ngx_uptime_lease_notify,
                                  ngx_uptime_lease_ready, ck)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                      "uptime: no notifications, only polling");
    }
}


static void
ngx_uptime_lease_notify(void *data, const char *payload)
{
    ngx_uptime_checker_t *ck = data;

    if (ngx_strcmp(payload, "shards") == 0) {
        ngx_uptime_lease_news(ck);
        return;
    }

    ngx_uptime_monitors_poll(ck);
}


/* While the listener was not connected, news may have been missed. */

static void
ngx_uptime_lease_ready(void *data)
{
    ngx_uptime_checker_t *ck = data;

    ngx_uptime_lease_news(ck);
    ngx_uptime_monitors_poll(ck);
}
