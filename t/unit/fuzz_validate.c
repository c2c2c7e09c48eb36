
/*
 * A field table over any JSON, or (first byte odd) over a query string.
 * There are errors or the object is good: then it holds nothing that the
 * table does not name, and is its own normal form.
 *
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
#include "fuzz.h"

#include "validate_fields.h"


static void judge(ngx_pool_t *pool, cJSON *object, ngx_uint_t patch);
static ngx_uint_t validate(ngx_pool_t *pool, cJSON *object, ngx_uint_t patch);
static int known(const char *name);


static ngx_array_t               allow;
static ngx_uptime_addr_policy_t  policy = { &allow, NULL };


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON       *object;
    ngx_int_t    rc;
    ngx_str_t    text;
    ngx_pool_t  *pool;
    const char  *reason;

    if (size == 0) {
        return 0;
    }

    pool = ngx_stub_pool();

    text.len = size - 1;
    text.data = ngx_pnalloc(pool, text.len);
    ngx_memcpy(text.data, data + 1, text.len);
    reason = NULL;

    rc = (data[0] & 1)
         ? ngx_uptime_validate_args(pool, fields, &text, &object, &reason)
         : ngx_uptime_json_parse(pool, &text, &object, &reason);

    require(rc == NGX_OK || (rc == NGX_DECLINED && reason != NULL));

    if (rc == NGX_OK && cJSON_IsObject(object)) {
        judge(pool, object, (data[0] >> 1) & 1);
    }

    ngx_destroy_pool(pool);

    return 0;
}


static void
judge(ngx_pool_t *pool, cJSON *object, ngx_uint_t patch)
{
    cJSON       *member, *again;
    ngx_str_t    once, twice;
    const char  *reason;

    if (validate(pool, object, patch) != 0) {
        return;
    }

    for (member = object->child; member; member = member->next) {
        require(known(member->string));
    }

    require(patch ? object->child != NULL
                  : cJSON_GetObjectItemCaseSensitive(object, "url") != NULL);

    require(ngx_uptime_json_print(pool, object, &once) == NGX_OK);
    require(ngx_uptime_json_parse(pool, &once, &again, &reason) == NGX_OK);
    require(validate(pool, again, patch) == 0);
    require(ngx_uptime_json_print(pool, again, &twice) == NGX_OK);
    require(once.len == twice.len
            && memcmp(once.data, twice.data, once.len) == 0);
}


/* How many errors; each has a code and a message. */

static ngx_uint_t
validate(ngx_pool_t *pool, cJSON *object, ngx_uint_t patch)
{
    ngx_uint_t                  i;
    ngx_uptime_field_error_t   *error;
    ngx_uptime_validate_ctx_t   ctx;

    ctx.pool = pool;
    ctx.policy = &policy;
    ctx.errors = ngx_array_create(pool, 1, sizeof(ngx_uptime_field_error_t));

    require(ngx_uptime_validate(&ctx, fields, object, patch) == NGX_OK);

    error = ctx.errors->elts;

    for (i = 0; i < ctx.errors->nelts; i++) {
        require(error[i].code != NULL && error[i].message != NULL);
    }

    return ctx.errors->nelts;
}


static int
known(const char *name)
{
    const ngx_uptime_field_t  *field;

    for (field = fields; field->name.len; field++) {
        if (strcmp((char *) field->name.data, name) == 0) {
            return 1;
        }
    }

    return 0;
}
