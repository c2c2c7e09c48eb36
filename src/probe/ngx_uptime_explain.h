
#ifndef _NGX_UPTIME_EXPLAIN_H_INCLUDED_
#define _NGX_UPTIME_EXPLAIN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_outcome.h"
#include "ngx_uptime_target.h"


/* longer than any explanation, bytes */
#define NGX_UPTIME_EXPLAIN_MAX  500


/*
 * What a verdict means and what to do about it: English, for the owner of the
 * monitor.  Nothing in it comes from the target but its status.  Writes at
 * most NGX_UPTIME_EXPLAIN_MAX bytes and returns their end.  Pure.
 */
u_char *ngx_uptime_explain(u_char *p, const ngx_uptime_outcome_t *outcome,
    const ngx_uptime_result_t *result, const ngx_uptime_target_t *target);


#endif /* _NGX_UPTIME_EXPLAIN_H_INCLUDED_ */
