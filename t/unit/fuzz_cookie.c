
/*
 * The fields that come with the refresh cookie, each a line: Cookie, Origin,
 * Host.  What is found must be what another, simple-minded reading finds; and
 * an origin is ours only if it is a scheme before our host.
 *
 * sources: src/auth/ngx_uptime_cookie.c src/auth/ngx_uptime_secret.c
 * sources: t/unit/ngx_stub_text.c
 * libs: -lsodium
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_cookie.h"
#include "ngx_uptime_secret.h"


static ngx_str_t line(ngx_pool_t *pool, const uint8_t **p,
    const uint8_t *last);
static void judge_cookie(ngx_pool_t *pool, const ngx_str_t *field,
    const char *name);
static char *simple(ngx_pool_t *pool, const ngx_str_t *field,
    const char *name);
static void judge_origin(const ngx_str_t *origin, const ngx_str_t *host);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_str_t       cookie, origin, host;
    ngx_pool_t     *pool;
    const uint8_t  *p, *last;

    pool = ngx_stub_pool();

    p = data;
    last = data + size;

    cookie = line(pool, &p, last);
    origin = line(pool, &p, last);
    host = line(pool, &p, last);

    judge_cookie(pool, &cookie, "__Host-uptime_refresh");
    judge_cookie(pool, &cookie, "uptime_refresh");
    judge_origin(&origin, &host);

    ngx_destroy_pool(pool);

    return 0;
}


/* A copy of exactly its size, so that reading beyond it is noticed. */

static ngx_str_t
line(ngx_pool_t *pool, const uint8_t **p, const uint8_t *last)
{
    ngx_str_t       text;
    const uint8_t  *end;

    end = memchr(*p, '\n', last - *p);
    if (end == NULL) {
        end = last;
    }

    text.len = end - *p;
    text.data = ngx_pnalloc(pool, text.len);
    ngx_memcpy(text.data, *p, text.len);

    *p = (end < last) ? end + 1 : last;

    return text;
}


static void
judge_cookie(ngx_pool_t *pool, const ngx_str_t *field, const char *name)
{
    char       *want;
    ngx_int_t   rc;
    ngx_str_t   wanted, value;

    wanted.data = (u_char *) name;
    wanted.len = strlen(name);

    rc = ngx_uptime_cookie_find(field, &wanted, &value);

    /* the other reading works with C strings; nginx refuses such a field */

    if (memchr(field->data, '\0', field->len) != NULL) {
        return;
    }

    want = simple(pool, field, name);

    require((rc == NGX_OK) == (want != NULL));

    if (rc != NGX_OK) {
        return;
    }

    require(value.data >= field->data
            && value.data + value.len <= field->data + field->len);
    require(value.len == strlen(want)
            && memcmp(value.data, want, value.len) == 0);

    /* a good one holds nothing that could end a cookie or a line */

    if (ngx_uptime_secret_valid(&value)) {
        require(strpbrk(want, "; \t\r\n=,\"") == NULL);
    }
}


static char *
simple(ngx_pool_t *pool, const ngx_str_t *field, const char *name)
{
    char    *text, *pair, *rest, *equals;
    size_t   n;

    text = ngx_pnalloc(pool, field->len + 1);
    memcpy(text, field->data, field->len);
    text[field->len] = '\0';

    for (pair = text; pair != NULL; pair = rest) {
        rest = strchr(pair, ';');

        if (rest != NULL) {
            *rest++ = '\0';
        }

        pair += strspn(pair, " \t");

        for (n = strlen(pair); n && strchr(" \t", pair[n - 1]); n--) {
            pair[n - 1] = '\0';
        }

        equals = strchr(pair, '=');

        if (equals != NULL) {
            *equals = '\0';

            if (strcmp(pair, name) == 0) {
                return equals + 1;
            }
        }
    }

    return NULL;
}


static void
judge_origin(const ngx_str_t *origin, const ngx_str_t *host)
{
    size_t  i, scheme;

    if (!ngx_uptime_cookie_same_origin(origin, host)) {
        return;
    }

    /* ngx_strncasecmp() ends with it; nginx refuses such a field */

    if (memchr(host->data, '\0', host->len) != NULL) {
        return;
    }

    require(origin->len >= host->len + 7 && origin->len <= host->len + 8);

    scheme = origin->len - host->len;
    require(memcmp(origin->data, "https://", 4) == 0
            && memcmp(origin->data + scheme - 3, "://", 3) == 0
            && (scheme == 7 || origin->data[4] == 's'));

    for (i = 0; i < host->len; i++) {
        require(tolower(host->data[i])
                == tolower(origin->data[scheme + i]));
    }
}
