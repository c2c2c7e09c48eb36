
/*
 * What all fetches of a process share: libcurl, names, policy, roots of
 * trust, a clock.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_fetch.h"


/* a fetch with what it copies, in one piece */
#define NGX_UPTIME_FETCHER_POOL  4096


static const char *ngx_uptime_fetcher_bundle(void);


ngx_uptime_fetcher_t *
ngx_uptime_fetcher_create(ngx_pool_t *pool, ngx_resolver_t *resolver,
    ngx_uptime_addr_policy_t *policy, ngx_str_t *ca_file, ngx_log_t *log)
{
    const char            *ca;
    ngx_uptime_fetcher_t  *fr;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "uptime: curl_global_init() failed");
        return NULL;
    }

    fr = ngx_pcalloc(pool, sizeof(ngx_uptime_fetcher_t));
    if (fr == NULL) {
        return NULL;
    }

    fr->poll = ngx_uptime_poll_create(pool, log);
    if (fr->poll == NULL) {
        return NULL;
    }

    fr->multi = ngx_uptime_multi_create(pool, fr->poll, log);
    fr->gate = ngx_uptime_gate_create(pool, NGX_UPTIME_PER_HOST, log);
    fr->resolver = ngx_uptime_resolver_create(pool, resolver, log);

    if (fr->multi == NULL || fr->gate == NULL || fr->resolver == NULL) {
        return NULL;
    }

    fr->policy = policy;
    fr->log = log;

    ca = ca_file->len ? (const char *) ca_file->data
                      : ngx_uptime_fetcher_bundle();

    if (ngx_uptime_tls_init(&fr->tls, ca, log) != NGX_OK) {
        return NULL;
    }

    return fr;
}


static const char *
ngx_uptime_fetcher_bundle(void)
{
    static const char  debian[] = "/etc/ssl/certs/ca-certificates.crt";

    if (access(debian, R_OK) == 0) {
        return debian;
    }

    return X509_get_default_cert_file();
}


void
ngx_uptime_fetcher_destroy(ngx_uptime_fetcher_t *fr)
{
    while (fr->nspare) {
        curl_easy_cleanup(fr->spare[--fr->nspare]);
    }

    while (fr->npools) {
        ngx_destroy_pool(fr->pools[--fr->npools]);
    }

    ngx_uptime_multi_destroy(fr->multi);
    ngx_uptime_poll_destroy(fr->poll);
    ngx_uptime_tls_destroy(&fr->tls);
}


CURL *
ngx_uptime_fetcher_easy(ngx_uptime_fetcher_t *fr)
{
    if (fr->nspare) {
        return fr->spare[--fr->nspare];
    }

    return curl_easy_init();
}


/*
 * A reset handle has the options of a new one for a third of the price.  The
 * share is not an option to libcurl, so it is taken away first.
 */

void
ngx_uptime_fetcher_release(ngx_uptime_fetcher_t *fr, CURL *easy,
    ngx_uint_t keep)
{
    if (!keep || fr->nspare == NGX_UPTIME_FETCHER_SPARE
        || curl_easy_setopt(easy, CURLOPT_SHARE, NULL) != CURLE_OK)
    {
        curl_easy_cleanup(easy);
        return;
    }

    curl_easy_reset(easy);

    fr->spare[fr->nspare++] = easy;
}


ngx_pool_t *
ngx_uptime_fetcher_pool(ngx_uptime_fetcher_t *fr)
{
    if (fr->npools) {
        return fr->pools[--fr->npools];
    }

    return ngx_create_pool(NGX_UPTIME_FETCHER_POOL, fr->log);
}


/* Aligned memory, which pools are of, is ten times the price of malloc(). */

void
ngx_uptime_fetcher_pool_release(ngx_uptime_fetcher_t *fr, ngx_pool_t *pool,
    ngx_uint_t keep)
{
#ifndef __SANITIZE_ADDRESS__                    /* it shall see what is freed */

    if (keep && pool->d.next == NULL
        && fr->npools < NGX_UPTIME_FETCHER_SPARE)
    {
        ngx_reset_pool(pool);
        fr->pools[fr->npools++] = pool;
        return;
    }

#endif

    ngx_destroy_pool(pool);
}


int64_t
ngx_uptime_fetch_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
