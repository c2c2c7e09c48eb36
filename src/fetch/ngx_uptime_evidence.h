
#ifndef _NGX_UPTIME_EVIDENCE_H_INCLUDED_
#define _NGX_UPTIME_EVIDENCE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/x509.h>


/*
 * What a failing check saw, for people: the beginning of the last answer and
 * whose certificate it was.  Only checks that may change a status collect it,
 * and nothing is allocated before an answer comes.  No event loop.
 */

#define NGX_UPTIME_EVIDENCE_BODY   2048
#define NGX_UPTIME_EVIDENCE_NAME   256
#define NGX_UPTIME_EVIDENCE_NAMES  512

/* of the JSON, whatever is in it */
#define NGX_UPTIME_EVIDENCE_JSON                                              \
    (3 * (NGX_UPTIME_EVIDENCE_BODY + 2 * NGX_UPTIME_EVIDENCE_NAME             \
          + NGX_UPTIME_EVIDENCE_NAMES) + 256)


/* Zero at first; the asker's memory, who frees what is in it. */

typedef struct {
    X509                          *cert;        /* NULL: no handshake       */
    u_char                        *body;        /* NULL: nothing came       */
    size_t                         body_len;
} ngx_uptime_evidence_t;


/* A piece of the body; what is too much, or without memory, is left out. */
void ngx_uptime_evidence_body(ngx_uptime_evidence_t *e, const u_char *p,
    size_t len, ngx_log_t *log);

/* Keeps a reference, until another one comes or all is freed; e: or NULL. */
void ngx_uptime_evidence_cert(ngx_uptime_evidence_t *e, X509 *cert);

/* Frees what was collected; more may come. */
void ngx_uptime_evidence_free(ngx_uptime_evidence_t *e);

/*
 * One object in at most NGX_UPTIME_EVIDENCE_JSON bytes, of valid UTF-8 without
 * control characters but LF and TAB; returns the end.  A body with NUL is left
 * out.  The body is changed on the way.
 */
u_char *ngx_uptime_evidence_json(u_char *p, ngx_uptime_evidence_t *e);


#endif /* _NGX_UPTIME_EVIDENCE_H_INCLUDED_ */
