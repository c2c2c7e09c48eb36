
/*
 * From directives to what the processes need: connection parameters, keys, the
 * thread pool for passwords, the checker's configuration, error pages.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"
#include "ngx_uptime_resolver_conf.h"
#include "ngx_uptime_shm.h"


extern ngx_module_t  ngx_thread_pool_module;


static ngx_int_t ngx_http_uptime_conf_resolver(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);
static ngx_int_t ngx_http_uptime_conf_threads(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf);


static ngx_str_t  ngx_http_uptime_threads_name =
    ngx_string("uptime_password");

static ngx_path_init_t  ngx_http_uptime_spool_default = {
    ngx_string("uptime_spool"), { 0, 0, 0 }
};


ngx_int_t
ngx_http_uptime_conf_database(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf)
{
    if (umcf->database.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"uptime_api\" and \"uptime_checker\" need "
                           "\"uptime_database\"");
        return NGX_ERROR;
    }

    return ngx_uptime_pg_conf_parse(cf, &umcf->database, &umcf->pg);
}


ngx_int_t
ngx_http_uptime_conf_api(ngx_conf_t *cf, ngx_http_uptime_main_conf_t *umcf)
{
    static ngx_str_t  request_id = ngx_string("request_id");

    if (umcf->key_file.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"uptime_api\" needs \"uptime_token_key_file\"");
        return NGX_ERROR;
    }

    umcf->api.request_id = ngx_http_get_variable_index(cf, &request_id);
    if (umcf->api.request_id == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (ngx_uptime_password_init(cf->log) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_uptime_conf_resolver(cf, umcf) != NGX_OK) {
        return NGX_ERROR;
    }

    umcf->api.ca_file = umcf->checker.ca_file;
    umcf->api.max_per_host = umcf->checker.max_per_host;

    umcf->api.alert = &umcf->alert;

    return ngx_http_uptime_conf_threads(cf, umcf);
}


/* One for the checker and for the checks of workers. */

