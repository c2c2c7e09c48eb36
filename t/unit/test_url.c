
/*
 * sources: src/core/ngx_uptime_url_rules.c src/core/ngx_uptime_url_target.c
 * sources: src/core/ngx_uptime_url.c src/core/ngx_uptime_host.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <curl/curl.h>

#include "ngx_uptime_url.h"


#define L63  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"


typedef struct {
    const char                    *text;
    const char                    *want;       /* or the code */
} case_t;


static const case_t  good[] = {
    { "http://example.com", "http://example.com/" },
    { "HTTPS://EXAMPLE.COM:443/A", "https://example.com/A" },
    { "http://example.com:80", "http://example.com/" },
    { "https://example.com:80/", "https://example.com:80/" },
    { "http://example.com:0008080/", "http://example.com:8080/" },
    { "http://example.com:/", "http://example.com/" },
    { "http://example.com./x", "http://example.com/x" },
    { "http://example.com?q=1", "http://example.com/?q=1" },
    { "http://example.com/a?b#c", "http://example.com/a?b" },
    { "http://example.com#c", "http://example.com/" },
    { "http://example.com/a/../b/./c", "http://example.com/b/c" },
    { "http://example.com/?u=http://a@b/",
      "http://example.com/?u=http://a@b/" },
    { "http://example.com/@x", "http://example.com/@x" },
    { "http://example.com/\xc3\xa9?\xc3\xa9",
      "http://example.com/%c3%a9?%c3%a9" },
    { "http://%65xample.com/", "http://example.com/" },
    { "http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/" },
    { "http://_dmarc.a-b.example/", "http://_dmarc.a-b.example/" },
    { "http://localhost/", "http://localhost/" },
    { "http://1.example/", "http://1.example/" },
    { "http://0xg/", "http://0xg/" },
    { "http://" L63 ".com/", "http://" L63 ".com/" },
    { "http://8.8.8.8/", "http://8.8.8.8/" },
    { "http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080/" },
    { "http://[::FFFF:127.0.0.1]/", "http://[::ffff:127.0.0.1]/" },
    { NULL, NULL }
};


