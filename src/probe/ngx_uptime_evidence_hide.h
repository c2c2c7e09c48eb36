
#ifndef _NGX_UPTIME_EVIDENCE_HIDE_H_INCLUDED_
#define _NGX_UPTIME_EVIDENCE_HIDE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_evidence.h"
#include "ngx_uptime_target.h"


/*
 * Some answers repeat what they were asked: overwrites with "*" what the
 * target's credentials and headers have in the body; a body in which that is
 * not possible is dropped.  No event loop.
 */
void ngx_uptime_evidence_hide(ngx_uptime_evidence_t *e,
    const ngx_uptime_target_t *t, ngx_log_t *log);


#endif /* _NGX_UPTIME_EVIDENCE_HIDE_H_INCLUDED_ */
