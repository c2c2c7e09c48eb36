
/*
 * Secrets that are not sealed with the first key (from before another one was
 * put on top; those of monitors also from before they were, or written by
 * hand): sealed with it, a page at a time, soon after the start and every ten
 * minutes.  Several checkers may do it at once: all write the same.
 *
 * Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_uptime_checker_ctx.h"
#include "ngx_uptime_secret_box.h"
#include "ngx_uptime_secret_text.h"
#include "ngx_uptime_token.h"


#define NGX_UPTIME_RESEAL_PAGE   100
#define NGX_UPTIME_RESEAL_FIRST  1000       /* ms                           */
#define NGX_UPTIME_RESEAL_NEXT   50         /* between pages                */
#define NGX_UPTIME_RESEAL_AGAIN  600000
#define NGX_UPTIME_RESEAL_RETRY  10000


/* SQL: see checker/secrets.sql and checker/secrets_seal.sql */

typedef struct {
    const char                    *whose;       /* as the log names them    */
    const char                    *box;         /* NGX_UPTIME_BOX_...       */
    ngx_uptime_sql_e               read;
    ngx_uptime_sql_e               write;
} ngx_uptime_reseal_kind_t;


static void ngx_uptime_reseal_timer(ngx_event_t *ev);
static ngx_int_t ngx_uptime_reseal_read(ngx_uptime_checker_t *ck);
static void ngx_uptime_reseal_found(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_uptime_reseal_page(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_uptime_reseal_one(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_uint_t row, ngx_str_t *sealed);
static ngx_int_t ngx_uptime_reseal_write(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_str_t *sealed, ngx_uint_t n);
static void ngx_uptime_reseal_written(ngx_uptime_pg_query_t *q);
static ngx_int_t ngx_uptime_reseal_submit(ngx_uptime_checker_t *ck,
    ngx_uptime_pg_query_t *q, ngx_uptime_pg_handler_pt handler);
static void ngx_uptime_reseal_next(ngx_uptime_checker_t *ck, ngx_int_t rc);
static void ngx_uptime_reseal_told(ngx_uptime_checker_t *ck);


static const ngx_uptime_reseal_kind_t  ngx_uptime_reseal_kinds[] = {

    { "monitors", NGX_UPTIME_BOX_MONITOR,
      NGX_UPTIME_SQL_CHECKER_SECRETS,
      NGX_UPTIME_SQL_CHECKER_SECRETS_SEAL },

    { "channels", NGX_UPTIME_BOX_CHANNEL,
      NGX_UPTIME_SQL_CHECKER_SECRETS_CHANNELS,
      NGX_UPTIME_SQL_CHECKER_SECRETS_CHANNELS_SEAL },

    { "accounts", NGX_UPTIME_BOX_TOTP,
      NGX_UPTIME_SQL_CHECKER_SECRETS_ACCOUNTS,
      NGX_UPTIME_SQL_CHECKER_SECRETS_ACCOUNTS_SEAL }
};

#define NGX_UPTIME_RESEAL_KINDS  (sizeof(ngx_uptime_reseal_kinds)             \
                                  / sizeof(ngx_uptime_reseal_kinds[0]))


void
ngx_uptime_reseal_start(ngx_uptime_checker_t *ck)
{
    ngx_event_t  *ev;

    if (ck->conf->alert->keys == NULL) {
        return;
    }

    ev = &ck->reseal.timer;

    ev->handler = ngx_uptime_reseal_timer;
    ev->data = ck;
    ev->log = ck->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, NGX_UPTIME_RESEAL_FIRST);
}


static void
ngx_uptime_reseal_timer(ngx_event_t *ev)
{
    ngx_uptime_checker_t *ck = ev->data;

    if (!ck->stopping && ngx_uptime_reseal_read(ck) != NGX_OK) {
        ngx_uptime_reseal_next(ck, NGX_ERROR);
    }
}


