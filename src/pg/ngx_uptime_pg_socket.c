
/*
 * libpq's socket in nginx's event loop.  The socket stays libpq's: it only
 * borrows one of nginx's connection slots.
 *
 * Runs in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_pg_private.h"


/*
 * Puts libpq's socket into the loop, level-triggered: libpq does not read
 * until EAGAIN.  While connecting one direction at a time, as PQconnectPoll()
 * says; later reading always, writing while PQflush() has something left.
 */

void
ngx_uptime_pg_conn_register(ngx_uptime_pg_conn_t *conn, ngx_uint_t write)
{
    int                fd;
    ngx_int_t          rc;
    ngx_connection_t  *c;

    fd = PQsocket(conn->pg);

    c = (fd < 0) ? NULL : ngx_get_connection(fd, conn->pool->log);

    if (c == NULL) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                "no connection slot");
        return;
    }

    c->data = conn;
    c->log = conn->pool->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_uptime_pg_conn_event;
    c->write->handler = ngx_uptime_pg_conn_event;

    conn->c = c;

    if (write) {
        rc = ngx_add_event(c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
    } else {
        rc = ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT);
    }

    if (rc != NGX_OK) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                "cannot watch the socket");
    }
}


/* The socket is libpq's and stays open. */

void
ngx_uptime_pg_conn_unregister(ngx_uptime_pg_conn_t *conn)
{
    ngx_uint_t         flags;
    ngx_connection_t  *c;

    c = conn->c;

    if (c == NULL) {
        return;
    }

    conn->c = NULL;

    /*
     * After a failure libpq has closed the socket already, and with that it
     * has left epoll; its number may even be somebody else's by now.
     */

    flags = (PQsocket(conn->pg) == c->fd) ? 0 : NGX_CLOSE_EVENT;

    if (c->read->active) {
        ngx_del_event(c->read, NGX_READ_EVENT, flags);
    }

    if (c->write->active) {
        ngx_del_event(c->write, NGX_WRITE_EVENT, flags);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->closed = 1;
    c->write->closed = 1;

    ngx_free_connection(c);

    c->fd = (ngx_socket_t) -1;
}


void
ngx_uptime_pg_conn_flush(ngx_uptime_pg_conn_t *conn)
{
    int           rc;
    ngx_event_t  *wev;

    if (conn->c == NULL || conn->state == NGX_UPTIME_PG_FAILED) {
        return;
    }

    wev = conn->c->write;

    rc = PQflush(conn->pg);

    if (rc < 0) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                PQerrorMessage(conn->pg));
        return;
    }

    if (rc == 1 && !wev->active) {
        rc = ngx_add_event(wev, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);

    } else if (rc == 0 && wev->active) {
        rc = ngx_del_event(wev, NGX_WRITE_EVENT, 0);

    } else {
        rc = NGX_OK;
    }

    if (rc != NGX_OK) {
        ngx_uptime_pg_conn_fail(conn, NGX_UPTIME_PG_UNAVAILABLE,
                                "cannot watch the socket");
    }
}
