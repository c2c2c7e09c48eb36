
/*
 * What a pool has to do, for metrics.  Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


void
ngx_uptime_pg_pool_stats(const ngx_uptime_pg_pool_t *pool,
    ngx_uptime_pg_stats_t *stats)
{
    ngx_uint_t                   i;
    const ngx_uptime_pg_conn_t  *conn;

    ngx_memzero(stats, sizeof(ngx_uptime_pg_stats_t));

    stats->waiting = pool->nwaiting;
    stats->queries = pool->queries;
    stats->failures = pool->query_failures;

    for (i = 0; i < pool->conf->connections; i++) {
        conn = &pool->conns[i];

        stats->open += (conn->state == NGX_UPTIME_PG_READY
                        || conn->state == NGX_UPTIME_PG_DRAINING);
        stats->busy += (conn->nsent != 0);
    }
}