static const case_t  bad[] = {
    { "", "bad_url" },
    { "example.com", "bad_url" },
    { "127.0.0.1", "bad_url" },
    { "localhost:8080", "bad_url" },
    { "example.com:8080/x", "bad_url" },
    { "//example.com/", "bad_url" },
    { "/path", "bad_url" },
    { "http:example.com", "bad_url" },
    { "http:/127.0.0.1", "bad_url" },
    { "http:///127.0.0.1", "bad_url" },
    { "http:////127.0.0.1", "bad_url" },
    { "http:", "bad_url" },
    { "http://", "bad_url" },
    { "http://example.com:65536/", "bad_url" },
    { "http://example.com:-1/", "bad_url" },
    { "http://example.com:80:81/", "bad_url" },
    { "http://example.com:http/", "bad_url" },
    { "http://example.com\r\nX: y", "control_character" },
    { "http://example.com/a b", "control_character" },
    { " http://example.com/", "control_character" },
    { "http://example.com/\t", "control_character" },
    { "http://example.com/\x7f", "control_character" },
    { "ftp://example.com/", "bad_scheme" },
    { "file:///etc/passwd", "bad_scheme" },
    { "gopher://example.com/", "bad_scheme" },
    { "dict://example.com/", "bad_scheme" },
    { "javascript:alert(1)", "bad_scheme" },
    { "data:text/html,x", "bad_scheme" },
    { "httpx://example.com/", "bad_scheme" },
    { "view-source:http://example.com/", "bad_scheme" },
    { "http://user@example.com/", "url_credentials" },
    { "http://user:pass@example.com/", "url_credentials" },
    { "http://:pass@example.com/", "url_credentials" },
    { "http://@example.com/", "url_credentials" },
    { "http://:@example.com/", "url_credentials" },
    { "http://1.1.1.1\\@127.0.0.1/", "url_credentials" },
    { "http://?", "bad_host" },
    { "http://.", "bad_host" },
    { "http://example.com../", "bad_host" },
    { "http://.example.com/", "bad_host" },
    { "http://a..b/", "bad_host" },
    { "http://exa\\mple.com/", "bad_host" },
    { "http://exa%6dple%2fcom/", "bad_host" },
    { "http://a%00b/", "bad_host" },
    { "http://a%0ab/", "bad_host" },
    { "http://b\xc3\xbc" "cher.example/", "bad_host" },
    { "http://127\xe3\x80\x82" "0\xe3\x80\x82" "0\xe3\x80\x82" "1/",
      "bad_host" },
    { "http://\xe2\x91\xa0.example/", "bad_host" },
    { "http://a,b/", "bad_host" },
    { "http://*.example.com/", "bad_host" },
    { "http://" L63 "a.com/", "bad_host" },
    { "http://" L63 "." L63 "." L63 "." L63 "/", "bad_host" },
    { "http://[fe80::1%25eth0]/", "bad_host" },
    { "http://[fe80::1%eth0]/", "bad_host" },
    { "http://[v1.x]/", "bad_host" },
    { "http://[::1/", "bad_host" },
    { "http://[]/", "bad_host" },
    { "http://127.1./", "bad_host" },
    { "http://0x7f.0.0.1./", "bad_host" },
    { "http://256.1.1.1/", "bad_host" },
    { "http://1.2.3.4.5/", "bad_host" },
    { "http://4294967296/", "bad_host" },
    { "http://08.0.0.1/", "bad_host" },
    { "http://0x/", "bad_host" },
    { "http://example.0x1f/", "bad_host" },
    { "http://example.com:22/", "blocked_port" },
    { "http://example.com:0/", "blocked_port" },
    { "http://example.com:025/", "blocked_port" },
    { "https://example.com:6000/", "blocked_port" },
    { "https://example.com:5432/", "blocked_port" },
    { "https://example.com:6379/", "blocked_port" },
    { "https://example.com:11211/", "blocked_port" },
    { "https://example.com:10080/", "blocked_port" },
    { NULL, NULL }
};


/* forms of 127.0.0.1 and others: all must come out as what they are */

static const case_t  literals[] = {
    { "http://127.1/", "127.0.0.1" },
    { "http://2130706433/", "127.0.0.1" },
    { "http://0x7f000001/", "127.0.0.1" },
    { "http://0X7F000001/", "127.0.0.1" },
    { "http://0177.0.0.1/", "127.0.0.1" },
    { "http://017700000001/", "127.0.0.1" },
    { "http://0x7f.1/", "127.0.0.1" },
    { "http://0/", "0.0.0.0" },
    { "http://10.1/", "10.0.0.1" },
    { "http://%31%32%37.0.0.1/", "127.0.0.1" },
    { "http://127.0.0.1./", "127.0.0.1" },
    { "http://[0:0:0:0:0:0:0:1]/", "::1" },
    { "http://[::ffff:7f00:1]/", "::ffff:127.0.0.1" },
    { NULL, NULL }
};


static const case_t  redirects[] = {
    { "/x", "https://example.com:8443/x" },
    { "x?y#z", "https://example.com:8443/a/x?y" },
    { "../../x", "https://example.com:8443/x" },
    { "?q", "https://example.com:8443/a/b?q" },
    { "//other.example/x", "https://other.example/x" },
    { "http://other.example", "http://other.example/" },
    { "/\\evil.example/", "https://example.com:8443/\\evil.example/" },
    { "//127.1/", "https://127.0.0.1/" },
    { "", "bad_url" },
    { "///evil.example/", "bad_url" },
    { "https:/x", "bad_url" },
    { "http:x", "bad_url" },
    { "ftp://example.com/", "bad_scheme" },
    { "file:/etc/passwd", "bad_scheme" },
    { "host:80", "bad_scheme" },
    { "//u@other.example/", "url_credentials" },
    { "//@other.example/", "url_credentials" },
    { "//other.example:25/", "blocked_port" },
    { "//\\evil.example/", "bad_host" },
    { "/a b", "control_character" },
    { NULL, NULL }
};


