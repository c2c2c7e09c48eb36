
#ifndef _NGX_UPTIME_TARGET_ROW_H_INCLUDED_
#define _NGX_UPTIME_TARGET_ROW_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_pg.h"
#include "ngx_uptime_target.h"


/*
 * The columns of fragments/target_row, from column "first" on, out of a
 * query's row.  The texts are copied to *p, which is moved behind them and
 * must have room for ngx_uptime_target_size() bytes.  A sealed secret of owner
 * is opened with keys, which may be NULL; if it cannot be, the target is
 * locked, and probes of it end as our own trouble.
 */
size_t ngx_uptime_target_size(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t first);
void ngx_uptime_target_read(ngx_uptime_target_t *t, u_char **p,
    ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t first,
    ngx_array_t *keys, int64_t owner);

/* 1: the two would not be checked and judged in the same way. */
ngx_uint_t ngx_uptime_target_differs(const ngx_uptime_target_t *a,
    const ngx_uptime_target_t *b);


#endif /* _NGX_UPTIME_TARGET_ROW_H_INCLUDED_ */
