
#ifndef _NGX_UPTIME_ALERT_CONFIG_H_INCLUDED_
#define _NGX_UPTIME_ALERT_CONFIG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_alert_kind.h"


/*
 * The configuration of a channel: validated by its kind's table, its secrets
 * apart and sealed.
 */

#define NGX_UPTIME_ALERT_MASK  "********"


/* What is stored. */

typedef struct {
    ngx_str_t                      config;      /* JSON, secrets masked     */
    ngx_str_t                      secrets;     /* sealed, hex; or empty    */
    ngx_str_t                      secrets_key; /* or empty                 */
} ngx_uptime_alert_stored_t;


/*
 * Adds everything that is wrong to v->errors, as "config.url" and
 * "templates.down.text".  Both may be NULL.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_alert_validate(ngx_uptime_validate_ctx_t *v,
    const ngx_uptime_alert_kind_t *kind, cJSON *config, cJSON *templates);

/*
 * The configuration with its secrets.  NGX_DECLINED: they cannot be opened
 * with any key that is there; NGX_ERROR: no memory, or no JSON.
 */
ngx_int_t ngx_uptime_alert_open(ngx_pool_t *pool, ngx_array_t *keys,
    const ngx_uptime_alert_channel_t *channel, cJSON **config);

/* The other way round, with the first key. */
ngx_int_t ngx_uptime_alert_seal(ngx_pool_t *pool, ngx_array_t *keys,
    const ngx_uptime_alert_kind_t *kind, int64_t owner, cJSON *config,
    ngx_uptime_alert_stored_t *stored);

/*
 * RFC 7396 for a configuration: changes go into config; what comes back
 * masked stays as it was.  changes is emptied.
 */
ngx_int_t ngx_uptime_alert_merge(cJSON *config, cJSON *changes);


#endif /* _NGX_UPTIME_ALERT_CONFIG_H_INCLUDED_ */
