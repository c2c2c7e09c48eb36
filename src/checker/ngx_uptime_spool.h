
#ifndef _NGX_UPTIME_SPOOL_H_INCLUDED_
#define _NGX_UPTIME_SPOOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_row.h"


/*
 * Results on disk, first in first out, for when the database is away; docs/
 * writing.md tells the format.  No event loop, no database.  Every call does
 * a bounded amount of work on files: 128 KiB, or one segment when room has to
 * be made.
 */

#define NGX_UPTIME_SPOOL_NAME     64
#define NGX_UPTIME_SPOOL_SEGMENT  (1024 * 1024)


/* one file */

typedef struct {
    int64_t                        checker;     /* whose results these are  */
    int64_t                        node;
} ngx_uptime_spool_head_t;


/* Makes the file; NGX_INVALID_FILE: ngx_errno. */
ngx_fd_t ngx_uptime_spool_create(const char *path,
    const ngx_uptime_spool_head_t *head, off_t *size);

/*
 * A block at the end, which is *size.  NGX_ERROR: ngx_errno; the file is as
 * before.
 */
ngx_int_t ngx_uptime_spool_append(ngx_fd_t fd, off_t *size,
    const ngx_uptime_row_t *row, ngx_uint_t n);

/*
 * NGX_OK: offset is that of the first block.  NGX_DECLINED: not a file of
 * this build, or damaged; NGX_ERROR: ngx_errno.
 */
ngx_int_t ngx_uptime_spool_open(const char *path, ngx_fd_t *fd,
    ngx_uptime_spool_head_t *head, off_t *offset);

/*
 * The block at *offset, which moves on; row has NGX_UPTIME_WRITER_ROWS
 * places.  NGX_DONE: no whole block is left; NGX_DECLINED: damaged;
 * NGX_ERROR: ngx_errno.
 */
ngx_int_t ngx_uptime_spool_read(ngx_fd_t fd, off_t *offset,
    ngx_uptime_row_t *row, ngx_uint_t *n);

/*
 * Copies the blocks from offset on, without plain successes or (hard) with
 * transitions only.  Returns as read() at its end, so NGX_DONE is success.
 */
ngx_int_t ngx_uptime_spool_filter(ngx_fd_t from, off_t offset, ngx_fd_t to,
    off_t *size, ngx_uint_t hard, ngx_uint_t *dropped);


/* the files of this process, and of those whose heir it is */

typedef struct {
    ngx_queue_t                    queue;
    ngx_fd_t                       lock;
    ngx_uint_t                     segments;
    unsigned                       own:1;
    u_char                         name[NGX_UPTIME_SPOOL_NAME];
} ngx_uptime_spool_set_t;


typedef struct {
    ngx_queue_t                    queue;
    ngx_uptime_spool_set_t        *set;
    off_t                          size;
    ngx_uint_t                     dropped;     /* 1: successes, 2: all but */
                                                /* transitions              */
    ngx_uint_t                     rows;        /* when it was written, of  */
    ngx_uint_t                     ups;         /* these successes, and     */
    ngx_uint_t                     others;      /* others, no transitions   */
    u_char                         name[NGX_UPTIME_SPOOL_NAME];
} ngx_uptime_segment_t;


typedef struct {
    ngx_str_t                      dir;         /* NUL-terminated           */
    ngx_log_t                     *log;
    off_t                          limit;
    off_t                          size;        /* of all segments          */
    ngx_queue_t                    sets;
    ngx_queue_t                    segments;    /* oldest first             */
    ngx_uptime_spool_set_t        *own;         /* NULL: nothing written    */
    ngx_uint_t                     serial;
    ngx_fd_t                       out;         /* the last, if it is ours  */
    ngx_fd_t                       in;          /* the first                */
    off_t                          offset;      /* of the first unread      */
    off_t                          next;        /* behind what was peeked   */
    ngx_uptime_spool_head_t        head;        /* of the first             */
    ngx_uptime_spool_head_t        written;     /* of the last, if it is    */
                                                /* open                     */
    ngx_uint_t                     lost;        /* rows, since asked last   */
    ngx_uint_t                     own_lost;    /* ... of our own           */
    unsigned                       peeked:1;
} ngx_uptime_spool_t;


/* dir is borrowed; limit: bytes, 0: nothing is written */
void ngx_uptime_spool_init(ngx_uptime_spool_t *sp, ngx_str_t *dir,
    off_t limit, ngx_log_t *log);

#define ngx_uptime_spool_empty(sp)  ngx_queue_empty(&(sp)->segments)

/*
 * NGX_DECLINED: there is no room, even without what may be dropped;
 * NGX_ERROR: the disk, logged.
 */
ngx_int_t ngx_uptime_spool_put(ngx_uptime_spool_t *sp,
    const ngx_uptime_spool_head_t *head, const ngx_uptime_row_t *row,
    ngx_uint_t n);

/*
 * The oldest block, which stays until ngx_uptime_spool_next().  own: it was
 * written by this process.  NGX_DECLINED: there is none.  Files that cannot
 * be read are set aside and logged.
 */
ngx_int_t ngx_uptime_spool_peek(ngx_uptime_spool_t *sp,
    ngx_uptime_spool_head_t *head, ngx_uptime_row_t *row, ngx_uint_t *n,
    ngx_uint_t *own);
void ngx_uptime_spool_next(ngx_uptime_spool_t *sp);

/* Takes over the files of processes that ended; returns how many. */
ngx_uint_t ngx_uptime_spool_adopt(ngx_uptime_spool_t *sp);

/* Lets everything go; the files stay. */
void ngx_uptime_spool_close(ngx_uptime_spool_t *sp);


/* between the files of the spool */

/* 1: room for so many bytes */
ngx_uint_t ngx_uptime_spool_room(ngx_uptime_spool_t *sp, off_t size);

void ngx_uptime_spool_path(ngx_uptime_spool_t *sp, const u_char *name,
    const char *suffix, u_char *path);
ngx_uptime_spool_set_t *ngx_uptime_spool_set(ngx_uptime_spool_t *sp,
    const u_char *name, ngx_uint_t own);
ngx_uptime_segment_t *ngx_uptime_spool_segment(ngx_uptime_spool_t *sp,
    ngx_uptime_spool_set_t *set, const u_char *name, off_t size);
void ngx_uptime_spool_forget(ngx_uptime_spool_t *sp,
    ngx_uptime_segment_t *seg);


#endif /* _NGX_UPTIME_SPOOL_H_INCLUDED_ */
