
/*
 * uptime_retention checks=30d hours=1y days=off: how long history is kept, by
 * its kind.  Runs in the master and in nginx -t only.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"


#define NGX_HTTP_UPTIME_DAY         86400
#define NGX_HTTP_UPTIME_CENTURY     (36500 * (time_t) NGX_HTTP_UPTIME_DAY)


typedef struct {
    ngx_str_t                      name;        /* with "="                 */
    size_t                         offset;
    time_t                         initial;
} ngx_http_uptime_retention_kind_t;


static ngx_int_t ngx_http_uptime_retention_set(ngx_uptime_retention_t *r,
    ngx_str_t *value);


static ngx_http_uptime_retention_kind_t  ngx_http_uptime_retention_kinds[] = {
    { ngx_string("checks="), offsetof(ngx_uptime_retention_t, checks),
      30 * NGX_HTTP_UPTIME_DAY },
    { ngx_string("hours="), offsetof(ngx_uptime_retention_t, hours),
      365 * NGX_HTTP_UPTIME_DAY },
    { ngx_string("days="), offsetof(ngx_uptime_retention_t, days), 0 },
    { ngx_null_string, 0, 0 }
};

#define ngx_http_uptime_retention_time(r, kind)                               \
    ((time_t *) ((u_char *) (r) + (kind)->offset))


char *
ngx_http_uptime_retention(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        switch (ngx_http_uptime_retention_set(&umcf->checker.retention,
                                              &value[i]))
        {
        case NGX_OK:
            break;

        case NGX_BUSY:
            return "is duplicate";

        default:
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" in \"%V\": it must be "
                               "\"checks=\", \"hours=\" or \"days=\" with a "
                               "time from 1d to 100y or \"off\", which is for "
                               "ever", &value[i], &value[0]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* NGX_BUSY: it was given before; NGX_ERROR: not a kind and a time. */

static ngx_int_t
ngx_http_uptime_retention_set(ngx_uptime_retention_t *r, ngx_str_t *value)
{
    time_t                            *time, t;
    ngx_str_t                          text;
    ngx_http_uptime_retention_kind_t  *kind;

    for (kind = ngx_http_uptime_retention_kinds; kind->name.len; kind++) {

        if (value->len <= kind->name.len
            || ngx_strncmp(value->data, kind->name.data, kind->name.len) != 0)
        {
            continue;
        }

        time = ngx_http_uptime_retention_time(r, kind);

        if (*time != NGX_CONF_UNSET) {
            return NGX_BUSY;
        }

        text.data = value->data + kind->name.len;
        text.len = value->len - kind->name.len;

        if (text.len == 3 && ngx_strncmp(text.data, "off", 3) == 0) {
            *time = 0;
            return NGX_OK;
        }

        t = ngx_parse_time(&text, 1);

        if (t < NGX_HTTP_UPTIME_DAY || t > NGX_HTTP_UPTIME_CENTURY) {
            return NGX_ERROR;
        }

        *time = t;
        return NGX_OK;
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_http_uptime_conf_retention(ngx_conf_t *cf,
    ngx_uptime_checker_conf_t *checker)
{
    size_t                             size;
    time_t                            *time;
    u_char                            *p;
    ngx_http_uptime_retention_kind_t  *kind;

    size = sizeof("{}");

    for (kind = ngx_http_uptime_retention_kinds; kind->name.len; kind++) {
        size += kind->name.len + NGX_TIME_T_LEN + sizeof("\"\":,");
    }

    p = ngx_pnalloc(cf->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    checker->settings.data = p;

    for (kind = ngx_http_uptime_retention_kinds; kind->name.len; kind++) {
        time = ngx_http_uptime_retention_time(&checker->retention, kind);
        ngx_conf_init_value(*time, kind->initial);

        *p = ',';
        p++;

        if (*time) {
            p = ngx_sprintf(p, "\"%*s\":%T", kind->name.len - 1,
                            kind->name.data, *time);

        } else {
            p = ngx_sprintf(p, "\"%*s\":null", kind->name.len - 1,
                            kind->name.data);
        }
    }

    checker->settings.data[0] = '{';
    *p++ = '}';
    checker->settings.len = p - checker->settings.data;

    return NGX_OK;
}
