
/*
 * A check's outcome into the monitor's state and into a row for the writer.
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"
#include "ngx_uptime_crash.h"
#include "ngx_uptime_evidence_hide.h"
#include "ngx_uptime_stats.h"


#define NGX_UPTIME_RUNNER_QUIET  60000


static void ngx_uptime_runner_own(ngx_uptime_checker_t *ck,
    const ngx_uptime_monitor_t *m, const ngx_uptime_outcome_t *o);
static void ngx_uptime_runner_state(ngx_uptime_monitor_t *m,
    const ngx_uptime_outcome_t *o, ngx_uptime_row_t *row);
static void ngx_uptime_runner_evidence(ngx_uptime_checker_t *ck,
    const ngx_uptime_row_t *row, const ngx_uptime_probe_t *probe);
static int32_t ngx_uptime_runner_us(int64_t us);


ngx_uint_t
ngx_uptime_runner_decides(const ngx_uptime_monitor_t *m)
{
    return m->state.told != NGX_UPTIME_DOWN
           && m->state.fails + 1 >= m->threshold;
}


void
ngx_uptime_runner_record(ngx_uptime_checker_t *ck, ngx_uptime_monitor_t *m,
    const ngx_uptime_outcome_t *o, const ngx_uptime_probe_t *probe,
    int64_t checked_at)
{
    ngx_uptime_row_t            row;
    const ngx_uptime_result_t  *result;

    ngx_memzero(&row, sizeof(ngx_uptime_row_t));

    row.monitor = m->id;
    row.shard = m->shard;
    row.epoch = ck->epoch[m->shard];
    row.revision = m->revision;
    row.slot = m->slot;
    row.attempt = (int16_t) m->attempt;
    row.checked_at = checked_at;
    row.outcome = (uint8_t) o->status;
    row.cause = (uint8_t) o->cause;
    row.total_us = -1;
    row.dns_us = -1;
    row.connect_us = -1;
    row.tls_us = -1;
    row.ttfb_us = -1;

    if (probe != NULL) {
        result = &probe->result;

        row.http_status = (int16_t) result->http_status;
        row.cert = result->cert_expires_at;
        row.total_us = ngx_uptime_runner_us(result->total_us);
        row.dns_us = ngx_uptime_runner_us(result->dns_us);
        row.connect_us = ngx_uptime_runner_us(result->connect_us);
        row.tls_us = ngx_uptime_runner_us(result->tls_us);
        row.ttfb_us = ngx_uptime_runner_us(result->ttfb_us);
    }

    ngx_uptime_runner_own(ck, m, o);
    ngx_uptime_runner_state(m, o, &row);

    if (row.event != NGX_UPTIME_PENDING) {
        ngx_uptime_crash("after_check");
    }

    if (row.event == NGX_UPTIME_DOWN && probe != NULL
        && probe->evidence != NULL)
    {
        ngx_uptime_runner_evidence(ck, &row, probe);
    }

    ngx_uptime_writer_add(&ck->writer, &row);

    ngx_uptime_stats_add(NGX_UPTIME_STAT_CHECKS
                         + m->target.kind * NGX_UPTIME_STAT_OUTCOMES
                         + o->status, 1);

    if (o->cause) {
        ngx_uptime_stats_add(NGX_UPTIME_STAT_CAUSE + o->cause, 1);
    }
}


/* No user is told, so the operator has to be. */

static void
ngx_uptime_runner_own(ngx_uptime_checker_t *ck, const ngx_uptime_monitor_t *m,
    const ngx_uptime_outcome_t *o)
{
    if ((o->cause != NGX_UPTIME_CAUSE_OWN_NETWORK
         && o->cause != NGX_UPTIME_CAUSE_OWN_RESOURCES)
        || ngx_current_msec - ck->runner.own_warned < NGX_UPTIME_RUNNER_QUIET)
    {
        return;
    }

    ck->runner.own_warned = ngx_current_msec;

    ngx_log_error(NGX_LOG_WARN, ck->log, 0,
                  "uptime: checks are unknown, %s: trouble of this host, not "
                  "of their targets; monitor %L is one of them",
                  ngx_uptime_cause_name(o->cause), m->id);
}


static void
ngx_uptime_runner_state(ngx_uptime_monitor_t *m,
    const ngx_uptime_outcome_t *o, ngx_uptime_row_t *row)
{
    ngx_uptime_state_t   old;
    ngx_uptime_status_e  event;

    old = m->state;
    event = ngx_uptime_evaluate(&m->state, o->status, m->threshold);

    if (m->state.status != old.status) {
        m->status_since = row->checked_at;
    }

    row->event = (uint8_t) event;
    row->was = (uint8_t) old.told;
    row->before = -1;

    if (m->state.told != old.told) {

        if (m->told_since) {
            row->before = ngx_max(row->checked_at - m->told_since, 0);
        }

        m->told_since = row->checked_at;
    }

    row->status = (uint8_t) m->state.status;
    row->told = (uint8_t) m->state.told;
    row->fails = (int16_t) m->state.fails;
    row->status_since = m->status_since;
    row->told_since = m->told_since;
}


/*
 * The row that would have told it is lost: as if nobody was told, so that the
 * next check tells it, if it is still so.
 */

void
ngx_uptime_runner_untold(void *data, const ngx_uptime_row_t *row)
{
    ngx_uptime_checker_t *ck = data;

    ngx_uptime_monitor_t  *m;

    m = ngx_uptime_schedule_find(&ck->schedule, row->monitor);

    if (m == NULL || m->revision != row->revision
        || m->told_since != row->told_since)
    {
        return;
    }

    m->state.told = row->was;
    m->told_since = (row->before < 0) ? 0 : row->told_since - row->before;
}


static void
ngx_uptime_runner_evidence(ngx_uptime_checker_t *ck,
    const ngx_uptime_row_t *row, const ngx_uptime_probe_t *probe)
{
    u_char     json[NGX_UPTIME_EVIDENCE_JSON];
    ngx_str_t  text;

    ngx_uptime_evidence_hide(probe->evidence, probe->target, ck->log);

    text.data = json;
    text.len = ngx_uptime_evidence_json(json, probe->evidence) - json;

    ngx_uptime_writer_evidence(&ck->writer, row, &text);
}


static int32_t
ngx_uptime_runner_us(int64_t us)
{
    return (int32_t) ngx_min(us, 2147483647);
}
