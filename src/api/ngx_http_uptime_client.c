
/*
 * What a request tells about its client, and what is noted of it when it is
 * refused.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


#define NGX_HTTP_UPTIME_AGENT_MAX  200


ngx_str_t
ngx_http_uptime_header_in(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_str_t         value;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);
    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            return h[i].value;
        }
    }

    ngx_str_null(&value);

    return value;
}


/* A unix socket has no address: what it stands for is this host. */

ngx_str_t
ngx_http_uptime_address(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t          address;
    ngx_connection_t  *c;

    c = ctx->request->connection;

    if (c->sockaddr->sa_family == AF_INET
#if (NGX_HAVE_INET6)
        || c->sockaddr->sa_family == AF_INET6
#endif
       )
    {
        return c->addr_text;
    }

    ngx_str_set(&address, "127.0.0.1");

    return address;
}


ngx_str_t
ngx_http_uptime_user_agent(ngx_http_uptime_ctx_t *ctx)
{
    ngx_str_t         agent;
    ngx_table_elt_t  *h;

    h = ctx->request->headers_in.user_agent;

    ngx_str_set(&agent, "");

    if (h == NULL) {
        return agent;
    }

    agent.data = h->value.data;
    agent.len = ngx_min(h->value.len, NGX_HTTP_UPTIME_AGENT_MAX);

    /* cut in the middle of a character, or none at all: not text */

    while (agent.len && ngx_uptime_utf8_check(agent.data, agent.len) != NGX_OK)
    {
        agent.len--;
    }

    return agent;
}


/* Nobody waits for it; sql/api/audit_denied.sql bounds how often. */

void
ngx_http_uptime_note_denied(ngx_http_uptime_ctx_t *ctx, const char *code)
{
    u_char     id[NGX_INT64_LEN];
    ngx_str_t  texts[3];

    texts[0] = ngx_http_uptime_number_text(id, ctx->caller.user);
    texts[1].data = (u_char *) code;
    texts[1].len = ngx_strlen(code);
    texts[2] = ngx_http_uptime_address(ctx);

    ngx_http_uptime_tell(ctx, NGX_UPTIME_SQL_API_AUDIT_DENIED, texts, 3);
}
