
/*
 * The checks of single fields beyond type and range.  Pure; see
 * ngx_uptime_validate.c.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime.h"
#include "ngx_uptime_host.h"
#include "ngx_uptime_status.h"
#include "ngx_uptime_url.h"
#include "ngx_uptime_validate.h"
#include "ngx_uptime_validate_types.h"


/* RFC 5321, 4.5.3.1 */
#define NGX_UPTIME_EMAIL_LOCAL   64
#define NGX_UPTIME_EMAIL_DOMAIN  253
#define NGX_UPTIME_EMAIL_LABEL   63

/* PostgreSQL takes displacements below 16 hours */
#define NGX_UPTIME_TIME_ZONE     15


static ngx_int_t ngx_uptime_check_url_judge(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value,
    const ngx_uptime_url_t *url, ngx_uptime_url_err_e err);
static ngx_uint_t ngx_uptime_check_url_allowed(
    const ngx_uptime_addr_policy_t *policy, const ngx_uptime_url_t *url);
static ngx_uint_t ngx_uptime_check_url_localhost(const ngx_str_t *host);
static ngx_uint_t ngx_uptime_check_email_valid(const u_char *p, size_t len);
static ngx_uint_t ngx_uptime_check_email_domain(const u_char *p, size_t len);
static ngx_uint_t ngx_uptime_check_time_valid(const u_char *p, size_t len);
static ngx_uint_t ngx_uptime_check_time_zone(const u_char *p, size_t len);
static ngx_int_t ngx_uptime_check_digits(const u_char *p, size_t n,
    ngx_int_t min, ngx_int_t max);


ngx_int_t
ngx_uptime_check_url(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t              text;
    ngx_uptime_url_t       url;
    ngx_uptime_url_err_e   err;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    err = ngx_uptime_url_parse(ctx->pool, &text, NULL, &url);

    return ngx_uptime_check_url_judge(ctx, field, value, &url, err);
}


ngx_int_t
ngx_uptime_check_target(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t              text;
    ngx_uptime_url_t       url;
    ngx_uptime_url_err_e   err;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    err = ngx_uptime_url_target(ctx->pool, &text, &url);

    return ngx_uptime_check_url_judge(ctx, field, value, &url, err);
}


ngx_int_t
ngx_uptime_check_has_target(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    cJSON  *type;

    static const ngx_str_t  url = ngx_string("url");

    type = cJSON_GetObjectItemCaseSensitive(object, "type");

    if (cJSON_GetObjectItemCaseSensitive(object, "url") != NULL
        || (cJSON_IsString(type)
            && ngx_strcmp(type->valuestring, "push") == 0))
    {
        return NGX_OK;
    }

    return ngx_uptime_field_error(ctx, &url, "required", "must be given");
}


static ngx_int_t
ngx_uptime_check_url_judge(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value,
    const ngx_uptime_url_t *url, ngx_uptime_url_err_e err)
{
    if (err == NGX_UPTIME_URL_NO_MEMORY) {
        return NGX_ERROR;
    }

    if (err != NGX_UPTIME_URL_OK) {
        return ngx_uptime_field_error(ctx, &field->name,
                                      ngx_uptime_url_code(err),
                                      ngx_uptime_url_message(err));
    }

    /* percent escapes may have made it longer than what was entered */

    if (url->text.len > NGX_UPTIME_MAX_URL) {
        return ngx_uptime_field_error(ctx, &field->name, "too_long",
                                      "must be shorter");
    }

    if (!ngx_uptime_check_url_allowed(ctx->policy, url)) {
        return ngx_uptime_field_error(ctx, &field->name, "blocked_address",
                                      "must be a public address, unless the "
                                      "operator allows more with "
                                      "uptime_allow_targets");
    }

    return cJSON_SetValuestring(value, (char *) url->text.data) ? NGX_OK
                                                                : NGX_ERROR;
}


ngx_int_t
ngx_uptime_check_auth_user(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    return (ngx_strchr(value->valuestring, ':') == NULL)
           ? NGX_OK
           : ngx_uptime_field_error(ctx, &field->name, "bad_auth_user",
                                    "must not contain a colon");
}


ngx_int_t
ngx_uptime_check_name(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t  name;

    name.data = (u_char *) value->valuestring;
    name.len = ngx_strlen(name.data);

    /* it works in place: the value is what is sent */

    return (ngx_uptime_host_normalise(&name) == NGX_OK)
           ? NGX_OK
           : ngx_uptime_field_error(ctx, &field->name, "bad_host",
                                    "must be the name of a host, such as "
                                    "www.example.com");
}


ngx_int_t
ngx_uptime_check_status_ranges(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    ngx_str_t                    text;
    ngx_uptime_status_ranges_t   ranges;

    text.data = (u_char *) value->valuestring;
    text.len = ngx_strlen(text.data);

    if (ngx_uptime_status_parse(&text, &ranges) == NGX_OK) {
        return NGX_OK;
    }

    return ngx_uptime_field_error(ctx, &field->name, "bad_status_ranges",
                                  "must list statuses from 100 to 599, such "
                                  "as 200-399,401");
}


ngx_uint_t
ngx_uptime_email_valid(const ngx_str_t *text)
{
    return ngx_uptime_check_email_valid(text->data, text->len);
}


ngx_int_t
ngx_uptime_check_email(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char  *p;
    size_t   len;

    p = (u_char *) value->valuestring;
    len = ngx_strlen(p);

    if (!ngx_uptime_check_email_valid(p, len)) {
        return ngx_uptime_field_error(ctx, &field->name, "bad_email",
                                      "must be a mail address such as "
                                      "name@example.com");
    }

    ngx_strlow(p, p, len);

    return NGX_OK;
}


