
#ifndef _NGX_UPTIME_TOTP_H_INCLUDED_
#define _NGX_UPTIME_TOTP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Codes of authenticator apps: TOTP (RFC 6238) with what all of them know,
 * SHA-1, 6 digits, 30 seconds; and the recovery codes for who lost theirs.
 */

#define NGX_UPTIME_TOTP_SECRET    20        /* bytes, RFC 4226: 160 bits    */
#define NGX_UPTIME_TOTP_BASE32    32        /* the same in base32           */
#define NGX_UPTIME_TOTP_STEP      30        /* seconds                      */

#define NGX_UPTIME_RECOVERY_N     10
#define NGX_UPTIME_RECOVERY_BITS  16        /* characters of 5 bits         */
#define NGX_UPTIME_RECOVERY_LEN   19        /* XXXX-XXXX-XXXX-XXXX          */


/* The code of a time step, RFC 4226, 5.3; NGX_ERROR: no memory. */
ngx_int_t ngx_uptime_totp_code(const u_char *secret, size_t len,
    uint64_t step);

/*
 * The step that code is good for, at now, one before or one after, if it is
 * later than last; else 0.
 */
int64_t ngx_uptime_totp_check(const u_char *secret, size_t len, time_t now,
    int64_t last, const ngx_str_t *code);

/* 1: six digits. */
ngx_uint_t ngx_uptime_totp_is_code(const ngx_str_t *text);

/* RFC 4648 without padding; returns the end of what was written. */
u_char *ngx_uptime_totp_base32(u_char *dst, const u_char *src, size_t len);

/* 10 random bytes -> NGX_UPTIME_RECOVERY_LEN characters */
void ngx_uptime_totp_recovery(u_char *dst, const u_char *random);

/*
 * What a person typed, without blanks and dashes, in upper case: exactly
 * NGX_UPTIME_RECOVERY_BITS characters, or NGX_DECLINED.
 */
ngx_int_t ngx_uptime_totp_recovery_read(u_char *dst, const ngx_str_t *text);


#endif /* _NGX_UPTIME_TOTP_H_INCLUDED_ */
