
/*
 * The files of the spool as one queue of blocks, first in first out.  The
 * oldest segment is read, the youngest is written.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <sys/file.h>

#include "ngx_uptime_spool.h"


/* of a block with all its rows, rounded up */
#define NGX_UPTIME_SPOOL_BLOCK_SIZE                                           \
    ((off_t) (NGX_UPTIME_WRITER_ROWS * sizeof(ngx_uptime_row_t) + 64))

/* numbers of as many digits sort as text */
#define NGX_UPTIME_SPOOL_SERIAL  10000000


static void ngx_uptime_spool_count(ngx_uptime_segment_t *seg,
    const ngx_uptime_row_t *row, ngx_uint_t n);
static ngx_int_t ngx_uptime_spool_begin(ngx_uptime_spool_t *sp,
    const ngx_uptime_spool_head_t *head);
static ngx_int_t ngx_uptime_spool_own(ngx_uptime_spool_t *sp);
static void ngx_uptime_spool_finish(ngx_uptime_spool_t *sp);
static ngx_int_t ngx_uptime_spool_first(ngx_uptime_spool_t *sp);
static void ngx_uptime_spool_bad(ngx_uptime_spool_t *sp,
    ngx_uptime_segment_t *seg, ngx_int_t rc);


#define ngx_uptime_spool_data(q)                                              \
    ngx_queue_data(q, ngx_uptime_segment_t, queue)


void
ngx_uptime_spool_init(ngx_uptime_spool_t *sp, ngx_str_t *dir, off_t limit,
    ngx_log_t *log)
{
    ngx_memzero(sp, sizeof(ngx_uptime_spool_t));

    sp->dir = *dir;
    sp->limit = (dir->len + 2 * NGX_UPTIME_SPOOL_NAME < NGX_MAX_PATH) ? limit
                                                                      : 0;
    sp->log = log;
    sp->out = NGX_INVALID_FILE;
    sp->in = NGX_INVALID_FILE;

    ngx_queue_init(&sp->sets);
    ngx_queue_init(&sp->segments);
}


/* path: NGX_MAX_PATH bytes */

void
ngx_uptime_spool_path(ngx_uptime_spool_t *sp, const u_char *name,
    const char *suffix, u_char *path)
{
    *ngx_sprintf(path, "%V/%s%s", &sp->dir, name, suffix) = '\0';
}


static void
ngx_uptime_spool_count(ngx_uptime_segment_t *seg, const ngx_uptime_row_t *row,
    ngx_uint_t n)
{
    ngx_uint_t  i;

    seg->rows += n;

    for (i = 0; i < n; i++) {
        if (row[i].event == NGX_UPTIME_PENDING) {
            seg->ups += row[i].outcome == NGX_UPTIME_UP;
            seg->others += row[i].outcome != NGX_UPTIME_UP;
        }
    }
}


ngx_int_t
ngx_uptime_spool_put(ngx_uptime_spool_t *sp,
    const ngx_uptime_spool_head_t *head, const ngx_uptime_row_t *row,
    ngx_uint_t n)
{
    off_t                  before;
    ngx_uptime_segment_t  *seg;

    if (!ngx_uptime_spool_room(sp, NGX_UPTIME_SPOOL_BLOCK_SIZE)) {
        return NGX_DECLINED;
    }

    if (ngx_uptime_spool_begin(sp, head) != NGX_OK) {
        return NGX_ERROR;
    }

    seg = ngx_uptime_spool_data(ngx_queue_last(&sp->segments));
    before = seg->size;

    if (ngx_uptime_spool_append(sp->out, &seg->size, row, n) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, sp->log, ngx_errno,
                      "uptime: write to \"%V/%s\" failed", &sp->dir,
                      seg->name);
        return NGX_ERROR;
    }

    sp->size += seg->size - before;
    ngx_uptime_spool_count(seg, row, n);

    if (seg->size >= NGX_UPTIME_SPOOL_SEGMENT) {
        ngx_uptime_spool_finish(sp);
    }

    return NGX_OK;
}


/* The file that takes the next block. */

