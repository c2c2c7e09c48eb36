
/*
 * A target out of a row of the database.  Used in any process.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_secret_text.h"
#include "ngx_uptime_target_row.h"


/* the order of fragments/target_row */

typedef enum {
    NGX_UPTIME_TARGET_TYPE = 0,

    /* texts, as in ngx_uptime_target_texts */
    NGX_UPTIME_TARGET_URL,
    NGX_UPTIME_TARGET_SECRET = 8,

    NGX_UPTIME_TARGET_AUTH = 11,
    NGX_UPTIME_TARGET_IP_VERSION,
    NGX_UPTIME_TARGET_INTERVAL,
    NGX_UPTIME_TARGET_TIMEOUT,
    NGX_UPTIME_TARGET_DEGRADED,
    NGX_UPTIME_TARGET_GRACE,
    NGX_UPTIME_TARGET_CERT_MIN_DAYS,
    NGX_UPTIME_TARGET_MAX_REDIRECTS,
    NGX_UPTIME_TARGET_ABSENT,
    NGX_UPTIME_TARGET_FOLLOW,
    NGX_UPTIME_TARGET_VERIFY_TLS,
    NGX_UPTIME_TARGET_TLS_RESUME,
    NGX_UPTIME_TARGET_UPSIDE_DOWN
} ngx_uptime_target_col_e;


static const size_t  ngx_uptime_target_texts[] = {
    offsetof(ngx_uptime_target_t, url),
    offsetof(ngx_uptime_target_t, method),
    offsetof(ngx_uptime_target_t, headers),
    offsetof(ngx_uptime_target_t, body),
    offsetof(ngx_uptime_target_t, expected),
    offsetof(ngx_uptime_target_t, keyword),
    offsetof(ngx_uptime_target_t, auth_user),
    offsetof(ngx_uptime_target_t, auth_secret),
    offsetof(ngx_uptime_target_t, tls_name),
    offsetof(ngx_uptime_target_t, assertions)
};

#define NGX_UPTIME_TARGET_TEXTS                                               \
    (sizeof(ngx_uptime_target_texts) / sizeof(size_t))

#define ngx_uptime_target_text(t, i)                                          \
    ((ngx_str_t *) ((u_char *) (t) + ngx_uptime_target_texts[i]))


static const char *const  ngx_uptime_target_kinds[] = {
    "http", "tcp", "tls", "dns", "icmp", "push", NULL
};

static const char *const  ngx_uptime_target_auths[] = {
    "none", "basic", "bearer", NULL
};

static const char *const  ngx_uptime_target_ips[] = {
    "any", "4", "6", NULL
};


static void ngx_uptime_target_secret(ngx_uptime_target_t *t,
    const ngx_str_t *stored, ngx_array_t *keys, int64_t owner);
static ngx_uint_t ngx_uptime_target_enum(const char *const *names,
    ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t col);
static ngx_uint_t ngx_uptime_target_true(ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uint_t col);


size_t
ngx_uptime_target_size(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t first)
{
    size_t      size;
    ngx_str_t   s;
    ngx_uint_t  i;

    size = 0;

    for (i = 0; i < NGX_UPTIME_TARGET_TEXTS; i++) {
        s = ngx_uptime_pg_str(q, row, first + NGX_UPTIME_TARGET_URL + i);
        size += (i == NGX_UPTIME_TARGET_SECRET - NGX_UPTIME_TARGET_URL)
                ? ngx_uptime_secret_text_len(&s) : s.len;
    }

    return size;
}


