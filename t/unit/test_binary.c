
/*
 * PostgreSQL's binary format of numbers and arrays.
 *
 * sources: src/core/ngx_uptime_binary.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include "ngx_uptime_binary.h"


#define ARRAY "\0\0\0\1" "\0\0\0\1" "\0\0\0\24"


static ngx_pool_t  *pool;


static ngx_str_t bytes(const char *data, size_t len);
static void numbers(void);
static void arrays(void);
static void cut_off(void);
static void one_behind_another(void);


int
main(void)
{
    pool = ngx_stub_pool();

    numbers();
    arrays();
    cut_off();
    one_behind_another();

    ngx_destroy_pool(pool);

    return tap_done();
}


/* A copy without room: a byte too far is found by ASan. */

static ngx_str_t
bytes(const char *data, size_t len)
{
    ngx_str_t  value;

    value.len = len;
    value.data = ngx_pnalloc(pool, len);
    memcpy(value.data, data, len);

    return value;
}


static void
numbers(void)
{
    ngx_str_t  value;

    value = bytes("\1\2", 2);
    tap_is_int(ngx_uptime_binary_value(&value, 0), 258, "smallint");
    value = bytes("\xff\xff\xff\xfe", 4);
    tap_is_int(ngx_uptime_binary_value(&value, 0), -2, "a negative integer");
    value = bytes("\x80\0\0\0\0\0\0\0", 8);
    tap_is_int(ngx_uptime_binary_value(&value, 0), INT64_MIN, "bigint");
    ngx_str_null(&value);
    tap_is_int(ngx_uptime_binary_value(&value, 7), 7, "NULL");
}


static void
arrays(void)
{
    ngx_str_t            value, element;
    ngx_uptime_binary_t  a;

    value = bytes(ARRAY "\0\0\0\3\0\0\0\1" "\0\0\0\2\0\5"
                  "\xff\xff\xff\xff" "\0\0\0\0", 20 + 6 + 4 + 4);
    ngx_uptime_binary_array(&a, &value);

    tap_is_int((long long) a.left, 3, "three elements");
    tap_is_int(ngx_uptime_binary_int(&a, 0), 5, "... 5");
    tap_is_int(ngx_uptime_binary_int(&a, -1), -1, "... NULL");
    tap_ok(ngx_uptime_binary_next(&a, &element) == NGX_OK
           && element.data != NULL && element.len == 0, "... empty");
    tap_ok(ngx_uptime_binary_next(&a, &element) == NGX_DONE, "... no more");

    ngx_str_null(&value);
    ngx_uptime_binary_array(&a, &value);
    tap_ok(ngx_uptime_binary_next(&a, &element) == NGX_DONE, "NULL is none");

    value = bytes("\0\0\0\0\0\0\0\0\0\0\0\24", 12);
    ngx_uptime_binary_array(&a, &value);
    tap_ok(ngx_uptime_binary_next(&a, &element) == NGX_DONE, "'{}' is none");

    value = bytes("\0\0\0\2\0\0\0\0\0\0\0\24\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1",
                  28);
    ngx_uptime_binary_array(&a, &value);
    tap_ok(ngx_uptime_binary_next(&a, &element) == NGX_DONE,
           "two dimensions are none");
}


static void
cut_off(void)
{
    size_t               len;
    ngx_str_t            value, element;
    ngx_uint_t           n, left;
    ngx_uptime_binary_t  a;

    left = 0;

    for (n = 0, len = 0; len < 36; len++) {
        value = bytes(ARRAY "\0\0\0\2\0\0\0\1"
                      "\0\0\0\4\0\0\0\1" "\0\0\0\4\0\0\0\2", len);
        ngx_uptime_binary_array(&a, &value);

        while (ngx_uptime_binary_next(&a, &element) == NGX_OK) {
            n++;
        }

        left += a.left;
    }

    tap_is_int((long long) n, 36 - 28, "what is whole of a part");
    tap_is_int((long long) left, 0, "... and nothing is left then");
}


static void
one_behind_another(void)
{
    ngx_str_t  values, array;

    values = bytes(ARRAY "\0\0\0\1\0\0\0\1" "\0\0\0\4\0\0\0\1"
                   "\0\0\0\0\0\0\0\0\0\0\0\27"
                   ARRAY "\0\0\0\2\0\0\0\1" "\0\0\0\4\0\0\0\1", 28 + 12 + 28);

    array = ngx_uptime_binary_cut(&values);
    tap_is_int((long long) array.len, 28, "an array of one");
    tap_is_int((long long) ngx_uptime_binary_ints(&array), 1, "... integer");
    tap_is_int((long long) ngx_uptime_binary_int_at(&array, 0), 1, "... 1");
    array = ngx_uptime_binary_cut(&values);
    tap_is_int((long long) array.len, 12, "... an empty one");
    tap_is_int((long long) ngx_uptime_binary_ints(&array), 0, "... has none");
    array = ngx_uptime_binary_cut(&values);
    tap_is_int((long long) array.len, 0, "... and one that is cut off");
    tap_is_int((long long) values.len, 28, "... which stays");
}