/* of any kind of monitor */

static const case_t  targets[] = {
    { "HTTPS://Example.com", "https://example.com/" },
    { "http://example.com:25/", "blocked_port" },
    { "tcp://Example.COM:25", "tcp://example.com:25" },
    { "TCP://example.com:25/", "tcp://example.com:25" },
    { "tcp://example.com.:22", "tcp://example.com:22" },
    { "tcp://example.com:80", "tcp://example.com:80" },
    { "tcp://127.1:993", "tcp://127.0.0.1:993" },
    { "tcp://[2606:4700:0::1111]:443", "tcp://[2606:4700::1111]:443" },
    { "tcp://example.com", "port_required" },
    { "tcp://example.com:", "port_required" },
    { "tcp://example.com:0", "port_required" },
    { "tcp://example.com:65536", "bad_url" },
    { "tcp://example.com:smtp", "bad_url" },
    { "tcp://example.com:5432", "blocked_port" },
    { "tcp://example.com:6379", "blocked_port" },
    { "tcp://example.com:11211", "blocked_port" },
    { "tcp://", "bad_url" },
    { "tcp:///", "bad_url" },
    { "tcp:example.com:25", "bad_scheme" },
    { "tcp://:25", "bad_host" },
    { "tcp://example.com:25/x", "bad_url" },
    { "tcp://example.com:25?x", "bad_url" },
    { "tcp://example.com:25#x", "bad_url" },
    { "tcp://a@example.com:25", "url_credentials" },
    { "tcp://a:b@example.com:25", "url_credentials" },
    { "tcp://example.com\\@127.0.0.1:25", "bad_host" },
    { "tcp://exa mple.com:25", "control_character" },
    { "tcp://example.com:25\r\n", "control_character" },
    { "tcp://1.2.3.4.5:25", "bad_host" },
    { "tcp://[::1%25lo]:25", "bad_host" },
    { "tcp://[::1:25", "bad_host" },
    { "tls://example.com:465", "tls://example.com:465" },
    { "tls://example.com", "port_required" },
    { "icmp://Example.com", "icmp://example.com" },
    { "icmp://example.com/", "icmp://example.com" },
    { "icmp://2130706433", "icmp://127.0.0.1" },
    { "icmp://[::1]", "icmp://[::1]" },
    { "icmp://example.com:7", "bad_url" },
    { "icmp://example.com:6379", "bad_url" },
    { "icmp://example.com/x", "bad_url" },
    { "icmp://", "bad_url" },
    { "dns:Example.com", "dns:example.com?type=A" },
    { "dns:example.com.?TYPE=mx", "dns:example.com?type=MX" },
    { "dns:_sip._tcp.example.com?type=SRV;class=IN",
      "dns:_sip._tcp.example.com?type=SRV" },
    { "dns:1.0.0.127.in-addr.arpa?class=in&type=ptr",
      "dns:1.0.0.127.in-addr.arpa?type=PTR" },
    { "dns://192.0.2.1/example.com?type=AAAA",
      "dns://192.0.2.1/example.com?type=AAAA" },
    { "DNS://NS.example:53/example.com",
      "dns://ns.example/example.com?type=A" },
    { "dns://[::1]:5353/example.com?type=TXT",
      "dns://[::1]:5353/example.com?type=TXT" },
    { "dns:", "bad_url" },
    { "dns:?type=A", "bad_url" },
    { "dns://ns.example", "bad_url" },
    { "dns://ns.example/", "bad_url" },
    { "dns:///example.com", "bad_url" },
    { "dns://ns.example/a/b", "bad_url" },
    { "dns:example.com?type=AXFR", "bad_record_type" },
    { "dns:example.com?type=", "bad_record_type" },
    { "dns:example.com?class=CH", "bad_url" },
    { "dns:example.com?x", "bad_url" },
    { "dns:127.0.0.1", "bad_host" },
    { "dns:a..b", "bad_host" },
    { "dns:example.com#x", "bad_url" },
    { "dns://u@ns.example/example.com", "url_credentials" },
    { "dns://ns.example#x/example.com", "bad_host" },
    { "dns://ns.example:6379/example.com", "blocked_port" },
    { "push:", "push:" },
    { "PUSH:", "push:" },
    { "push:x", "bad_scheme" },
    { "push://x", "bad_scheme" },
    { "ftp://example.com", "bad_scheme" },
    { "udp://example.com:53", "bad_scheme" },
    { "example.com:25", "bad_url" },
    { "", "bad_url" },
    { NULL, NULL }
};


