
/*
 * What a failing check saw, as harmless text, without what was secret.
 *
 * sources: src/fetch/ngx_uptime_evidence.c src/fetch/ngx_uptime_evidence_json.c
 * sources: src/probe/ngx_uptime_evidence_hide.c src/core/ngx_uptime_hide.c
 * sources: src/core/ngx_uptime_utf8.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: t/unit/ngx_stub_text.c
 * libs: -lcrypto
 */


#include "ngx_stub.h"
#include "tap.h"

#include "certs.h"
#include "ngx_uptime_evidence_hide.h"
#include "ngx_uptime_json.h"


static ngx_log_t            quiet;
static ngx_uptime_target_t  target;


static const char *
seen(const char *body, size_t len, ngx_uint_t pieces)
{
    static u_char          json[NGX_UPTIME_EVIDENCE_JSON + 1];

    size_t                 i, size;
    u_char                *last;
    ngx_uptime_evidence_t  e;

    memset(&e, 0, sizeof(e));
    size = len / pieces;

    for (i = 0; i < pieces; i++) {
        ngx_uptime_evidence_body(&e, (u_char *) body + i * size,
                                 (i + 1 < pieces) ? size : len - i * size,
                                 &quiet);
    }

    ngx_uptime_evidence_hide(&e, &target, &quiet);
    last = ngx_uptime_evidence_json(json, &e);
    *last = '\0';

    if (last - json > NGX_UPTIME_EVIDENCE_JSON
        || ngx_uptime_utf8_check(json, last - json) != NGX_OK)
    {
        tap_ok(0, "valid and not too long");
    }

    ngx_uptime_evidence_free(&e);

    return (char *) json;
}


#define is_seen(body, want, name)                                             \
    tap_is(seen(body, sizeof(body) - 1, 1), want, name)


static void
test_text(void)
{
    char         body[4096];
    const char  *json;

    is_seen("", "{}", "nothing");
    is_seen("a\r\n\t\"b\\", "{\"body\":\"a\\n\\t\\\"b\\\\\"}", "lines");
    is_seen("a\x1b[0m\x7f", "{\"body\":\"a?[0m?\"}", "control characters");
    is_seen("a\0b", "{}", "binary");
    is_seen("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
            "{\"body\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}", "UTF-8");
    is_seen("caf\xe9 au lait", "{\"body\":\"caf? au lait\"}", "Latin-1");
    is_seen("\xed\xa0\x80", "{\"body\":\"???\"}", "a surrogate");
    is_seen("a\xe2\x82", "{\"body\":\"a\"}", "a character that was cut");
    is_seen("\xc3z", "{\"body\":\"?z\"}", "one that was not");

    memset(body, 'x', sizeof(body));
    memcpy(body + 2046, "\xe2\x82\xac", 3);
    json = seen(body, sizeof(body), 7);
    tap_is_int((int64_t) strlen(json), 2046 + 11, "the first 2 KiB");

    memset(body, '"', sizeof(body));
    tap_is_int((int64_t) strlen(seen(body, sizeof(body), 1)), 4096 + 11,
               "the longest");
}


static void
test_hide(void)
{
    char         body[4096];
    const char  *json;

    target.auth = NGX_UPTIME_AUTH_BASIC;
    ngx_str_set(&target.auth_user, "eve");
    ngx_str_set(&target.auth_secret, "s/cret-word");
    ngx_str_set(&target.headers, "X-Key: k3y\"s k3yk3yk3y\nHost: example.com\n"
                "Cookie: session=0123456789");

    is_seen("a s/cret-word b", "{\"body\":\"a *********** b\"}", "a password");
    is_seen("s\\/cret-word", "{\"body\":\"s\\\\/*********\"}", "... escaped");
    is_seen("Basic ZXZlOnMvY3JldC13b3Jk.",
            "{\"body\":\"Basic ********************.\"}", "... encoded");
    is_seen("k3y\"s k3yk3yk3y", "{\"body\":\"***************\"}", "a header");
    is_seen("k3y&quot;s k3yk3yk3y", "{\"body\":\"k3y&quot;s *********\"}",
            "... a part of it");
    is_seen("session 0123456789", "{\"body\":\"session **********\"}",
            "a cookie");
    is_seen("example.com", "{\"body\":\"example.com\"}", "no secret");

    memset(body, 'x', sizeof(body));
    memcpy(body + 2048 - 7, "s/cret-word", 11);
    json = seen(body, sizeof(body), 1);
    tap_ok(strstr(json, "s/c") == NULL && strstr(json, "x*******\"") != NULL,
           "the beginning of one, where the body is cut");

    ngx_str_set(&target.auth_secret, "ab");
    is_seen("abc", "{}", "one that is too short");

    memset(&target, 0, sizeof(target));
}


static void
name(GENERAL_NAMES *names, int type, const char *text, int len)
{
    GENERAL_NAME       *n;
    ASN1_OCTET_STRING  *value;

    value = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING
                                                   : V_ASN1_IA5STRING);
    ASN1_STRING_set(value, text, len);

    n = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(n, type, value);
    sk_GENERAL_NAME_push(names, n);
}


static const char *
cert_json(X509 *cert)
{
    static u_char          json[NGX_UPTIME_EVIDENCE_JSON + 1];

    ngx_uptime_evidence_t  e;

    memset(&e, 0, sizeof(e));

    /* twice, as a redirect has it */
    ngx_uptime_evidence_cert(&e, cert);
    ngx_uptime_evidence_cert(&e, cert);

    *ngx_uptime_evidence_json(json, &e) = '\0';
    ngx_uptime_evidence_free(&e);

    return (char *) json;
}


static void
test_cert(void)
{
    int             i;
    pair_t          root, leaf, crowd;
    GENERAL_NAMES  *names;

    root = make("Wurzel, Stamm", NULL, 1, -1, 1);
    leaf = make("h", &root, 0, -1, 1);
    crowd = make("crowd", NULL, 0, -1, 1);

    tap_is(cert_json(leaf.cert), "{\"certificate\":{\"subject\":\"CN=h\","
           "\"issuer\":\"CN=Wurzel\\\\, Stamm\",\"names\":[]}}", "no names");

    names = sk_GENERAL_NAME_new_null();
    name(names, GEN_DNS, "www.example.com", 15);
    name(names, GEN_DNS, "a\0\"\xff", 4);
    name(names, GEN_EMAIL, "a@example.com", 13);
    name(names, GEN_IPADD, "\x7f\0\0\1", 4);
    X509_add1_ext_i2d(leaf.cert, NID_subject_alt_name, names, 0, 0);

    tap_is(cert_json(leaf.cert), "{\"certificate\":{\"subject\":\"CN=h\","
           "\"issuer\":\"CN=Wurzel\\\\, Stamm\",\"names\":["
           "\"www.example.com\",\"a?\\\"?\",\"127.0.0.1\"]}}", "names");

    for (i = 0; i < 1000; i++) {
        name(names, GEN_DNS, "\"", 1);
    }

    X509_add1_ext_i2d(crowd.cert, NID_subject_alt_name, names, 0, 0);
    tap_ok(strlen(cert_json(crowd.cert)) < 2048, "not all of too many");

    GENERAL_NAMES_free(names);
    ends(&root);
    ends(&leaf);
    ends(&crowd);
}


int
main(void)
{
    today = time(NULL);

    test_text();
    test_hide();
    test_cert();

    return tap_done();
}
