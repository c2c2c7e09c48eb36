
/*
 * sources: src/core/ngx_uptime_assert.c src/core/ngx_uptime_assert_path.c
 * sources: src/core/ngx_uptime_assert_text.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <time.h>

#include "ngx_uptime_assert.h"


typedef struct {
    const char                    *path;
    const char                    *want;        /* NULL: nothing is there   */
} find_t;


typedef struct {
    const char                    *assertion;
    const char                    *failed;      /* NULL: it holds           */
} judge_t;


static const char  body[] =
    " { \"a\" : { \"b\" : [ 1 , -2.5e3, \"x\\\"y\" , [], {\"k\":null} ] },\n"
    "\"c d\": true, \"e\\u0066g\": \"\\u00e9\", \"h-1_\": false, \"\": 0,"
    "\"twice\": 1, \"twice\" : 2, \"s\":\"it is well\", \"caf\xc3\xa9\": 3,"
    "\"\\b\\f\\n\\r\\t\\/\\\\\\\"\": 4,"
    "\"\\u007f\\u00E9\\u20ac\\ud83d\\ude00\": 5,"
    "\"list\":[\"red\",\"gr\\u0065en\",7,true,null,[1]],\"o\":{}, \"n\": null"
    " } ";


static const char  *good[] = {
    "$", "$.a", "$.a.b[0]", "$[0]", "$[-1]", "$.a[0][1].c", "$.\"c d\"",
    "$.\"\"", "$.\"a\\\"b\\u0041\"", "$.caf\xc3\xa9", "$.a-b_9",
    "$[999999999]", NULL
};

static const char  *bad[] = {
    "", "a", "$a", "$.", "$..a", "$.a.", "$[", "$[]", "$[-]", "$[-0]",
    "$[+1]", "$[1", "$[1x]", "$[ 1]", "$[*]", "$[1234567890]", "$.a b",
    "$.*", "$.\"a", "$.\"a\\x\"", "$.\"a\"b", "$['a']", "$[\"a\"]", "$ ",
    "$.a\xff" "[", " $", "$.\"\\u0000\"", "$.a[0:1]", "$.a?(@)", NULL
};