static ngx_int_t
ngx_uptime_reseal_read(ngx_uptime_checker_t *ck)
{
    u_char                   text[128];
    ngx_str_t                begin;
    ngx_uptime_pg_query_t   *q;
    ngx_uptime_token_key_t  *key;

    key = ck->conf->alert->keys->elts;

    begin.data = text;
    begin.len = ngx_snprintf(text, sizeof(text), NGX_UPTIME_SEALED "%V\t",
                             &key->kid) - text;

    q = ngx_uptime_pg_query_create(ck->pg,
                            ngx_uptime_reseal_kinds[ck->reseal.kind].read);
    if (q == NULL) {
        return NGX_ERROR;
    }

    if (ngx_uptime_pg_text(q, &begin) != NGX_OK
        || ngx_uptime_pg_int(q, ck->reseal.after) != NGX_OK
        || ngx_uptime_pg_int(q, NGX_UPTIME_RESEAL_PAGE) != NGX_OK)
    {
        ngx_uptime_pg_query_destroy(q);
        return NGX_ERROR;
    }

    return ngx_uptime_reseal_submit(ck, q, ngx_uptime_reseal_found);
}


static void
ngx_uptime_reseal_found(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_checker_t  *ck;

    ck = q->data;

    if (q->err != NGX_UPTIME_PG_OK) {
        ngx_uptime_reseal_next(ck, NGX_ERROR);
        return;
    }

    ck->reseal.more = (q->rows == NGX_UPTIME_RESEAL_PAGE);

    if (q->rows == 0 || ngx_uptime_reseal_page(ck, q) != NGX_OK) {
        ngx_uptime_reseal_next(ck, q->rows ? NGX_ERROR : NGX_OK);
    }
}


static ngx_int_t
ngx_uptime_reseal_page(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q)
{
    ngx_int_t    rc;
    ngx_str_t   *sealed;
    ngx_uint_t   i, n;

    sealed = ngx_pcalloc(q->pool, q->rows * sizeof(ngx_str_t));
    if (sealed == NULL) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < q->rows; i++) {
        rc = ngx_uptime_reseal_one(ck, q, i, &sealed[i]);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK) {
            n++;
        } else {
            ck->reseal.lost++;
        }
    }

    ck->reseal.after = ngx_uptime_pg_num(q, q->rows - 1, 0);

    if (n == 0) {
        ngx_uptime_reseal_next(ck, NGX_OK);
        return NGX_OK;
    }

    return ngx_uptime_reseal_write(ck, q, sealed, n);
}


/* NGX_DECLINED: it cannot be opened. */

