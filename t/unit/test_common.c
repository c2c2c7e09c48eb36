
/*
 * sources: src/auth/ngx_uptime_common.c src/core/ngx_uptime_validate.c
 * sources: src/core/ngx_uptime_validate_types.c
 * sources: src/core/ngx_uptime_validate_headers.c
 * sources: src/core/ngx_uptime_validate_args.c
 * sources: src/core/ngx_uptime_checks.c src/core/ngx_uptime_addr.c
 * sources: src/core/ngx_uptime_checks_cursor.c
 * sources: src/core/ngx_uptime_url_rules.c src/core/ngx_uptime_url_target.c
 * sources: src/core/ngx_uptime_url.c src/core/ngx_uptime_host.c
 * sources: src/core/ngx_uptime_status.c src/core/ngx_uptime_utf8.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_common.h"


const char *const  ngx_uptime_common_list[] = {
    "123456789012", "1q2w3e4r5t6y", "password1234", "password12345",
    "qwertyuiop12"
};

const ngx_uint_t   ngx_uptime_common_n = 5;


static const ngx_uptime_field_t  fields[] = {
    { ngx_string("email"), NGX_UPTIME_FIELD_STRING, NGX_UPTIME_FIELD_TRIM,
      1, 254, NULL, 0, NULL },
    { ngx_string("password"), NGX_UPTIME_FIELD_STRING,
      NGX_UPTIME_FIELD_SECRET, 12, 128, NULL, 0, ngx_uptime_check_password },
    ngx_uptime_null_field
};

static const char  *common[] = {
    "123456789012", "1q2w3e4r5t6y", "password1234", "password12345",
    "qwertyuiop12", "PASSWORD1234", "PassWord1234", "4321drowssap",
    "54321DROWSSAP", "210987654321", NULL
};

static const char  *fine[] = {
    "", "password123", "password123456", "password1235", "0", "zzzzzzzzzzzz",
    "a password1234", "p\xc3\xa4ssword1234", "1234password", NULL
};


static ngx_str_t
str(const char *text)
{
    ngx_str_t  s;

    s.data = (u_char *) text;
    s.len = strlen(text);

    return s;
}


static const char *
validate(const char *json)
{
    cJSON                      *object;
    ngx_str_t                   text;
    ngx_pool_t                 *pool;
    const char                 *reason, *code;
    ngx_uptime_field_error_t   *e;
    ngx_uptime_validate_ctx_t   ctx;

    pool = ngx_stub_pool();
    text = str(json);

    ctx.pool = pool;
    ctx.policy = NULL;
    ctx.errors = ngx_array_create(pool, 4, sizeof(ngx_uptime_field_error_t));

    code = "broken test";

    if (ngx_uptime_json_parse(pool, &text, &object, &reason) == NGX_OK
        && ngx_uptime_validate(&ctx, fields, object, 0) == NGX_OK)
    {
        e = ctx.errors->elts;
        code = ctx.errors->nelts ? e[0].code : NULL;
    }

    ngx_destroy_pool(pool);

    return code;
}


int
main(void)
{
    char          long_one[1024];
    ngx_str_t     s, mail;
    const char  **p;

    for (p = common; *p; p++) {
        s = str(*p);
        tap_ok(ngx_uptime_common_password(&s), *p);
    }

    for (p = fine; *p; p++) {
        s = str(*p);
        tap_ok(!ngx_uptime_common_password(&s), *p);
    }

    memset(long_one, 'x', sizeof(long_one));
    s.data = (u_char *) long_one;
    s.len = sizeof(long_one);
    tap_ok(!ngx_uptime_common_password(&s), "a very long one");

    mail = str("first.last.name@example.com");
    s = str("First.Last.Name@Example.com");
    tap_ok(ngx_uptime_common_mail(&s, &mail), "the mail address");
    s = str("first.last.NAME");
    tap_ok(ngx_uptime_common_mail(&s, &mail), "its local part");
    s = str("eman.tsal.tsrif");
    tap_ok(ngx_uptime_common_mail(&s, &mail), "backwards");
    s = str("first.last.names");
    tap_ok(!ngx_uptime_common_mail(&s, &mail), "almost");
    s = str("example.com");
    tap_ok(!ngx_uptime_common_mail(&s, &mail), "the domain alone");
    mail = str("");
    s = str("");
    tap_ok(!ngx_uptime_common_mail(&s, &mail), "nothing");

    tap_is(validate("{\"password\":\"Password1234\"}"), "common_password",
           "by the field table");
    tap_is(validate("{\"password\":\"Password1236\"}"), NULL, "a fine one");
    tap_is(validate("{\"password\":\"first.last.name\","
                    "\"email\":\" First.Last.Name@example.com \"}"),
           "common_password", "mail after the password, not trimmed yet");
    tap_is(validate("{\"email\":7,\"password\":\"first.last.name\"}"),
           "wrong_type", "no mail address");
    tap_is(validate("{\"password\":\"short\"}"), "too_short",
           "other errors stay");

    return tap_done();
}
