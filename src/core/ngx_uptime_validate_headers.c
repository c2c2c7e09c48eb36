
/*
 * Request header fields that a user wants to be sent with a check.  The list
 * of those that are refused is here and nowhere else.  Pure.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_validate.h"
#include "ngx_uptime_validate_types.h"


typedef struct {
    ngx_str_t                      name;
    ngx_uint_t                     prefix;     /* whatever follows, too */
} ngx_uptime_refused_header_t;


static ngx_int_t ngx_uptime_validate_header(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);
static ngx_int_t ngx_uptime_validate_header_name(
    ngx_uptime_validate_ctx_t *ctx, const ngx_str_t *name, cJSON *object,
    cJSON *value);
static ngx_uint_t ngx_uptime_validate_header_host(const char *value);
static ngx_uint_t ngx_uptime_validate_header_refused(const char *name);


/* the fetcher's own business: framing and the connection */

static const ngx_uptime_refused_header_t  ngx_uptime_refused_headers[] = {
    { ngx_string("Content-Length"), 0 },
    { ngx_string("Transfer-Encoding"), 0 },
    { ngx_string("Connection"), 0 },
    { ngx_string("Upgrade"), 0 },
    { ngx_string("TE"), 0 },
    { ngx_string("Trailer"), 0 },
    { ngx_string("Expect"), 0 },
    { ngx_string("Proxy-"), 1 },
    { ngx_null_string, 0 }
};


ngx_int_t
ngx_uptime_validate_headers(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *value)
{
    cJSON      *header;
    int64_t     n;
    ngx_int_t   rc, result;

    if (!cJSON_IsObject(value)) {
        return ngx_uptime_validate_refuse(ctx, &field->name, "wrong_type",
                                          "must be an object of strings");
    }

    n = cJSON_GetArraySize(value);

    if (n > field->max) {
        return ngx_uptime_validate_refuse_limit(ctx, &field->name, "too_many",
                                                "must have at most",
                                                field->max, "members");
    }

    if (n < field->min) {
        return ngx_uptime_validate_refuse_limit(ctx, &field->name,
                                                "too_short",
                                                "must have at least",
                                                field->min, "members");
    }

    result = NGX_OK;

    for (header = value->child; header != NULL; header = header->next) {
        rc = ngx_uptime_validate_header(ctx, field, value, header);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_DECLINED) {
            result = NGX_DECLINED;
        }
    }

    return result;
}


static ngx_int_t
ngx_uptime_validate_header(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value)
{
    u_char     *p;
    ngx_int_t   rc;
    ngx_str_t   name, prefix;

    prefix.len = field->name.len + 1;
    prefix.data = ngx_pnalloc(ctx->pool, prefix.len);
    if (prefix.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(prefix.data, field->name.data, field->name.len);
    *p = '.';

    if (ngx_uptime_validate_name(ctx->pool, &prefix, value->string, &name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_uptime_validate_header_name(ctx, &name, object, value);
    if (rc != NGX_OK) {
        return rc;
    }

    if (!cJSON_IsString(value)) {
        return ngx_uptime_validate_refuse(ctx, &name, "wrong_type",
                                          "must be a string");
    }

    /* CR and LF would start another field */

    if (ngx_uptime_validate_has_control(value->valuestring, 0)) {
        return ngx_uptime_validate_refuse(ctx, &name, "control_character",
                                          "must not contain control "
                                          "characters");
    }

    if (ngx_strcasecmp((u_char *) value->string, (u_char *) "Host") == 0
        && !ngx_uptime_validate_header_host(value->valuestring))
    {
        return ngx_uptime_validate_refuse(ctx, &name, "bad_host",
                                          "must be the name of a host, such "
                                          "as www.example.com");
    }

    if (field->item_max
        && ngx_uptime_utf8_length((u_char *) value->valuestring,
                                  ngx_strlen(value->valuestring))
           > field->item_max)
    {
        return ngx_uptime_validate_refuse_limit(ctx, &name, "too_long",
                                                "must have at most",
                                                field->item_max,
                                                "characters");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_validate_header_name(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *name, cJSON *object, cJSON *value)
{
    cJSON  *other;

    if (!ngx_uptime_validate_header_token(value->string)) {
        return ngx_uptime_validate_refuse(ctx, name, "bad_header_name",
                                          "must be named with letters, "
                                          "digits and hyphens");
    }

    if (ngx_uptime_validate_header_refused(value->string)) {
        return ngx_uptime_validate_refuse(ctx, name, "header_not_allowed",
                                          "is set by the check itself, "
                                          "remove it");
    }

    for (other = object->child; other != value; other = other->next) {
        if (ngx_strcasecmp((u_char *) other->string,
                           (u_char *) value->string)
            == 0)
        {
            return ngx_uptime_validate_refuse(ctx, name, "duplicate_header",
                                              "is there twice, remove one");
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_uptime_validate_header_token(const char *name)
{
    u_char       ch;
    const char  *p;

    static const char  symbols[] = "!#$%&'*+-.^_`|~";

    for (p = name; *p; p++) {
        ch = (u_char) (*p | 0x20);

        if (!(ch >= 'a' && ch <= 'z') && !(*p >= '0' && *p <= '9')
            && ngx_strchr(symbols, *p) == NULL)
        {
            return 0;
        }
    }

    return p > name;
}


/* The characters of RFC 3986, 3.2.2, that hosts and ports really have. */

static ngx_uint_t
ngx_uptime_validate_header_host(const char *value)
{
    u_char       ch;
    const char  *p;

    for (p = value; *p; p++) {
        ch = (u_char) (*p | 0x20);

        if (!(ch >= 'a' && ch <= 'z') && !(*p >= '0' && *p <= '9')
            && ngx_strchr(".-_:[]", *p) == NULL)
        {
            return 0;
        }
    }

    return p > value && p - value <= 260;
}


static ngx_uint_t
ngx_uptime_validate_header_refused(const char *name)
{
    size_t                              len;
    const ngx_uptime_refused_header_t  *refused;

    len = ngx_strlen(name);
    refused = ngx_uptime_refused_headers;

    for ( /* void */ ; refused->name.len; refused++) {

        if ((refused->prefix ? len >= refused->name.len
                             : len == refused->name.len)
            && ngx_strncasecmp((u_char *) name, refused->name.data,
                               refused->name.len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}