static const char *
parse_target(ngx_pool_t *pool, const char *text, ngx_uptime_url_t *url)
{
    u_char                *copy;
    ngx_str_t              s;
    ngx_uptime_url_err_e   err;

    s.len = strlen(text);
    copy = malloc(s.len ? s.len : 1);
    memcpy(copy, text, s.len);
    s.data = copy;

    err = ngx_uptime_url_target(pool, &s, url);

    free(copy);

    return (err == NGX_UPTIME_URL_OK) ? (char *) url->text.data
                                      : ngx_uptime_url_code(err);
}


static void
test_targets(void)
{
    ngx_uint_t         n, wrong;
    const case_t      *c;
    ngx_pool_t        *pool;
    const char        *code;
    ngx_uptime_url_t   url, again;

    for (c = targets; c->text; c++) {
        pool = ngx_stub_pool();
        tap_is(parse_target(pool, c->text, &url), c->want, c->text);

        if (strchr(c->want, ':')) {
            tap_is(parse_target(pool, c->want, &again), c->want,
                   "its own normal form");
        }

        ngx_destroy_pool(pool);
    }

    pool = ngx_stub_pool();

    (void) parse_target(pool, "dns://[::1]:5353/example.com?type=MX", &url);
    tap_is((char *) url.scheme.data, "dns:", "scheme");
    tap_is_int(url.scheme.len, 3, "... without its colon");
    tap_is((char *) url.host.data, "::1", "server");
    tap_ok(url.literal, "... an address");
    tap_is_int(url.port, 5353, "port");
    tap_is((char *) url.name.data, "example.com", "name");
    tap_is_int(url.record, 15, "record");

    (void) parse_target(pool, "dns:example.com", &url);
    tap_is_int(url.host.len, 0, "no server");
    tap_is_int(url.port, 0, "no port");

    ngx_destroy_pool(pool);

    wrong = 0;

    for (n = 1; n < 100 && !wrong; n++) {
        pool = ngx_stub_pool();
        ngx_stub_fail = n;
        code = parse_target(pool, "dns://[::1]:5353/example.com", &url);
        ngx_stub_fail = 0;

        wrong = strcmp(code, "no_memory") != 0;
        ngx_destroy_pool(pool);
    }

    tap_ok(n > 5, "every allocation has failed once");
    tap_is_int(ngx_stub_blocks, 0, "nothing is left behind");
}


static const char *
parse(ngx_pool_t *pool, const char *text, const ngx_uptime_url_t *base,
    ngx_uptime_url_t *url)
{
    u_char                *copy;
    ngx_str_t              s;
    ngx_uptime_url_err_e   err;

    s.len = strlen(text);
    copy = malloc(s.len ? s.len : 1);
    memcpy(copy, text, s.len);
    s.data = copy;

    err = ngx_uptime_url_parse(pool, &s, base, url);

    free(copy);

    return (err == NGX_UPTIME_URL_OK) ? (char *) url->text.data
                                      : ngx_uptime_url_code(err);
}


static void
test_table(const case_t *c, const ngx_uptime_url_t *base)
{
    ngx_pool_t        *pool;
    ngx_uptime_url_t   url;

    for ( /* void */ ; c->text; c++) {
        pool = ngx_stub_pool();
        tap_is(parse(pool, c->text, base, &url), c->want, c->want);
        ngx_destroy_pool(pool);
    }
}


