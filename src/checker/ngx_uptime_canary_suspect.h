
#ifndef _NGX_UPTIME_CANARY_SUSPECT_H_INCLUDED_
#define _NGX_UPTIME_CANARY_SUSPECT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_outcome.h"


/* Both are pure. */

/* 1: trouble of our network looks like this, too. */
ngx_uint_t ngx_uptime_canary_suspects(const ngx_uptime_outcome_t *o,
    ngx_uint_t upside_down);

/* 1: a resolver that is dead, or was until now, looks like this. */
ngx_uint_t ngx_uptime_canary_lookup(const ngx_uptime_outcome_t *o,
    const ngx_uptime_result_t *r);


#endif /* _NGX_UPTIME_CANARY_SUSPECT_H_INCLUDED_ */
