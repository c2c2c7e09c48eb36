
#ifndef _NGX_UPTIME_JSON_VALUE_H_INCLUDED_
#define _NGX_UPTIME_JSON_VALUE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Bytes go to p + len while they fit into size, and are counted in len in any
 * case: len > size afterwards says how much memory is needed.  What is there
 * then is of no use.
 */

typedef struct {
    u_char      *p;
    size_t       len;
    size_t       size;
} ngx_uptime_json_out_t;


/*
 * Before all is written, with len what it takes as a rule and size 0, and after
 * it was: NGX_AGAIN: there is memory of pool for all of it, which is to be
 * written (again); NGX_OK: it is there; NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_json_room(ngx_uptime_json_out_t *out, ngx_pool_t *pool);

/* Inline: most of what is put is one character that is known here. */

static ngx_inline void
ngx_uptime_json_put(ngx_uptime_json_out_t *out, const void *data, size_t len)
{
    if (out->len + len <= out->size) {
        ngx_memcpy(out->p + out->len, data, len);
    }

    out->len += len;
}


/*
 * A value that PostgreSQL sent as text (in UTC, DateStyle ISO).  type is the
 * OID of its type: numbers, booleans and JSON stay what they are, a timestamptz
 * becomes RFC 3339 with milliseconds, one-dimensional arrays of numbers and of
 * text become arrays, all else is a string.  text->data == NULL is null.
 */
void ngx_uptime_json_value(ngx_uptime_json_out_t *out, uint32_t type,
    const ngx_str_t *text);


#endif /* _NGX_UPTIME_JSON_VALUE_H_INCLUDED_ */
