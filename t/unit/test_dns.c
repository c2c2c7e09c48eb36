
/*
 * sources: src/probe/ngx_uptime_dns_message.c
 * sources: src/probe/ngx_uptime_dns_record.c
 * libs: -lresolv -Wl,--wrap=ns_parserr
 */


#include "ngx_stub.h"
#include "tap.h"

#include <arpa/nameser.h>

#include "ngx_uptime_dns_message.h"


#define Q(type)  "\7example\3com\0\0" type "\0\1"
#define HEAD(flags, an)  "\x12\x34" flags "\0\1\0" an "\0\0\0\0"


static ngx_uptime_dns_question_t  q;
static ngx_uptime_dns_answer_t    a;

static u_char  packet[65536];
static size_t  size;
static size_t  parsed;


int __real_ns_parserr(ns_msg *msg, ns_sect section, int n, ns_rr *rr);


/* the C library expands the owner of each record that it parses */

int
__wrap_ns_parserr(ns_msg *msg, ns_sect section, int n, ns_rr *rr)
{
    parsed++;

    return __real_ns_parserr(msg, section, n, rr);
}


static void
ask(unsigned type, const char *value)
{
    ngx_str_set(&q.name, "example.com");
    q.type = type;
    q.value.data = (u_char *) value;
    q.value.len = strlen(value);
    size = 0;
}


static void
add(const char *p, size_t len)
{
    memcpy(packet + size, p, len);
    size += len;
}

/* nameser.h has one */
#undef ADD
#define ADD(text)  add(text, sizeof(text) - 1)


static void
header(unsigned flags, unsigned qd, unsigned an)
{
    u_char  h[12] = { 0x12, 0x34, flags >> 8, flags & 255, 0, qd, an >> 8,
                      an & 255 };

    size = 0;
    add((char *) h, 12);

    if (qd) {
        ADD("\7eXample\3com\0");
        packet[size++] = q.type >> 8;
        packet[size++] = q.type & 255;
        ADD("\0\1");
    }
}


/* of the name in the question */

static void
record(unsigned type, const char *data, size_t len)
{
    u_char  h[10] = { type >> 8, type & 255, 0, 1, 0, 0, 0, 9, len >> 8,
                      len & 255 };

    ADD("\xc0\x0c");
    add((char *) h, 10);
    add(data, len);
}

#define RECORD(type, data)  record(type, data, sizeof(data) - 1)


static ngx_int_t
answer(void)
{
    return ngx_uptime_dns_answer(packet, size, 0x1234, &q, &a);
}


static void
found(int yes, const char *name)
{
    char       text[200];
    ngx_int_t  rc;

    rc = answer();

    snprintf(text, sizeof(text), "type %d, \"%.*s\": %s", (int) q.type,
             (int) q.value.len, q.value.data, name);
    tap_ok(rc == NGX_OK && a.records == 1 && a.found == yes, text);
}


static void
one(unsigned type, const char *data, size_t len, const char *value, int yes)
{
    ask(type, value);
    header(0x8180, 1, 1);
    record(type, data, len);
    found(yes, yes ? "found" : "not found");
}

#define ONE(type, data, value, yes)                                           \
    one(type, data, sizeof(data) - 1, value, yes)


static void
test_values(void)
{
    ONE(1, "\1\2\3\4", "1.2.3.4", 1);
    ONE(1, "\1\2\3\4", "1.2.3.5", 0);
    ONE(1, "\1\2\3\4", "1.2.3.4 ", 0);
    ONE(1, "\1\2\3\4", "01.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3", 0);
    ONE(28, "\x20\1\x48\x60\0\0\0\0\0\0\0\0\0\0\x88\x88",
        "2001:4860:0:0::8888", 1);
    ONE(28, "\x20\1\x48\x60\0\0\0\0\0\0\0\0\0\0\x88\x88", "1.2.3.4", 0);
    ONE(5, "\3www\xc0\x0c", "www.example.com", 1);
    ONE(5, "\3www\xc0\x0c", "WWW.Example.COM.", 1);
    ONE(5, "\3www\xc0\x0c", "www.example.org", 0);
    ONE(5, "\3www\xc0\x0c", "www.example.com.x", 0);
    ONE(5, "\3www\xc0\x0c", "www.example.co", 0);
    ONE(2, "\2ns\0", "ns", 1);
    ONE(12, "\4host\xc0\x0c", "host.example.com.", 1);
    ONE(15, "\0\12\4mail\xc0\x0c", "10 mail.example.com", 1);
    ONE(15, "\0\12\4mail\xc0\x0c", "10  mail.example.com.", 1);
    ONE(15, "\0\12\4mail\xc0\x0c", "mail.example.com", 1);
    ONE(15, "\0\12\4mail\xc0\x0c", "20 mail.example.com", 0);
    ONE(15, "\0\12\4mail\xc0\x0c", "10", 0);
    ONE(15, "\0\0\0", "0 .", 1);
    ONE(33, "\0\1\0\2\x13\xc4\3sip\xc0\x0c", "1 2 5060 sip.example.com.", 1);
    ONE(33, "\0\1\0\2\x13\xc4\3sip\xc0\x0c", "1 2 5061 sip.example.com.", 0);
    ONE(6, "\2ns\xc0\x0c\4root\xc0\x0c\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"
        "\xff\xff\xff\xff",
        "ns.example.com. root.example.com. 1 2 3 4 4294967295", 1);
    ONE(16, "\5v=spf\2 -", "v=spf -", 1);
    ONE(16, "\5v=spf\2 -", "v=SPF -", 0);
    ONE(16, "\5v=spf\2 -", "v=spf", 0);
    ONE(16, "\5v=spf\2 -", "v=spf -a", 0);
    ONE(16, "\0\1a\0", "a", 1);
    ONE(257, "\0\5issueca.test", "0 issue \"ca.test\"", 1);
    ONE(257, "\0\5issueca.test", "0 issue ca.test", 1);
    ONE(257, "\x80\5issueca.test", "0 issue ca.test", 0);
    ONE(257, "\0\5issue;", "0 issue \";\"", 1);
}