static ngx_int_t
ngx_uptime_spool_begin(ngx_uptime_spool_t *sp,
    const ngx_uptime_spool_head_t *head)
{
    off_t                  size;
    u_char                 name[NGX_UPTIME_SPOOL_NAME], path[NGX_MAX_PATH];
    ngx_uptime_segment_t  *seg;

    if (sp->out != NGX_INVALID_FILE) {

        if (sp->written.checker == head->checker) {
            return NGX_OK;
        }

        ngx_uptime_spool_finish(sp);
    }

    sp->written = *head;

    if (ngx_uptime_spool_own(sp) != NGX_OK) {
        return NGX_ERROR;
    }

    *ngx_sprintf(name, "%s.%ui.spool", sp->own->name,
                 NGX_UPTIME_SPOOL_SERIAL + sp->serial++) = '\0';
    ngx_uptime_spool_path(sp, name, "", path);

    sp->out = ngx_uptime_spool_create((char *) path, head, &size);

    if (sp->out == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, sp->log, ngx_errno,
                      "uptime: \"%s\" could not be made", path);
        return NGX_ERROR;
    }

    seg = ngx_uptime_spool_segment(sp, sp->own, name, size);

    if (seg == NULL) {
        (void) close(sp->out);
        (void) unlink((char *) path);
        sp->out = NGX_INVALID_FILE;
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&sp->segments, &seg->queue);

    return NGX_OK;
}


/*
 * Who holds the lock owns the files: two checkers of one nginx (reload,
 * upgrade) never read each other's.
 */

static ngx_int_t
ngx_uptime_spool_own(ngx_uptime_spool_t *sp)
{
    u_char       name[NGX_UPTIME_SPOOL_NAME];
    ngx_time_t  *tp;

    if (sp->own != NULL) {
        return NGX_OK;
    }

    /* in the order of time */

    tp = ngx_timeofday();
    *ngx_sprintf(name, "%L-%ui", (int64_t) tp->sec * 1000 + tp->msec,
                 (ngx_uint_t) ngx_pid) = '\0';

    sp->own = ngx_uptime_spool_set(sp, name, 1);

    return sp->own ? NGX_OK : NGX_ERROR;
}


/* NULL: it has an owner, or an error that is logged. */

ngx_uptime_spool_set_t *
ngx_uptime_spool_set(ngx_uptime_spool_t *sp, const u_char *name,
    ngx_uint_t own)
{
    u_char                   path[NGX_MAX_PATH];
    ngx_uptime_spool_set_t  *set;

    set = ngx_calloc(sizeof(ngx_uptime_spool_set_t), sp->log);
    if (set == NULL) {
        return NULL;
    }

    ngx_uptime_spool_path(sp, name, ".lock", path);

    set->lock = open((char *) path, O_RDWR|O_CREAT|O_CLOEXEC, 0600);

    if (set->lock == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, sp->log, ngx_errno,
                      "uptime: \"%s\" could not be opened", path);
        ngx_free(set);
        return NULL;
    }

    if (flock(set->lock, LOCK_EX|LOCK_NB) == -1) {
        (void) close(set->lock);
        ngx_free(set);
        return NULL;
    }

    set->own = own;
    (void) ngx_cpystrn(set->name, (u_char *) name, NGX_UPTIME_SPOOL_NAME);
    ngx_queue_insert_tail(&sp->sets, &set->queue);

    return set;
}


/* Not in the queue yet. */

ngx_uptime_segment_t *
ngx_uptime_spool_segment(ngx_uptime_spool_t *sp, ngx_uptime_spool_set_t *set,
    const u_char *name, off_t size)
{
    ngx_uptime_segment_t  *seg;

    seg = ngx_calloc(sizeof(ngx_uptime_segment_t), sp->log);
    if (seg == NULL) {
        return NULL;
    }

    seg->set = set;
    seg->size = size;

    /* of somebody else's file: all of it may be anything */

    seg->rows = set->own ? 0 : (ngx_uint_t) size / sizeof(ngx_uptime_row_t);
    seg->ups = seg->rows;
    seg->others = seg->rows;

    (void) ngx_cpystrn(seg->name, (u_char *) name, NGX_UPTIME_SPOOL_NAME);

    set->segments++;
    sp->size += size;

    return seg;
}


static void
ngx_uptime_spool_finish(ngx_uptime_spool_t *sp)
{
    if (sp->out != NGX_INVALID_FILE) {
        (void) close(sp->out);
        sp->out = NGX_INVALID_FILE;
    }
}


