
/*
 * Evidence of a failure is collected: the first bytes of an answer, and the
 * certificate.  No event loop.  Used in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_evidence.h"


void
ngx_uptime_evidence_body(ngx_uptime_evidence_t *e, const u_char *p, size_t len,
    ngx_log_t *log)
{
    if (e->body == NULL) {
        e->body = ngx_alloc(NGX_UPTIME_EVIDENCE_BODY, log);
        if (e->body == NULL) {
            return;
        }
    }

    len = ngx_min(len, NGX_UPTIME_EVIDENCE_BODY - e->body_len);

    ngx_memcpy(e->body + e->body_len, p, len);
    e->body_len += len;
}


void
ngx_uptime_evidence_cert(ngx_uptime_evidence_t *e, X509 *cert)
{
    if (e == NULL || cert == NULL || X509_up_ref(cert) != 1) {
        return;
    }

    X509_free(e->cert);
    e->cert = cert;
}


void
ngx_uptime_evidence_free(ngx_uptime_evidence_t *e)
{
    X509_free(e->cert);
    ngx_free(e->body);

    ngx_memzero(e, sizeof(ngx_uptime_evidence_t));
}
