
#ifndef _NGX_UPTIME_ASSERT_TEXT_H_INCLUDED_
#define _NGX_UPTIME_ASSERT_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* Between the files of assertions; texts are valid JSON. */

/*
 * *pos is at the brace of an object and is moved to the value of the key; of
 * equal keys the last one counts, as in most languages.  NGX_DECLINED: none.
 */
ngx_int_t ngx_uptime_assert_member(u_char **pos, u_char *last,
    const u_char *key, size_t len);

/* Behind white space, a value, a string. */
u_char *ngx_uptime_assert_space(u_char *p, u_char *last);
u_char *ngx_uptime_assert_value(u_char *p, u_char *last);
u_char *ngx_uptime_assert_string(u_char *p, u_char *last);


#endif /* _NGX_UPTIME_ASSERT_TEXT_H_INCLUDED_ */
