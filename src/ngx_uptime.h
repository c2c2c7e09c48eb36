
/*
 * Types and limits that every layer shares.  Includes point one way:
 * module -> api, checker -> alert, auth -> pg -> core; this file is below
 * core and includes nothing of the project.
 */


#ifndef _NGX_UPTIME_H_INCLUDED_
#define _NGX_UPTIME_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_UPTIME_VERSION            "0.1.0"

/* a monitor belongs to shard id % NGX_UPTIME_SHARDS for ever */
#define NGX_UPTIME_SHARDS             64

/* request bodies of the API, bytes */
#define NGX_UPTIME_MAX_BODY           65536

/* characters, not bytes, unless said otherwise */
#define NGX_UPTIME_MAX_NAME           200
#define NGX_UPTIME_MAX_URL            2048        /* bytes */
#define NGX_UPTIME_MAX_EMAIL          254         /* bytes, RFC 5321 */
#define NGX_UPTIME_MIN_PASSWORD       12
#define NGX_UPTIME_MAX_PASSWORD       128

/* response bodies are searched for a keyword up to here, bytes */
#define NGX_UPTIME_MAX_FETCH          1048576

/* addresses of one target that are tried, reliability L2 */
#define NGX_UPTIME_MAX_ADDRS          16

/* checks at once to one address, unless the operator says otherwise */
#define NGX_UPTIME_PER_HOST           4


#endif /* _NGX_UPTIME_H_INCLUDED_ */