static void
test_parts(void)
{
    const case_t      *c;
    ngx_pool_t        *pool;
    const char        *code;
    ngx_uptime_url_t   url, other;

    pool = ngx_stub_pool();

    for (c = literals; c->text; c++) {
        (void) parse(pool, c->text, NULL, &url);
        tap_is((char *) url.host.data, c->want, c->text);
        tap_ok(url.literal, "is a literal");
    }

    (void) parse(pool, "HTTPS://Example.com:8443/a", NULL, &url);
    tap_is((char *) url.scheme.data, "https", "scheme");
    tap_is((char *) url.host.data, "example.com", "host");
    tap_is_int(url.host.len, 11, "length of the host");
    tap_is_int(url.port, 8443, "port");
    tap_ok(!url.literal, "no literal");

    (void) parse(pool, "https://example.com.:8443/b", NULL, &other);
    tap_ok(ngx_uptime_url_same_origin(&url, &other), "same origin");
    (void) parse(pool, "http://example.com:8443/a", NULL, &other);
    tap_ok(!ngx_uptime_url_same_origin(&url, &other), "another scheme");
    (void) parse(pool, "https://example.com/a", NULL, &other);
    tap_ok(!ngx_uptime_url_same_origin(&url, &other), "another port");
    tap_is_int(other.port, 443, "default port");
    (void) parse(pool, "https://example.net:8443/a", NULL, &other);
    tap_ok(!ngx_uptime_url_same_origin(&url, &other), "another host");

    /* which of the two it is depends on the version of libcurl */

    code = parse(pool, "http://a@b@example.com/", NULL, &url);
    tap_ok(strcmp(code, "url_credentials") == 0
           || strcmp(code, "bad_host") == 0, "two at signs");

    (void) parse(pool, "https://example.com:8443/a/b", NULL, &url);
    test_table(redirects, &url);

    ngx_destroy_pool(pool);
}


static void
test_limits(void)
{
    char              *text;
    ngx_str_t          nul = ngx_string("http://example.com/\0x");
    ngx_uint_t         n, wrong;
    ngx_pool_t        *pool;
    const char        *code;
    ngx_uptime_url_t   url, base;

    pool = ngx_stub_pool();

    tap_is_int(ngx_uptime_url_parse(pool, &nul, NULL, &url),
               NGX_UPTIME_URL_CONTROL, "NUL");

    text = malloc(8194);
    memset(text, 'a', 8193);
    memcpy(text, "http://example.com/", 19);
    text[8193] = '\0';
    tap_is(parse(pool, text, NULL, &url), "bad_url", "8193 bytes");
    text[8192] = '\0';
    tap_is(parse(pool, text, NULL, &url), text, "8192 bytes");
    free(text);

    (void) parse(pool, "http://example.com/", NULL, &base);
    text = calloc(196610, 1);
    memset(text, 'a', 196609);
    text[0] = '/';
    tap_is(parse(pool, text, &base, &url), "bad_url", "a redirect of 196609");
    text[196608] = '\0';
    (void) parse(pool, text, &base, &url);
    tap_is_int(url.text.len, 18 + 196608, "of 196608");
    free(text);

    ngx_destroy_pool(pool);

    wrong = 0;
    code = "";

    for (n = 1; n < 100; n++) {
        pool = ngx_stub_pool();
        ngx_stub_fail = n;
        code = parse(pool, "http://[::1]:8080/x", NULL, &url);
        ngx_stub_fail = 0;

        wrong += strcmp(code, "no_memory") != 0;
        ngx_destroy_pool(pool);

        if (wrong) {
            break;
        }
    }

    tap_ok(n > 5, "every allocation has failed once");
    tap_is_int(ngx_stub_blocks, 0, "nothing is left behind");

    for (n = 0; n <= NGX_UPTIME_URL_NO_MEMORY; n++) {
        tap_ok(strlen(ngx_uptime_url_code(n)) > 1
               && strlen(ngx_uptime_url_message(n)) > 1,
               "code and message");
    }
}


int
main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);

    test_table(good, NULL);
    test_table(bad, NULL);
    test_targets();
    test_parts();
    test_limits();

    curl_global_cleanup();

    return tap_done();
}