ngx_int_t
ngx_uptime_spool_peek(ngx_uptime_spool_t *sp, ngx_uptime_spool_head_t *head,
    ngx_uptime_row_t *row, ngx_uint_t *n, ngx_uint_t *own)
{
    ngx_int_t              rc;
    ngx_uptime_segment_t  *seg;

    while (!ngx_queue_empty(&sp->segments)) {

        seg = ngx_uptime_spool_data(ngx_queue_head(&sp->segments));
        rc = ngx_uptime_spool_first(sp);

        if (rc == NGX_OK) {
            sp->next = sp->offset;
            rc = ngx_uptime_spool_read(sp->in, &sp->next, row, n);
        }

        if (rc == NGX_OK) {
            *head = sp->head;
            *own = seg->set->own;
            sp->peeked = 1;
            return NGX_OK;
        }

        if (rc != NGX_DONE) {
            ngx_uptime_spool_bad(sp, seg, rc);

        } else if (sp->offset < seg->size) {
            ngx_log_error(NGX_LOG_WARN, sp->log, 0,
                          "uptime: the last %O bytes of \"%V/%s\" are torn",
                          seg->size - sp->offset, &sp->dir, seg->name);
        }

        ngx_uptime_spool_forget(sp, seg);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_uptime_spool_first(ngx_uptime_spool_t *sp)
{
    u_char                 path[NGX_MAX_PATH];
    ngx_uptime_segment_t  *seg;

    if (sp->in != NGX_INVALID_FILE) {
        return NGX_OK;
    }

    seg = ngx_uptime_spool_data(ngx_queue_head(&sp->segments));
    ngx_uptime_spool_path(sp, seg->name, "", path);

    sp->offset = 0;

    return ngx_uptime_spool_open((char *) path, &sp->in, &sp->head,
                                 &sp->offset);
}


/* Somebody may want to look at it. */

static void
ngx_uptime_spool_bad(ngx_uptime_spool_t *sp, ngx_uptime_segment_t *seg,
    ngx_int_t rc)
{
    u_char  from[NGX_MAX_PATH], to[NGX_MAX_PATH];

    ngx_uptime_spool_path(sp, seg->name, "", from);
    ngx_uptime_spool_path(sp, seg->name, ".bad", to);

    ngx_log_error(NGX_LOG_CRIT, sp->log, rc == NGX_ERROR ? ngx_errno : 0,
                  "uptime: \"%s\" is damaged or of another version from byte "
                  "%O on, set aside as \"%s\"", from, sp->offset, to);

    (void) rename((char *) from, (char *) to);
}


void
ngx_uptime_spool_next(ngx_uptime_spool_t *sp)
{
    ngx_uptime_segment_t  *seg;

    sp->peeked = 0;
    sp->offset = sp->next;

    seg = ngx_uptime_spool_data(ngx_queue_head(&sp->segments));

    if (sp->offset >= seg->size) {
        ngx_uptime_spool_forget(sp, seg);
    }
}


/* All of it is stored, or nothing can be done with it. */

void
ngx_uptime_spool_forget(ngx_uptime_spool_t *sp, ngx_uptime_segment_t *seg)
{
    u_char                   path[NGX_MAX_PATH];
    ngx_uptime_spool_set_t  *set;

    if (&seg->queue == ngx_queue_last(&sp->segments)) {
        ngx_uptime_spool_finish(sp);
    }

    if (&seg->queue == ngx_queue_head(&sp->segments)
        && sp->in != NGX_INVALID_FILE)
    {
        (void) close(sp->in);
        sp->in = NGX_INVALID_FILE;
    }

    ngx_uptime_spool_path(sp, seg->name, "", path);
    (void) unlink((char *) path);

    set = seg->set;
    sp->size -= seg->size;
    ngx_queue_remove(&seg->queue);
    ngx_free(seg);

    if (--set->segments) {
        return;
    }

    ngx_uptime_spool_path(sp, set->name, ".lock", path);
    (void) unlink((char *) path);
    (void) close(set->lock);

    if (set == sp->own) {
        sp->own = NULL;
    }

    ngx_queue_remove(&set->queue);
    ngx_free(set);
}


void
ngx_uptime_spool_close(ngx_uptime_spool_t *sp)
{
    ngx_queue_t             *q;
    ngx_uptime_spool_set_t  *set;

    ngx_uptime_spool_finish(sp);

    if (sp->in != NGX_INVALID_FILE) {
        (void) close(sp->in);
        sp->in = NGX_INVALID_FILE;
    }

    while (!ngx_queue_empty(&sp->segments)) {
        q = ngx_queue_head(&sp->segments);
        ngx_queue_remove(q);
        ngx_free(ngx_uptime_spool_data(q));
    }

    while (!ngx_queue_empty(&sp->sets)) {
        q = ngx_queue_head(&sp->sets);
        set = ngx_queue_data(q, ngx_uptime_spool_set_t, queue);
        ngx_queue_remove(q);
        (void) close(set->lock);
        ngx_free(set);
    }

    sp->own = NULL;
    sp->size = 0;
}
