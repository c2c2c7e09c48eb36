
#ifndef _NGX_UPTIME_BINARY_H_INCLUDED_
#define _NGX_UPTIME_BINARY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * The elements of an array that PostgreSQL sent in its binary format, one
 * after the other.  It points into what was sent.
 */

typedef struct {
    const u_char  *p;
    const u_char  *last;
    ngx_uint_t     left;                /* elements                         */
} ngx_uptime_binary_t;


/*
 * From the start of an array of one dimension; none of another one, or of
 * NULL, are no elements.
 */
void ngx_uptime_binary_array(ngx_uptime_binary_t *a, const ngx_str_t *value);

/*
 * The next one, data == NULL if it is NULL.  NGX_DONE: there is none, or the
 * array is cut off; then none is left.
 */
ngx_int_t ngx_uptime_binary_next(ngx_uptime_binary_t *a, ngx_str_t *element);

/*
 * A smallint, integer or bigint, or the microseconds since 1 January 2000 of a
 * timestamptz; NULL is null.
 */
int64_t ngx_uptime_binary_value(const ngx_str_t *value, int64_t null);

/* Both of them; null, too, if there is no next one. */
int64_t ngx_uptime_binary_int(ngx_uptime_binary_t *a, int64_t null);

/*
 * Cuts the next of several arrays of integers that stand one behind another
 * off the front of *values; empty: there is none.
 */
ngx_str_t ngx_uptime_binary_cut(ngx_str_t *values);

/*
 * How many integers, none of them NULL, such an array has, and the one at i,
 * which has to be less.
 */
ngx_uint_t ngx_uptime_binary_ints(const ngx_str_t *array);
uint32_t ngx_uptime_binary_int_at(const ngx_str_t *array, ngx_uint_t i);


#endif /* _NGX_UPTIME_BINARY_H_INCLUDED_ */
