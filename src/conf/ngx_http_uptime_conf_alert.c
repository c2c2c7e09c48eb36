
/*
 * Directives of messages: the mail server, URLs, and the keys that open what
 * channels keep secret.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_conf.h"
#include "ngx_uptime_url.h"


typedef struct {
    ngx_str_t                      name;
    ngx_int_t                    (*set)(ngx_conf_t *cf,
                                        ngx_uptime_smtp_conf_t *smtp,
                                        ngx_str_t *value);
} ngx_http_uptime_smtp_option_t;


static ngx_int_t ngx_http_uptime_smtp_server(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_option(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *arg);
static ngx_int_t ngx_http_uptime_smtp_tls(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_verify(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_user(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_password(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_from(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_int_t ngx_http_uptime_smtp_name(ngx_conf_t *cf,
    ngx_uptime_smtp_conf_t *smtp, ngx_str_t *value);
static const char *ngx_http_uptime_smtp_check(ngx_uptime_smtp_conf_t *smtp);


static const ngx_http_uptime_smtp_option_t  ngx_http_uptime_smtp_options[] = {
    { ngx_string("tls="), ngx_http_uptime_smtp_tls },
    { ngx_string("verify="), ngx_http_uptime_smtp_verify },
    { ngx_string("user="), ngx_http_uptime_smtp_user },
    { ngx_string("password_file="), ngx_http_uptime_smtp_password },
    { ngx_string("from="), ngx_http_uptime_smtp_from },
    { ngx_string("name="), ngx_http_uptime_smtp_name },
    { ngx_null_string, NULL }
};


/* The API and a checker need the same keys; a checker does without them. */

