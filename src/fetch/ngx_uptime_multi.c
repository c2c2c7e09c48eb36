
/*
 * A libcurl multi handle in nginx's event loop.
 *
 * All of libcurl's sockets sit on the inner epoll descriptor of
 * ngx_uptime_poll.h.  The timer callback only arms one nginx timer.  Finished
 * transfers go to a list and their handlers run when libcurl has returned,
 * so a handler may do anything.  Used in any process that fetches.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_uptime_multi.h"
#include "ngx_uptime_tls_provider.h"


struct ngx_uptime_multi_s {
    CURLM                         *multi;
    ngx_uptime_poll_t             *poll;
    ngx_event_t                    timer;
    ngx_uint_t                     n;           /* active transfers         */
    ngx_queue_t                    done;        /* ngx_uptime_transfer_t    */
    ngx_log_t                     *log;
    unsigned                       draining:1;
};


static ngx_int_t ngx_uptime_multi_open(ngx_uptime_multi_t *m);
static void ngx_uptime_multi_close(ngx_uptime_multi_t *m);
static int ngx_uptime_multi_socket(CURL *easy, curl_socket_t s, int what,
    void *data, void *sockp);
static ngx_uptime_transfer_t *ngx_uptime_multi_transfer(CURL *easy);
static int ngx_uptime_multi_timeout(CURLM *multi, long msec, void *data);
static ngx_uptime_watch_t *ngx_uptime_multi_watch(ngx_uptime_multi_t *m,
    curl_socket_t s);
static void ngx_uptime_multi_event(ngx_uptime_watch_t *w, uint32_t events);
static void ngx_uptime_multi_timer_handler(ngx_event_t *ev);
static void ngx_uptime_multi_action(ngx_uptime_multi_t *m, curl_socket_t s,
    int mask);
static void ngx_uptime_multi_drain(ngx_uptime_multi_t *m);
static void ngx_uptime_multi_idle(ngx_uptime_multi_t *m);


ngx_uptime_multi_t *
ngx_uptime_multi_create(ngx_pool_t *pool, ngx_uptime_poll_t *poll,
    ngx_log_t *log)
{
    ngx_uptime_multi_t  *m;

    m = ngx_pcalloc(pool, sizeof(ngx_uptime_multi_t));
    if (m == NULL) {
        return NULL;
    }

    m->poll = poll;
    m->log = log;
    ngx_queue_init(&m->done);

    return m;
}


void
ngx_uptime_multi_destroy(ngx_uptime_multi_t *m)
{
    ngx_uptime_multi_close(m);
}


static ngx_int_t
ngx_uptime_multi_open(ngx_uptime_multi_t *m)
{
    if (m->multi != NULL) {
        return NGX_OK;
    }

    m->multi = curl_multi_init();
    if (m->multi == NULL) {
        goto failed;
    }

    m->timer.handler = ngx_uptime_multi_timer_handler;
    m->timer.data = m;
    m->timer.log = m->log;
    m->timer.cancelable = 1;

    if (curl_multi_setopt(m->multi, CURLMOPT_SOCKETFUNCTION,
                          ngx_uptime_multi_socket) == CURLM_OK
        && curl_multi_setopt(m->multi, CURLMOPT_SOCKETDATA, m) == CURLM_OK
        && curl_multi_setopt(m->multi, CURLMOPT_TIMERFUNCTION,
                             ngx_uptime_multi_timeout) == CURLM_OK
        && curl_multi_setopt(m->multi, CURLMOPT_TIMERDATA, m) == CURLM_OK)
    {
        return NGX_OK;
    }

failed:

    ngx_log_error(NGX_LOG_CRIT, m->log, 0,
                  "uptime: cannot set up HTTP transfers");

    ngx_uptime_multi_close(m);

    return NGX_ERROR;
}


static void
ngx_uptime_multi_close(ngx_uptime_multi_t *m)
{
    if (m->multi != NULL) {
        (void) curl_multi_cleanup(m->multi);
        m->multi = NULL;
    }

    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }
}


ngx_int_t
ngx_uptime_multi_add(ngx_uptime_multi_t *m, ngx_uptime_transfer_t *t)
{
    CURLMcode  rc;

    if (ngx_uptime_multi_open(m) != NGX_OK) {
        return NGX_ERROR;
    }

    t->done = 0;
    t->code = CURLE_OK;
    t->unwatched = 0;
    t->socket = (ngx_socket_t) -1;

    (void) curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);

    rc = curl_multi_add_handle(m->multi, t->easy);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_CRIT, m->log, 0,
                      "uptime: curl_multi_add_handle() failed: %s",
                      curl_multi_strerror(rc));
        return NGX_ERROR;
    }

    t->active = 1;
    m->n++;

    return NGX_OK;
}


void
ngx_uptime_multi_remove(ngx_uptime_multi_t *m, ngx_uptime_transfer_t *t)
{
    if (t->done) {
        ngx_queue_remove(&t->queue);
        t->done = 0;
    }

    if (!t->active) {
        return;
    }

    t->active = 0;
    m->n--;

    (void) curl_multi_remove_handle(m->multi, t->easy);

    if (!m->draining) {
        ngx_uptime_multi_idle(m);
    }
}


/* An error from here would fail every transfer, so it is always 0. */