static void
broken(unsigned type, const char *data, size_t len, const char *name)
{
    ask(type, "x");
    header(0x8180, 1, 1);
    record(type, data, len);
    tap_is_int(answer(), NGX_ERROR, name);
}

#define BROKEN(type, data, name)                                              \
    broken(type, data, sizeof(data) - 1, name)


static void
test_broken(void)
{
    BROKEN(1, "\1\2\3", "A of three bytes");
    BROKEN(28, "\1\2\3\4", "AAAA of four bytes");
    BROKEN(5, "\3ww", "a label that is too long");
    BROKEN(5, "\xc0\x29", "a pointer to itself");
    BROKEN(5, "\xc0\xff", "a pointer behind the end");
    BROKEN(5, "\xc0", "half a pointer");
    BROKEN(5, "\1a\0\0", "bytes behind a name");
    BROKEN(5, "", "no name");
    BROKEN(15, "\0", "half a preference");
    BROKEN(15, "\0\1", "MX without a name");
    BROKEN(33, "\0\1\0\1\0", "half a port");
    BROKEN(6, "\0\0\0\0\0\1", "SOA without its numbers");
    BROKEN(16, "\5abc", "TXT that is too short");
    BROKEN(257, "\0", "CAA without a tag");
    BROKEN(257, "\0\7issue", "CAA with too long a tag");
}


static void
test_ignored(void)
{
    ask(1, "");
    header(0x8180, 1, 1);
    RECORD(1, "\1\2\3\4");
    tap_is_int(answer(), NGX_OK, "an answer");

    packet[1] ^= 1;
    tap_is_int(answer(), NGX_DECLINED, "another id");
    packet[1] ^= 1;

    packet[2] &= 0x7f;
    tap_is_int(answer(), NGX_DECLINED, "a question");
    packet[2] |= 0x80;

    packet[2] |= 0x08;
    tap_is_int(answer(), NGX_DECLINED, "another operation");
    packet[2] &= 0xf7;

    packet[14] ^= 1;
    tap_is_int(answer(), NGX_DECLINED, "another name");
    packet[14] ^= 1;

    packet[26] ^= 2;
    tap_is_int(answer(), NGX_DECLINED, "another type");
    packet[26] ^= 2;

    packet[28] = 3;
    tap_is_int(answer(), NGX_DECLINED, "another class");

    header(0x8180, 0, 0);
    tap_is_int(answer(), NGX_DECLINED, "no question");

    size = 11;
    tap_is_int(answer(), NGX_DECLINED, "half a header");
    size = 0;
    tap_is_int(answer(), NGX_DECLINED, "nothing");

    header(0x8180, 1, 2);
    RECORD(1, "\1\2\3\4");
    tap_is_int(answer(), NGX_ERROR, "fewer records than it says");

    header(0x8180, 1, 1);
    RECORD(1, "\1\2\3\4");
    ADD("x");
    tap_is_int(answer(), NGX_ERROR, "bytes behind the end");
}


static void
test_codes(void)
{
    ask(1, "");
    header(0x8183, 1, 0);
    tap_ok(answer() == NGX_OK && a.rcode == 3, "NXDOMAIN");

    header(0x8182, 1, 0);
    tap_ok(answer() == NGX_OK && a.rcode == 2, "SERVFAIL");

    header(0x8185, 0, 0);
    tap_ok(answer() == NGX_OK && a.rcode == 5, "REFUSED, without a question");

    header(0x8180, 1, 0);
    tap_ok(answer() == NGX_OK && a.records == 0, "no record");

    header(0x8380, 1, 0);
    tap_ok(answer() == NGX_OK && a.truncated, "cut");

    header(0x8380, 1, 3);
    ADD("\xc0\x0c\0\1");
    tap_ok(answer() == NGX_OK && a.truncated, "cut in a record");
}


