
/*
 * sources: src/auth/ngx_uptime_secret.c src/auth/ngx_uptime_secret_box.c
 * sources: t/unit/ngx_stub_text.c
 * libs: -lsodium
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_secret.h"
#include "ngx_uptime_secret_box.h"


#define LEN  20

#define SECRET  "abcdefghijABCDEFGHIJ0123456789-_abcdefghijA"


static ngx_str_t  key = ngx_string("0123456789abcdef0123456789abcdef"),
                  key2 = ngx_string("0123456789abcdef0123456789abcdeg");

static const u_char  plain[LEN] = "12345678901234567890";


static void
test_same(void)
{
    u_char     hex[NGX_UPTIME_BOX_HEX(LEN)], again[NGX_UPTIME_BOX_HEX(LEN)];
    u_char     bytes[LEN], other[LEN];
    ngx_str_t  s;

    ngx_uptime_secret_seal_same(hex, &key, "kind", 7, plain, LEN);
    ngx_uptime_secret_seal_same(again, &key, "kind", 7, plain, LEN);

    tap_ok(memcmp(hex, again, sizeof(hex)) == 0, "the same box each time");

    s.data = hex;
    s.len = sizeof(hex);

    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s), NGX_OK,
               "... opened");
    tap_ok(memcmp(bytes, plain, LEN) == 0, "... with what was in it");

    /* a nonce that two of them share would give both away */

    memcpy(other, plain, LEN);
    other[LEN - 1] ^= 1;

    ngx_uptime_secret_seal_same(again, &key, "kind", 7, other, LEN);
    tap_ok(memcmp(hex, again, 48) != 0, "other bytes, other nonce");
    ngx_uptime_secret_seal_same(again, &key, "kind", 8, plain, LEN);
    tap_ok(memcmp(hex, again, 48) != 0, "another owner, another nonce");
    ngx_uptime_secret_seal_same(again, &key, "other", 7, plain, LEN);
    tap_ok(memcmp(hex, again, 48) != 0, "another kind, another nonce");
    ngx_uptime_secret_seal_same(again, &key2, "kind", 7, plain, LEN);
    tap_ok(memcmp(hex, again, 48) != 0, "another key, another nonce");
}


static void
test_box(void)
{
    u_char      hex[NGX_UPTIME_BOX_HEX(LEN)], again[NGX_UPTIME_BOX_HEX(LEN)];
    u_char      bytes[LEN], ch;
    ngx_str_t   s;
    ngx_uint_t  i, opened;

    ngx_uptime_secret_seal(hex, &key, "kind", 7, plain, LEN);
    ngx_uptime_secret_seal(again, &key, "kind", 7, plain, LEN);

    tap_ok(memcmp(hex, again, sizeof(hex)) != 0, "each time another box");

    s.data = hex;
    s.len = sizeof(hex);

    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s), NGX_OK,
               "opened");
    tap_ok(memcmp(bytes, plain, LEN) == 0, "... with what was in it");

    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key2, "kind", 7, &s),
               NGX_DECLINED, "not with another key");
    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind", 8, &s),
               NGX_DECLINED, "not for another owner");
    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "other", 7, &s),
               NGX_DECLINED, "not as another kind");
    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind",
                                      7 + ((int64_t) 1 << 40), &s),
               NGX_DECLINED, "all of the owner counts");
    tap_is_int(ngx_uptime_secret_open(bytes, LEN - 1, &key, "kind", 7, &s),
               NGX_DECLINED, "not with another length");
    tap_is_int(ngx_uptime_secret_open(bytes, 1000, &key, "kind", 7, &s),
               NGX_DECLINED, "not with a length that fits nowhere");

    s.len--;
    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s),
               NGX_DECLINED, "not if it is cut");
    s.len = 0;
    tap_is_int(ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s),
               NGX_DECLINED, "not if it is empty");
    s.len = sizeof(hex);

    opened = 0;

    for (i = 0; i < sizeof(hex); i++) {
        ch = hex[i];
        hex[i] = (ch == '0') ? '1' : '0';
        opened += ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s)
                  == NGX_OK;
        hex[i] = 'x';
        opened += ngx_uptime_secret_open(bytes, LEN, &key, "kind", 7, &s)
                  == NGX_OK;
        hex[i] = ch;
    }

    tap_is_int(opened, 0, "not if a digit is another one");
}


/* "12 ok": the id, and the secret is SECRET; or "no" */

static void
test_key(void)
{
    char          got[64];
    int64_t       id;
    ngx_str_t     text, secret;
    ngx_uint_t    i;

    static const struct {
        const char  *text;
        const char  *want;
    } cases[] = {
        { "upk_12_" SECRET, "12 ok" },
        { "upk_9223372036854775807_" SECRET, "9223372036854775807 ok" },
        { "upk_9223372036854775808_" SECRET, "no" },
        { "upk_012_" SECRET, "no" },
        { "upk_0_" SECRET, "no" },
        { "upk_00_" SECRET, "no" },
        { "upk_-1_" SECRET, "no" },
        { "upk_+1_" SECRET, "no" },
        { "upk_ 1_" SECRET, "no" },
        { "upk_1 _" SECRET, "no" },
        { "upk__" SECRET, "no" },
        { "upk_" SECRET, "no" },
        { "upk_1_" SECRET "A", "no" },
        { "upk_1__" SECRET, "no" },
        { "upk_1_", "no" },
        { "upk_1", "no" },
        { "upk_", "no" },
        { "upk", "no" },
        { "", "no" },
        { "UPK_1_" SECRET, "no" },
        { "1_" SECRET, "no" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text.data = (u_char *) cases[i].text;
        text.len = strlen(cases[i].text);

        if (ngx_uptime_secret_key(&text, &id, &secret) == NGX_OK
            && secret.len == sizeof(SECRET) - 1
            && memcmp(secret.data, SECRET, secret.len) == 0)
        {
            snprintf(got, sizeof(got), "%lld ok", (long long) id);
        } else {
            strcpy(got, "no");
        }

        tap_is(got, cases[i].want, cases[i].text);
    }
}


int
main(void)
{
    test_box();
    test_same();
    test_key();

    return tap_done();
}