static const find_t  finds[] = {
    { "$.a.b[0]", "1" },
    { "$.a.b[1]", "-2.5e3" },
    { "$.a.b[2]", "\"x\\\"y\"" },
    { "$.a.b[3]", "[]" },
    { "$.a.b[4].k", "null" },
    { "$.a.b[5]", NULL },
    { "$.a.b[-1]", "{\"k\":null}" },
    { "$.a.b[-5]", "1" },
    { "$.a.b[-6]", NULL },
    { "$.a.b[3][0]", NULL },
    { "$.a.b[3][-1]", NULL },
    { "$.a.b[0].x", NULL },
    { "$.a.b[0][0]", NULL },
    { "$.a.b.c", NULL },
    { "$.a[0]", NULL },
    { "$.\"c d\"", "true" },
    { "$.efg", "\"\\u00e9\"" },
    { "$.h-1_", "false" },
    { "$.\"\"", "0" },
    { "$.twice", "2" },
    { "$.caf\xc3\xa9", "3" },
    { "$.\"caf\\u00e9\"", "3" },
    { "$.\"\\b\\f\\n\\r\\t/\\\\\\\"\"", "4" },
    { "$.\"\\u0008\\f\\n\\r\\t/\\\\\\\"\"", "4" },
    { "$.\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "5" },
    { "$.\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x81\"", NULL },
    { "$.\"\x7f\xc3\xa9\xe2\x82\xac\"", NULL },
    { "$.A", NULL },
    { "$.o", "{}" },
    { "$.o.x", NULL },
    { "$.list[5][0]", "1" },
    { NULL, NULL }
};


#define J(path, op)         "{\"source\":\"json\",\"path\":\"" path "\","     \
                            "\"op\":\"" op "\"}"
#define JV(path, op, value) "{\"source\":\"json\",\"path\":\"" path "\","     \
                            "\"op\":\"" op "\",\"value\":" value "}"
#define H(name, op)         "{\"source\":\"header\",\"name\":\"" name "\","   \
                            "\"op\":\"" op "\"}"
#define HV(name, op, value) "{\"source\":\"header\",\"name\":\"" name "\","   \
                            "\"op\":\"" op "\",\"value\":" value "}"


static const judge_t  judged[] = {
    { JV("$.s", "eq", "\"it is well\""), NULL },
    { JV("$.s", "eq", "\"it is\""), "json" },
    { JV("$.s", "ne", "\"it is\""), NULL },
    { JV("$.s", "ne", "\"it is well\""), "json" },
    { JV("$.s", "contains", "\"well\""), NULL },
    { JV("$.s", "contains", "\"bad\""), "json" },
    { JV("$.s", "not_contains", "\"bad\""), NULL },
    { JV("$.s", "not_contains", "\"well\""), "json" },
    { JV("$.s", "gt", "1"), "json" },
    { JV("$.efg", "eq", "\"\xc3\xa9\""), NULL },
    { JV("$.a.b[2]", "eq", "\"x\\\"y\""), NULL },

    { JV("$.a.b[0]", "eq", "1"), NULL },
    { JV("$.a.b[0]", "eq", "1.0"), NULL },
    { JV("$.a.b[0]", "eq", "\"1\""), "json" },
    { JV("$.a.b[0]", "ne", "\"1\""), NULL },
    { JV("$.a.b[0]", "eq", "true"), "json" },
    { JV("$.a.b[1]", "lt", "-2499"), NULL },
    { JV("$.a.b[1]", "lt", "-2500"), "json" },
    { JV("$.a.b[1]", "le", "-2500"), NULL },
    { JV("$.a.b[1]", "le", "-2501"), "json" },
    { JV("$.a.b[1]", "gt", "-2501"), NULL },
    { JV("$.a.b[1]", "gt", "-2500"), "json" },
    { JV("$.a.b[1]", "ge", "-2500"), NULL },
    { JV("$.a.b[1]", "ge", "-2499"), "json" },
    { JV("$.a.b[1]", "contains", "\"2\""), "json" },

    { JV("$.h-1_", "eq", "false"), NULL },
    { JV("$.h-1_", "eq", "true"), "json" },
    { JV("$.h-1_", "ne", "true"), NULL },
    { JV("$.n", "eq", "null"), NULL },
    { JV("$.n", "ne", "null"), "json" },
    { JV("$.n", "eq", "false"), "json" },
    { JV("$.s", "eq", "null"), "json" },

    { JV("$.o", "eq", "null"), "json" },
    { JV("$.o", "ne", "null"), NULL },
    { JV("$.o", "contains", "\"x\""), "json" },
    { JV("$.list", "contains", "\"red\""), NULL },
    { JV("$.list", "contains", "\"green\""), NULL },
    { JV("$.list", "contains", "\"gree\""), "json" },
    { JV("$.list", "contains", "7"), NULL },
    { JV("$.list", "contains", "1"), "json" },
    { JV("$.list", "contains", "true"), NULL },
    { JV("$.list", "contains", "false"), "json" },
    { JV("$.list", "not_contains", "\"blue\""), NULL },
    { JV("$.list", "not_contains", "\"red\""), "json" },

    { J("$.n", "exists"), NULL },
    { J("$.x", "exists"), "json" },
    { J("$.x", "not_exists"), NULL },
    { J("$.n", "not_exists"), "json" },
    { JV("$.x", "eq", "1"), "json" },
    { JV("$.x", "ne", "1"), NULL },
    { JV("$.x", "lt", "1"), "json" },
    { JV("$.x", "contains", "\"1\""), "json" },
    { JV("$.x", "not_contains", "\"1\""), NULL },
    { J("$", "exists"), NULL },

    { HV("Content-Type", "eq", "\"application/json\""), NULL },
    { HV("content-type", "eq", "\"application/json\""), NULL },
    { HV("content-type", "eq", "\"json\""), "header" },
    { HV("content-type", "ne", "\"json\""), NULL },
    { HV("content-type", "contains", "\"json\""), NULL },
    { HV("content-type", "contains", "\"JSON\""), "header" },
    { HV("content-type", "not_contains", "\"html\""), NULL },
    { HV("content-type", "gt", "1"), "header" },
    { HV("age", "eq", "60"), NULL },
    { HV("age", "eq", "60.0"), NULL },
    { HV("age", "eq", "\"60\""), NULL },
    { HV("age", "eq", "\"60.0\""), "header" },
    { HV("age", "lt", "61"), NULL },
    { HV("age", "lt", "60"), "header" },
    { HV("age", "ge", "60"), NULL },
    { HV("age", "ne", "61"), NULL },
    { HV("set-cookie", "contains", "\"b=2\""), NULL },
    { HV("set-cookie", "contains", "\"c=3\""), "header" },
    { HV("set-cookie", "not_contains", "\"b=2\""), "header" },
    { HV("set-cookie", "eq", "\"a=1\""), NULL },
    { HV("set-cookie", "ne", "\"a=1\""), "header" },
    { HV("x-json", "gt", "0"), "header" },
    { H("age", "exists"), NULL },
    { H("x-none", "exists"), "header" },
    { H("x-none", "not_exists"), NULL },
    { H("age", "not_exists"), "header" },
    { HV("x-none", "ne", "\"1\""), NULL },
    { HV("x-none", "eq", "\"1\""), "header" },

    { J("$.n", "exists") "," H("age", "exists"), NULL },
    { J("$.x", "exists") "," H("x-none", "exists"), "json" },
    { J("$.n", "exists") "," H("x-none", "exists") "," J("$.x", "exists"),
      "header" },
    { "", NULL },
    { NULL, NULL }
};


/* what validation does not let pass, and no memory: our own trouble */

static const char  *broken[] = {
    "{}", "[{}]", "[{\"source\":\"json\",\"op\":\"eq\",\"value\":1}]",
    "[{\"source\":\"json\",\"path\":\"$.s\",\"op\":\"eq\"}]",
    "[{\"source\":\"header\",\"name\":\"age\",\"op\":\"eq\"}]",
    "[{\"source\":\"header\",\"op\":\"exists\"}]", "x", "", NULL
};


static const char  *fields[][2] = {
    { "Content-Type", "application/json" },
    { "Age", "60" },
    { "Set-Cookie", "a=1" },
    { "Set-Cookie", "b=2; Path=/" },
    { "X-Json", "[1]" },
    { NULL, NULL }
};


static ngx_uint_t  asked;               /* of fields that have no end */


static ngx_int_t
header(void *data, const char *name, ngx_uint_t n, ngx_str_t *value)
{
    ngx_uint_t  i;

    if (strcasecmp(name, "x-many") == 0) {
        asked = n + 1;
        value->data = (u_char *) "v";
        value->len = 1;
        return NGX_OK;
    }

    for (i = 0; fields[i][0]; i++) {
        if (strcasecmp(fields[i][0], name) == 0 && n-- == 0) {
            value->data = (u_char *) fields[i][1];
            value->len = strlen(fields[i][1]);
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* in memory of its own, so that the sanitizer sees a byte too many */

static ngx_str_t
copied(const char *text)
{
    ngx_str_t  s;

    s.len = strlen(text);
    s.data = malloc(s.len ? s.len : 1);
    memcpy(s.data, text, s.len);

    return s;
}


static ngx_int_t
judge(const char *list, const char *text, const char **failed)
{
    ngx_int_t                     rc;
    ngx_str_t                     copy;
    ngx_uint_t                    held;
    ngx_pool_t                   *pool;
    ngx_uptime_assert_response_t  response;

    memset(&response, 0, sizeof(response));
    response.body = copied(text);
    response.header = header;

    copy = copied(list);
    pool = ngx_stub_pool();
    *failed = NULL;

    rc = ngx_uptime_assert(pool, &copy, &response, failed, &held);

    ngx_destroy_pool(pool);
    free(copy.data);
    free(response.body.data);

    return rc;
}


static void
paths(void)
{
    ngx_int_t     rc;
    ngx_str_t     path, json, value;
    const char  **text;
    const find_t *f;
    char          got[128], long_path[2000];

    for (text = good; *text; text++) {
        path = copied(*text);
        tap_is_int(ngx_uptime_assert_path_check(&path), NGX_OK, *text);
        free(path.data);
    }

    for (text = bad; *text; text++) {
        path = copied(*text);
        tap_is_int(ngx_uptime_assert_path_check(&path), NGX_DECLINED, *text);
        free(path.data);
    }

    memset(long_path, 'a', sizeof(long_path));
    memcpy(long_path, "$.", 2);
    path.data = (u_char *) long_path;
    path.len = NGX_UPTIME_ASSERT_PATH;
    tap_is_int(ngx_uptime_assert_path_check(&path), NGX_OK, "800 bytes");
    path.len++;
    tap_is_int(ngx_uptime_assert_path_check(&path), NGX_DECLINED, "801");

    for (f = finds; f->path; f++) {
        path = copied(f->path);
        json = copied(body);

        rc = ngx_uptime_assert_path_find(&path, &json, &value);

        snprintf(got, sizeof(got), "%.*s", rc == NGX_OK ? (int) value.len : 7,
                 rc == NGX_OK ? (char *) value.data : "nothing");
        tap_is(got, f->want ? f->want : "nothing", f->path);

        free(path.data);
        free(json.data);
    }
}


static void
assertions(void)
{
    char            list[512];
    ngx_int_t       rc;
    const char     *failed, **text;
    const judge_t  *j;

    for (j = judged; j->assertion; j++) {
        snprintf(list, sizeof(list), "[%s]", j->assertion);
        rc = judge(list, body, &failed);
        tap_is(failed, j->failed, j->assertion);
        tap_is_int(rc, j->failed ? NGX_DECLINED : NGX_OK, "... and returned");
    }

    rc = judge("[" J("$.x", "exists") "]", "\xef\xbb\xbf{\"x\":1}", &failed);
    tap_is_int(rc, NGX_OK, "behind a byte order mark");

    rc = judge("[" HV("x-many", "ne", "\"w\"") "]", body, &failed);
    tap_is_int(rc, NGX_OK, "none of many");
    tap_is_int(asked, 100, "... of which the first are looked at");

    for (text = broken; *text; text++) {
        tap_is_int(judge(*text, body, &failed), NGX_ERROR, *text);
    }
}


/* Nothing holds of a body that is not JSON, but headers are headers. */

static void
bodies(void)
{
    const char   *failed, **text;
    static const char  *none[] = {
        "", " ", "x", "{", "{\"n\":1", "{\"n\":01}", "{\"n\":1}x", "\xff",
        "{\"n\":\"\\u0000\"}", NULL
    };

    for (text = none; *text; text++) {
        (void) judge("[" J("$.x", "not_exists") "]", *text, &failed);
        tap_is(failed, "json", "not_exists, and no JSON");
        (void) judge("[" J("$.n", "exists") "]", *text, &failed);
        tap_is(failed, "json", "exists, and no JSON");
        (void) judge("[" H("age", "exists") "]", *text, &failed);
        tap_is(failed, NULL, "a header, and no JSON");
    }

    (void) judge("[" JV("$", "eq", "7") "]", "7", &failed);
    tap_is(failed, NULL, "a body that is a number");
    (void) judge("[" JV("$", "contains", "7") "]", "[1,7]", &failed);
    tap_is(failed, NULL, "a body that is a list");
}


/* A mebibyte of the unit over and over, and ten times the assertion. */

static void
hostile(const char *unit, const char *assertion)
{
    char        *text, *p, list[2048], name[64];
    double       ms;
    size_t       len, n;
    clock_t      start;
    const char  *failed;

    n = 1024 * 1024;
    len = strlen(unit);
    text = malloc(n + 1);
    p = text;

    *p++ = strchr(unit, ':') ? '{' : '[';

    while (p - text + len + 2 < n) {
        p += sprintf(p, "%s,", unit);
    }

    p[-1] = strchr(unit, ':') ? '}' : ']';
    *p = '\0';

    strcpy(list, "[");
    for (n = 0; n < 10; n++) {
        strcat(list, assertion);
        strcat(list, n < 9 ? "," : "]");
    }

    start = clock();
    tap_is_int(judge(list, text, &failed), NGX_OK, unit);
    ms = (double) (clock() - start) * 1000 / CLOCKS_PER_SEC;

    /* with a sanitizer on a busy machine, too */
    snprintf(name, sizeof(name), "... in %.0f ms", ms);
    tap_ok(ms < 3000, name);

    free(text);
}


static void
others(void)
{
    ngx_str_t  s;

    s = copied("[" H("age", "exists") "]");
    tap_ok(!ngx_uptime_assert_wants_body(&s), "no body for a header");
    free(s.data);

    s = copied("[" H("age", "exists") ", " J("$", "exists") "]");
    tap_ok(ngx_uptime_assert_wants_body(&s), "a body for JSON");
    free(s.data);

    tap_is_int(ngx_uptime_assert_op("not_exists"),
               NGX_UPTIME_ASSERT_NOT_EXISTS, "the last op");
    tap_is_int(ngx_uptime_assert_op("eq"), NGX_UPTIME_ASSERT_EQ, "the first");
    tap_is_int(ngx_uptime_assert_op("matches"), NGX_UPTIME_ASSERT_NO_OP,
               "no op");
}


int
main(void)
{
    paths();
    assertions();
    bodies();
    others();

    hostile("1", J("$[-1]", "exists"));
    hostile("1", JV("$", "not_contains", "2"));
    hostile("[]", J("$[-1]", "exists"));
    hostile("\"\\u0041\"", JV("$", "not_contains", "\"B\""));
    hostile("\"k\":1", J("$.x", "not_exists"));
    hostile("\"\\\\\":1", J("$.x", "not_exists"));

    return tap_done();
}
