
/*
 * The form of secrets in cookies and keys: what is valid has one successor,
 * which is valid too, and one digest.  An API key has one text.  What was not
 * sealed is not opened.
 *
 * divide: 4
 * sources: src/auth/ngx_uptime_secret.c src/auth/ngx_uptime_secret_box.c
 * sources: t/unit/ngx_stub_text.c
 * libs: -lsodium
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_secret.h"
#include "ngx_uptime_secret_box.h"


#define DIGITS  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"        \
                "0123456789-_"


static void judge(const ngx_str_t *text);
static void judge_key(ngx_str_t *text);
static int valid(const ngx_str_t *text);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char      bytes[20];
    ngx_str_t   text;
    ngx_pool_t *pool;

    static const ngx_str_t  key = ngx_string("0123456789abcdef01234567");

    pool = ngx_stub_pool();

    text.len = size;
    text.data = ngx_pnalloc(pool, size);
    ngx_memcpy(text.data, data, size);

    require((int) ngx_uptime_secret_valid(&text) == valid(&text));

    if (valid(&text)) {
        judge(&text);
    }

    judge_key(&text);

    require(ngx_uptime_secret_open(bytes, sizeof(bytes), &key, "kind", 1,
                                   &text)
            == NGX_DECLINED);

    ngx_destroy_pool(pool);

    return 0;
}


static void
judge(const ngx_str_t *text)
{
    size_t                i;
    ngx_str_t             s;
    ngx_uptime_digest_t   digest, other;
    ngx_uptime_secret_t   next, again;

    static const ngx_str_t  key = ngx_string("0123456789abcdef01234567"),
                            key2 = ngx_string("0123456789abcdef01234568");

    ngx_uptime_secret_next(&next, text, &key);
    ngx_uptime_secret_next(&again, text, &key);
    require(memcmp(&next, &again, sizeof(next)) == 0);

    ngx_uptime_secret_next(&again, text, &key2);
    require(memcmp(&next, &again, sizeof(next)) != 0);
    require(memcmp(next.text, text->data, text->len) != 0);

    s.data = next.text;
    s.len = NGX_UPTIME_SECRET_LEN;
    require(valid(&s) && ngx_uptime_secret_valid(&s));

    ngx_uptime_secret_digest(&digest, text->data, text->len);
    ngx_uptime_secret_digest(&other, s.data, s.len);
    require(memcmp(&digest, &other, sizeof(digest)) != 0);

    for (i = 0; i < sizeof(digest.hex); i++) {
        require(memchr("0123456789abcdef", digest.hex[i], 16) != NULL);
    }
}


/* What is taken for a key can be written again, letter by letter. */

static void
judge_key(ngx_str_t *text)
{
    int        len;
    char       again[128];
    int64_t    id;
    ngx_str_t  secret;

    if (ngx_uptime_secret_key(text, &id, &secret) != NGX_OK) {
        return;
    }

    require(id > 0 && valid(&secret));

    len = snprintf(again, sizeof(again), "upk_%lld_%.*s", (long long) id,
                   (int) secret.len, secret.data);

    require((size_t) len == text->len
            && memcmp(again, text->data, text->len) == 0);
}


static int
valid(const ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (memchr(DIGITS, text->data[i], sizeof(DIGITS) - 1) == NULL) {
            return 0;
        }
    }

    return text->len == 43;
}
