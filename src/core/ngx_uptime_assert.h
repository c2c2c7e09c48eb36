
#ifndef _NGX_UPTIME_ASSERT_H_INCLUDED_
#define _NGX_UPTIME_ASSERT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_json.h"


/*
 * What a response has to say: a list of objects such as
 *     {"source": "json", "path": "$.status", "op": "eq", "value": "ok"}
 *     {"source": "header", "name": "age", "op": "lt", "value": 60}
 * docs/monitors.md has the rules.  Pure.
 */


/* bytes of a path */
#define NGX_UPTIME_ASSERT_PATH   800


typedef enum {
    NGX_UPTIME_ASSERT_EQ = 0,
    NGX_UPTIME_ASSERT_NE,
    NGX_UPTIME_ASSERT_LT,
    NGX_UPTIME_ASSERT_LE,
    NGX_UPTIME_ASSERT_GT,
    NGX_UPTIME_ASSERT_GE,
    NGX_UPTIME_ASSERT_CONTAINS,
    NGX_UPTIME_ASSERT_NOT_CONTAINS,
    NGX_UPTIME_ASSERT_EXISTS,
    NGX_UPTIME_ASSERT_NOT_EXISTS,
    NGX_UPTIME_ASSERT_NO_OP
} ngx_uptime_assert_op_e;


/* The n-th value, NUL-terminated, of a header field; or NGX_DECLINED. */
typedef ngx_int_t (*ngx_uptime_assert_header_pt)(void *data,
    const char *name, ngx_uint_t n, ngx_str_t *value);


typedef struct {
    ngx_str_t                      body;
    ngx_uptime_assert_header_pt    header;
    void                          *data;
} ngx_uptime_assert_response_t;


/*
 * Judges a response.  NGX_OK: all of the list hold; NGX_DECLINED: *source is
 * "json" or "header", of the first one that does not, and *n how many are
 * before it; NGX_ERROR: no memory, or not a list that
 * ngx_uptime_check_assertions() has let pass.
 */
ngx_int_t ngx_uptime_assert(ngx_pool_t *pool, ngx_str_t *list,
    const ngx_uptime_assert_response_t *response, const char **source,
    ngx_uint_t *n);

/* 0: the list says nothing about the body. */
ngx_uint_t ngx_uptime_assert_wants_body(const ngx_str_t *list);

/* NGX_UPTIME_ASSERT_NO_OP: none of ours */
ngx_uptime_assert_op_e ngx_uptime_assert_op(const char *name);


/* paths: $.a.b[0]."c d"[-1] */

/* NGX_OK or NGX_DECLINED */
ngx_int_t ngx_uptime_assert_path_check(const ngx_str_t *path);

/*
 * NGX_OK: *value is the text of what the path leads to in a valid JSON text;
 * NGX_DECLINED: nothing is there; NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_assert_path_find(const ngx_str_t *path,
    const ngx_str_t *json, ngx_str_t *value);

/*
 * The elements of a list, as valid JSON text, one after the other: *p starts
 * at its bracket and is moved.  NGX_DECLINED: there is no further one.
 */
ngx_int_t ngx_uptime_assert_element(u_char **p, u_char *last,
    ngx_str_t *value);


#endif /* _NGX_UPTIME_ASSERT_H_INCLUDED_ */