static void
test_alias(void)
{
    ask(1, "1.2.3.4");
    header(0x8180, 1, 3);
    ADD("\1b\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4");
    ADD("\1a\0\0\5\0\1\0\0\0\1\0\3\1b\0");
    RECORD(5, "\1A\0");
    found(1, "through two aliases, in any order");

    header(0x8180, 1, 2);
    RECORD(5, "\1a\0");
    ADD("\1c\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4");
    tap_ok(answer() == NGX_OK && a.records == 0,
           "a record that nobody points to does not count");

    header(0x8180, 1, 1);
    RECORD(5, "\xc0\x0c");
    tap_ok(answer() == NGX_OK && a.records == 0, "an alias of itself");

    ask(5, "");
    header(0x8180, 1, 1);
    RECORD(5, "\1a\0");
    tap_ok(answer() == NGX_OK && a.records == 1, "an alias is what is wanted");

    ask(1, "9.9.9.9");
    header(0x8180, 1, 3);
    RECORD(1, "\1\2\3\4");
    RECORD(1, "\11\11\11\11");
    RECORD(1, "\5\6\7\10");
    tap_ok(answer() == NGX_OK && a.records == 3 && a.found, "one of three");
}


static void
test_query(void)
{
    u_char  buf[NGX_UPTIME_DNS_QUERY];
    size_t  len;

    static u_char  longest[254];

    ask(257, "");
    len = ngx_uptime_dns_query(buf, 0x1234, &q);
    tap_ok(len == 29 && memcmp(buf, "\x12\x34\1\0\0\1\0\0\0\0\0\0"
                                    "\7example\3com\0\1\1\0\1", len) == 0,
           "a question");

    ngx_str_set(&q.name, "a..b");
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 0, "an empty label");
    ngx_str_set(&q.name, "a.");
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 0, "a dot at the end");
    ngx_str_set(&q.name, "");
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 0, "no name");

    memset(longest, 'a', sizeof(longest));
    q.name.data = longest;
    q.name.len = 64;
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 0, "a label of 64 bytes");

    longest[63] = longest[127] = longest[191] = '.';
    q.name.len = 253;
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 12 + 255 + 4,
               "253 characters");
    q.name.len = 254;
    tap_is_int(ngx_uptime_dns_query(buf, 1, &q), 0, "254 characters");
}


/* every prefix of an answer, from memory of just that size */

static void
test_cut(void)
{
    int      bad;
    size_t   i;
    u_char  *p;

    bad = 0;

    ask(15, "10 mail.example.com");
    header(0x8180, 1, 2);
    RECORD(15, "\0\12\4mail\xc0\x0c");
    RECORD(5, "\1a\xc0\x0c");

    for (i = 0; i < size; i++) {
        p = malloc(i + 1);
        memcpy(p, packet, i);
        bad += (ngx_uptime_dns_answer(p, i, 0x1234, &q, &a) == NGX_OK);
        free(p);
    }

    tap_is_int(bad, 0, "no part of an answer is one");
}


/*
 * 64 KiB of records that all have one long owner, and aliases behind them:
 * each alias leads over all records again.
 */

static void
aliases(unsigned steps, unsigned records)
{
    char      owner[3], name[5], data[256];
    unsigned  i, n;

    ask(1, "");
    header(0x8180, 1, 1 + records + steps);

    memset(data, 1, sizeof(data));
    data[0] = data[64] = data[128] = 63;
    data[192] = 61;
    data[254] = 0;
    RECORD(10, "x");
    size -= 3;
    add("\0\xff", 2);
    n = size;
    add(data, 255);

    owner[0] = 0xc0 | (n >> 8);
    owner[1] = n & 255;

    for (i = 0; i < records; i++) {
        add(owner, 2);
        ADD("\0\1\0\1\0\0\0\1\0\0");
    }

    for (i = 0; i < steps; i++) {
        if (i == 0) {
            ADD("\xc0\x0c");

        } else {
            add(name, 3);
        }

        name[0] = 1;
        name[1] = 'a' + i;
        name[2] = 0;
        ADD("\0\5\0\1\0\0\0\1\0\3");
        add(name, 3);
    }

    parsed = 0;
}


static void
test_work(void)
{
    unsigned  i;

    aliases(16, 5300);
    tap_is_int(answer(), NGX_ERROR, "too much to read for one answer");
    tap_ok(parsed > 5000 && parsed < 10000, "and it is not read");

    aliases(8, 400);
    tap_ok(answer() == NGX_OK && a.records == 0, "many records, many aliases");

    ask(1, "9.9.9.9");
    header(0x8180, 1, 4001);

    for (i = 0; i < 4000; i++) {
        RECORD(1, "\1\2\3\4");
    }

    RECORD(1, "\11\11\11\11");
    tap_ok(answer() == NGX_OK && a.records == 4001 && a.found,
           "the last one of 64 KiB");
}


int
main(void)
{
    test_query();
    test_values();
    test_broken();
    test_ignored();
    test_codes();
    test_alias();
    test_work();
    test_cut();

    return tap_done();
}
