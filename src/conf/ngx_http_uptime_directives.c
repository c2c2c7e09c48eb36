
/*
 * Setters of directives that nginx has no slot for, or whose slot does not
 * name the value that is wrong.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"
#include "ngx_uptime_canary.h"
#include "ngx_http_uptime_metrics.h"
#include "ngx_uptime_priority.h"


static char *ngx_http_uptime_wrong_value(ngx_conf_t *cf, const char *must);


/* nginx's own setters do not name the value that is wrong. */

char *
ngx_http_uptime_number(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                     *rv;
    ngx_int_t                *np;
    ngx_str_t                *value;
    ngx_http_uptime_range_t  *range;

    np = (ngx_int_t *) ((char *) conf + cmd->offset);

    if (*np != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    range = cmd->post;

    cmd->post = NULL;
    rv = range->set(cf, cmd, conf);
    cmd->post = range;

    if (rv == NGX_CONF_OK && *np >= range->min && *np <= range->max) {
        return NGX_CONF_OK;
    }

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\": it must be from %i%s "
                       "to %i%s", &value[1], &value[0], range->min,
                       range->unit, range->max, range->unit);

    return NGX_CONF_ERROR;
}


char *
ngx_http_uptime_api_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_api_loc_t *ulcf = conf;

    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_uptime_main_conf_t  *umcf;

    if (ulcf->api != NULL) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->named || clcf->noname
#if (NGX_PCRE)
        || clcf->regex != NULL
#endif
       )
    {
        return "needs a location that is given by a prefix, such as \"/api/\"";
    }

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_uptime_module);
    umcf->used = 1;

    ulcf->api = &umcf->api;
    clcf->handler = ngx_http_uptime_handler;

    return NGX_CONF_OK;
}


/* The API's machinery answers, with a route of its own. */

char *
ngx_http_uptime_metrics_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_uptime_api_loc_t *ulcf = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (ulcf->metrics) {
        return "is duplicate";
    }

    if (cf->args->nelts > 1 && ngx_strcmp(value[1].data, "all") != 0) {
        return ngx_http_uptime_wrong_value(cf, "\"all\"");
    }

    ulcf->metrics = (cf->args->nelts > 1) ? NGX_HTTP_UPTIME_METRICS_ALL
                                          : NGX_HTTP_UPTIME_METRICS_OWN;

    return ngx_http_uptime_api_directive(cf, cmd, conf);
}


char *
ngx_http_uptime_signup_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_uptime_api_loc_t *ulcf = conf;

    ngx_str_t  *value;

    if (ulcf->signup_open != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "open") == 0) {
        ulcf->signup_open = 1;

    } else if (ngx_strcmp(value[1].data, "closed") == 0) {
        ulcf->signup_open = 0;

    } else {
        return ngx_http_uptime_wrong_value(cf, "\"open\" or \"closed\"");
    }

    return NGX_CONF_OK;
}


char *
ngx_http_uptime_allow_targets(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_int_t    rc;
    ngx_str_t   *value;
    ngx_uint_t   i;
    ngx_cidr_t  *cidr;

    if (umcf->allow == NULL) {
        umcf->allow = ngx_array_create(cf->pool, 4, sizeof(ngx_cidr_t));
        if (umcf->allow == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        cidr = ngx_array_push(umcf->allow);
        if (cidr == NULL) {
            return NGX_CONF_ERROR;
        }

        rc = ngx_ptocidr(&value[i], cidr);

        if (rc == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid address or range \"%V\" in "
                               "\"uptime_allow_targets\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "low address bits of \"%V\" are meaningless",
                               &value[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_uptime_canary(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_str_t                   *value, *url;
    ngx_uint_t                   i;
    ngx_uptime_checker_conf_t   *checker;

    checker = &umcf->checker;

    if (checker->canaries != NULL) {
        return "is duplicate";
    }

    if (cf->args->nelts - 1 > NGX_UPTIME_CANARIES) {
        return "names more than 8 sites";
    }

    checker->canaries = ngx_array_create(cf->pool, NGX_UPTIME_CANARIES,
                                         sizeof(ngx_str_t));
    if (checker->canaries == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "http://", 7) != 0
            && ngx_strncmp(value[i].data, "https://", 8) != 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid URL \"%V\" in \"uptime_canary\": it "
                               "must begin with http:// or https://",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        url = ngx_array_push(checker->canaries);
        if (url == NULL) {
            return NGX_CONF_ERROR;
        }

        *url = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_uptime_priority(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_int_t    n;
    ngx_str_t   *value;
    ngx_uint_t   minus;

    if (umcf->checker.priority != NGX_UPTIME_PRIORITY_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    /* an empty one ends with '\0' */
    minus = (value[1].data[0] == '-');

    n = ngx_atoi(value[1].data + minus, value[1].len - minus);

    if (n == NGX_ERROR) {
        n = NGX_UPTIME_PRIORITY_UNSET;
    }

    n = minus ? -n : n;

    if (n < -20 || n > 19) {
        return ngx_http_uptime_wrong_value(cf, "from -20 to 19");
    }

    umcf->checker.priority = n;

    return NGX_CONF_OK;
}


static char *
ngx_http_uptime_wrong_value(ngx_conf_t *cf, const char *must)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\": it must be %s",
                       &value[1], &value[0], must);

    return NGX_CONF_ERROR;
}
