
/*
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_json.h"


typedef struct {
    const char                    *text;
    size_t                         len;
    const char                    *reason;     /* NULL: accepted */
} case_t;


#define T(text, reason)  { text, sizeof(text) - 1, reason }

#define NO_UTF8   "the text is not valid UTF-8"
#define EARLY     "the text ends too early"
#define NUMBER    "a number is malformed"
#define MISSING   "a value is missing"
#define ESCAPE    "a string has a bad escape"
#define TWICE     "an object has the same key twice"
#define AFTER     "text after the value"
#define COMMA     "a comma or a closing bracket is missing"
#define KEY       "a key in double quotes is missing"
#define COLON     "a colon after a key is missing"
#define DEEP      "nested too deeply"
#define NUL       "U+0000 is not allowed"
#define CONTROL   "a control character in a string is not escaped"


static const case_t  cases[] = {
    T("{}", NULL),
    T(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\n", NULL),
    T("[]", NULL),
    T("[[],{},[{}]]", NULL),
    T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", NULL),
    T("\"\\ud83d\\ude00\"", NULL),
    T("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", NULL),
    T("\"\x7f\"", NULL),
    T("-0", NULL),
    T("-0.5e-7", NULL),
    T("1E+30", NULL),
    T("true", NULL),
    T("false", NULL),
    T("null", NULL),
    T("{\"a\":{\"a\":1},\"b\":{\"a\":1}}", NULL),
    T("{\"\":1}", NULL),
    T("{\"a\":1,\"A\":1}", NULL),

    T("", EARLY),
    T("  ", EARLY),
    T("[", EARLY),
    T("[1", EARLY),
    T("[1,", EARLY),
    T("{\"a\":", EARLY),
    T("\"abc", EARLY),
    T("\"abc\\", EARLY),
    T("{", KEY),
    T("{,}", KEY),
    T("{\"a\":1,}", KEY),
    T("{a:1}", KEY),
    T("{\"a\" 1}", COLON),
    T("{\"a\"", COLON),
    T("[1,]", MISSING),
    T("[,1]", MISSING),
    T("[1 2]", COMMA),
    T("[1}", COMMA),
    T("{\"a\":1]", COMMA),
    T("{\"a\":1 \"b\":2}", COMMA),
    T("]", MISSING),
    T("tru", MISSING),
    T("True", MISSING),
    T("NaN", MISSING),
    T("'a'", MISSING),
    T("\xef\xbb\xbf{}", MISSING),
    T("{}x", AFTER),
    T("{}{}", AFTER),
    T("nullx", AFTER),
    T("{}\0", AFTER),
    T("\0", MISSING),
    T("[1,\x01 2]", MISSING),
    T("[1\x0b]", COMMA),

    T("01", AFTER),
    T("1.", NUMBER),
    T("1.e5", NUMBER),
    T("-", NUMBER),
    T("-a", NUMBER),
    T("-.5", NUMBER),
    T("1e", NUMBER),
    T("1e+", NUMBER),
    T(".5", MISSING),
    T("+1", MISSING),
    T("0x10", AFTER),
    T("1e999", "a number is too large"),
    T("[0,{\"a\":-1e999}]", "a number is too large"),
    T("1000000000000000000000000000000000000000000000000000000000000000",
      "a number has too many digits"),
    T("100000000000000000000000000000000000000000000000000000000000000",
      NULL),

    T("\"\\u0000\"", NUL),
    T("{\"a\\u0000b\":1}", NUL),
    T("\"a\0b\"", CONTROL),
    T("\"a\nb\"", CONTROL),
    T("\"\\x\"", ESCAPE),
    T("\"\\u12g4\"", ESCAPE),
    T("\"\\u12", ESCAPE),
    T("\"\\ud83d\"", ESCAPE),
    T("\"\\ud83d\\n\"", ESCAPE),
    T("\"\\ud83dxxxxxx\"", ESCAPE),
    T("\"\\ud83d\\u0041\"", ESCAPE),
    T("\"\\ude00\"", ESCAPE),

    T("\"\x80\"", NO_UTF8),
    T("\"\xc0\xaf\"", NO_UTF8),
    T("\"\xc1\xbf\"", NO_UTF8),
    T("\"\xe0\x9f\xbf\"", NO_UTF8),
    T("\"\xed\xa0\x80\"", NO_UTF8),
    T("\"\xf0\x8f\xbf\xbf\"", NO_UTF8),
    T("\"\xf4\x90\x80\x80\"", NO_UTF8),
    T("\"\xf5\x80\x80\x80\"", NO_UTF8),
    T("\"\xe2\x82\"", NO_UTF8),
    T("\"\xe2\x82\"", NO_UTF8),
    T("\"\xc3", NO_UTF8),

    T("{\"a\":1,\"a\":2}", TWICE),
    T("{\"a\":1,\"\\u0061\":2}", TWICE),
    T("{\"\":1,\"\":2}", TWICE),
    T("[{\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}]", TWICE),
    T("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
      "\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,"
      "\"q\":1,\"r\":1}", NULL),
    T("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
      "\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,"
      "\"q\":1,\"b\":1}", TWICE)
};


static ngx_int_t
parse(const char *text, size_t len, const char **reason)
{
    u_char      *copy;
    cJSON       *root;
    ngx_int_t    rc;
    ngx_str_t    s;
    ngx_pool_t  *pool;

    /* exactly as long as the text: reading on is seen by the sanitizer */

    copy = malloc(len ? len : 1);
    memcpy(copy, text, len);

    s.data = copy;
    s.len = len;
    *reason = NULL;

    pool = ngx_stub_pool();
    rc = ngx_uptime_json_parse(pool, &s, &root, reason);

    if ((rc == NGX_OK) != (root != NULL)) {
        rc = NGX_ABORT;
    }

    ngx_destroy_pool(pool);
    free(copy);

    return rc;
}


static void
test_cases(void)
{
    char         name[128];
    size_t       i;
    ngx_int_t    rc;
    const char  *reason;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = parse(cases[i].text, cases[i].len, &reason);

        snprintf(name, sizeof(name), "case %zu: %s", i,
                 cases[i].reason ? cases[i].reason : "accepted");

        tap_is(reason, cases[i].reason, name);
        tap_is_int(rc, cases[i].reason ? NGX_DECLINED : NGX_OK,
                   "return code");
    }
}


