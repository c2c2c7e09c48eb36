
#ifndef _NGX_HTTP_UPTIME_CONF_H_INCLUDED_
#define _NGX_HTTP_UPTIME_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_uptime_checker.h"


/* Configuration; runs in the master and in nginx -t only. */


typedef struct {
    ngx_str_t                      database;
    ngx_str_t                      key_file;
    ngx_array_t                   *allow;           /* ngx_cidr_t */
    ngx_uint_t                     password_threads;
    ngx_uint_t                     password_queue;
    ngx_uint_t                     used;            /* uptime_api is there */

    ngx_uptime_pg_conf_t           pg;
    ngx_http_uptime_api_t          api;
    ngx_uptime_checker_conf_t      checker;
    ngx_uptime_alert_conf_t        alert;
} ngx_http_uptime_main_conf_t;


/* nginx's setter for a number or a time, and what it may be */

typedef char *(*ngx_http_uptime_set_pt)(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

typedef struct {
    ngx_http_uptime_set_pt         set;
    ngx_int_t                      min;
    ngx_int_t                      max;
    const char                    *unit;
} ngx_http_uptime_range_t;


extern ngx_command_t  ngx_http_uptime_commands[];


/* setters of directives */

/* cmd->post: an ngx_http_uptime_range_t */
char *ngx_http_uptime_number(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_uptime_api_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_uptime_metrics_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_uptime_signup_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_uptime_retention(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_uptime_smtp(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* cmd->offset: an ngx_str_t that gets "scheme://host[:port][/path]" */
char *ngx_http_uptime_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_uptime_canary(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_uptime_priority(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_uptime_allow_targets(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* what follows from the directives; NGX_ERROR: logged */

ngx_int_t ngx_http_uptime_conf_database(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);
ngx_int_t ngx_http_uptime_conf_keys(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);
ngx_int_t ngx_http_uptime_conf_api(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);
ngx_int_t ngx_http_uptime_conf_checker(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);

/* uptime_retention as JSON, with the defaults */
ngx_int_t ngx_http_uptime_conf_retention(ngx_conf_t *cf,
    ngx_uptime_checker_conf_t *checker);

/* uptime_trusted_certificate: a full name, and a file that can be read */
ngx_int_t ngx_http_uptime_conf_ca(ngx_conf_t *cf, ngx_str_t *file);

/* Errors of nginx itself in a location of ours become problem+json. */
ngx_int_t ngx_http_uptime_conf_error_pages(ngx_conf_t *cf,
    ngx_http_core_loc_conf_t *clcf);


#endif /* _NGX_HTTP_UPTIME_CONF_H_INCLUDED_ */
