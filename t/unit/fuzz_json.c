
/*
 * Whatever is accepted must survive a round trip, and the scanner must never
 * let through what cJSON refuses.
 *
 * divide: 4
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_json.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON       *root, *again;
    ngx_int_t    rc;
    ngx_str_t    text, printed, twice;
    ngx_pool_t  *pool;
    const char  *reason;

    text.data = (u_char *) data;
    text.len = size;
    reason = NULL;

    pool = ngx_stub_pool();

    rc = ngx_uptime_json_parse(pool, &text, &root, &reason);

    if (rc == NGX_ERROR || (rc == NGX_DECLINED && reason == NULL)) {
        abort();
    }

    if (rc == NGX_OK) {
        if (ngx_uptime_utf8_check(data, size) != NGX_OK
            || memchr(data, 0, size) != NULL
            || ngx_uptime_json_print(pool, root, &printed) != NGX_OK
            || ngx_uptime_json_parse(pool, &printed, &again, &reason)
               != NGX_OK
            || ngx_uptime_json_print(pool, again, &twice) != NGX_OK
            || printed.len != twice.len
            || memcmp(printed.data, twice.data, twice.len) != 0)
        {
            abort();
        }
    }

    ngx_destroy_pool(pool);

    return 0;
}
