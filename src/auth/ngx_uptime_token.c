
/*
 * Access tokens.  The header is checked before any key is touched: exactly
 * alg HS256, typ JWT and a key id of ours, no member besides; so libjwt never
 * gets to choose an algorithm (CVE-2026-44699 was that).
 *
 * The only file that uses libjwt.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <jwt.h>

#include "ngx_uptime_json.h"
#include "ngx_uptime_token.h"


#define NGX_UPTIME_TOKEN_NAME      "uptime"      /* issuer and audience */
#define NGX_UPTIME_TOKEN_MIN_KEY   32
#define NGX_UPTIME_TOKEN_MAX_FILE  65536


static ngx_int_t ngx_uptime_token_read(ngx_conf_t *cf, ngx_str_t *file,
    ngx_str_t *text);
static ngx_int_t ngx_uptime_token_key(ngx_conf_t *cf, ngx_array_t *keys,
    ngx_str_t *line);
static ngx_int_t ngx_uptime_token_kid(ngx_array_t *keys, ngx_str_t *kid);
static ngx_int_t ngx_uptime_token_header(ngx_pool_t *pool, ngx_array_t *keys,
    ngx_str_t *token, ngx_uptime_token_key_t **key);
static ngx_int_t ngx_uptime_token_part(ngx_pool_t *pool, u_char *start,
    u_char *end, cJSON **object);
static ngx_int_t ngx_uptime_token_find(ngx_array_t *keys, cJSON *header,
    ngx_uptime_token_key_t **key);
static ngx_int_t ngx_uptime_token_claims(jwt_t *jwt, const char *use,
    ngx_uptime_claims_t *claims);
static ngx_uint_t ngx_uptime_token_is(const char *value, const char *wanted);


ngx_array_t *
ngx_uptime_token_keys(ngx_conf_t *cf, ngx_str_t *file)
{
    u_char       *p, *end, *last;
    ngx_str_t     text, line;
    ngx_uint_t    n;
    ngx_array_t  *keys;

    keys = ngx_array_create(cf->pool, 2, sizeof(ngx_uptime_token_key_t));
    if (keys == NULL || ngx_uptime_token_read(cf, file, &text) != NGX_OK) {
        return NULL;
    }

    last = text.data + text.len;
    n = 0;

    for (p = text.data; p < last; p = end + 1) {
        n++;

        end = ngx_strlchr(p, last, LF);
        if (end == NULL) {
            end = last;
        }

        line.data = p;
        line.len = end - p;

        while (line.len && (line.data[line.len - 1] == CR
                            || line.data[line.len - 1] == ' '))
        {
            line.len--;
        }

        if (line.len == 0 || line.data[0] == '#') {
            continue;
        }

        if (ngx_uptime_token_key(cf, keys, &line) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid key in \"%V\", line %ui: a line must "
                               "be \"<key id> <base64 of at least %d bytes>\" "
                               "with a key id that is not used twice",
                               file, n, NGX_UPTIME_TOKEN_MIN_KEY);
            return NULL;
        }
    }

    if (keys->nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no key in \"uptime_token_key_file\" \"%V\"", file);
        return NULL;
    }

    return keys;
}


