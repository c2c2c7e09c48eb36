
/*
 * TOTP (RFC 6238) and recovery codes.
 *
 * Pure.  Runs in workers.  The only file that uses libcrypto.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "ngx_uptime_totp.h"


#define NGX_UPTIME_TOTP_MODULUS  1000000
#define NGX_UPTIME_TOTP_DIGITS   6
#define NGX_UPTIME_TOTP_WINDOW   1          /* steps to each side */


ngx_int_t
ngx_uptime_totp_code(const u_char *secret, size_t len, uint64_t step)
{
    int         i;
    u_char      counter[8], mac[EVP_MAX_MD_SIZE], *p;
    uint32_t    value;
    unsigned    size;

    for (i = 7; i >= 0; i--) {
        counter[i] = (u_char) (step & 0xff);
        step >>= 8;
    }

    if (HMAC(EVP_sha1(), secret, (int) len, counter, sizeof(counter), mac,
             &size)
        == NULL)
    {
        return NGX_ERROR;
    }

    p = mac + (mac[size - 1] & 0x0f);

    value = ((uint32_t) (p[0] & 0x7f) << 24) | ((uint32_t) p[1] << 16)
            | ((uint32_t) p[2] << 8) | p[3];

    return (ngx_int_t) (value % NGX_UPTIME_TOTP_MODULUS);
}


int64_t
ngx_uptime_totp_check(const u_char *secret, size_t len, time_t now,
    int64_t last, const ngx_str_t *code)
{
    int64_t    step, current, found;
    ngx_int_t  wanted;

    if (!ngx_uptime_totp_is_code(code)) {
        return 0;
    }

    wanted = ngx_atoi(code->data, code->len);
    current = (int64_t) now / NGX_UPTIME_TOTP_STEP;
    found = 0;

    /* all of them each time: the time tells nothing */

    for (step = current - NGX_UPTIME_TOTP_WINDOW;
         step <= current + NGX_UPTIME_TOTP_WINDOW;
         step++)
    {
        if (ngx_uptime_totp_code(secret, len, (uint64_t) step) == wanted
            && step > last)
        {
            found = step;
        }
    }

    return found;
}


ngx_uint_t
ngx_uptime_totp_is_code(const ngx_str_t *text)
{
    size_t  i;

    if (text->len != NGX_UPTIME_TOTP_DIGITS) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }
    }

    return 1;
}


u_char *
ngx_uptime_totp_base32(u_char *dst, const u_char *src, size_t len)
{
    size_t        i;
    uint32_t      bits;
    ngx_uint_t    n;

    static const u_char  alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    bits = 0;
    n = 0;

    for (i = 0; i < len; i++) {
        bits = (bits << 8) | src[i];
        n += 8;

        while (n >= 5) {
            n -= 5;
            *dst++ = alphabet[(bits >> n) & 0x1f];
        }
    }

    if (n) {
        *dst++ = alphabet[(bits << (5 - n)) & 0x1f];
    }

    return dst;
}


void
ngx_uptime_totp_recovery(u_char *dst, const u_char *random)
{
    u_char      text[NGX_UPTIME_RECOVERY_BITS];
    ngx_uint_t  i;

    (void) ngx_uptime_totp_base32(text, random,
                                  NGX_UPTIME_RECOVERY_BITS * 5 / 8);

    for (i = 0; i < NGX_UPTIME_RECOVERY_BITS; i++) {
        if (i && i % 4 == 0) {
            *dst++ = '-';
        }

        *dst++ = text[i];
    }

    ngx_explicit_memzero(text, sizeof(text));
}


ngx_int_t
ngx_uptime_totp_recovery_read(u_char *dst, const ngx_str_t *text)
{
    u_char      ch;
    size_t      i;
    ngx_uint_t  n;

    n = 0;

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];

        if (ch == ' ' || ch == '-') {
            continue;
        }

        if (ch >= 'a' && ch <= 'z') {
            ch &= (u_char) ~0x20;
        }

        if (((ch < 'A' || ch > 'Z') && (ch < '2' || ch > '7'))
            || n == NGX_UPTIME_RECOVERY_BITS)
        {
            return NGX_DECLINED;
        }

        dst[n++] = ch;
    }

    return (n == NGX_UPTIME_RECOVERY_BITS) ? NGX_OK : NGX_DECLINED;
}
