
#ifndef _NGX_UPTIME_VALIDATE_TYPES_H_INCLUDED_
#define _NGX_UPTIME_VALIDATE_TYPES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


/* What the files of the validator share; others use ngx_uptime_validate.h. */


/* bounds the answer to a body that is wrong all over */
#define NGX_UPTIME_VALIDATE_ERRORS  100

/* names of members that a client invented are cut here, bytes */
#define NGX_UPTIME_VALIDATE_NAME    64


/*
 * One function per type.  NGX_OK: valid (and trimmed), NGX_DECLINED: an
 * error was added, NGX_ERROR: no memory.
 */
ngx_int_t ngx_uptime_validate_string(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_int(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_bool(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_enum(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_strings(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_headers(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);

ngx_int_t ngx_uptime_validate_object(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_ids(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);
ngx_int_t ngx_uptime_validate_list(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value);

/* RFC 9110, 5.6.2: 1 if it can be the name of a field */
ngx_uint_t ngx_uptime_validate_header_token(const char *name);

/* Adds an error; returns NGX_DECLINED, or NGX_ERROR without memory. */
ngx_int_t ngx_uptime_validate_refuse(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *name, const char *code, const char *message);

/* The same with the message "<before> <limit> <after>". */
ngx_int_t ngx_uptime_validate_refuse_limit(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *name, const char *code, const char *before,
    int64_t limit, const char *after);

/*
 * A client's name for use in an error, cut to NGX_UPTIME_VALIDATE_NAME bytes
 * and copied behind "prefix".
 */
ngx_int_t ngx_uptime_validate_name(ngx_pool_t *pool, const ngx_str_t *prefix,
    const char *name, ngx_str_t *result);

/* 1 if there is a control character; multiline allows \t, \r and \n. */
ngx_uint_t ngx_uptime_validate_has_control(const char *text,
    ngx_uint_t multiline);


#endif /* _NGX_UPTIME_VALIDATE_TYPES_H_INCLUDED_ */
