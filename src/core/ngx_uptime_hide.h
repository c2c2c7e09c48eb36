
#ifndef _NGX_UPTIME_HIDE_H_INCLUDED_
#define _NGX_UPTIME_HIDE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* bytes; shorter ones would show what they are by what is struck out */
#define NGX_UPTIME_HIDE_SECRET  4
/* parts of a header's value: shorter ones are words like "Bearer" */
#define NGX_UPTIME_HIDE_PART    8


/*
 * Overwrites a secret with "*" wherever the text has it: as a whole, and its
 * parts of letters and digits of at least so many bytes, which look the same
 * in JSON, HTML and URLs.  cut: also its beginning at the end of the text.
 */
void ngx_uptime_hide(ngx_str_t *text, const ngx_str_t *secret, size_t least,
    ngx_uint_t cut);


#endif /* _NGX_UPTIME_HIDE_H_INCLUDED_ */
