
/*
 * The names in /etc/hosts.  nginx's resolver asks DNS servers only, but
 * operators expect that a name in hosts is honoured.  The file is read once,
 * when a process starts; used by any process that fetches.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_hosts.h"


#define NGX_UPTIME_HOSTS_SIZE  262144
#define NGX_UPTIME_HOSTS_MAX   4096


typedef struct {
    ngx_str_t                      name;
    ngx_uptime_sockaddr_t          addr;
} ngx_uptime_host_t;


static ngx_int_t ngx_uptime_hosts_line(ngx_uptime_hosts_t *hosts, u_char *p,
    u_char *last);
static u_char *ngx_uptime_hosts_word(u_char **p, u_char *last, size_t *len);


ngx_uptime_hosts_t *
ngx_uptime_hosts_read(ngx_pool_t *pool, char *path, ngx_log_t *log)
{
    u_char              *buf, *p, *eol, *last;
    ssize_t              n;
    ngx_file_t           file;
    ngx_uptime_hosts_t  *hosts;

    hosts = ngx_palloc(pool, sizeof(ngx_uptime_hosts_t));
    buf = ngx_palloc(pool, NGX_UPTIME_HOSTS_SIZE);

    if (hosts == NULL || buf == NULL
        || ngx_array_init(&hosts->entries, pool, 8, sizeof(ngx_uptime_host_t))
           != NGX_OK)
    {
        return NULL;
    }

    ngx_memzero(&file, sizeof(ngx_file_t));

    file.log = log;
    ngx_str_set(&file.name, "hosts");
    file.fd = ngx_open_file((u_char *) path, NGX_FILE_RDONLY, NGX_FILE_OPEN,
                            0);

    if (file.fd == NGX_INVALID_FILE) {
        return hosts;
    }

    n = ngx_read_file(&file, buf, NGX_UPTIME_HOSTS_SIZE, 0);

    (void) ngx_close_file(file.fd);

    last = buf + ((n > 0) ? n : 0);

    for (p = buf; p < last; p = eol + 1) {

        eol = ngx_strlchr(p, last, '\n');
        if (eol == NULL) {
            eol = last;
        }

        if (ngx_uptime_hosts_line(hosts, p, eol) != NGX_OK) {
            return NULL;
        }
    }

    return hosts;
}


static ngx_int_t
ngx_uptime_hosts_line(ngx_uptime_hosts_t *hosts, u_char *p, u_char *last)
{
    u_char                 *hash;
    ngx_str_t               word;
    ngx_uptime_host_t      *host;
    ngx_uptime_sockaddr_t   addr;

    hash = ngx_strlchr(p, last, '#');
    if (hash != NULL) {
        last = hash;
    }

    word.data = ngx_uptime_hosts_word(&p, last, &word.len);

    if (word.len == 0 || ngx_uptime_sockaddr_parse(&word, &addr) != NGX_OK) {
        return NGX_OK;
    }

    for ( ;; ) {
        word.data = ngx_uptime_hosts_word(&p, last, &word.len);

        if (word.len == 0 || hosts->entries.nelts == NGX_UPTIME_HOSTS_MAX) {
            return NGX_OK;
        }

        host = ngx_array_push(&hosts->entries);
        if (host == NULL) {
            return NGX_ERROR;
        }

        ngx_strlow(word.data, word.data, word.len);

        host->name = word;
        host->addr = addr;
    }
}


static u_char *
ngx_uptime_hosts_word(u_char **p, u_char *last, size_t *len)
{
    u_char  *start;

    while (*p < last && (**p == ' ' || **p == '\t' || **p == '\r')) {
        (*p)++;
    }

    start = *p;

    while (*p < last && **p != ' ' && **p != '\t' && **p != '\r') {
        (*p)++;
    }

    *len = *p - start;

    return start;
}


ngx_uint_t
ngx_uptime_hosts_find(ngx_uptime_hosts_t *hosts, const ngx_str_t *name,
    ngx_uptime_sockaddr_t *addrs, ngx_uint_t max)
{
    ngx_uint_t          i, n;
    ngx_uptime_host_t  *host;

    n = 0;
    host = hosts->entries.elts;

    for (i = 0; i < hosts->entries.nelts && n < max; i++) {

        if (host[i].name.len == name->len
            && ngx_memcmp(host[i].name.data, name->data, name->len) == 0)
        {
            addrs[n++] = host[i].addr;
        }
    }

    return n;
}


ngx_int_t
ngx_uptime_sockaddr_parse(const ngx_str_t *text, ngx_uptime_sockaddr_t *sa)
{
    in_addr_t  addr;

    ngx_memzero(sa, sizeof(ngx_uptime_sockaddr_t));

    addr = ngx_inet_addr(text->data, text->len);

    if (addr != INADDR_NONE
        || (text->len == 15
            && ngx_memcmp(text->data, "255.255.255.255", 15) == 0))
    {
        sa->sin.sin_family = AF_INET;
        sa->sin.sin_addr.s_addr = addr;
        return NGX_OK;
    }

#if (NGX_HAVE_INET6)
    if (text->len
        && ngx_inet6_addr(text->data, text->len, sa->sin6.sin6_addr.s6_addr)
           == NGX_OK)
    {
        sa->sin6.sin6_family = AF_INET6;
        return NGX_OK;
    }
#endif

    return NGX_ERROR;
}


void
ngx_uptime_sockaddr_port(ngx_uptime_sockaddr_t *sa, in_port_t port)
{
#if (NGX_HAVE_INET6)
    if (sa->sockaddr.sa_family == AF_INET6) {
        sa->sin6.sin6_port = htons(port);
        return;
    }
#endif

    sa->sin.sin_port = htons(port);
}


socklen_t
ngx_uptime_sockaddr_len(const ngx_uptime_sockaddr_t *sa)
{
#if (NGX_HAVE_INET6)
    if (sa->sockaddr.sa_family == AF_INET6) {
        return sizeof(struct sockaddr_in6);
    }
#endif

    return sizeof(struct sockaddr_in);
}
