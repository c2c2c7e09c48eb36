
/*
 * sources: src/core/ngx_uptime_url_plain.c src/core/ngx_uptime_url.c
 * sources: src/core/ngx_uptime_url_rules.c src/core/ngx_uptime_url_target.c
 * sources: src/core/ngx_uptime_host.c
 *
 * The short way to read a URL against the long one, on texts made by hand
 * and on a million made of pieces that look like URLs.
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_url.h"


#define ROUNDS  1000000


static const char *const  plain[] = {
    "http://example.com/",
    "https://example.com/a/b.html?x=1&y=2",
    "http://127.0.0.1:8080/ok",
    "http://localhost:3000/",
    "https://a-b.c-d.xn--p1ai/_/A",
    "http://1.2.3.4.example/",
    "http://255.255.255.255/",
};

/* not wrong, most of them, but not for the short way */

static const char *const  declined[] = {
    "http://example.com", "http://example.com:80/", "https://a.b:443/",
    "HTTP://example.com/", "http://Example.com/", "http://example.com./",
    "http://a..b/", "http://.a/", "http:///", "http://user@example.com/",
    "http://example.com:22/", "http://example.com:/", "http://a:08080/",
    "http://a:70000/", "http://a:/", "http://127.1/", "http://0x7f.1/",
    "http://127.0.0.01/", "http://256.1.1.1/", "http://1.2.3.4.5/",
    "http://2130706433/", "http://127.0.0.1x/", "http://[::1]/",
    "http://a/../b", "http://a/.", "http://a//b", "http://a/%41",
    "http://a/#x", "http://a/?", "http://a/?a?b", "http://a/\\b",
    "http://a\\@b/", "http://a/b c", "http://a?b", "http://a/\xc3\xa9",
    "ftp://a/", "//a/", "http:/a/", "http://a_b/", "", "http://",
};

static const char *const  pieces[] = {
    "http://", "https://", "/", ".", "..", ":", "a", "example", "com", "0",
    "1", "127", "255", "256", "80", "443", "8080", "22", "-", "_", "?", "=",
    "&", "0x7f", "#", "%2e", "@", "\\", "xn--a", "A", "[::1]", "~", "65535",
};


static ngx_uint_t
same(const ngx_uptime_url_t *a, const ngx_uptime_url_t *b)
{
    return strcmp((char *) a->text.data, (char *) b->text.data) == 0
           && a->text.len == b->text.len
           && strcmp((char *) a->host.data, (char *) b->host.data) == 0
           && a->literal == b->literal && ngx_uptime_url_same_origin(a, b);
}


/* 1: both ways agree, or the short one is not taken; counts those taken */

static ngx_uint_t
agree(const char *s, ngx_uint_t *taken)
{
    ngx_uint_t         ok;
    ngx_str_t          text;
    ngx_pool_t        *pool;
    ngx_uptime_url_t   a, b;

    text.data = (u_char *) s;
    text.len = strlen(s);
    pool = ngx_stub_pool();
    ok = 1;

    if (ngx_uptime_url_plain(pool, &text, &a) == NGX_OK) {
        (*taken)++;
        ok = (ngx_uptime_url_parse(pool, &text, NULL, &b)
              == NGX_UPTIME_URL_OK && same(&a, &b));
    }

    ngx_destroy_pool(pool);

    return ok;
}


static ngx_uint_t
dice(ngx_uint_t sides)
{
    static uint64_t  x = 88172645463325252ULL;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;

    return (x >> 11) % sides;
}


static void
pieces_agree(void)
{
    char        text[256];
    ngx_uint_t  i, j, n, taken, wrong;

    taken = 0;
    wrong = 0;

    for (i = 0; i < ROUNDS; i++) {
        strcpy(text, dice(2) ? "http://" : "https://");
        n = dice(6);

        for (j = 0; j <= n; j++) {
            strcat(text, pieces[dice(sizeof(pieces) / sizeof(pieces[0]))]);

            if (j == n / 2 && dice(2)) {
                strcat(text, "/");
            }
        }

        if (!agree(text, &taken) && wrong++ < 5) {
            printf("# %s\n", text);
        }
    }

    tap_is_int(wrong, 0, "the two ways agree");
    tap_ok(taken > ROUNDS / 50, "the short one was taken often enough");
    printf("# %d of %d\n", (int) taken, ROUNDS);
}


int
main(void)
{
    char        longer[300];
    ngx_uint_t  i, taken;

    for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        taken = 0;
        tap_ok(agree(plain[i], &taken) && taken, plain[i]);
    }

    for (i = 0; i < sizeof(declined) / sizeof(declined[0]); i++) {
        taken = 0;
        tap_ok(agree(declined[i], &taken) && !taken, declined[i]);
    }

    for (i = 60; i < 66; i++) {
        taken = 0;
        memset(longer, 'a', sizeof(longer));
        memcpy(longer, "http://", 7);
        strcpy(longer + 7 + i, ".b/");
        tap_ok(agree(longer, &taken) && taken == (i <= 63), "a long label");
    }

    pieces_agree();

    return tap_done();
}
