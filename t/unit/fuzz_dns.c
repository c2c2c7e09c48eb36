
/*
 * Answers of DNS servers.  The first two bytes choose the type and the value
 * that is looked for, the rest is the message; its id and flags are put
 * right, so that most inputs get behind them.
 *
 * divide: 4
 * sources: src/probe/ngx_uptime_dns_message.c
 * sources: src/probe/ngx_uptime_dns_record.c
 * libs: -lresolv
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_dns_message.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                     *p;
    ngx_int_t                   rc;
    ngx_uptime_dns_answer_t     a;
    ngx_uptime_dns_question_t   q;

    static const unsigned   types[] = { 1, 2, 5, 6, 12, 15, 16, 28, 33, 257 };
    static const ngx_str_t  values[] = {
        ngx_null_string, ngx_string("1.2.3.4"), ngx_string("::1"),
        ngx_string("10 mail.example.com."), ngx_string("a"),
        ngx_string("0 issue \"a\""), ngx_string("0 ."), ngx_string(". . .")
    };

    if (size < 2 || size > 65537) {
        return 0;
    }

    ngx_str_set(&q.name, "example.com");
    q.type = types[data[0] % 10];
    q.value = values[data[1] % 8];

    size -= 2;
    p = malloc(size + 1);
    memcpy(p, data + 2, size);

    if (size > 2) {
        p[0] = 0x12;
        p[1] = 0x34;
        p[2] = (p[2] & 0x07) | 0x80;
    }

    rc = ngx_uptime_dns_answer(p, size, 0x1234, &q, &a);

    require(rc == NGX_OK || rc == NGX_DECLINED || rc == NGX_ERROR);
    require(rc != NGX_OK || !a.found || (a.records && q.value.len));
    require(rc != NGX_OK || !a.records || (a.rcode == 0 && !a.truncated));

    free(p);

    return 0;
}
