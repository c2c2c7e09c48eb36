
/*
 * sources: src/core/ngx_uptime_validate.c
 * sources: src/core/ngx_uptime_validate_types.c
 * sources: src/core/ngx_uptime_validate_headers.c
 * sources: src/core/ngx_uptime_validate_args.c
 * sources: src/core/ngx_uptime_assert.c src/core/ngx_uptime_assert_path.c
 * sources: src/core/ngx_uptime_assert_text.c
 * sources: src/core/ngx_uptime_assert_check.c
 * sources: src/core/ngx_uptime_checks.c src/core/ngx_uptime_addr.c
 * sources: src/core/ngx_uptime_checks_cursor.c
 * sources: src/core/ngx_uptime_url_rules.c src/core/ngx_uptime_url_target.c
 * sources: src/core/ngx_uptime_url.c src/core/ngx_uptime_host.c
 * sources: src/core/ngx_uptime_status.c src/core/ngx_uptime_utf8.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "validate_fields.h"


typedef struct {
    const char                    *text;
    const char                    *want;   /* "field code, ..." or result */
} case_t;


/* with patch set; the result is the object as it is after validation */

static const case_t  cases[] = {
    { "{}", " empty_patch" },
    { "[]", " wrong_type" },
    { "{\"x\":1}", "x unknown_field" },
    { "{\"Name\":\"abc\"}", "Name unknown_field" },
    { "{\"x\":1,\"name\":2,\"paused\":3}",
      "x unknown_field, name wrong_type, paused wrong_type" },
    { "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "\xc3\xa9zz\":1}",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      " unknown_field" },

    { "{\"name\":\" \\t ab\\n\"}", "{\"name\":\"ab\"}" },
    { "{\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}",
      "{\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}" },
    { "{\"name\":\"   \"}", "name too_short" },
    { "{\"name\":\"a\"}", "name too_short" },
    { "{\"name\":\"abcdef\"}", "name too_long" },
    { "{\"name\":\"a\\u0001b\"}", "name control_character" },
    { "{\"name\":\"a\\nb\"}", "name control_character" },
    { "{\"name\":\"a\\u007fb\"}", "name control_character" },
    { "{\"name\":null}", "name null_not_allowed" },
    { "{\"name\":[]}", "name wrong_type" },
    { "{\"body\":\"a\\r\\n\\tb\"}", "{\"body\":\"a\\r\\n\\tb\"}" },
    { "{\"body\":\"a\\u000bb\"}", "body control_character" },
    { "{\"body\":\"\"}", "{\"body\":\"\"}" },
    { "{\"body\":null}", "{\"body\":null}" },
    { "{\"password\":\"a\\u0001\"}", "{\"password\":\"a\\u0001\"}" },

    { "{\"interval\":10}", "{\"interval\":10}" },
    { "{\"interval\":86400.0}", "{\"interval\":86400}" },
    { "{\"interval\":9}", "interval out_of_range" },
    { "{\"interval\":86401}", "interval out_of_range" },
    { "{\"interval\":-10}", "interval out_of_range" },
    { "{\"interval\":1e300}", "interval out_of_range" },
    { "{\"interval\":10.5}", "interval wrong_type" },
    { "{\"interval\":\"60\"}", "interval wrong_type" },
    { "{\"interval\":true}", "interval wrong_type" },
    { "{\"any\":999999999999999}", "{\"any\":999999999999999}" },
    { "{\"any\":-999999999999999}", "{\"any\":-999999999999999}" },
    { "{\"any\":1000000000000000}", "any out_of_range" },
    { "{\"any\":9007199254740993}", "any out_of_range" },
    { "{\"any\":-9223372036854775808}", "any out_of_range" },
    { "{\"any\":1e308}", "any out_of_range" },

    { "{\"paused\":true}", "{\"paused\":true}" },
    { "{\"paused\":0}", "paused wrong_type" },
    { "{\"mode\":\"absent\"}", "{\"mode\":\"absent\"}" },
    { "{\"mode\":\"Absent\"}", "mode not_allowed" },
    { "{\"mode\":\"\"}", "mode not_allowed" },
    { "{\"mode\":1}", "mode wrong_type" },

    { "{\"tags\":[\" a \",\"bcde\"]}", "{\"tags\":[\"a\",\"bcde\"]}" },
    { "{\"tags\":[]}", "tags too_short" },
    { "{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "tags too_many" },
    { "{\"tags\":[\"a\",\"\",\"abcde\"]}",
      "tags[1] too_short, tags[2] too_long" },
    { "{\"tags\":[null]}", "tags[0] wrong_type" },
    { "{\"tags\":[\"a\\nb\"]}", "tags[0] control_character" },
    { "{\"tags\":{}}", "tags wrong_type" },

    { "{\"headers\":{}}", "{\"headers\":{}}" },
    { "{\"headers\":{\"X-Foo\":\"a b\",\"Accept\":\"\"}}",
      "{\"headers\":{\"X-Foo\":\"a b\",\"Accept\":\"\"}}" },
    { "{\"headers\":{\"hOST\":\"a\"}}", "{\"headers\":{\"hOST\":\"a\"}}" },
    { "{\"headers\":{\"Host\":\"\"}}", "headers.Host bad_host" },
    { "{\"headers\":{\"Host\":\"a b\"}}", "headers.Host bad_host" },
    { "{\"headers\":{\"Host\":\"a/b\"}}", "headers.Host bad_host" },
    { "{\"headers\":{\"Host\":\"[::1]:\"}}",
      "{\"headers\":{\"Host\":\"[::1]:\"}}" },
    { "{\"headers\":{\"Content-Length\":\"1\",\"transfer-encoding\":\"a\","
      "\"CONNECTION\":\"a\"}}",
      "headers.Content-Length header_not_allowed, "
      "headers.transfer-encoding header_not_allowed, "
      "headers.CONNECTION header_not_allowed" },
    { "{\"headers\":{\"Upgrade\":\"1\",\"TE\":\"a\",\"Trailer\":\"a\"}}",
      "headers.Upgrade header_not_allowed, headers.TE header_not_allowed, "
      "headers.Trailer header_not_allowed" },
    { "{\"headers\":{\"Expect\":\"1\",\"proxy-Foo\":\"a\",\"Proxy-\":\"\"}}",
      "headers.Expect header_not_allowed, "
      "headers.proxy-Foo header_not_allowed, "
      "headers.Proxy- header_not_allowed" },
    { "{\"headers\":{\"Hosts\":\"a\",\"Proxy\":\"a\",\"T\":\"b\"}}",
      "{\"headers\":{\"Hosts\":\"a\",\"Proxy\":\"a\",\"T\":\"b\"}}" },
    { "{\"headers\":{\"X-Foo\":\"a\",\"x-fOO\":\"b\"}}",
      "headers.x-fOO duplicate_header" },
    { "{\"headers\":{\"\":\"a\"}}", "headers. bad_header_name" },
    { "{\"headers\":{\"X Y\":\"a\",\"X:\":\"a\",\"X\\r\\nY\":\"a\"}}",
      "headers.X Y bad_header_name, headers.X: bad_header_name, "
      "headers.X\r\nY bad_header_name" },
    { "{\"headers\":{\"\xc3\xa9\":\"a\"}}",
      "headers.\xc3\xa9 bad_header_name" },
    { "{\"headers\":{\"X\":\"a\\r\\nb\"}}", "headers.X control_character" },
    { "{\"headers\":{\"X\":\"1234567\"}}", "headers.X too_long" },
    { "{\"headers\":{\"X\":1}}", "headers.X wrong_type" },
    { "{\"headers\":{\"A\":\"\",\"B\":\"\",\"C\":\"\",\"D\":\"\"}}",
      "headers too_many" },
    { "{\"headers\":[]}", "headers wrong_type" },

    { "{\"url\":\" HTTP://Example.com#x \"}",
      "{\"url\":\"http://example.com/\"}" },
    { "{\"url\":\"example.com\"}", "url bad_url" },
    { "{\"url\":\"http://u@example.com/\"}", "url url_credentials" },
    { "{\"url\":\"http://127.1/\"}", "url blocked_address" },
    { "{\"url\":\"http://[::1]/\"}", "url blocked_address" },
    { "{\"url\":\"http://localhost/\"}", "url blocked_address" },
    { "{\"url\":\"http://a.LOCALHOST./\"}", "url blocked_address" },
    { "{\"url\":\"http://notlocalhost/\"}",
      "{\"url\":\"http://notlocalhost/\"}" },
    { "{\"url\":\"http://10.1.2.3/\"}", "{\"url\":\"http://10.1.2.3/\"}" },
    { "{\"url\":\"\"}", "url too_short" },

    { "{\"status\":\"200-399,401\"}", "{\"status\":\"200-399,401\"}" },
    { "{\"status\":\"2xx\"}", "status bad_status_ranges" },

    { "{\"email\":\"Joe.O'Neil+x@Mail.Example\"}",
      "{\"email\":\"joe.o'neil+x@mail.example\"}" },
    { "{\"email\":\"root@localhost\"}", "{\"email\":\"root@localhost\"}" },
    { "{\"email\":\"joe\"}", "email bad_email" },
    { "{\"email\":\"@example.com\"}", "email bad_email" },
    { "{\"email\":\"joe@\"}", "email bad_email" },
    { "{\"email\":\"joe@a@b\"}", "email bad_email" },
    { "{\"email\":\"joe@-a.b\"}", "email bad_email" },
    { "{\"email\":\"joe@a-.b\"}", "email bad_email" },
    { "{\"email\":\"joe@a..b\"}", "email bad_email" },
    { "{\"email\":\"joe@a.b.\"}", "email bad_email" },
    { "{\"email\":\"j oe@a.b\"}", "email bad_email" },
    { "{\"email\":\"joe@a_b\"}", "email bad_email" },
    { "{\"email\":\"j\xc3\xb6@a.b\"}", "email bad_email" },

    { "{\"cursor\":\"12.34\"}", "{\"cursor\":\"12.34\"}" },
    { "{\"cursor\":\"12a\"}", "cursor bad_cursor" },
    { "{\"cursor\":\"999999999999999999.1\"}",
      "{\"cursor\":\"999999999999999999.1\"}" },
    { "{\"cursor\":\"1000000000000000000\"}", "cursor bad_cursor" },
    { "{\"cursor\":\".\"}", "cursor bad_cursor" },
    { "{\"cursor\":\"1.\"}", "cursor bad_cursor" },
    { "{\"cursor\":\"1..2\"}", "cursor bad_cursor" },
    { "{\"cursor\":\"1.2.3.4\"}", "cursor bad_cursor" },
    { "{\"cursor\":\"-1\"}", "cursor bad_cursor" },

    { "{\"from\":\"2026-01-31T23:59:59Z\"}",
      "{\"from\":\"2026-01-31T23:59:59Z\"}" },
    { "{\"from\":\"2024-02-29t00:00:00.123+05:30\"}",
      "{\"from\":\"2024-02-29t00:00:00.123+05:30\"}" },
    { "{\"from\":\"2000-02-29T00:00:00z\"}",
      "{\"from\":\"2000-02-29T00:00:00z\"}" },
    { "{\"from\":\"2026-02-29T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"1900-02-29T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-04-31T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-13-01T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-00-01T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"0000-01-01T00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T24:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:60:00Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:61Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00+0100\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00+16:00\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00.Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00.0000000001Z\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01T00:00:00.123456789\"}", "from bad_time" },
    { "{\"from\":\"2026-01-01 00:00:00Z\"}", "from bad_time" },
    { "{\"from\":\"now\"}", "from bad_time" },
    { NULL, NULL }
};


static const case_t  args[] = {
    { "", "{}" },
    { "&&", "{}" },
    { "interval=60&paused=true&name=a+%62%C3%a9",
      "{\"interval\":60,\"paused\":true,\"name\":\"a b\xc3\xa9\"}" },
    { "paused=false&any=-5&x=1",
      "{\"paused\":false,\"any\":-5,\"x\":\"1\"}" },
    { "interval=6x&paused=1&any=", "{\"interval\":\"6x\",\"paused\":\"1\","
      "\"any\":\"\"}" },
    { "any=-&interval=+1", "{\"any\":\"-\",\"interval\":\" 1\"}" },
    { "name", "{\"name\":\"\"}" },
    { "name=a=b", "{\"name\":\"a=b\"}" },
    { "na%6de=a", "{\"name\":\"a\"}" },
    { "a=1&a=2", "a parameter is there twice" },
    { "a=1&%61=2", "a parameter is there twice" },
    { "a=%", "a parameter has a bad percent escape" },
    { "a=%4", "a parameter has a bad percent escape" },
    { "a=%4x", "a parameter has a bad percent escape" },
    { "a=%00", "U+0000 is not allowed" },
    { "%00=a", "U+0000 is not allowed" },
    { "a=%ff", "a parameter is not valid UTF-8" },
    { "a=\xc3", "a parameter is not valid UTF-8" },
    { NULL, NULL }
};


static ngx_array_t               allow;
static ngx_uptime_addr_policy_t  policy = { &allow, NULL };


static cJSON *
json(ngx_pool_t *pool, const char *text)
{
    cJSON       *root;
    ngx_str_t    s;
    const char  *reason;

    s.data = (u_char *) text;
    s.len = strlen(text);

    if (ngx_uptime_json_parse(pool, &s, &root, &reason) != NGX_OK) {
        printf("Bail out! %s: %s\n", text, reason);
        exit(1);
    }

    return root;
}


static ngx_int_t
validate(ngx_pool_t *pool, const char *text, ngx_uint_t patch, char *result,
    size_t size, const char **message)
{
    cJSON                      *object;
    size_t                      n;
    ngx_int_t                   rc;
    ngx_str_t                   printed;
    ngx_uint_t                  i, fail;
    ngx_uptime_field_error_t   *error;
    ngx_uptime_validate_ctx_t   ctx;

    fail = ngx_stub_fail;
    ngx_stub_fail = 0;
    object = json(pool, text);
    ctx.pool = pool;
    ctx.policy = &policy;
    ctx.errors = ngx_array_create(pool, 1, sizeof(ngx_uptime_field_error_t));
    ngx_stub_fail = fail;

    rc = ngx_uptime_validate(&ctx, fields, object, patch);

    ngx_stub_fail = 0;
    error = ctx.errors->elts;
    *message = ctx.errors->nelts ? error[0].message : NULL;

    if (ctx.errors->nelts == 0) {
        ngx_uptime_json_print(pool, object, &printed);
        snprintf(result, size, "%s", printed.data);
        return rc;
    }

    n = 0;

    for (i = 0; i < ctx.errors->nelts && n < size; i++) {
        n += snprintf(result + n, size - n, "%s%.*s %s", i ? ", " : "",
                      (int) error[i].field.len, error[i].field.data,
                      error[i].code);
    }

    return rc;
}


static void
test_cases(void)
{
    char           result[8192];
    ngx_pool_t    *pool;
    const char    *message;
    const case_t  *c;

    for (c = cases; c->text; c++) {
        pool = ngx_stub_pool();
        (void) validate(pool, c->text, 1, result, sizeof(result), &message);
        tap_is(result, c->want, c->text);
        ngx_destroy_pool(pool);
    }

    pool = ngx_stub_pool();

    (void) validate(pool, "{\"name\":\"abc\"}", 0, result, sizeof(result),
                    &message);
    tap_is(result, "url required", "a required field");

    (void) validate(pool, "{}", 0, result, sizeof(result), &message);
    tap_is(result, "url required", "no patch: empty is not the error");

    ngx_destroy_pool(pool);
}


static void
test_messages(void)
{
    char         result[8192];
    ngx_uint_t   i;
    ngx_pool_t  *pool;
    const char  *message;

    static const case_t  messages[] = {
        { "{\"interval\":1}", "must be between 10 and 86400" },
        { "{\"mode\":\"x\"}", "must be one of present, absent" },
        { "{\"name\":\"a\"}", "must have at least 2 characters" },
        { "{\"name\":\"abcdef\"}", "must have at most 5 characters" },
        { "{\"name\":\"\"}", "must not be empty" },
        { "{\"tags\":[1,2,3,4]}", "must have at most 3 elements" },
        { "{\"any\":1e300}", "must be between -9223372036854775808 and "
                             "9223372036854775807" },
        { NULL, NULL }
    };

    for (i = 0; messages[i].text; i++) {
        pool = ngx_stub_pool();
        (void) validate(pool, messages[i].text, 1, result, sizeof(result),
                        &message);
        tap_is(message, messages[i].want, messages[i].want);
        ngx_destroy_pool(pool);
    }
}


static void
test_args(void)
{
    u_char        *copy;
    cJSON         *object;
    ngx_int_t      rc;
    ngx_str_t      s, text;
    ngx_pool_t    *pool;
    const char    *reason;
    const case_t  *c;

    for (c = args; c->text; c++) {
        s.len = strlen(c->text);
        copy = malloc(s.len ? s.len : 1);
        memcpy(copy, c->text, s.len);
        s.data = copy;

        pool = ngx_stub_pool();
        rc = ngx_uptime_validate_args(pool, fields, &s, &object, &reason);

        if (rc == NGX_OK) {
            ngx_uptime_json_print(pool, object, &text);
            reason = (char *) text.data;
        }

        tap_is(reason, c->want, c->text);
        tap_is_int(rc, (c->want[0] == '{') ? NGX_OK : NGX_DECLINED, "code");

        ngx_destroy_pool(pool);
        free(copy);
    }
}


static void
test_bounds(void)
{
    char         text[8192], result[65536];
    size_t       n;
    ngx_int_t    rc;
    ngx_uint_t   i, wrong;
    ngx_pool_t  *pool;
    const char  *message;

    n = snprintf(text, sizeof(text), "{\"k\":0");

    for (i = 0; i < 500; i++) {
        n += snprintf(text + n, sizeof(text) - n, ",\"k%d\":0", (int) i);
    }

    snprintf(text + n, sizeof(text) - n, "}");

    pool = ngx_stub_pool();
    (void) validate(pool, text, 1, result, sizeof(result), &message);
    ngx_destroy_pool(pool);

    for (i = 1, message = result; (message = strchr(message, ',')); i++) {
        message++;
    }

    tap_is_int(i, 100, "not more than 100 errors are reported");

    wrong = 0;
    rc = NGX_ERROR;

    for (i = 1; rc != NGX_OK && i < 1000; i++) {
        pool = ngx_stub_pool();
        ngx_stub_fail = i;
        rc = validate(pool, "{\"x\":1,\"tags\":[1],\"mode\":\"\","
                            "\"interval\":1,\"name\":\"a\","
                            "\"headers\":{\"Host\":\"a\"},"
                            "\"url\":\"http://10.1.2.3/\"}",
                      1, result, sizeof(result), &message);
        wrong += rc != NGX_OK && rc != NGX_ERROR;
        ngx_destroy_pool(pool);
    }

    printf("# %d allocations\n", (int) i - 2);
    tap_ok(i > 15 && i < 1000, "every allocation has failed once");
    tap_is_int(wrong, 0, "NGX_ERROR each time");
}


int
main(void)
{
    ngx_cidr_t  cidr;

    /* 10.1.0.0/16 is allowed */

    memset(&cidr, 0, sizeof(ngx_cidr_t));
    cidr.family = AF_INET;
    cidr.u.in.addr = htonl(0x0a010000);
    cidr.u.in.mask = htonl(0xffff0000);
    allow.elts = &cidr;
    allow.nelts = 1;

    test_cases();
    test_messages();
    test_args();
    test_bounds();

    return tap_done();
}