ngx_int_t
ngx_uptime_check_time(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    if (ngx_uptime_check_time_valid((u_char *) value->valuestring,
                                    ngx_strlen(value->valuestring)))
    {
        return NGX_OK;
    }

    return ngx_uptime_field_error(ctx, &field->name, "bad_time",
                                  "must be a time such as "
                                  "2026-01-31T23:59:59Z");
}


/*
 * Only what can be told without a look-up: every address that a name
 * resolves to is judged when it is fetched.
 */

static ngx_uint_t
ngx_uptime_check_url_allowed(const ngx_uptime_addr_policy_t *policy,
    const ngx_uptime_url_t *url)
{
    ngx_str_t  loopback4 = ngx_string("127.0.0.1");
    ngx_str_t  loopback6 = ngx_string("::1");

    if (url->literal) {
        return ngx_uptime_addr_check_literal(policy, &url->host) == NGX_OK;
    }

    if (!ngx_uptime_check_url_localhost(&url->host)) {
        return 1;
    }

    /* as in fetching, one refused address is enough */

    return ngx_uptime_addr_check_literal(policy, &loopback4) == NGX_OK
           && ngx_uptime_addr_check_literal(policy, &loopback6) == NGX_OK;
}


/* RFC 6761, 6.3 */

static ngx_uint_t
ngx_uptime_check_url_localhost(const ngx_str_t *host)
{
    size_t   len;
    u_char  *p;

    len = sizeof("localhost") - 1;

    if (host->len < len) {
        return 0;
    }

    p = host->data + host->len - len;

    return ngx_memcmp(p, "localhost", len) == 0
           && (host->len == len || p[-1] == '.');
}


/* What HTML takes for <input type=email>, so that the dashboard agrees. */

static ngx_uint_t
ngx_uptime_check_email_valid(const u_char *p, size_t len)
{
    u_char  ch;
    size_t  i;

    static const char  symbols[] = ".!#$%&'*+/=?^_`{|}~-";

    if (len > NGX_UPTIME_MAX_EMAIL) {
        return 0;
    }

    for (i = 0; i < len && p[i] != '@'; i++) {
        ch = p[i] | 0x20;

        if (!(ch >= 'a' && ch <= 'z') && !(p[i] >= '0' && p[i] <= '9')
            && ngx_strchr(symbols, p[i]) == NULL)
        {
            return 0;
        }
    }

    if (i == 0 || i > NGX_UPTIME_EMAIL_LOCAL || i == len) {
        return 0;
    }

    return ngx_uptime_check_email_domain(p + i + 1, len - i - 1);
}


static ngx_uint_t
ngx_uptime_check_email_domain(const u_char *p, size_t len)
{
    u_char  ch;
    size_t  i, label;

    if (len == 0 || len > NGX_UPTIME_EMAIL_DOMAIN) {
        return 0;
    }

    label = 0;

    for (i = 0; i <= len; i++) {

        if (i == len || p[i] == '.') {
            if (label == 0 || label > NGX_UPTIME_EMAIL_LABEL
                || p[i - 1] == '-')
            {
                return 0;
            }

            label = 0;
            continue;
        }

        ch = p[i] | 0x20;

        if (!(ch >= 'a' && ch <= 'z') && !(p[i] >= '0' && p[i] <= '9')
            && !(p[i] == '-' && label > 0))
        {
            return 0;
        }

        label++;
    }

    return 1;
}


/* 2026-01-31T23:59:59[.999](Z|+01:00), and no time that is none */

static ngx_uint_t
ngx_uptime_check_time_valid(const u_char *p, size_t len)
{
    size_t     i;
    ngx_int_t  year, month, days;

    static const u_char  lengths[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (len < sizeof("2026-01-31T23:59:59Z") - 1
        || p[4] != '-' || p[7] != '-' || (p[10] | 0x20) != 't'
        || p[13] != ':' || p[16] != ':')
    {
        return 0;
    }

    year = ngx_uptime_check_digits(p, 4, 1, 9999);
    month = ngx_uptime_check_digits(p + 5, 2, 1, 12);

    if (year == NGX_ERROR || month == NGX_ERROR) {
        return 0;
    }

    days = lengths[month - 1];

    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) {
        days++;
    }

    if (ngx_uptime_check_digits(p + 8, 2, 1, days) == NGX_ERROR
        || ngx_uptime_check_digits(p + 11, 2, 0, 23) == NGX_ERROR
        || ngx_uptime_check_digits(p + 14, 2, 0, 59) == NGX_ERROR
        || ngx_uptime_check_digits(p + 17, 2, 0, 59) == NGX_ERROR)
    {
        return 0;
    }

    i = 19;

    if (p[i] == '.') {
        do {
            i++;
        } while (i < len && p[i] >= '0' && p[i] <= '9');

        /* nanoseconds are the most that anyone has */

        if (i == 20 || i > 29) {
            return 0;
        }
    }

    return ngx_uptime_check_time_zone(p + i, len - i);
}


static ngx_uint_t
ngx_uptime_check_time_zone(const u_char *p, size_t len)
{
    if (len == 1) {
        return (*p | 0x20) == 'z';
    }

    return len == sizeof("+01:00") - 1
           && (p[0] == '+' || p[0] == '-') && p[3] == ':'
           && ngx_uptime_check_digits(p + 1, 2, 0, NGX_UPTIME_TIME_ZONE)
              != NGX_ERROR
           && ngx_uptime_check_digits(p + 4, 2, 0, 59) != NGX_ERROR;
}


static ngx_int_t
ngx_uptime_check_digits(const u_char *p, size_t n, ngx_int_t min,
    ngx_int_t max)
{
    ngx_int_t  value;

    value = ngx_atoi((u_char *) p, n);

    return (value >= min && value <= max) ? value : NGX_ERROR;
}
