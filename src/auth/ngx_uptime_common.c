
/*
 * Common passwords; the list is data/common-passwords.txt.
 *
 * Pure.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime.h"
#include "ngx_uptime_common.h"


/* a character of UTF-8 has up to 4 bytes */
#define NGX_UPTIME_COMMON_MAX  (4 * NGX_UPTIME_MAX_PASSWORD)


static ngx_uint_t ngx_uptime_common_find(const u_char *word, size_t len);
static ngx_uint_t ngx_uptime_common_same(const ngx_str_t *password,
    const u_char *text, size_t len);
static u_char ngx_uptime_common_lower(u_char ch);


ngx_uint_t
ngx_uptime_common_password(const ngx_str_t *password)
{
    size_t      i;
    u_char      word[NGX_UPTIME_COMMON_MAX];
    ngx_uint_t  found;

    if (password->len == 0 || password->len > NGX_UPTIME_COMMON_MAX) {
        return 0;
    }

    for (i = 0; i < password->len; i++) {
        word[i] = ngx_uptime_common_lower(password->data[i]);
    }

    found = ngx_uptime_common_find(word, password->len);

    for (i = 0; i < password->len; i++) {
        word[i] = ngx_uptime_common_lower(
                                    password->data[password->len - 1 - i]);
    }

    found |= ngx_uptime_common_find(word, password->len);

    ngx_explicit_memzero(word, sizeof(word));

    return found;
}


static ngx_uint_t
ngx_uptime_common_find(const u_char *word, size_t len)
{
    size_t       n;
    ngx_int_t    rc;
    ngx_uint_t   low, high, middle;
    const char  *entry;

    low = 0;
    high = ngx_uptime_common_n;

    while (low < high) {
        middle = low + (high - low) / 2;
        entry = ngx_uptime_common_list[middle];
        n = ngx_strlen(entry);

        rc = ngx_memcmp(word, entry, ngx_min(len, n));

        if (rc == 0 && len == n) {
            return 1;
        }

        if (rc < 0 || (rc == 0 && len < n)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_uptime_common_mail(const ngx_str_t *password, const ngx_str_t *mail)
{
    u_char     *at;
    ngx_str_t   m;

    m = *mail;

    /* it may not have been brought to its normal form yet */

    while (m.len && m.data[0] == ' ') {
        m.data++;
        m.len--;
    }

    while (m.len && m.data[m.len - 1] == ' ') {
        m.len--;
    }

    at = ngx_strlchr(m.data, m.data + m.len, '@');

    return ngx_uptime_common_same(password, m.data, m.len)
           || (at != NULL
               && ngx_uptime_common_same(password, m.data, at - m.data));
}


/* Forwards or backwards, whatever the case. */

static ngx_uint_t
ngx_uptime_common_same(const ngx_str_t *password, const u_char *text,
    size_t len)
{
    size_t      i;
    u_char      ch;
    ngx_uint_t  same, reversed;

    if (len == 0 || password->len != len) {
        return 0;
    }

    same = 1;
    reversed = 1;

    for (i = 0; i < len; i++) {
        ch = ngx_uptime_common_lower(password->data[i]);

        same &= (ch == ngx_uptime_common_lower(text[i]));
        reversed &= (ch == ngx_uptime_common_lower(text[len - 1 - i]));
    }

    return same | reversed;
}


static u_char
ngx_uptime_common_lower(u_char ch)
{
    return (ch >= 'A' && ch <= 'Z') ? (u_char) (ch | 0x20) : ch;
}


ngx_int_t
ngx_uptime_check_password(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    char       *text;
    ngx_str_t   password, mail;

    password.data = (u_char *) value->valuestring;
    password.len = ngx_strlen(password.data);

    text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object,
                                                                 "email"));
    mail.data = (u_char *) (text ? text : "");
    mail.len = ngx_strlen(mail.data);

    if (ngx_uptime_common_password(&password)
        || ngx_uptime_common_mail(&password, &mail))
    {
        return ngx_uptime_field_error(ctx, &field->name,
                                      NGX_UPTIME_COMMON_CODE,
                                      NGX_UPTIME_COMMON_MESSAGE);
    }

    return NGX_OK;
}