ngx_int_t
ngx_http_uptime_conf_keys(ngx_conf_t *cf, ngx_http_uptime_main_conf_t *umcf)
{
    if (umcf->key_file.len == 0) {
        return NGX_OK;
    }

    if (ngx_conf_full_name(cf->cycle, &umcf->key_file, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    umcf->api.keys = ngx_uptime_token_keys(cf, &umcf->key_file);
    umcf->alert.keys = umcf->api.keys;

    return umcf->api.keys ? NGX_OK : NGX_ERROR;
}


char *
ngx_http_uptime_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t         *value, *url;
    ngx_uptime_url_t   parsed;

    url = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (url->data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_uptime_url_parse(cf->pool, &value[1], NULL, &parsed)
        != NGX_UPTIME_URL_OK
        || ngx_strlchr(value[1].data, value[1].data + value[1].len, '?')
           != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\" in \"%V\": it must be such as "
                           "\"https://uptime.example.com\"", &value[1],
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    *url = parsed.text;

    while (url->len && url->data[url->len - 1] == '/') {
        url->len--;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_uptime_smtp(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_uptime_main_conf_t *umcf = conf;

    ngx_str_t               *value;
    ngx_uint_t               i;
    const char              *wrong;
    ngx_uptime_smtp_conf_t  *smtp;

    if (umcf->alert.smtp != NULL) {
        return "is duplicate";
    }

    smtp = ngx_pcalloc(cf->pool, sizeof(ngx_uptime_smtp_conf_t));
    if (smtp == NULL) {
        return NGX_CONF_ERROR;
    }

    smtp->verify = 1;
    value = cf->args->elts;

    if (ngx_http_uptime_smtp_server(cf, smtp, &value[1]) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_uptime_smtp_option(cf, smtp, &value[i]) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (smtp->port == 0) {
        smtp->port = (smtp->tls == NGX_UPTIME_SMTP_TLS) ? 465
                     : (smtp->tls == NGX_UPTIME_SMTP_PLAIN) ? 25 : 587;
    }

    wrong = ngx_http_uptime_smtp_check(smtp);

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"uptime_smtp\" %s", wrong);
        return NGX_CONF_ERROR;
    }

    umcf->alert.smtp = smtp;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_uptime_smtp_server(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    ngx_uptime_url_t  url;

    if (ngx_uptime_url_authority(cf->pool, value, &url) != NGX_UPTIME_URL_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid server \"%V\" in \"uptime_smtp\": it must "
                           "be such as \"mail.example.com:587\"", value);
        return NGX_ERROR;
    }

    smtp->host = url.host;
    smtp->port = url.port;
    smtp->literal = url.literal;

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_smtp_option(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *arg)
{
    ngx_str_t                             value;
    const ngx_http_uptime_smtp_option_t  *o;

    for (o = ngx_http_uptime_smtp_options; o->name.len; o++) {

        if (arg->len <= o->name.len
            || ngx_strncmp(arg->data, o->name.data, o->name.len) != 0)
        {
            continue;
        }

        value.data = arg->data + o->name.len;
        value.len = arg->len - o->name.len;

        if (o->set(cf, smtp, &value) == NGX_OK) {
            return NGX_OK;
        }

        break;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"uptime_smtp\": there "
                       "are tls=starttls|on|off, verify=on|off, user=, "
                       "password_file=, from=address and name=", arg);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_uptime_smtp_tls(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    if (ngx_strcmp(value->data, "starttls") == 0) {
        smtp->tls = NGX_UPTIME_SMTP_STARTTLS;

    } else if (ngx_strcmp(value->data, "on") == 0) {
        smtp->tls = NGX_UPTIME_SMTP_TLS;

    } else if (ngx_strcmp(value->data, "off") == 0) {
        smtp->tls = NGX_UPTIME_SMTP_PLAIN;

    } else {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_uptime_smtp_verify(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    smtp->verify = (ngx_strcmp(value->data, "off") != 0);

    return (!smtp->verify || ngx_strcmp(value->data, "on") == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_uptime_smtp_user(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    smtp->user = *value;

    return NGX_OK;
}


/* The first line of the file. */

static ngx_int_t
ngx_http_uptime_smtp_password(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    u_char     buf[512], *p;
    ssize_t    n;
    ngx_fd_t   fd;
    ngx_str_t  name;

    name = *value;

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    n = (fd == NGX_INVALID_FILE) ? -1 : ngx_read_fd(fd, buf, sizeof(buf) - 1);

    if (n <= 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the password in \"%V\" cannot be read", &name);
    }

    if (fd != NGX_INVALID_FILE) {
        ngx_close_file(fd);
    }

    if (n <= 0) {
        return NGX_ERROR;
    }

    for (p = buf; p < buf + n && *p != '\n' && *p != '\r' && *p; p++) {
        /* void */
    }

    *p = '\0';

    smtp->password.len = p - buf;
    smtp->password.data = ngx_pnalloc(cf->pool, smtp->password.len + 1);

    if (smtp->password.data != NULL) {
        ngx_memcpy(smtp->password.data, buf, smtp->password.len + 1);
    }

    ngx_explicit_memzero(buf, sizeof(buf));

    return smtp->password.data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_uptime_smtp_from(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    smtp->from = *value;

    return ngx_uptime_email_valid(value) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_uptime_smtp_name(ngx_conf_t *cf, ngx_uptime_smtp_conf_t *smtp,
    ngx_str_t *value)
{
    smtp->from_name = *value;

    return ngx_uptime_utf8_check(value->data, value->len);
}


/* What does not go together; NULL: all is well. */

static const char *
ngx_http_uptime_smtp_check(ngx_uptime_smtp_conf_t *smtp)
{
    if (smtp->from.len == 0) {
        return "needs \"from=\" with the address that mails come from";
    }

    if ((smtp->user.len == 0) != (smtp->password.len == 0)) {
        return "needs both or none of \"user=\" and \"password_file=\"";
    }

    if (smtp->user.len && smtp->tls == NGX_UPTIME_SMTP_PLAIN) {
        return "would send the password in the clear with \"tls=off\"";
    }

    return NULL;
}
