
#ifndef _NGX_UPTIME_CHECKER_H_INCLUDED_
#define _NGX_UPTIME_CHECKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_addr.h"
#include "ngx_uptime_alert.h"
#include "ngx_uptime_pg.h"


/*
 * The background process.  nginx starts a helper for the spool path, because
 * that has a manager callback; the first call of it starts the work.
 */

/* How long history is kept, s; 0: for ever, NGX_CONF_UNSET: the default. */

typedef struct {
    time_t                         checks;
    time_t                         hours;
    time_t                         days;
} ngx_uptime_retention_t;


typedef struct {
    ngx_flag_t                     enabled;     /* uptime_checker           */
    ngx_flag_t                     timescaledb; /* uptime_timescaledb       */
    ngx_int_t                      priority;    /* uptime_checker_priority  */
    ngx_str_t                      node;        /* uptime_node              */
    ngx_uint_t                     max_checks;  /* uptime_max_checks: at    */
                                                /* once; 0: by descriptors  */
    ngx_uint_t                     max_per_host; /* to one address; 0: any  */
    ngx_uptime_pg_conf_t          *pg;
    ngx_uptime_alert_conf_t       *alert;
    ngx_uptime_addr_policy_t      *policy;
    ngx_resolver_t                *resolver;
    ngx_resolver_t                *ipv4;        /* for A only; or NULL      */
    ngx_resolver_t                *fresh;       /* NULL: nobody needs it    */
    ngx_resolver_t                *fresh_ipv4;
    ngx_str_t                      ca_file;     /* uptime_trusted_certificate,
                                                   NUL-terminated; empty:
                                                   the system's             */
    ngx_path_t                    *spool;
    off_t                          spool_size;  /* uptime_spool_size        */
    size_t                         buffer_size; /* uptime_buffer_size       */
    ngx_array_t                   *canaries;    /* uptime_canary: ngx_str_t */
    ngx_uint_t                     operator_channel;
    ngx_shm_zone_t                *shm;
    ngx_uptime_retention_t         retention;   /* uptime_retention         */
    ngx_str_t                      settings;    /* the same as JSON, for    */
                                                /* the janitor's statements */
    ngx_shm_zone_t                *stats;
} ngx_uptime_checker_conf_t;


/* ngx_path_t's manager; data is the ngx_uptime_checker_conf_t. */
ngx_msec_t ngx_uptime_checker_manager(void *data);

/* Without a master there is no helper: the same work in this process. */
ngx_int_t ngx_uptime_checker_start(ngx_uptime_checker_conf_t *conf,
    ngx_log_t *log);

/*
 * Stores what is finished, gives the leases back and lets everything go;
 * takes at most 2 s.  Also runs from atexit(); a second call does nothing.
 */
void ngx_uptime_checker_stop(void);


#endif /* _NGX_UPTIME_CHECKER_H_INCLUDED_ */