static ngx_int_t
ngx_uptime_reseal_one(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uint_t row, ngx_str_t *sealed)
{
    int64_t       owner;
    ngx_int_t     rc;
    ngx_str_t     stored, plain;
    const char   *box;
    ngx_array_t  *keys;

    keys = ck->conf->alert->keys;
    box = ngx_uptime_reseal_kinds[ck->reseal.kind].box;
    owner = ngx_uptime_pg_num(q, row, 1);
    stored = ngx_uptime_pg_str(q, row, 2);

    plain.len = ngx_uptime_secret_text_len(&stored);
    plain.data = ngx_pnalloc(q->pool, plain.len + 1);

    if (plain.data == NULL) {
        return NGX_ERROR;
    }

    if (plain.len > NGX_UPTIME_BOX_MAX
        || ngx_uptime_secret_text_open(plain.data, keys, box, owner, &stored)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    rc = ngx_uptime_secret_text_seal(q->pool, keys, box, owner, &plain,
                                     sealed);

    ngx_explicit_memzero(plain.data, plain.len);

    return rc;
}


static ngx_int_t
ngx_uptime_reseal_write(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_str_t *sealed, ngx_uint_t n)
{
    size_t                  size[2];
    ngx_str_t               stored;
    ngx_uint_t              i;
    ngx_uptime_pg_array_t  *ids, *from, *to;
    ngx_uptime_pg_query_t  *w;

    size[0] = 0;
    size[1] = 0;

    for (i = 0; i < q->rows; i++) {
        size[0] += ngx_uptime_pg_str(q, i, 2).len;
        size[1] += sealed[i].len;
    }

    w = ngx_uptime_pg_query_create(ck->pg,
                            ngx_uptime_reseal_kinds[ck->reseal.kind].write);
    if (w == NULL) {
        return NGX_ERROR;
    }

    ids = ngx_uptime_pg_array(w, NGX_UPTIME_PG_INT8, n, 0);
    from = ngx_uptime_pg_array(w, NGX_UPTIME_PG_TEXT, n, size[0]);
    to = ngx_uptime_pg_array(w, NGX_UPTIME_PG_TEXT, n, size[1]);

    if (ids == NULL || from == NULL || to == NULL) {
        ngx_uptime_pg_query_destroy(w);
        return NGX_ERROR;
    }

    for (i = 0; i < q->rows; i++) {
        if (sealed[i].data == NULL) {
            continue;
        }

        stored = ngx_uptime_pg_str(q, i, 2);

        ngx_uptime_pg_array_int(ids, ngx_uptime_pg_num(q, i, 0));
        ngx_uptime_pg_array_text(from, (char *) stored.data, stored.len);
        ngx_uptime_pg_array_text(to, (char *) sealed[i].data, sealed[i].len);
    }

    ck->reseal.sealed += n;

    return ngx_uptime_reseal_submit(ck, w, ngx_uptime_reseal_written);
}


static void
ngx_uptime_reseal_written(ngx_uptime_pg_query_t *q)
{
    ngx_uptime_checker_t  *ck;

    ck = q->data;

    ngx_uptime_reseal_next(ck, q->err == NGX_UPTIME_PG_OK ? NGX_OK
                                                          : NGX_ERROR);
}


static ngx_int_t
ngx_uptime_reseal_submit(ngx_uptime_checker_t *ck, ngx_uptime_pg_query_t *q,
    ngx_uptime_pg_handler_pt handler)
{
    q->handler = handler;
    q->data = ck;

    return ngx_uptime_pg_submit(q);
}


/* The next page, kind or round; after an error all of it again. */

static void
ngx_uptime_reseal_next(ngx_uptime_checker_t *ck, ngx_int_t rc)
{
    ngx_msec_t            wait;
    ngx_uptime_reseal_t  *r;

    r = &ck->reseal;

    if (ck->stopping) {
        return;
    }

    if (rc == NGX_OK && r->more) {
        ngx_add_timer(&r->timer, NGX_UPTIME_RESEAL_NEXT);
        return;
    }

    if (rc != NGX_OK) {
        r->kind = 0;
        wait = NGX_UPTIME_RESEAL_RETRY;

    } else {
        ngx_uptime_reseal_told(ck);

        r->kind = (r->kind + 1) % NGX_UPTIME_RESEAL_KINDS;
        wait = r->kind ? NGX_UPTIME_RESEAL_NEXT : NGX_UPTIME_RESEAL_AGAIN;
    }

    r->after = 0;
    r->sealed = 0;
    r->lost = 0;
    r->more = 0;

    ngx_add_timer(&r->timer, wait);
}


static void
ngx_uptime_reseal_told(ngx_uptime_checker_t *ck)
{
    const char  *whose;

    whose = ngx_uptime_reseal_kinds[ck->reseal.kind].whose;

    if (ck->reseal.sealed) {
        ngx_log_error(NGX_LOG_NOTICE, ck->log, 0,
                      "uptime: the secrets of %ui %s were sealed",
                      ck->reseal.sealed, whose);
    }

    if (ck->reseal.lost) {
        ngx_log_error(NGX_LOG_ERR, ck->log, 0,
                      "uptime: the secrets of %ui %s are sealed with a key "
                      "that is not in uptime_token_key_file", ck->reseal.lost,
                      whose);
    }
}