void
ngx_uptime_target_read(ngx_uptime_target_t *t, u_char **p,
    ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_uint_t first,
    ngx_array_t *keys, int64_t owner)
{
    ngx_str_t    s, *text;
    ngx_uint_t   i;

#define ngx_uptime_num(col)                                                   \
    ngx_uptime_pg_num(q, row, first + NGX_UPTIME_TARGET_##col)
#define ngx_uptime_enum(names, col)                                           \
    ngx_uptime_target_enum(names, q, row, first + NGX_UPTIME_TARGET_##col)
#define ngx_uptime_true(col)                                                  \
    ngx_uptime_target_true(q, row, first + NGX_UPTIME_TARGET_##col)

    for (i = 0; i < NGX_UPTIME_TARGET_TEXTS; i++) {
        s = ngx_uptime_pg_str(q, row, first + NGX_UPTIME_TARGET_URL + i);
        text = ngx_uptime_target_text(t, i);

        text->data = *p;
        text->len = s.len;

        if (i == NGX_UPTIME_TARGET_SECRET - NGX_UPTIME_TARGET_URL) {
            ngx_uptime_target_secret(t, &s, keys, owner);

        } else if (s.len) {
            ngx_memcpy(text->data, s.data, s.len);
        }

        *p += text->len;
    }

    t->kind = ngx_uptime_enum(ngx_uptime_target_kinds, TYPE);
    t->auth = ngx_uptime_enum(ngx_uptime_target_auths, AUTH);
    t->ip = ngx_uptime_enum(ngx_uptime_target_ips, IP_VERSION);

    t->interval = (uint32_t) ngx_uptime_num(INTERVAL) * 1000;
    t->timeout = (uint32_t) ngx_uptime_num(TIMEOUT) * 1000;
    t->degraded = (uint32_t) ngx_uptime_num(DEGRADED);
    t->grace = (uint32_t) ngx_uptime_num(GRACE) * 1000;
    t->cert_min_days = (uint16_t) ngx_uptime_num(CERT_MIN_DAYS);
    t->max_redirects = (uint8_t) ngx_uptime_num(MAX_REDIRECTS);

    t->absent = ngx_uptime_true(ABSENT);
    t->follow = ngx_uptime_true(FOLLOW);
    t->verify_tls = ngx_uptime_true(VERIFY_TLS);
    t->tls_resume = ngx_uptime_true(TLS_RESUME);
    t->upside_down = ngx_uptime_true(UPSIDE_DOWN);
}


static void
ngx_uptime_target_secret(ngx_uptime_target_t *t, const ngx_str_t *stored,
    ngx_array_t *keys, int64_t owner)
{
    t->locked = 0;

    if (stored->len == 0) {
        return;
    }

    t->auth_secret.len = ngx_uptime_secret_text_len(stored);

    if (ngx_uptime_secret_text_open(t->auth_secret.data, keys,
                                    NGX_UPTIME_BOX_MONITOR, owner, stored)
        != NGX_OK)
    {
        t->auth_secret.len = 0;
        t->locked = 1;
    }
}


/* 0 for what is not in the list: the database has a constraint on it. */

static ngx_uint_t
ngx_uptime_target_enum(const char *const *names, ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_uint_t col)
{
    ngx_str_t   s;
    ngx_uint_t  i;

    s = ngx_uptime_pg_str(q, row, col);

    for (i = 0; names[i]; i++) {
        if (ngx_strlen(names[i]) == s.len
            && ngx_strncmp(names[i], s.data, s.len) == 0)
        {
            return i;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_uptime_target_true(ngx_uptime_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t col)
{
    ngx_str_t  s;

    s = ngx_uptime_pg_str(q, row, col);

    return s.len == 1 && s.data[0] == 't';
}


/* What only says how often or how fast does not count. */

ngx_uint_t
ngx_uptime_target_differs(const ngx_uptime_target_t *a,
    const ngx_uptime_target_t *b)
{
    ngx_str_t   *s, *t;
    ngx_uint_t   i;

    for (i = 0; i < NGX_UPTIME_TARGET_TEXTS; i++) {
        s = ngx_uptime_target_text(a, i);
        t = ngx_uptime_target_text(b, i);

        if (s->len != t->len
            || (s->len && ngx_memcmp(s->data, t->data, s->len) != 0))
        {
            return 1;
        }
    }

    return a->kind != b->kind
           || a->auth != b->auth
           || a->ip != b->ip
           || a->absent != b->absent
           || a->follow != b->follow
           || a->max_redirects != b->max_redirects
           || a->verify_tls != b->verify_tls
           || a->tls_resume != b->tls_resume
           || a->upside_down != b->upside_down
           || a->locked != b->locked
           || a->cert_min_days != b->cert_min_days
           || a->grace != b->grace;
}
