
/*
 * The connection string: parsed and its host names looked up once, at
 * configuration time, because libpq would look them up with a blocking call
 * at every connect.  Everything lives in the cycle's pool.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <netdb.h>

#include "ngx_uptime_pg_private.h"


#define NGX_UPTIME_PG_MAX_OPTIONS  64


typedef struct {
    ngx_str_t     host;
    ngx_str_t     hostaddr;
    ngx_str_t     port;
} ngx_uptime_pg_hosts_t;


static ngx_int_t ngx_uptime_pg_conf_copy(ngx_conf_t *cf,
    ngx_uptime_pg_conf_t *conf, PQconninfoOption *options,
    ngx_uptime_pg_hosts_t *hosts);
static ngx_str_t *ngx_uptime_pg_conf_list(ngx_uptime_pg_hosts_t *hosts,
    const char *keyword);
static ngx_int_t ngx_uptime_pg_conf_resolve(ngx_conf_t *cf,
    ngx_uptime_pg_hosts_t *hosts);
static ngx_int_t ngx_uptime_pg_conf_lookup(ngx_conf_t *cf, ngx_str_t *host,
    ngx_str_t *port, ngx_uptime_pg_hosts_t *all);
static ngx_int_t ngx_uptime_pg_conf_add(ngx_conf_t *cf,
    ngx_uptime_pg_hosts_t *all, ngx_str_t *host, ngx_str_t *addr,
    ngx_str_t *port);
static ngx_int_t ngx_uptime_pg_conf_append(ngx_conf_t *cf, ngx_str_t *list,
    ngx_uint_t first, ngx_str_t *item);
static ngx_str_t ngx_uptime_pg_conf_item(ngx_str_t *list, ngx_uint_t n);
static void ngx_uptime_pg_conf_set(ngx_uptime_pg_conf_t *conf, ngx_uint_t *n,
    const char *keyword, const char *value);
static char *ngx_uptime_pg_conf_cstr(ngx_conf_t *cf, const char *text);


ngx_int_t
ngx_uptime_pg_conf_parse(ngx_conf_t *cf, ngx_str_t *conninfo,
    ngx_uptime_pg_conf_t *conf)
{
    char                   *text, *error;
    ngx_int_t               rc;
    PQconninfoOption       *options;
    ngx_uptime_pg_hosts_t   hosts;

    text = ngx_uptime_pg_conf_cstr(cf, (char *) conninfo->data);
    if (text == NULL) {
        return NGX_ERROR;
    }

    error = NULL;
    options = PQconninfoParse(text, &error);

    if (options == NULL) {

        /* other messages repeat parts of the string, perhaps a password */

        if (error != NULL
            && ngx_strncmp(error, "invalid connection option", 25) == 0)
        {
            ngx_str_t  message = ngx_uptime_pg_message(error);

            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"uptime_database\" value: %V",
                               &message);
        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"uptime_database\" value: it is not "
                               "a libpq connection string (the value is not "
                               "shown, it may hold a password)");
        }

        PQfreemem(error);
        return NGX_ERROR;
    }

    ngx_memzero(&hosts, sizeof(ngx_uptime_pg_hosts_t));

    rc = ngx_uptime_pg_conf_copy(cf, conf, options, &hosts);

    PQconninfoFree(options);

    return rc;
}


