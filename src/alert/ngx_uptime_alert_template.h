
#ifndef _NGX_UPTIME_ALERT_TEMPLATE_H_INCLUDED_
#define _NGX_UPTIME_ALERT_TEMPLATE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Texts with placeholders, "{{monitor.name}} is down".  There is nothing but
 * replacement: no conditions, no code, and what is put in is not looked at
 * again.  Without an escape, a line whose placeholders are all empty is left
 * out.  Pure.
 */

typedef enum {
    NGX_UPTIME_ESCAPE_NONE = 0,
    NGX_UPTIME_ESCAPE_JSON,                     /* inside of a string       */
    NGX_UPTIME_ESCAPE_HTML,
    NGX_UPTIME_ESCAPE_URI                       /* of a form                */
} ngx_uptime_escape_e;


/* NGX_OK: *value, which may be empty; NGX_DECLINED: no such name. */
typedef ngx_int_t (*ngx_uptime_template_value_pt)(void *data,
    const ngx_str_t *name, ngx_str_t *value);


/*
 * NGX_OK; NGX_DECLINED: *wrong is the name of a placeholder that there is
 * not, or empty, if one is not closed.
 */
ngx_int_t ngx_uptime_template_check(const ngx_str_t *text,
    ngx_uptime_template_value_pt value, void *data, ngx_str_t *wrong);

/*
 * At most max bytes, cut between characters and without an end mark; a value
 * is escaped, the text around is not.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_template_render(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_template_value_pt value, void *data,
    ngx_uptime_escape_e escape, size_t max, ngx_str_t *result);

/* Escaped; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_template_escape(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_escape_e escape, ngx_str_t *result);

/* The longest beginning of at most max bytes that ends with a character. */
size_t ngx_uptime_template_cut(const ngx_str_t *text, size_t max);


#endif /* _NGX_UPTIME_ALERT_TEMPLATE_H_INCLUDED_ */
