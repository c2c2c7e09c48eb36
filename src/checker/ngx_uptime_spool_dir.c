
/*
 * The spool's folder: room by dropping what matters least, and the files of
 * processes that ended.  Runs in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_spool.h"


#define NGX_UPTIME_SPOOL_HEIRS  64
#define NGX_UPTIME_SPOOL_FILES  4096
#define NGX_UPTIME_SPOOL_ONCE   2               /* segments, written anew   */


typedef struct {
    u_char  name[NGX_UPTIME_SPOOL_NAME];
} ngx_uptime_spool_name_t;


static ngx_uint_t ngx_uptime_spool_spare(const ngx_uptime_segment_t *seg,
    ngx_uint_t level);
static ngx_int_t ngx_uptime_spool_compact(ngx_uptime_spool_t *sp,
    ngx_uptime_segment_t *seg, ngx_uint_t level);
static ngx_fd_t ngx_uptime_spool_copy(ngx_uptime_spool_t *sp,
    ngx_uptime_segment_t *seg, ngx_uint_t level, off_t *size,
    ngx_uint_t *dropped);
static ngx_uint_t ngx_uptime_spool_list(ngx_uptime_spool_t *sp,
    const u_char *set, ngx_uptime_spool_name_t *names, ngx_uint_t max);
static ngx_uint_t ngx_uptime_spool_listed(ngx_uptime_spool_name_t *names,
    ngx_uint_t n);
static ngx_uint_t ngx_uptime_spool_known(ngx_uptime_spool_t *sp,
    const u_char *name);
static ngx_uint_t ngx_uptime_spool_take(ngx_uptime_spool_t *sp,
    const u_char *name);
static int ngx_uptime_spool_compare(const void *one, const void *two);


/*
 * The oldest successes go first, from one segment at a time; only when there
 * are few left, the oldest that are no transitions.
 *
 * All of that holds the loop up.  So a segment is written anew only if at
 * least an eighth of it goes, which is room for a block, and few of them at
 * once: of files that somebody has left, it is not known what is in them.
 */

ngx_uint_t
ngx_uptime_spool_room(ngx_uptime_spool_t *sp, off_t size)
{
    ngx_uint_t             level, written;
    ngx_queue_t           *q, *next;
    ngx_uptime_segment_t  *seg;

    written = 0;

    for (level = 1; level <= 2; level++) {

        q = ngx_queue_head(&sp->segments);

        for ( /* void */ ;
             q != ngx_queue_sentinel(&sp->segments)
             && sp->size + size > sp->limit;
             q = next)
        {
            next = ngx_queue_next(q);
            seg = ngx_queue_data(q, ngx_uptime_segment_t, queue);

            /* not the one that is written, not the one that is on its way */

            if (seg->dropped >= level
                || ngx_uptime_spool_spare(seg, level) < seg->rows / 8 + 1
                || (sp->out != NGX_INVALID_FILE
                    && next == ngx_queue_sentinel(&sp->segments))
                || (sp->peeked && q == ngx_queue_head(&sp->segments)))
            {
                continue;
            }

            if (written++ == NGX_UPTIME_SPOOL_ONCE
                || ngx_uptime_spool_compact(sp, seg, level) != NGX_OK)
            {
                return 0;
            }
        }
    }

    return sp->size + size <= sp->limit;
}


/* How many of its rows may go. */

static ngx_uint_t
ngx_uptime_spool_spare(const ngx_uptime_segment_t *seg, ngx_uint_t level)
{
    ngx_uint_t  ups;

    ups = seg->dropped ? 0 : seg->ups;

    return (level == 1) ? ups : ups + seg->others;
}