static ngx_int_t
ngx_uptime_pg_conf_copy(ngx_conf_t *cf, ngx_uptime_pg_conf_t *conf,
    PQconninfoOption *options, ngx_uptime_pg_hosts_t *hosts)
{
    char              *value;
    ngx_str_t         *list;
    ngx_uint_t         n, gss, name;
    PQconninfoOption  *o;

    n = gss = name = 0;

    conf->keywords = ngx_pcalloc(cf->pool, sizeof(char *)
                                 * NGX_UPTIME_PG_MAX_OPTIONS * 2);
    if (conf->keywords == NULL) {
        return NGX_ERROR;
    }

    conf->values = conf->keywords + NGX_UPTIME_PG_MAX_OPTIONS;

    for (o = options; o->keyword != NULL; o++) {

        if (o->val == NULL || n >= NGX_UPTIME_PG_MAX_OPTIONS - 8) {
            continue;
        }

        value = ngx_uptime_pg_conf_cstr(cf, o->val);
        if (value == NULL) {
            return NGX_ERROR;
        }

        list = ngx_uptime_pg_conf_list(hosts, o->keyword);

        if (list != NULL) {
            list->data = (u_char *) value;
            list->len = ngx_strlen(value);
            continue;
        }

        gss |= ngx_strcmp(o->keyword, "gssencmode") == 0;
        name |= ngx_strcmp(o->keyword, "application_name") == 0;

        ngx_uptime_pg_conf_set(conf, &n,
                               ngx_uptime_pg_conf_cstr(cf, o->keyword), value);
    }

    if (ngx_uptime_pg_conf_resolve(cf, hosts) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_uptime_pg_conf_set(conf, &n, "host", (char *) hosts->host.data);
    ngx_uptime_pg_conf_set(conf, &n, "hostaddr", (char *) hosts->hostaddr.data);
    ngx_uptime_pg_conf_set(conf, &n, "port", (char *) hosts->port.data);

    if (!gss) {
        /* looking for Kerberos credentials reads files and may ask a KDC */
        ngx_uptime_pg_conf_set(conf, &n, "gssencmode", "disable");
    }

    if (!name) {
        ngx_uptime_pg_conf_set(conf, &n, "application_name", "nginx uptime");
    }

    return NGX_OK;
}


/* The list that a keyword fills, or NULL. */

static ngx_str_t *
ngx_uptime_pg_conf_list(ngx_uptime_pg_hosts_t *hosts, const char *keyword)
{
    return ngx_strcmp(keyword, "host") == 0 ? &hosts->host
           : ngx_strcmp(keyword, "hostaddr") == 0 ? &hosts->hostaddr
           : ngx_strcmp(keyword, "port") == 0 ? &hosts->port
           : NULL;
}


/*
 * Turns a list of names into a list of addresses: libpq takes host, hostaddr
 * and port as comma-separated lists of one length (or a single port).
 */

static ngx_int_t
ngx_uptime_pg_conf_resolve(ngx_conf_t *cf, ngx_uptime_pg_hosts_t *hosts)
{
    ngx_str_t               host, port;
    ngx_uint_t              i, n;
    ngx_uptime_pg_hosts_t   all;

    if (hosts->hostaddr.len || hosts->host.len == 0) {
        return NGX_OK;
    }

    ngx_memzero(&all, sizeof(ngx_uptime_pg_hosts_t));

    n = 1;
    for (i = 0; i < hosts->host.len; i++) {
        n += hosts->host.data[i] == ',';
    }

    for (i = 0; i < n; i++) {
        host = ngx_uptime_pg_conf_item(&hosts->host, i);
        port = ngx_uptime_pg_conf_item(&hosts->port, i);

        if (ngx_uptime_pg_conf_lookup(cf, &host, &port, &all) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    *hosts = all;

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_pg_conf_lookup(ngx_conf_t *cf, ngx_str_t *host, ngx_str_t *port,
    ngx_uptime_pg_hosts_t *all)
{
    int               rc;
    char             *name;
    u_char            text[NGX_SOCKADDR_STRLEN];
    ngx_str_t         addr;
    struct addrinfo   hints, *res, *ai;

    if (host->len == 0 || host->data[0] == '/' || host->data[0] == '@') {
        ngx_str_null(&addr);

        return ngx_uptime_pg_conf_add(cf, all, host, &addr, port);
    }

    name = (char *) ngx_pnalloc(cf->temp_pool, host->len + 1);
    if (name == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn((u_char *) name, host->data, host->len + 1);

    ngx_memzero(&hints, sizeof(struct addrinfo));
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;

    rc = getaddrinfo(name, NULL, &hints, &res);

    if (rc != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "host \"%s\" of \"uptime_database\" not found: %s",
                           name, gai_strerror(rc));
        return NGX_ERROR;
    }

    for (ai = res; ai != NULL; ai = ai->ai_next) {
        addr.data = text;
        addr.len = ngx_sock_ntop(ai->ai_addr, ai->ai_addrlen, text,
                                 NGX_SOCKADDR_STRLEN, 0);

        /* ngx_sock_ntop() puts IPv6 addresses in brackets only with a port */

        if (ngx_uptime_pg_conf_add(cf, all, host, &addr, port) != NGX_OK) {
            freeaddrinfo(res);
            return NGX_ERROR;
        }
    }

    freeaddrinfo(res);

    return NGX_OK;
}


/* One more entry of the three lists. */

static ngx_int_t
ngx_uptime_pg_conf_add(ngx_conf_t *cf, ngx_uptime_pg_hosts_t *all,
    ngx_str_t *host, ngx_str_t *addr, ngx_str_t *port)
{
    ngx_uint_t  first;

    first = (all->host.data == NULL);

    if (ngx_uptime_pg_conf_append(cf, &all->host, first, host) != NGX_OK
        || ngx_uptime_pg_conf_append(cf, &all->hostaddr, first, addr) != NGX_OK
        || ngx_uptime_pg_conf_append(cf, &all->port, first, port) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_pg_conf_append(ngx_conf_t *cf, ngx_str_t *list, ngx_uint_t first,
    ngx_str_t *item)
{
    u_char  *p, *old;

    old = list->data;

    p = ngx_pnalloc(cf->pool, list->len + item->len + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    list->data = p;

    if (!first) {
        p = list->len ? ngx_cpymem(p, old, list->len) : p;
        *p++ = ',';
    }

    if (item->len) {
        p = ngx_cpymem(p, item->data, item->len);
    }

    *p = '\0';

    list->len = p - list->data;

    return NGX_OK;
}


/* The n-th of a comma-separated list; the only one serves for all. */

static ngx_str_t
ngx_uptime_pg_conf_item(ngx_str_t *list, ngx_uint_t n)
{
    u_char     *p, *last;
    ngx_str_t   item;

    item = *list;

    if (list->len == 0
        || ngx_strlchr(list->data, list->data + list->len, ',') == NULL)
    {
        return item;
    }

    p = list->data;
    last = list->data + list->len;

    while (n--) {
        p = ngx_strlchr(p, last, ',');
        if (p == NULL) {
            ngx_str_null(&item);
            return item;
        }
        p++;
    }

    item.data = p;
    p = ngx_strlchr(p, last, ',');
    item.len = (p ? p : last) - item.data;

    return item;
}


static void
ngx_uptime_pg_conf_set(ngx_uptime_pg_conf_t *conf, ngx_uint_t *n,
    const char *keyword, const char *value)
{
    if (value == NULL || value[0] == '\0') {
        return;
    }

    conf->keywords[*n] = keyword;
    conf->values[*n] = value;
    (*n)++;
}


static char *
ngx_uptime_pg_conf_cstr(ngx_conf_t *cf, const char *text)
{
    char    *copy;
    size_t   len;

    len = ngx_strlen(text) + 1;

    copy = ngx_pnalloc(cf->pool, len);
    if (copy != NULL) {
        ngx_memcpy(copy, text, len);
    }

    return copy;
}