static int
ngx_uptime_multi_socket(CURL *easy, curl_socket_t s, int what, void *data,
    void *sockp)
{
    ngx_uptime_multi_t *m = data;

    uint32_t                events;
    ngx_int_t               rc;
    ngx_uptime_watch_t     *w;
    ngx_uptime_transfer_t  *t;

    w = sockp;
    t = ngx_uptime_multi_transfer(easy);

    if (what == CURL_POLL_REMOVE) {
        if (t != NULL && t->socket == s) {
            t->socket = (ngx_socket_t) -1;
        }

        if (w != NULL) {
            ngx_uptime_poll_forget(m->poll, w);
            (void) curl_multi_assign(m->multi, s, NULL);
            ngx_free(w);
        }

        return 0;
    }

    if (w == NULL) {
        w = ngx_uptime_multi_watch(m, s);
    }

    events = 0;

    if (what & CURL_POLL_IN) {
        events |= EPOLLIN;
    }

    if (what & CURL_POLL_OUT) {
        events |= EPOLLOUT;
    }

    rc = (w != NULL) ? ngx_uptime_poll_watch(m->poll, w, events) : NGX_ERROR;

    if (t == NULL) {
        return 0;
    }

    if (what & CURL_POLL_IN) {
        t->socket = s;
    }

    if (rc != NGX_OK) {
        /* it waits for nothing from here on */
        t->unwatched = 1;
    }

    return 0;
}


/* NULL: one of libcurl's own handles */

static ngx_uptime_transfer_t *
ngx_uptime_multi_transfer(CURL *easy)
{
    char  *data;

    data = NULL;
    (void) curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);

    return (ngx_uptime_transfer_t *) data;
}


static ngx_uptime_watch_t *
ngx_uptime_multi_watch(ngx_uptime_multi_t *m, curl_socket_t s)
{
    ngx_uptime_watch_t  *w;

    w = ngx_calloc(sizeof(ngx_uptime_watch_t), m->log);
    if (w == NULL) {
        return NULL;
    }

    w->fd = s;
    w->handler = ngx_uptime_multi_event;
    w->data = m;

    if (curl_multi_assign(m->multi, s, w) != CURLM_OK) {
        ngx_free(w);
        return NULL;
    }

    return w;
}


static int
ngx_uptime_multi_timeout(CURLM *multi, long msec, void *data)
{
    ngx_uptime_multi_t *m = data;

    /* ngx_add_timer() keeps a timer that differs by less than 300 ms */

    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }

    if (msec >= 0) {
        ngx_add_timer(&m->timer, (ngx_msec_t) msec);
    }

    return 0;
}


/* libcurl may free the watch while it acts on the socket. */

static void
ngx_uptime_multi_event(ngx_uptime_watch_t *w, uint32_t events)
{
    int                  mask;
    ngx_uptime_multi_t  *m;

    m = w->data;
    mask = 0;

    if (events & (EPOLLIN|EPOLLHUP)) {
        mask |= CURL_CSELECT_IN;
    }

    if (events & EPOLLOUT) {
        mask |= CURL_CSELECT_OUT;
    }

    if (events & EPOLLERR) {
        mask |= CURL_CSELECT_ERR;
    }

    ngx_uptime_multi_action(m, w->fd, mask);
    ngx_uptime_multi_drain(m);
}


static void
ngx_uptime_multi_timer_handler(ngx_event_t *ev)
{
    ngx_uptime_multi_t *m = ev->data;

    ngx_uptime_multi_action(m, CURL_SOCKET_TIMEOUT, 0);
    ngx_uptime_multi_drain(m);
}


static void
ngx_uptime_multi_action(ngx_uptime_multi_t *m, curl_socket_t s, int mask)
{
    int            running;
    CURLMcode      rc;
    OSSL_LIB_CTX  *before;

    before = ngx_uptime_tls_enter();
    rc = curl_multi_socket_action(m->multi, s, mask, &running);
    ngx_uptime_tls_leave(before);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_ALERT, m->log, 0,
                      "uptime: curl_multi_socket_action() failed: %s",
                      curl_multi_strerror(rc));
    }
}


static void
ngx_uptime_multi_drain(ngx_uptime_multi_t *m)
{
    int                     left;
    CURLMsg                *msg;
    ngx_queue_t            *q;
    ngx_uptime_transfer_t  *t;

    while ((msg = curl_multi_info_read(m->multi, &left)) != NULL) {

        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        t = ngx_uptime_multi_transfer(msg->easy_handle);

        /* msg does not outlive curl_multi_remove_handle() */
        t->code = msg->data.result;
        t->done = 1;
        ngx_queue_insert_tail(&m->done, &t->queue);
    }

    m->draining = 1;

    while (!ngx_queue_empty(&m->done)) {
        q = ngx_queue_head(&m->done);
        t = ngx_queue_data(q, ngx_uptime_transfer_t, queue);

        ngx_uptime_multi_remove(m, t);

        t->handler(t);
    }

    m->draining = 0;

    ngx_uptime_multi_idle(m);
}


/* A worker that shuts down leaves nothing open. */

static void
ngx_uptime_multi_idle(ngx_uptime_multi_t *m)
{
    if (m->n == 0 && (ngx_exiting || ngx_terminate)) {
        ngx_uptime_multi_close(m);
    }
}
