
/*
 * Ended sessions: a tree by session id and a queue by time of what one worker
 * knows.  The set owns its entries; they are dropped when no access token of
 * theirs can be valid any more.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_ended.h"


#define NGX_UPTIME_ENDED_POLL   1000            /* ms */

/* longer than an access token lives, seconds */
#define NGX_UPTIME_ENDED_KEEP   900

/* a row may be committed this much later than its time says, seconds */
#define NGX_UPTIME_ENDED_LATE   10


typedef struct {
    ngx_rbtree_node_t        node;              /* key: the session's id */
    ngx_queue_t              queue;
    time_t                   until;
} ngx_uptime_ended_session_t;


struct ngx_uptime_ended_s {
    ngx_uptime_pg_pool_t    *pg;
    ngx_uptime_pg_query_t   *query;
    ngx_log_t               *log;
    ngx_event_t              timer;
    int64_t                  newest;            /* database's clock, us  */
    ngx_queue_t              queue;
    ngx_rbtree_t             tree;
    ngx_rbtree_node_t        sentinel;
};


static void ngx_uptime_ended_poll(ngx_event_t *ev);
static void ngx_uptime_ended_answer(ngx_uptime_pg_query_t *q);
static void ngx_uptime_ended_add(ngx_uptime_ended_t *ended, int64_t session);
static void ngx_uptime_ended_expire(ngx_uptime_ended_t *ended, time_t now);
static ngx_uptime_ended_session_t *ngx_uptime_ended_find(
    ngx_uptime_ended_t *ended, int64_t session);


ngx_uptime_ended_t *
ngx_uptime_ended_create(ngx_uptime_pg_pool_t *pg, ngx_log_t *log)
{
    ngx_uptime_ended_t  *ended;

    ended = ngx_calloc(sizeof(ngx_uptime_ended_t), log);
    if (ended == NULL) {
        return NULL;
    }

    ended->pg = pg;
    ended->log = log;

    ngx_queue_init(&ended->queue);
    ngx_rbtree_init(&ended->tree, &ended->sentinel, ngx_rbtree_insert_value);

    ended->timer.handler = ngx_uptime_ended_poll;
    ended->timer.data = ended;
    ended->timer.log = log;
    ended->timer.cancelable = 1;

    ngx_add_timer(&ended->timer, 1);

    return ended;
}


void
ngx_uptime_ended_destroy(ngx_uptime_ended_t *ended)
{
    if (ended->timer.timer_set) {
        ngx_del_timer(&ended->timer);
    }

    if (ended->query != NULL) {
        ngx_uptime_pg_detach(ended->query);
    }

    ngx_uptime_ended_expire(ended, NGX_MAX_INT_T_VALUE);

    ngx_free(ended);
}


ngx_uint_t
ngx_uptime_ended(ngx_uptime_ended_t *ended, int64_t session)
{
    return ngx_uptime_ended_find(ended, session) != NULL;
}


static void
ngx_uptime_ended_poll(ngx_event_t *ev)
{
    ngx_uptime_ended_t     *ended;
    ngx_uptime_pg_query_t  *q;

    ended = ev->data;

    ngx_uptime_ended_expire(ended, ngx_time());

    if (ngx_exiting) {
        return;
    }

    q = ngx_uptime_pg_query_create(ended->pg, NGX_UPTIME_SQL_AUTH_ENDED);

    if (q != NULL && ngx_uptime_pg_int(q, ended->newest) == NGX_OK) {
        q->handler = ngx_uptime_ended_answer;
        q->data = ended;

        if (ngx_uptime_pg_submit(q) == NGX_OK) {
            ended->query = q;
            return;
        }

    } else if (q != NULL) {
        ngx_uptime_pg_query_destroy(q);
    }

    ngx_add_timer(&ended->timer, NGX_UPTIME_ENDED_POLL);
}


static void
ngx_uptime_ended_answer(ngx_uptime_pg_query_t *q)
{
    int64_t              at;
    ngx_uint_t           i;
    ngx_uptime_ended_t  *ended;

    ended = q->data;
    ended->query = NULL;

    if (q->err == NGX_UPTIME_PG_OK) {

        for (i = 0; i < q->rows; i++) {
            ngx_uptime_ended_add(ended, ngx_uptime_pg_num(q, i, 0));

            at = ngx_uptime_pg_num(q, i, 1)
                 - (int64_t) NGX_UPTIME_ENDED_LATE * 1000000;

            ended->newest = ngx_max(ended->newest, at);
        }
    }

    ngx_add_timer(&ended->timer, NGX_UPTIME_ENDED_POLL);
}


static void
ngx_uptime_ended_add(ngx_uptime_ended_t *ended, int64_t session)
{
    ngx_uptime_ended_session_t  *s;

    if (ngx_uptime_ended_find(ended, session) != NULL) {
        return;
    }

    s = ngx_alloc(sizeof(ngx_uptime_ended_session_t), ended->log);
    if (s == NULL) {
        return;
    }

    s->node.key = (ngx_rbtree_key_t) session;
    s->until = ngx_time() + NGX_UPTIME_ENDED_KEEP;

    ngx_rbtree_insert(&ended->tree, &s->node);
    ngx_queue_insert_tail(&ended->queue, &s->queue);
}


static void
ngx_uptime_ended_expire(ngx_uptime_ended_t *ended, time_t now)
{
    ngx_queue_t                 *q;
    ngx_uptime_ended_session_t  *s;

    while (!ngx_queue_empty(&ended->queue)) {
        q = ngx_queue_head(&ended->queue);
        s = ngx_queue_data(q, ngx_uptime_ended_session_t, queue);

        if (s->until > now) {
            return;
        }

        ngx_queue_remove(q);
        ngx_rbtree_delete(&ended->tree, &s->node);
        ngx_free(s);
    }
}


static ngx_uptime_ended_session_t *
ngx_uptime_ended_find(ngx_uptime_ended_t *ended, int64_t session)
{
    ngx_rbtree_key_t    key;
    ngx_rbtree_node_t  *node;

    key = (ngx_rbtree_key_t) session;
    node = ended->tree.root;

    while (node != &ended->sentinel) {

        if (key == node->key) {
            return ngx_rbtree_data(node, ngx_uptime_ended_session_t, node);
        }

        node = (key < node->key) ? node->left : node->right;
    }

    return NULL;
}
