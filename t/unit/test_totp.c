
/*
 * sources: src/auth/ngx_uptime_totp.c
 * libs: -lcrypto
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_totp.h"


/* RFC 6238, appendix B, SHA-1: the last six of its eight digits */

static const struct {
    time_t        now;
    const char   *code;
} vectors[] = {
    { 1111111109,  "081804" },
    { 1111111111,  "050471" },
    { 1234567890,  "005924" },
    { 2000000000,  "279037" },
    { 20000000000, "353130" }
};

/* RFC 4226, appendix D */

static const ngx_int_t  hotp[] = {
    755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871,
    520489
};

/* RFC 4648, 10; without padding */

static const struct {
    const char   *plain;
    const char   *text;
} base32[] = {
    { "", "" },
    { "f", "MY" },
    { "fo", "MZXQ" },
    { "foo", "MZXW6" },
    { "foob", "MZXW6YQ" },
    { "fooba", "MZXW6YTB" },
    { "foobar", "MZXW6YTBOI" }
};

static const char  *bad_codes[] = {
    "", "28708", "2870820", "28708a", " 28708", "-28708", "+28708",
    "28708\xd9", NULL
};

static const u_char  secret[] = "12345678901234567890";


static int64_t
check(time_t now, int64_t last, const char *code)
{
    ngx_str_t  s;

    s.data = (u_char *) code;
    s.len = strlen(code);

    return ngx_uptime_totp_check(secret, 20, now, last, &s);
}


static ngx_int_t
recovery(u_char *dst, const char *text)
{
    ngx_str_t  s;

    s.data = (u_char *) text;
    s.len = strlen(text);

    return ngx_uptime_totp_recovery_read(dst, &s);
}


static void
test_codes(void)
{
    int64_t      step;
    ngx_uint_t   i;
    const char **p;

    for (i = 0; i < 10; i++) {
        tap_is_int(ngx_uptime_totp_code(secret, 20, i), hotp[i], "HOTP");
    }

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        step = vectors[i].now / 30;

        tap_is_int(check(vectors[i].now, 0, vectors[i].code), step,
                   vectors[i].code);
        tap_is_int(check(vectors[i].now - 30, 0, vectors[i].code), step,
                   "a clock one step behind");
        tap_is_int(check(vectors[i].now + 30, 0, vectors[i].code), step,
                   "a clock one step ahead");
        tap_is_int(check(vectors[i].now - 60, 0, vectors[i].code), 0,
                   "two steps are too many");
        tap_is_int(check(vectors[i].now + 60, 0, vectors[i].code), 0,
                   "on either side");
        tap_is_int(check(vectors[i].now, step - 1, vectors[i].code), step,
                   "later than the last one");
        tap_is_int(check(vectors[i].now, step, vectors[i].code), 0,
                   "used already");
    }

    tap_is_int(check(59, 0, "287082"), 1, "the first vector of all");

    for (p = bad_codes; *p; p++) {
        tap_is_int(check(59, 0, *p), 0, "not six digits");
    }

    tap_is_int(check(59, 0, "287083"), 0, "another code");
}


static void
test_texts(void)
{
    u_char      out[64], random[10], *end;
    ngx_uint_t  i;

    for (i = 0; i < sizeof(base32) / sizeof(base32[0]); i++) {
        end = ngx_uptime_totp_base32(out, (u_char *) base32[i].plain,
                                     strlen(base32[i].plain));
        *end = '\0';
        tap_is((char *) out, base32[i].text, "base32");
    }

    memcpy(random, "\0\1\2\3\4\xff\xfe\xfd\xfc\xfb", 10);
    ngx_uptime_totp_recovery(out, random);
    out[NGX_UPTIME_RECOVERY_LEN] = '\0';
    tap_is((char *) out, "AAAQ-EAYE-777P-37H3", "a recovery code");

    tap_is_int(recovery(out, "aaaq-eaye 777p37h3"), NGX_OK, "as typed");
    out[NGX_UPTIME_RECOVERY_BITS] = '\0';
    tap_is((char *) out, "AAAQEAYE777P37H3", "in one form");

    tap_is_int(recovery(out, ""), NGX_DECLINED, "empty");
    tap_is_int(recovery(out, "AAAQ-EAYE-777P-37H"), NGX_DECLINED,
               "too short");
    tap_is_int(recovery(out, "AAAQ-EAYE-777P-37H3A"), NGX_DECLINED,
               "too long");
    tap_is_int(recovery(out, "AAAQ-EAYE-777P-37H1"), NGX_DECLINED,
               "another character");
    tap_is_int(recovery(out, "287082"), NGX_DECLINED, "a code is none");
}


int
main(void)
{
    test_codes();
    test_texts();

    return tap_done();
}