static void
test_depth(void)
{
    char        *text;
    size_t       n;
    const char  *reason;

    n = 1000000;
    text = malloc(n);
    memset(text, '[', n / 2);
    memset(text + n / 2, ']', n / 2);

    tap_is_int(parse(text + n / 2 - 32, 64, &reason), NGX_OK,
               "32 levels of lists");
    tap_is_int(parse(text + n / 2 - 33, 66, &reason), NGX_DECLINED,
               "33 levels of lists");
    tap_is(reason, DEEP, "reason");
    tap_is_int(parse(text, n, &reason), NGX_DECLINED, "500000 levels");
    tap_is(reason, DEEP, "reason");

    free(text);

    tap_is_int(parse("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 44,
                     &reason),
               NGX_OK, "brackets in a string do not nest");
}


static void
test_truncated(void)
{
    size_t       n, len;
    ngx_uint_t   accepted;
    const char  *reason;

    static const char  text[] =
        "{\"a\":[1.5e3,true,null,\"\\u00e9\\ud83d\\ude00\xc3\xa9\"],\"b\":{}}";

    len = sizeof(text) - 1;
    accepted = 0;

    for (n = 0; n < len; n++) {
        accepted += parse(text, n, &reason) != NGX_DECLINED || !reason;
    }

    tap_is_int(accepted, 0, "no prefix of a text is a text");
    tap_is_int(parse(text, len, &reason), NGX_OK, "but all of it");
}


