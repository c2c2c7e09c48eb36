
#ifndef _NGX_UPTIME_JSON_SCAN_H_INCLUDED_
#define _NGX_UPTIME_JSON_SCAN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * The grammar of RFC 8259 and our limits (see ngx_uptime_json_parse), in one
 * pass without recursion or allocation.  NGX_OK, or NGX_DECLINED with the
 * reason.
 */
ngx_int_t ngx_uptime_json_scan(const ngx_str_t *text, const char **reason);


#endif /* _NGX_UPTIME_JSON_SCAN_H_INCLUDED_ */
