
/*
 * Live events: one statement, once a second at most, for all streams of a
 * worker.  It is asked only if something was stored, which a notification
 * tells, or if that could have been missed.
 *
 * All streams that are up to date share one token (live->since).  One that is
 * new, comes back or did not take what it was sent is "behind": the next
 * statement asks for it apart, from where it was.
 *
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime_live.h"


#define NGX_HTTP_UPTIME_LIVE_MISSED  5000       /* ms without any news      */
#define NGX_HTTP_UPTIME_LIVE_SHARE   10         /* part of the time in      */
                                                /* which it may be asked    */


static ngx_uint_t ngx_http_uptime_live_places(ngx_http_uptime_live_t *live,
    ngx_uint_t *keys, ngx_uint_t *behind);
static ngx_int_t ngx_http_uptime_live_params(ngx_http_uptime_live_t *live,
    ngx_uptime_pg_query_t *q, ngx_uint_t keys);
static void ngx_http_uptime_live_param(ngx_http_uptime_live_t *live,
    ngx_http_uptime_event_t *e, ngx_uint_t *place,
    ngx_uptime_pg_array_t *owners, ngx_uptime_pg_array_t *sinces);
static void ngx_http_uptime_live_answer(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_http_uptime_live_rows(ngx_http_uptime_live_t *live,
    ngx_uptime_pg_query_t *q, ngx_http_uptime_block_t **blocks,
    ngx_str_t *token);
static ngx_http_uptime_block_t *ngx_http_uptime_live_block(
    ngx_http_uptime_live_t *live, ngx_str_t *token, ngx_str_t *body);
static void ngx_http_uptime_live_told(ngx_http_uptime_live_t *live,
    ngx_http_uptime_block_t **blocks);
static void ngx_http_uptime_live_key_ended(ngx_http_uptime_live_t *live,
    int64_t key);


void
ngx_http_uptime_live_ask(ngx_http_uptime_live_t *live)
{
    ngx_uint_t              keys, behind;
    ngx_msec_t              quiet;
    ngx_uptime_pg_query_t  *q;

    quiet = ngx_current_msec - live->asked;

    live->places = ngx_http_uptime_live_places(live, &keys, &behind);

    /* what takes long, as for very many monitors, is not asked all the time */

    live->full = behind || quiet >= NGX_HTTP_UPTIME_LIVE_MISSED
                 || (live->news
                     && quiet >= live->took * NGX_HTTP_UPTIME_LIVE_SHARE);

    if (!live->full && keys == 0) {
        return;
    }

    q = ngx_uptime_pg_query_create(live->api->pg,
                                   NGX_UPTIME_SQL_LIVE_CHANGES);
    if (q == NULL) {
        return;
    }

    if (ngx_http_uptime_live_params(live, q, keys) != NGX_OK) {
        ngx_uptime_pg_query_destroy(q);
        return;
    }

    q->handler = ngx_http_uptime_live_answer;
    q->data = live;

    if (ngx_uptime_pg_submit(q) != NGX_OK) {
        return;
    }

    live->query = q;

    if (live->full) {
        live->news = 0;
        live->asked = ngx_current_msec;
    }
}


/*
 * Gives every stream that is asked about its place: those of a user that are
 * up to date have one together.
 */

static ngx_uint_t
ngx_http_uptime_live_places(ngx_http_uptime_live_t *live, ngx_uint_t *keys,
    ngx_uint_t *behind)
{
    ngx_uint_t                n;
    ngx_http_uptime_event_t  *e;

    n = 0;
    *keys = 0;
    *behind = 0;

    e = NULL;

    while ((e = ngx_http_uptime_live_after(live, e)) != NULL) {
        e->watcher->place = 0;
        *keys += (e->key != 0);
    }

    e = NULL;

    while ((e = ngx_http_uptime_live_after(live, e)) != NULL) {
        if (e->behind) {
            e->place = (e->out.block || e->next) ? 0 : ++n;
            *behind += (e->place != 0);
            continue;
        }

        if (e->watcher->place == 0) {
            e->watcher->place = ++n;
        }

        e->place = e->watcher->place;
    }

    return n;
}


static ngx_int_t
ngx_http_uptime_live_params(ngx_http_uptime_live_t *live,
    ngx_uptime_pg_query_t *q, ngx_uint_t keys)
{
    ngx_uint_t                n, place;
    ngx_uptime_pg_array_t    *owners, *sinces, *ids;
    ngx_http_uptime_event_t  *e;

    n = live->full ? live->places : 0;

    owners = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT8, n, 0);
    sinces = ngx_uptime_pg_array(q, NGX_UPTIME_PG_TEXT, n,
                                 n * NGX_UPTIME_MAX_SINCE);
    ids = ngx_uptime_pg_array(q, NGX_UPTIME_PG_INT8, keys, 0);

    if (owners == NULL || sinces == NULL || ids == NULL) {
        return NGX_ERROR;
    }

    e = NULL;
    place = 0;

    while ((e = ngx_http_uptime_live_after(live, e)) != NULL) {

        if (e->key) {
            ngx_uptime_pg_array_int(ids, e->key);
        }

        if (n) {
            ngx_http_uptime_live_param(live, e, &place, owners, sinces);
        }
    }

    return NGX_OK;
}