static ngx_int_t
ngx_uptime_spool_compact(ngx_uptime_spool_t *sp, ngx_uptime_segment_t *seg,
    ngx_uint_t level)
{
    off_t       size;
    u_char      path[NGX_MAX_PATH], tmp[NGX_MAX_PATH];
    ngx_fd_t    fd;
    ngx_uint_t  dropped;

    dropped = 0;
    size = 0;

    fd = ngx_uptime_spool_copy(sp, seg, level, &size, &dropped);

    ngx_uptime_spool_path(sp, seg->name, "", path);
    ngx_uptime_spool_path(sp, seg->name, ".tmp", tmp);

    if (fd == NGX_INVALID_FILE || rename((char *) tmp, (char *) path) == -1) {
        ngx_log_error(NGX_LOG_ERR, sp->log, ngx_errno,
                      "uptime: \"%s\" could not be made smaller", path);
        (void) unlink((char *) tmp);

        if (fd != NGX_INVALID_FILE) {
            (void) close(fd);
        }

        return NGX_ERROR;
    }

    (void) close(fd);

    if (&seg->queue == ngx_queue_head(&sp->segments)
        && sp->in != NGX_INVALID_FILE)
    {
        (void) close(sp->in);
        sp->in = NGX_INVALID_FILE;
    }

    sp->size += size - seg->size;
    seg->size = size;
    seg->dropped = level;

    sp->lost += dropped;
    sp->own_lost += seg->set->own ? dropped : 0;

    return NGX_OK;
}


/* A damaged rest is left out: it could not be read later, either. */

static ngx_fd_t
ngx_uptime_spool_copy(ngx_uptime_spool_t *sp, ngx_uptime_segment_t *seg,
    ngx_uint_t level, off_t *size, ngx_uint_t *dropped)
{
    off_t                    offset;
    u_char                   path[NGX_MAX_PATH];
    ngx_fd_t                 from, to;
    ngx_int_t                rc;
    ngx_uptime_spool_head_t  head;

    ngx_uptime_spool_path(sp, seg->name, "", path);

    if (ngx_uptime_spool_open((char *) path, &from, &head, &offset)
        != NGX_OK)
    {
        return NGX_INVALID_FILE;
    }

    if (&seg->queue == ngx_queue_head(&sp->segments)
        && sp->in != NGX_INVALID_FILE)
    {
        offset = sp->offset;
    }

    ngx_uptime_spool_path(sp, seg->name, ".tmp", path);
    to = ngx_uptime_spool_create((char *) path, &head, size);

    if (to != NGX_INVALID_FILE) {
        rc = ngx_uptime_spool_filter(from, offset, to, size, level == 2,
                                     dropped);
        if (rc == NGX_ERROR) {
            (void) close(to);
            to = NGX_INVALID_FILE;
        }
    }

    (void) close(from);

    return to;
}


/* Oldest first; they are older than whatever this process has written. */

ngx_uint_t
ngx_uptime_spool_adopt(ngx_uptime_spool_t *sp)
{
    ngx_uint_t               i, n, taken;
    ngx_uptime_spool_name_t  names[NGX_UPTIME_SPOOL_HEIRS];

    if (sp->limit == 0 || sp->peeked) {
        return 0;
    }

    n = ngx_uptime_spool_list(sp, NULL, names, NGX_UPTIME_SPOOL_HEIRS);
    taken = 0;

    /* each goes to the front, so the oldest is the last */

    for (i = n; i-- > 0; /* void */) {
        taken += ngx_uptime_spool_take(sp, names[i].name);
    }

    return taken;
}


/*
 * Sorted names of the segments of a set, or (NULL) of the sets of others that
 * have some.
 */