static ngx_int_t
ngx_http_uptime_conf_resolver(ngx_conf_t *cf,
    ngx_http_uptime_main_conf_t *umcf)
{
    ngx_uptime_checker_conf_t  *checker;

    checker = &umcf->checker;

    if (checker->resolver == NULL) {
        checker->resolver = ngx_uptime_resolver_conf(cf);
    }

    if (checker->resolver == NULL
        || ngx_uptime_resolver_conf_ipv4(cf, checker->resolver, &checker->ipv4)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    umcf->api.resolver = checker->resolver;
    umcf->api.ipv4 = checker->ipv4;

    if (checker->canaries == NULL) {
        return NGX_OK;
    }

    checker->fresh = ngx_uptime_resolver_conf_fresh(cf, checker->resolver);

    if (checker->fresh == NULL) {
        return NGX_ERROR;
    }

    return ngx_uptime_resolver_conf_ipv4(cf, checker->fresh,
                                         &checker->fresh_ipv4);
}


/*
 * nginx makes thread pools from its "thread_pool" directive only and keeps
 * their size to itself; so that directive is run, as if it stood in the
 * configuration.  One that really stands there, under our pool's name and
 * before "http", has precedence.
 */

static ngx_int_t
ngx_http_uptime_conf_threads(ngx_conf_t *cf, ngx_http_uptime_main_conf_t *umcf)
{
    char           *rv;
    u_char         *threads, *queue;
    ngx_str_t      *value;
    ngx_array_t    *args, *saved;
    ngx_command_t  *cmd;

    if (ngx_thread_pool_get(cf->cycle, &ngx_http_uptime_threads_name)
        == NULL)
    {
        args = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        threads = ngx_pnalloc(cf->pool, sizeof("threads=") + NGX_INT_T_LEN);
        queue = ngx_pnalloc(cf->pool, sizeof("max_queue=") + NGX_INT_T_LEN);

        if (args == NULL || threads == NULL || queue == NULL) {
            return NGX_ERROR;
        }

        value = ngx_array_push_n(args, 4);

        ngx_str_set(&value[0], "thread_pool");
        value[1] = ngx_http_uptime_threads_name;
        value[2].data = threads;
        value[2].len = ngx_sprintf(threads, "threads=%ui",
                                   umcf->password_threads) - threads;
        value[3].data = queue;
        value[3].len = ngx_sprintf(queue, "max_queue=%ui",
                                   umcf->password_queue) - queue;

        cmd = ngx_thread_pool_module.commands;

        saved = cf->args;
        cf->args = args;
        rv = cmd->set(cf, cmd, ngx_get_conf(cf->cycle->conf_ctx,
                                            ngx_thread_pool_module));
        cf->args = saved;

        if (rv != NGX_CONF_OK) {
            return NGX_ERROR;
        }
    }

    umcf->api.threads = ngx_thread_pool_get(cf->cycle,
                                            &ngx_http_uptime_threads_name);

    return umcf->api.threads ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_uptime_conf_checker(ngx_conf_t *cf, ngx_http_uptime_main_conf_t *umcf)
{
    ngx_uptime_checker_conf_t  *checker;

    checker = &umcf->checker;

    if (checker->node.len == 0) {
        checker->node = cf->cycle->hostname;
    }

    if (checker->node.len > 64
        || ngx_uptime_utf8_check(checker->node.data, checker->node.len)
           != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"uptime_node\" value \"%V\": it must be "
                           "UTF-8 of at most 64 bytes", &checker->node);
        return NGX_ERROR;
    }

    if (checker->spool == NULL
        && ngx_conf_merge_path_value(cf, &checker->spool, NULL,
                                     &ngx_http_uptime_spool_default)
           != NGX_CONF_OK)
    {
        return NGX_ERROR;
    }

    checker->shm = ngx_uptime_shm_add(cf, &ngx_http_uptime_module);

    if (checker->shm == NULL
        || ngx_http_uptime_conf_retention(cf, checker) != NGX_OK
        || ngx_http_uptime_conf_resolver(cf, umcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    checker->alert = &umcf->alert;
    checker->pg = &umcf->pg;
    checker->policy = &umcf->api.policy;

    /* this is what makes nginx start the helper process */

    checker->spool->manager = ngx_uptime_checker_manager;
    checker->spool->data = checker;

    return NGX_OK;
}


/* libcurl reads it later, for every check: better to find it missing now. */

ngx_int_t
ngx_http_uptime_conf_ca(ngx_conf_t *cf, ngx_str_t *file)
{
    ngx_fd_t  fd;

    if (file->len == 0) {
        return NGX_OK;
    }

    if (ngx_conf_full_name(cf->cycle, file, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(file->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" of "
                           "\"uptime_trusted_certificate\" failed", file);
        return NGX_ERROR;
    }

    ngx_close_file(fd);

    return NGX_OK;
}


/*
 * Errors that nginx itself finds in a location of ours, such as a body that
 * is too large or a limit of limit_req, come as problem+json too: through an
 * error page that is the location itself.  An error_page of the operator for
 * the same status goes first.
 */

ngx_int_t
ngx_http_uptime_conf_error_pages(ngx_conf_t *cf, ngx_http_core_loc_conf_t *clcf)
{
    ngx_uint_t                          i;
    ngx_array_t                        *pages;
    ngx_http_err_page_t                *page;
    ngx_http_compile_complex_value_t    ccv;

    static const ngx_int_t              statuses[] = {
        400, 403, 408, 413, 429, 500, 503
    };

    pages = ngx_array_create(cf->pool, 8, sizeof(ngx_http_err_page_t));
    if (pages == NULL) {
        return NGX_ERROR;
    }

    if (clcf->error_pages != NULL) {
        page = ngx_array_push_n(pages, clcf->error_pages->nelts);
        if (page == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(page, clcf->error_pages->elts,
                   clcf->error_pages->nelts * sizeof(ngx_http_err_page_t));
    }

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        page = ngx_array_push(pages);
        if (page == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(page, sizeof(ngx_http_err_page_t));
        ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

        ccv.cf = cf;
        ccv.value = &clcf->name;
        ccv.complex_value = &page->value;

        if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
            return NGX_ERROR;
        }

        page->status = statuses[i];
        page->overwrite = -1;
    }

    clcf->error_pages = pages;

    return NGX_OK;
}