static ngx_int_t
ngx_uptime_token_read(ngx_conf_t *cf, ngx_str_t *file, ngx_str_t *text)
{
    ssize_t      n;
    ngx_fd_t     fd;
    ngx_file_t   f;

    fd = ngx_open_file(file->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" of "
                           "\"uptime_token_key_file\" failed", file);
        return NGX_ERROR;
    }

    n = NGX_ERROR;

    text->data = ngx_pnalloc(cf->pool, NGX_UPTIME_TOKEN_MAX_FILE);

    if (text->data != NULL) {
        ngx_memzero(&f, sizeof(ngx_file_t));
        f.fd = fd;
        f.name = *file;
        f.log = cf->log;

        n = ngx_read_file(&f, text->data, NGX_UPTIME_TOKEN_MAX_FILE, 0);
    }

    ngx_close_file(fd);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    text->len = n;

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_token_key(ngx_conf_t *cf, ngx_array_t *keys, ngx_str_t *line)
{
    u_char                  *space;
    ngx_str_t                kid, base64, secret;
    ngx_uptime_token_key_t  *key;

    space = ngx_strlchr(line->data, line->data + line->len, ' ');
    if (space == NULL) {
        return NGX_ERROR;
    }

    kid.data = line->data;
    kid.len = space - line->data;

    while (*space == ' ') {
        space++;
    }

    base64.data = space;
    base64.len = line->data + line->len - space;

    if (ngx_uptime_token_kid(keys, &kid) != NGX_OK) {
        return NGX_ERROR;
    }

    secret.data = ngx_pnalloc(cf->pool, ngx_base64_decoded_length(base64.len));

    if (secret.data == NULL
        || (ngx_decode_base64(&secret, &base64) != NGX_OK
            && ngx_decode_base64url(&secret, &base64) != NGX_OK)
        || secret.len < NGX_UPTIME_TOKEN_MIN_KEY)
    {
        return NGX_ERROR;
    }

    key = ngx_array_push(keys);
    if (key == NULL) {
        return NGX_ERROR;
    }

    /* libjwt takes C strings */

    key->kid.len = kid.len;
    key->kid.data = ngx_pnalloc(cf->pool, kid.len + 1);
    if (key->kid.data == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(key->kid.data, kid.data, kid.len + 1);
    key->secret = secret;

    return NGX_OK;
}


/* Printable, safe inside JSON, and not used before. */

static ngx_int_t
ngx_uptime_token_kid(ngx_array_t *keys, ngx_str_t *kid)
{
    ngx_uint_t  i;

    if (kid->len == 0 || kid->len > 64) {
        return NGX_ERROR;
    }

    for (i = 0; i < kid->len; i++) {
        if (kid->data[i] <= ' ' || kid->data[i] >= 0x7f || kid->data[i] == '"'
            || kid->data[i] == '\\')
        {
            return NGX_ERROR;
        }
    }

    return ngx_uptime_token_key_of(keys, kid) ? NGX_ERROR : NGX_OK;
}


ngx_uptime_token_key_t *
ngx_uptime_token_key_of(ngx_array_t *keys, const ngx_str_t *kid)
{
    ngx_uint_t               i;
    ngx_uptime_token_key_t  *key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {
        if (key[i].kid.len == kid->len
            && ngx_memcmp(key[i].kid.data, kid->data, kid->len) == 0)
        {
            return &key[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_uptime_token_issue_use(ngx_pool_t *pool, ngx_array_t *keys,
    const char *use, const ngx_uptime_claims_t *claims, ngx_str_t *token)
{
    char                    *text;
    jwt_t                   *jwt;
    u_char                   sub[NGX_INT64_LEN + 1];
    u_char                   sid[NGX_INT64_LEN + 1];
    ngx_str_t                s;
    ngx_uptime_token_key_t  *key;

    key = keys->elts;
    text = NULL;

    *ngx_sprintf(sub, "%L", claims->user) = '\0';
    *ngx_sprintf(sid, "%L", claims->session) = '\0';

    if (jwt_new(&jwt) != 0) {
        return NGX_ERROR;
    }

    /*
     * libjwt 1.10 writes and demands "typ": "JWT" in the header, so that the
     * kind of token is a claim
     */

    if (jwt_add_header(jwt, "kid", (char *) key->kid.data) == 0
        && jwt_add_grant(jwt, "token_use", use) == 0
        && jwt_add_grant(jwt, "iss", NGX_UPTIME_TOKEN_NAME) == 0
        && jwt_add_grant(jwt, "aud", NGX_UPTIME_TOKEN_NAME) == 0
        && jwt_add_grant(jwt, "sub", (char *) sub) == 0
        && jwt_add_grant(jwt, "sid", (char *) sid) == 0
        && jwt_add_grant(jwt, "role", claims->admin ? "admin" : "user") == 0
        && jwt_add_grant_int(jwt, "iat", ngx_time()) == 0
        && jwt_add_grant_int(jwt, "exp", claims->expires) == 0
        && jwt_set_alg(jwt, JWT_ALG_HS256, key->secret.data,
                       (int) key->secret.len) == 0)
    {
        text = jwt_encode_str(jwt);
    }

    jwt_free(jwt);

    if (text == NULL) {
        return NGX_ERROR;
    }

    s.data = (u_char *) text;
    s.len = ngx_strlen(text);

    token->data = ngx_pstrdup(pool, &s);
    token->len = s.len;

    ngx_free(text);

    return token->data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_uptime_token_verify_use(ngx_pool_t *pool, ngx_array_t *keys,
    const char *use, ngx_str_t *token, ngx_uptime_claims_t *claims)
{
    jwt_t                   *jwt;
    u_char                  *text;
    ngx_int_t                rc;
    ngx_uptime_token_key_t  *key;

    if (token->len > NGX_UPTIME_TOKEN_MAX) {
        return NGX_DECLINED;
    }

    rc = ngx_uptime_token_header(pool, keys, token, &key);
    if (rc != NGX_OK) {
        return rc;
    }

    text = ngx_pnalloc(pool, token->len + 1);
    if (text == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(text, token->data, token->len + 1);

    jwt = NULL;

    if (jwt_decode(&jwt, (char *) text, key->secret.data,
                   (int) key->secret.len)
        != 0)
    {
        return NGX_DECLINED;
    }

    rc = (jwt_get_alg(jwt) == JWT_ALG_HS256)
         ? ngx_uptime_token_claims(jwt, use, claims) : NGX_DECLINED;

    jwt_free(jwt);

    return rc;
}


static ngx_int_t
ngx_uptime_token_header(ngx_pool_t *pool, ngx_array_t *keys, ngx_str_t *token,
    ngx_uptime_token_key_t **key)
{
    cJSON      *header, *claims;
    u_char     *dot, *dot2, *last;
    ngx_int_t   rc;

    last = token->data + token->len;

    /* exactly three parts, none empty */

    dot = ngx_strlchr(token->data, last, '.');
    dot2 = dot ? ngx_strlchr(dot + 1, last, '.') : NULL;

    if (dot2 == NULL || dot2 + 1 == last
        || ngx_strlchr(dot2 + 1, last, '.') != NULL
        || ngx_strlchr(token->data, last, '\0') != NULL)
    {
        return NGX_DECLINED;
    }

    rc = ngx_uptime_token_part(pool, token->data, dot, &header);

    if (rc == NGX_OK) {

        /* only for its form: libjwt takes the last of two equal claims */

        rc = ngx_uptime_token_part(pool, dot + 1, dot2, &claims);
    }

    return (rc == NGX_OK) ? ngx_uptime_token_find(keys, header, key) : rc;
}


static ngx_int_t
ngx_uptime_token_part(ngx_pool_t *pool, u_char *start, u_char *end,
    cJSON **object)
{
    ngx_int_t    rc;
    ngx_str_t    part, json;
    const char  *reason;

    part.data = start;
    part.len = end - start;

    json.data = ngx_pnalloc(pool, ngx_base64_decoded_length(part.len) + 1);
    if (json.data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_decode_base64url(&json, &part) != NGX_OK) {
        return NGX_DECLINED;
    }

    rc = ngx_uptime_json_parse(pool, &json, object, &reason);

    if (rc == NGX_OK && !cJSON_IsObject(*object)) {
        return NGX_DECLINED;
    }

    return rc;
}


static ngx_int_t
ngx_uptime_token_find(ngx_array_t *keys, cJSON *header,
    ngx_uptime_token_key_t **key)
{
    ngx_str_t    id;
    const char  *kid, *alg, *typ;

    kid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(header,
                                                                "kid"));
    alg = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(header,
                                                                "alg"));
    typ = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(header,
                                                                "typ"));

    if (cJSON_GetArraySize(header) != 3 || kid == NULL
        || !ngx_uptime_token_is(alg, "HS256")
        || !ngx_uptime_token_is(typ, "JWT"))
    {
        return NGX_DECLINED;
    }

    id.data = (u_char *) kid;
    id.len = ngx_strlen(kid);

    *key = ngx_uptime_token_key_of(keys, &id);

    return *key ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_token_claims(jwt_t *jwt, const char *use,
    ngx_uptime_claims_t *claims)
{
    long         iat, exp;
    ngx_int_t    user, session;
    const char  *sub, *sid, *role;

    sub = jwt_get_grant(jwt, "sub");
    sid = jwt_get_grant(jwt, "sid");
    role = jwt_get_grant(jwt, "role");
    iat = jwt_get_grant_int(jwt, "iat");
    exp = jwt_get_grant_int(jwt, "exp");

    if (sub == NULL || sid == NULL || role == NULL
        || !ngx_uptime_token_is(jwt_get_grant(jwt, "iss"),
                                NGX_UPTIME_TOKEN_NAME)
        || !ngx_uptime_token_is(jwt_get_grant(jwt, "aud"),
                                NGX_UPTIME_TOKEN_NAME)
        || !ngx_uptime_token_is(jwt_get_grant(jwt, "token_use"), use)
        || exp <= ngx_time()
        || iat <= 0 || iat > ngx_time() + NGX_UPTIME_TOKEN_LEEWAY)
    {
        return NGX_DECLINED;
    }

    user = ngx_atoi((u_char *) sub, ngx_strlen(sub));
    session = ngx_atoi((u_char *) sid, ngx_strlen(sid));

    if (user <= 0 || session <= 0) {
        return NGX_DECLINED;
    }

    claims->user = user;
    claims->session = session;
    claims->admin = ngx_uptime_token_is(role, "admin");
    claims->expires = exp;

    return NGX_OK;
}


static ngx_uint_t
ngx_uptime_token_is(const char *value, const char *wanted)
{
    return value != NULL && ngx_strcmp(value, wanted) == 0;
}
