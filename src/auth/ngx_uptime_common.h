
#ifndef _NGX_UPTIME_COMMON_H_INCLUDED_
#define _NGX_UPTIME_COMMON_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"


/*
 * Passwords that everybody guesses first: those of a list, and the account's
 * own mail address; in any case and also backwards.
 */


/* made by tools/embed-passwords: sorted by bytes, lower case */
extern const char *const  ngx_uptime_common_list[];
extern const ngx_uint_t   ngx_uptime_common_n;


/* What a common password is told. */
#define NGX_UPTIME_COMMON_CODE     "common_password"
#define NGX_UPTIME_COMMON_MESSAGE                                             \
    "is one that is guessed first, choose another one"


/* 1: it is one of the list. */
ngx_uint_t ngx_uptime_common_password(const ngx_str_t *password);

/* 1: it is the mail address or its local part. */
ngx_uint_t ngx_uptime_common_mail(const ngx_str_t *password,
    const ngx_str_t *mail);

/*
 * A check for field tables; code "common_password".  The mail address is the
 * member "email", if there is one.
 */
ngx_int_t ngx_uptime_check_password(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);


#endif /* _NGX_UPTIME_COMMON_H_INCLUDED_ */