/* Places come in order: the first stream that has one writes it. */

static void
ngx_http_uptime_live_param(ngx_http_uptime_live_t *live,
    ngx_http_uptime_event_t *e, ngx_uint_t *place,
    ngx_uptime_pg_array_t *owners, ngx_uptime_pg_array_t *sinces)
{
    if (e->place <= *place) {
        return;
    }

    *place = e->place;

    ngx_uptime_pg_array_int(owners, e->ctx->caller.user);

    if (e->behind) {
        ngx_uptime_pg_array_text(sinces, (char *) e->since, e->since_len);
    } else {
        ngx_uptime_pg_array_text(sinces, (char *) live->since,
                                 live->since_len);
    }
}


static void
ngx_http_uptime_live_answer(ngx_uptime_pg_query_t *q)
{
    ngx_str_t                  token;
    ngx_uint_t                 i;
    ngx_http_uptime_live_t    *live;
    ngx_http_uptime_block_t  **blocks;

    live = q->data;
    live->query = NULL;

    if (live->full) {
        live->took = ngx_current_msec - live->asked;
    }

    blocks = NULL;

    if (q->err == NGX_UPTIME_PG_OK) {
        blocks = ngx_pcalloc(q->pool, (live->places + 1)
                                      * sizeof(ngx_http_uptime_block_t *));
    }

    if (blocks == NULL
        || ngx_http_uptime_live_rows(live, q, blocks, &token) != NGX_OK)
    {
        live->news |= live->full;

    } else if (live->full) {
        ngx_http_uptime_live_told(live, blocks);
        live->since_len = token.len;
        ngx_memcpy(live->since, token.data, token.len);
    }

    for (i = 1; blocks != NULL && i <= live->places; i++) {
        if (blocks[i] != NULL) {
            ngx_http_uptime_block_free(blocks[i]);
        }
    }
}


static ngx_int_t
ngx_http_uptime_live_rows(ngx_http_uptime_live_t *live,
    ngx_uptime_pg_query_t *q, ngx_http_uptime_block_t **blocks,
    ngx_str_t *token)
{
    int64_t     place;
    ngx_str_t   body;
    ngx_uint_t  i;

    *token = ngx_uptime_pg_str(q, 0, 2);

    if (q->rows == 0 || token->len > NGX_UPTIME_MAX_SINCE) {
        return NGX_ERROR;
    }

    for (i = 1; i < q->rows; i++) {
        place = ngx_uptime_pg_num(q, i, 0);

        if (place == -1) {
            ngx_http_uptime_live_key_ended(live, ngx_uptime_pg_num(q, i, 1));
            continue;
        }

        if (place < 1 || place > (int64_t) live->places) {
            continue;
        }

        body = ngx_uptime_pg_str(q, i, 2);

        blocks[place] = ngx_http_uptime_live_block(live, token, &body);
        if (blocks[place] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_http_uptime_block_t *
ngx_http_uptime_live_block(ngx_http_uptime_live_t *live, ngx_str_t *token,
    ngx_str_t *body)
{
    ngx_http_uptime_block_t  *block;

    block = ngx_http_uptime_block(sizeof("id: \nevent: changes\ndata: \n\n")
                                  + token->len + body->len, live->log);

    if (block != NULL) {
        block->len = ngx_sprintf(block->data,
                                 "id: %V\nevent: changes\ndata: %V\n\n",
                                 token, body)
                     - block->data;
    }

    return block;
}


/* Whoever was asked about has everything now, or will. */

static void
ngx_http_uptime_live_told(ngx_http_uptime_live_t *live,
    ngx_http_uptime_block_t **blocks)
{
    ngx_http_uptime_event_t  *e;

    e = NULL;

    while ((e = ngx_http_uptime_live_after(live, e)) != NULL) {
        if (e->place == 0) {
            continue;
        }

        if (blocks[e->place] != NULL) {
            ngx_http_uptime_event_tell(e, blocks[e->place]);
        } else {
            e->behind = 0;
        }
    }
}


static void
ngx_http_uptime_live_key_ended(ngx_http_uptime_live_t *live, int64_t key)
{
    ngx_http_uptime_event_t  *e;

    e = NULL;

    while ((e = ngx_http_uptime_live_after(live, e)) != NULL) {

        if (e->key == key) {
            ngx_http_uptime_event_end(e, "key_ended", 0);

            /* what ended with it is not known */
            e = NULL;
        }
    }
}
