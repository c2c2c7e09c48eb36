
#ifndef _NGX_UPTIME_JSON_H_INCLUDED_
#define _NGX_UPTIME_JSON_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <cjson/cJSON.h>


/*
 * Parses one JSON text, strictly: valid UTF-8, no U+0000 (PostgreSQL text
 * cannot hold it), nothing but white space after the value, no object with
 * a key twice, nesting at most 32.  On NGX_OK *root belongs to the caller's
 * pool: it is deleted by a pool cleanup.  NGX_DECLINED: malformed, *reason
 * says why in words for the client.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_json_parse(ngx_pool_t *pool, ngx_str_t *text,
    cJSON **root, const char **reason);

/* An empty object that belongs to the pool; NULL: no memory. */
cJSON *ngx_uptime_json_object(ngx_pool_t *pool);

/* Compact text, allocated from the pool (also NUL-terminated). */
ngx_int_t ngx_uptime_json_print(ngx_pool_t *pool, cJSON *root,
    ngx_str_t *text);

/*
 * Escaping for text that is put together by hand.  Returns the length of
 * src as the inside of a JSON string; if dst is not NULL, writes it there.
 * Control characters, '"', '\\' and DEL are escaped; UTF-8 is passed on.
 */
size_t ngx_uptime_json_escape(u_char *dst, const u_char *src, size_t len);

/* NGX_OK or NGX_ERROR; RFC 3629: no surrogates, no overlong forms. */
ngx_int_t ngx_uptime_utf8_check(const u_char *p, size_t len);

/* Bytes of the character at p < end; 0: not UTF-8. */
size_t ngx_uptime_utf8_next(const u_char *p, const u_char *end);

/* Code points in valid UTF-8. */
size_t ngx_uptime_utf8_length(const u_char *p, size_t len);


#endif /* _NGX_UPTIME_JSON_H_INCLUDED_ */
