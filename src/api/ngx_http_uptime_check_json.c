
/*
 * The result of a check that somebody has waited for, in JSON.  It says what
 * happened, never to which address: what is behind a name is none of our
 * business.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_check.h"
#include "ngx_uptime_explain.h"


#define NGX_HTTP_UPTIME_TIME_LEN  sizeof("2026-11-22T10:00:00.123Z")


static ngx_uint_t ngx_http_uptime_check_verdict(cJSON *o,
    ngx_http_uptime_check_t *c);
static ngx_uint_t ngx_http_uptime_check_add(cJSON *o, const char *name,
    cJSON *item);
static ngx_uint_t ngx_http_uptime_check_times(cJSON *o,
    const ngx_uptime_result_t *r);
static ngx_uint_t ngx_http_uptime_check_time(cJSON *o, const char *name,
    time_t sec, ngx_uint_t msec);
static ngx_uint_t ngx_http_uptime_check_assertions(cJSON *o,
    ngx_http_uptime_check_t *c, ngx_pool_t *pool);


ngx_int_t
ngx_http_uptime_check_json(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body)
{
    cJSON                    *o;
    ngx_time_t               *now;
    ngx_pool_t               *pool;
    ngx_uptime_result_t      *r;
    ngx_http_uptime_check_t  *c;

    c = ctx->data;
    r = &c->probe.result;
    pool = ctx->request->pool;
    now = ngx_timeofday();

    o = ngx_uptime_json_object(pool);

    if (o == NULL
        || !ngx_http_uptime_check_verdict(o, c)
        || !ngx_http_uptime_check_time(o, "checked_at", now->sec, now->msec)
        || !ngx_http_uptime_check_times(o, r)
        || !ngx_http_uptime_check_time(o, "cert_expires_at",
                                       (time_t) r->cert_expires_at, 0)
        || cJSON_AddNumberToObject(o, "redirects", (double) r->redirects)
           == NULL
        || !ngx_http_uptime_check_assertions(o, c, pool))
    {
        return NGX_ERROR;
    }

    return ngx_uptime_json_print(pool, o, body);
}


static ngx_uint_t
ngx_http_uptime_check_verdict(cJSON *o, ngx_http_uptime_check_t *c)
{
    u_char                 text[NGX_UPTIME_EXPLAIN_MAX + 1];
    const char            *cause;
    ngx_uint_t             looked;
    ngx_uptime_result_t   *r;
    ngx_uptime_outcome_t   outcome;

    r = &c->probe.result;
    outcome = ngx_uptime_probe_outcome(&c->probe);
    cause = ngx_uptime_cause_name(outcome.cause);
    looked = (c->target.keyword.len && r->stage == NGX_UPTIME_STAGE_DONE);

    *ngx_uptime_explain(text, &outcome, r, &c->target) = '\0';

    return cJSON_AddStringToObject(o, "outcome",
                                   ngx_uptime_status_name(outcome.status))
           != NULL
           && cJSON_AddStringToObject(o, "explanation", (char *) text) != NULL
           && ngx_http_uptime_check_add(o, "cause",
                  cause ? cJSON_CreateString(cause) : cJSON_CreateNull())
           && ngx_http_uptime_check_add(o, "http_status",
                  r->http_status
                  ? cJSON_CreateNumber((double) r->http_status)
                  : cJSON_CreateNull())
           && ngx_http_uptime_check_add(o, "keyword_found",
                  looked ? cJSON_CreateBool(r->keyword_found)
                         : cJSON_CreateNull());
}


/* 0: no memory; the item is gone */

static ngx_uint_t
ngx_http_uptime_check_add(cJSON *o, const char *name, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToObject(o, name, item)) {
        return 1;
    }

    cJSON_Delete(item);

    return 0;
}


static ngx_uint_t
ngx_http_uptime_check_times(cJSON *o, const ngx_uptime_result_t *r)
{
    ngx_uint_t  i;

    const struct {
        const char  *name;
        int64_t      us;
    } times[] = {
        { "latency_ms", r->total_us },
        { "dns_ms",     r->dns_us },
        { "connect_ms", r->connect_us },
        { "tls_ms",     r->tls_us },
        { "ttfb_ms",    r->ttfb_us },
        { NULL, 0 }
    };

    for (i = 0; times[i].name != NULL; i++) {

        if (!ngx_http_uptime_check_add(o, times[i].name,
                 times[i].us < 0
                 ? cJSON_CreateNull()
                 : cJSON_CreateNumber((double) times[i].us / 1000)))
        {
            return 0;
        }
    }

    return 1;
}


/* RFC 3339; sec 0: null */

static ngx_uint_t
ngx_http_uptime_check_time(cJSON *o, const char *name, time_t sec,
    ngx_uint_t msec)
{
    ngx_tm_t  tm;
    u_char    text[NGX_HTTP_UPTIME_TIME_LEN + NGX_INT64_LEN];

    if (sec == 0) {
        return cJSON_AddNullToObject(o, name) != NULL;
    }

    ngx_gmtime(sec, &tm);

    *ngx_snprintf(text, sizeof(text) - 1,
                  "%4d-%02d-%02dT%02d:%02d:%02d.%03uiZ", tm.ngx_tm_year,
                  tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                  tm.ngx_tm_min, tm.ngx_tm_sec, msec) = '\0';

    return cJSON_AddStringToObject(o, name, (char *) text) != NULL;
}


/* As they were given, each with "passed"; null: it did not come to that. */

static ngx_uint_t
ngx_http_uptime_check_assertions(cJSON *o, ngx_http_uptime_check_t *c,
    ngx_pool_t *pool)
{
    cJSON                *list, *item;
    ngx_uint_t            i, known;
    const char           *reason;
    ngx_uptime_result_t  *r;

    r = &c->probe.result;

    if (c->target.assertions.len == 0) {
        return cJSON_AddArrayToObject(o, "assertions") != NULL;
    }

    if (ngx_uptime_json_parse(pool, &c->target.assertions, &list, &reason)
        != NGX_OK)
    {
        return 0;
    }

    i = 0;

    cJSON_ArrayForEach(item, list) {
        known = (r->inspected && i <= r->asserted);

        if (!ngx_http_uptime_check_add(item, "passed",
                 known ? cJSON_CreateBool(i < r->asserted)
                       : cJSON_CreateNull()))
        {
            return 0;
        }

        i++;
    }

    return cJSON_AddItemReferenceToObject(o, "assertions", list);
}