static void
test_memory(void)
{
    ngx_int_t     rc;
    ngx_uint_t    n, failed, leaked;
    const char   *reason;
    cJSON_Hooks   hooks;

    static const char  text[] =
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
        "\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":[{\"x\":\"y\"}],\"n\":1,"
        "\"o\":1,\"p\":1,\"q\":1}";

    hooks.malloc_fn = ngx_stub_alloc;
    hooks.free_fn = ngx_stub_free;
    cJSON_InitHooks(&hooks);

    failed = 0;
    leaked = 0;

    for (n = 1; n < 1000; n++) {
        ngx_stub_fail = n;
        rc = parse(text, sizeof(text) - 1, &reason);
        leaked += ngx_stub_blocks;

        if (rc == NGX_OK) {
            break;
        }

        failed += rc != NGX_ERROR;
    }

    ngx_stub_fail = 0;
    cJSON_InitHooks(NULL);

    tap_ok(n > 40 && n < 1000, "every allocation has failed once");
    tap_is_int(failed, 0, "NGX_ERROR each time");
    tap_is_int(leaked, 0, "nothing is left behind");
}


static void
test_print(void)
{
    cJSON       *root, *digits;
    ngx_str_t    text;
    ngx_pool_t  *pool;

    pool = ngx_stub_pool();

    root = ngx_uptime_json_object(pool);
    tap_ok(root != NULL && cJSON_IsObject(root), "an empty object");

    cJSON_AddStringToObject(root, "a", "\"\n\xc3\xa9");
    cJSON_AddNumberToObject(root, "n", 86400);

    tap_is_int(ngx_uptime_json_print(pool, root, &text), NGX_OK, "print");
    tap_is((char *) text.data, "{\"a\":\"\\\"\\n\xc3\xa9\",\"n\":86400}",
           "compact");
    tap_is_int(text.len, strlen((char *) text.data), "length");

    digits = cJSON_AddArrayToObject(root, "d");
    cJSON_AddItemToArray(digits, cJSON_CreateNumber(9007199254740991.0));
    cJSON_AddItemToArray(digits, cJSON_CreateNumber(0.1 + 0.2));
    cJSON_AddItemToArray(digits, cJSON_CreateNumber(0.1));

    tap_is_int(ngx_uptime_json_print(pool, digits, &text), NGX_OK, "digits");
    tap_is((char *) text.data, "[9007199254740991,0.30000000000000004,0.1]",
           "as many as a number has");
    tap_ok(cJSON_IsNumber(digits->child)
           && digits->child->valuedouble == 9007199254740991.0
           && digits->child->valuestring == NULL, "which is one as before");

    ngx_stub_fail = 1;
    tap_is_int(ngx_uptime_json_print(pool, root, &text), NGX_ERROR,
               "print without memory");
    ngx_stub_fail = 1;
    tap_ok(ngx_uptime_json_object(pool) == NULL, "object without memory");
    ngx_stub_fail = 0;

    ngx_destroy_pool(pool);
}


static void
test_escape(void)
{
    u_char  dst[64];
    size_t  n;

    static const u_char  src[] = "a\"\\/\b\t\n\v\f\r\x01\x1f\x7f\xc3\xa9";
    static const char    want[] =
        "a\\\"\\\\/\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\u007f\xc3\xa9";

    n = ngx_uptime_json_escape(NULL, src, sizeof(src) - 1);
    tap_is_int(n, sizeof(want) - 1, "length of the escaped text");

    n = ngx_uptime_json_escape(dst, src, sizeof(src) - 1);
    dst[n] = '\0';
    tap_is((char *) dst, want, "escaped text");

    tap_is_int(ngx_uptime_json_escape(NULL, (u_char *) "\0", 1), 6,
               "NUL is escaped as well");
    tap_is_int(ngx_uptime_json_escape(NULL, (u_char *) "", 0), 0, "empty");
}


static void
test_utf8(void)
{
    tap_is_int(ngx_uptime_utf8_check((u_char *) "a\xc3\xa9", 3), NGX_OK,
               "UTF-8");
    tap_is_int(ngx_uptime_utf8_check((u_char *) "a\xc3\xa9", 2), NGX_ERROR,
               "cut UTF-8");
    tap_is_int(ngx_uptime_utf8_check((u_char *) "\xed\x9f\xbf", 3), NGX_OK,
               "U+D7FF");
    tap_is_int(ngx_uptime_utf8_check((u_char *) "\xf4\x8f\xbf\xbf", 4),
               NGX_OK, "U+10FFFF");
    tap_is_int(ngx_uptime_utf8_check((u_char *) "", 0), NGX_OK, "empty");
    tap_is_int(ngx_uptime_utf8_length((u_char *) "a\xc3\xa9\xe2\x82\xac"
                                      "\xf0\x9f\x98\x80", 10), 4,
               "characters");
}


int
main(void)
{
    test_cases();
    test_depth();
    test_truncated();
    test_memory();
    test_print();
    test_escape();
    test_utf8();

    return tap_done();
}
