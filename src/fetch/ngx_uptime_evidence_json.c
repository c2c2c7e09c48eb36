
/*
 * Evidence of a failure as JSON: all of it is from strangers, and made harmless
 * text here.  No event loop.  Used in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "ngx_uptime_evidence.h"
#include "ngx_uptime_json.h"


static u_char *ngx_uptime_evidence_text(u_char *p, u_char *text, size_t len);
static size_t ngx_uptime_evidence_clean(u_char *text, size_t len);
static ngx_uint_t ngx_uptime_evidence_is_cut(const u_char *p,
    const u_char *end);
static u_char *ngx_uptime_evidence_name(u_char *p, const X509_NAME *name);
static u_char *ngx_uptime_evidence_names(u_char *p, X509 *cert);
static size_t ngx_uptime_evidence_alternative(u_char *text,
    const GENERAL_NAME *name);


u_char *
ngx_uptime_evidence_json(u_char *p, ngx_uptime_evidence_t *e)
{
    u_char  *begin;

    begin = p;
    *p++ = '{';

    if (e->body_len && memchr(e->body, '\0', e->body_len) == NULL) {
        p = ngx_cpymem(p, "\"body\":", sizeof("\"body\":") - 1);
        p = ngx_uptime_evidence_text(p, e->body, e->body_len);
    }

    if (e->cert != NULL) {
        p = ngx_sprintf(p, "%s\"certificate\":{\"subject\":",
                        p == begin + 1 ? "" : ",");
        p = ngx_uptime_evidence_name(p, X509_get_subject_name(e->cert));
        p = ngx_sprintf(p, ",\"issuer\":");
        p = ngx_uptime_evidence_name(p, X509_get_issuer_name(e->cert));
        p = ngx_sprintf(p, ",\"names\":[");
        p = ngx_uptime_evidence_names(p, e->cert);
        p = ngx_sprintf(p, "]}");
    }

    *p++ = '}';

    return p;
}


static u_char *
ngx_uptime_evidence_text(u_char *p, u_char *text, size_t len)
{
    len = ngx_uptime_evidence_clean(text, len);

    *p++ = '"';
    p += ngx_uptime_json_escape(p, text, len);
    *p++ = '"';

    return p;
}


/*
 * CR goes, and so does a character that was cut at the end; what else is wrong
 * becomes "?".
 */

static size_t
ngx_uptime_evidence_clean(u_char *text, size_t len)
{
    size_t   n;
    u_char  *p, *to, *end;

    to = text;
    end = text + len;

    for (p = text; p < end; p += n) {
        n = ngx_uptime_utf8_next(p, end);

        if (n == 0 && ngx_uptime_evidence_is_cut(p, end)) {
            break;
        }

        if (n > 1) {
            ngx_memmove(to, p, n);
            to += n;
            continue;
        }

        if (n == 0 || *p == 0x7f
            || (*p < 0x20 && *p != LF && *p != CR && *p != '\t'))
        {
            *p = '?';
            n = 1;
        }

        if (*p != CR) {
            *to++ = *p;
        }
    }

    return to - text;
}


static ngx_uint_t
ngx_uptime_evidence_is_cut(const u_char *p, const u_char *end)
{
    if (*p < 0xc2 || *p > 0xf4
        || end - p >= (*p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2))
    {
        return 0;
    }

    while (++p < end) {
        if ((*p & 0xc0) != 0x80) {
            return 0;
        }
    }

    return 1;
}


/* "CN=www.example.com,O=Example"; what is too long is cut. */

static u_char *
ngx_uptime_evidence_name(u_char *p, const X509_NAME *name)
{
    BIO     *bio;
    int      n;
    u_char   text[NGX_UPTIME_EVIDENCE_NAME];

    n = 0;
    bio = BIO_new(BIO_s_mem());

    if (bio != NULL) {
        (void) X509_NAME_print_ex(bio, name, 0,
                                  XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
        n = BIO_read(bio, text, sizeof(text));
        BIO_free(bio);
    }

    return ngx_uptime_evidence_text(p, text, ngx_max(n, 0));
}


static u_char *
ngx_uptime_evidence_names(u_char *p, X509 *cert)
{
    int             i;
    u_char          text[NGX_UPTIME_EVIDENCE_NAME];
    size_t          len, size;
    GENERAL_NAMES  *names;

    size = 0;
    names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

    for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {

        len = ngx_uptime_evidence_alternative(text,
                                          sk_GENERAL_NAME_value(names, i));

        if (size + len + 1 > NGX_UPTIME_EVIDENCE_NAMES) {
            break;
        }

        if (len == 0) {
            continue;
        }

        if (size) {
            *p++ = ',';
        }

        size += len + 1;
        p = ngx_uptime_evidence_text(p, text, len);
    }

    GENERAL_NAMES_free(names);

    return p;
}


/* 0: of another kind, or longer than any host's name */

static size_t
ngx_uptime_evidence_alternative(u_char *text, const GENERAL_NAME *name)
{
    int                   len;
    const unsigned char  *data;

    if (name->type == GEN_DNS) {
        data = ASN1_STRING_get0_data(name->d.dNSName);
        len = ASN1_STRING_length(name->d.dNSName);

        if (len <= 0 || len > NGX_UPTIME_EVIDENCE_NAME) {
            return 0;
        }

        ngx_memcpy(text, data, len);

        return len;
    }

    if (name->type != GEN_IPADD) {
        return 0;
    }

    data = ASN1_STRING_get0_data(name->d.iPAddress);
    len = ASN1_STRING_length(name->d.iPAddress);

    if ((len != 4 && len != 16)
        || inet_ntop(len == 4 ? AF_INET : AF_INET6, data, (char *) text,
                     NGX_UPTIME_EVIDENCE_NAME)
           == NULL)
    {
        return 0;
    }

    return ngx_strlen(text);
}