static ngx_uint_t
ngx_uptime_spool_list(ngx_uptime_spool_t *sp, const u_char *set,
    ngx_uptime_spool_name_t *names, ngx_uint_t max)
{
    u_char     *name;
    size_t      len, skip;
    ngx_dir_t   dir;
    ngx_uint_t  n;

    if (ngx_open_dir(&sp->dir, &dir) == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, sp->log, ngx_errno,
                      ngx_open_dir_n " \"%V\" failed", &sp->dir);
        return 0;
    }

    n = 0;
    skip = set ? ngx_strlen(set) : 0;

    while (n < max && ngx_read_dir(&dir) == NGX_OK) {
        name = ngx_de_name(&dir);
        len = ngx_strlen(name);

        /* SET.SERIAL.spool */

        if (len < 16 || len >= NGX_UPTIME_SPOOL_NAME
            || ngx_strcmp(name + len - 6, ".spool") != 0
            || (set && (ngx_strncmp(name, set, skip) != 0
                        || name[skip] != '.')))
        {
            continue;
        }

        (void) ngx_cpystrn(names[n].name, name,
                           set ? NGX_UPTIME_SPOOL_NAME : len - 15 + 1);

        n += set != NULL || (!ngx_uptime_spool_known(sp, names[n].name)
                             && !ngx_uptime_spool_listed(names, n));
    }

    (void) ngx_close_dir(&dir);

    qsort(names, n, sizeof(ngx_uptime_spool_name_t),
          ngx_uptime_spool_compare);

    return n;
}


static int
ngx_uptime_spool_compare(const void *one, const void *two)
{
    const ngx_uptime_spool_name_t *a = one;
    const ngx_uptime_spool_name_t *b = two;

    return ngx_strcmp(a->name, b->name);
}


/* Is the one behind the last there already? */

static ngx_uint_t
ngx_uptime_spool_listed(ngx_uptime_spool_name_t *names, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_strcmp(names[i].name, names[n].name) == 0) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_uptime_spool_known(ngx_uptime_spool_t *sp, const u_char *name)
{
    ngx_queue_t             *q;
    ngx_uptime_spool_set_t  *set;

    q = ngx_queue_head(&sp->sets);

    for ( /* void */ ;
         q != ngx_queue_sentinel(&sp->sets);
         q = ngx_queue_next(q))
    {
        set = ngx_queue_data(q, ngx_uptime_spool_set_t, queue);

        if (ngx_strcmp(set->name, name) == 0) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_uptime_spool_take(ngx_uptime_spool_t *sp, const u_char *name)
{
    u_char                    path[NGX_MAX_PATH];
    ngx_uint_t                i, n;
    ngx_file_info_t           fi;
    ngx_uptime_segment_t     *seg;
    ngx_uptime_spool_set_t   *set;
    ngx_uptime_spool_name_t  *names;

    if (ngx_uptime_spool_known(sp, name)) {
        return 0;
    }

    names = ngx_alloc(NGX_UPTIME_SPOOL_FILES
                      * sizeof(ngx_uptime_spool_name_t), sp->log);
    if (names == NULL) {
        return 0;
    }

    /* none: its owner is alive */

    set = ngx_uptime_spool_set(sp, name, 0);

    if (set == NULL) {
        ngx_free(names);
        return 0;
    }

    if (sp->in != NGX_INVALID_FILE) {
        (void) close(sp->in);
        sp->in = NGX_INVALID_FILE;
    }

    n = ngx_uptime_spool_list(sp, name, names, NGX_UPTIME_SPOOL_FILES);

    for (i = n; i-- > 0; /* void */) {
        ngx_uptime_spool_path(sp, names[i].name, "", path);

        seg = (ngx_file_info(path, &fi) == NGX_FILE_ERROR) ? NULL
              : ngx_uptime_spool_segment(sp, set, names[i].name,
                                         ngx_file_size(&fi));
        if (seg != NULL) {
            ngx_queue_insert_head(&sp->segments, &seg->queue);
        }
    }

    ngx_free(names);

    if (set->segments == 0) {
        ngx_uptime_spool_path(sp, set->name, ".lock", path);
        (void) unlink((char *) path);
        (void) close(set->lock);
        ngx_queue_remove(&set->queue);
        ngx_free(set);
        return 0;
    }

    ngx_log_error(NGX_LOG_NOTICE, sp->log, 0,
                  "uptime: results of a process that ended are stored now: "
                  "\"%V/%s\"", &sp->dir, name);

    return 1;
}
