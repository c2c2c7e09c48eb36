
/*
 * Reads literals, one a line, and prints what the address policy says of
 * each: 1 public, 0 refused, - not a literal.  For addr_oracle.py.
 *
 * sources: src/core/ngx_uptime_addr.c
 */


#include "ngx_stub.h"

#include <stdio.h>

#include "ngx_uptime_addr.h"


int
main(void)
{
    char                       line[256];
    ngx_int_t                  rc;
    ngx_str_t                  host;
    ngx_uptime_addr_policy_t   policy;

    ngx_memzero(&policy, sizeof(ngx_uptime_addr_policy_t));

    while (fgets(line, sizeof(line), stdin) != NULL) {
        host.data = (u_char *) line;
        host.len = strcspn(line, "\n");

        rc = ngx_uptime_addr_check_literal(&policy, &host);

        puts(rc == NGX_OK ? "1" : rc == NGX_DECLINED ? "0" : "-");
    }

    return 0;
}
