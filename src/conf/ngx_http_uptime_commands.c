
/*
 * The table of directives.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"


#define ngx_http_uptime_offset(field)                                         \
    offsetof(ngx_http_uptime_main_conf_t, field)

#define ngx_http_uptime_main(name, args, set, offset, post)                   \
    { ngx_string(name), NGX_HTTP_MAIN_CONF|(args), set,                       \
      NGX_HTTP_MAIN_CONF_OFFSET, offset, post }


static ngx_http_uptime_range_t  ngx_http_uptime_connections_range =
    { ngx_conf_set_num_slot, 1, 32, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_queue_range =
    { ngx_conf_set_num_slot, 1, 100000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_threads_range =
    { ngx_conf_set_num_slot, 1, 64, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_hashes_range =
    { ngx_conf_set_num_slot, 1, 10000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_attempts_range =
    { ngx_conf_set_num_slot, 0, 1000000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_streams_range =
    { ngx_conf_set_num_slot, 0, 1000000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_checks_range =
    { ngx_conf_set_num_slot, 1, 100000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_operator_range =
    { ngx_conf_set_num_slot, 1, 2147483647, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_per_host_range =
    { ngx_conf_set_num_slot, 0, 100000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_monitors_range =
    { ngx_conf_set_num_slot, 0, 100000000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_host_rate_range =
    { ngx_conf_set_num_slot, 0, 1000000, "" };
static ngx_http_uptime_range_t  ngx_http_uptime_timeout_range =
    { ngx_conf_set_msec_slot, 100, 60000, "ms" };
/* half of a message's lease: who sends it has marked it by then */
static ngx_http_uptime_range_t  ngx_http_uptime_alert_timeout_range =
    { ngx_conf_set_msec_slot, 100, 30000, "ms" };
static ngx_http_uptime_range_t  ngx_http_uptime_token_range =
    { ngx_conf_set_sec_slot, 60, 600, "s" };


ngx_command_t  ngx_http_uptime_commands[] = {

    { ngx_string("uptime_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_uptime_api_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_uptime_metrics_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_signup"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_signup_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_insecure_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_uptime_api_loc_t, insecure_cookie),
      NULL },

    { ngx_string("uptime_login_attempts"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_uptime_api_loc_t, login_attempts),
      &ngx_http_uptime_attempts_range },

    { ngx_string("uptime_database"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(database),
      NULL },

    { ngx_string("uptime_database_connections"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(pg.connections),
      &ngx_http_uptime_connections_range },

    { ngx_string("uptime_database_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(pg.queue),
      &ngx_http_uptime_queue_range },

    { ngx_string("uptime_database_connect_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(pg.connect_timeout),
      &ngx_http_uptime_timeout_range },

    { ngx_string("uptime_database_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(pg.timeout),
      &ngx_http_uptime_timeout_range },

    { ngx_string("uptime_token_key_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(key_file),
      NULL },

    { ngx_string("uptime_access_token_time"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(api.token_time),
      &ngx_http_uptime_token_range },

    { ngx_string("uptime_password_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(password_threads),
      &ngx_http_uptime_threads_range },

    { ngx_string("uptime_password_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(password_queue),
      &ngx_http_uptime_hashes_range },

    { ngx_string("uptime_event_streams"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(api.max_events),
      &ngx_http_uptime_streams_range },

    { ngx_string("uptime_event_streams_per_user"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(api.max_user_events),
      &ngx_http_uptime_streams_range },

    { ngx_string("uptime_allow_targets"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_uptime_allow_targets,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_checker"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.enabled),
      NULL },

    { ngx_string("uptime_checker_priority"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_priority,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_canary"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_uptime_canary,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_operator_channel"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.operator_channel),
      &ngx_http_uptime_operator_range },

    { ngx_string("uptime_max_checks"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.max_checks),
      &ngx_http_uptime_checks_range },

    { ngx_string("uptime_max_checks_per_host"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.max_per_host),
      &ngx_http_uptime_per_host_range },

    { ngx_string("uptime_monitors_per_user"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(api.max_monitors),
      &ngx_http_uptime_monitors_range },

    { ngx_string("uptime_host_rate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_uptime_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(api.host_rate),
      &ngx_http_uptime_host_rate_range },

    { ngx_string("uptime_node"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.node),
      NULL },

    { ngx_string("uptime_trusted_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.ca_file),
      NULL },

    { ngx_string("uptime_spool_path"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_path_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.spool),
      NULL },

    { ngx_string("uptime_spool_size"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.spool_size),
      NULL },

    { ngx_string("uptime_retention"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_uptime_retention,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("uptime_buffer_size"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_uptime_offset(checker.buffer_size),
      NULL },

    ngx_http_uptime_main("uptime_timescaledb", NGX_CONF_FLAG,
                         ngx_conf_set_flag_slot,
                         ngx_http_uptime_offset(checker.timescaledb), NULL),
    ngx_http_uptime_main("uptime_smtp", NGX_CONF_1MORE, ngx_http_uptime_smtp,
                         0, NULL),
    ngx_http_uptime_main("uptime_telegram_url", NGX_CONF_TAKE1,
                         ngx_http_uptime_url,
                         ngx_http_uptime_offset(alert.telegram_url), NULL),
    ngx_http_uptime_main("uptime_dashboard_url", NGX_CONF_TAKE1,
                         ngx_http_uptime_url,
                         ngx_http_uptime_offset(alert.dashboard_url), NULL),
    ngx_http_uptime_main("uptime_alert_timeout", NGX_CONF_TAKE1,
                         ngx_http_uptime_number,
                         ngx_http_uptime_offset(alert.timeout),
                         &ngx_http_uptime_alert_timeout_range),

      ngx_null_command
};
