
/*
 * One file of the spool: a header, then blocks of results, each with its own
 * checksum.  What a process wrote last may be torn; what is damaged is never
 * believed.  Only files, so that unit tests build it alone.  Runs in the
 * checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_crc32.h>

#include <sys/uio.h>

#include "ngx_uptime_spool.h"


#define NGX_UPTIME_SPOOL_VERSION  2
#define NGX_UPTIME_SPOOL_ORDER    0x01020304
#define NGX_UPTIME_SPOOL_BLOCK    0x6b636c62    /* "blck" */


/* the machine's own order: these files do not travel */

typedef struct {
    u_char                         magic[8];
    uint32_t                       order;
    uint32_t                       version;
    uint32_t                       row;         /* size of a result         */
    uint32_t                       names;       /* checksum: what the codes */
                                                /* of causes mean           */
    int64_t                        checker;
    int64_t                        node;
    uint32_t                       zero;
    uint32_t                       crc;         /* of what is before        */
} ngx_uptime_spool_header_t;


typedef struct {
    uint32_t                       magic;
    uint32_t                       n;
    uint32_t                       rows_crc;
    uint32_t                       crc;         /* of what is before        */
} ngx_uptime_spool_block_t;


static void ngx_uptime_spool_header(ngx_uptime_spool_header_t *h,
    const ngx_uptime_spool_head_t *head);
static uint32_t ngx_uptime_spool_crc(const void *p, size_t len);
static ngx_int_t ngx_uptime_spool_pread(ngx_fd_t fd, void *p, size_t len,
    off_t offset);
static ngx_uint_t ngx_uptime_spool_sane(const ngx_uptime_row_t *row);


static uint32_t
ngx_uptime_spool_crc(const void *p, size_t len)
{
    return ngx_crc32_long((u_char *) p, len);
}


static void
ngx_uptime_spool_header(ngx_uptime_spool_header_t *h,
    const ngx_uptime_spool_head_t *head)
{
    ngx_uint_t   i;
    const char  *name;

    ngx_memzero(h, sizeof(ngx_uptime_spool_header_t));

    ngx_memcpy(h->magic, "uptspool", 8);
    h->order = NGX_UPTIME_SPOOL_ORDER;
    h->version = NGX_UPTIME_SPOOL_VERSION;
    h->row = sizeof(ngx_uptime_row_t);
    h->checker = head->checker;
    h->node = head->node;

    for (i = 1; i < NGX_UPTIME_CAUSE_N; i++) {
        name = ngx_uptime_cause_name(i);
        h->names = h->names * 31 + ngx_uptime_spool_crc(name,
                                                        ngx_strlen(name));
    }

    h->crc = ngx_uptime_spool_crc(h, offsetof(ngx_uptime_spool_header_t, crc));
}


ngx_fd_t
ngx_uptime_spool_create(const char *path, const ngx_uptime_spool_head_t *head,
    off_t *size)
{
    ngx_fd_t                   fd;
    ngx_err_t                  err;
    ngx_uptime_spool_header_t  h;

    fd = open(path, O_RDWR|O_APPEND|O_CREAT|O_TRUNC|O_CLOEXEC, 0600);
    if (fd == NGX_INVALID_FILE) {
        return fd;
    }

    ngx_uptime_spool_header(&h, head);

    if (write(fd, &h, sizeof(h)) != (ssize_t) sizeof(h)) {
        err = ngx_errno ? ngx_errno : NGX_ENOSPC;
        (void) close(fd);
        (void) unlink(path);
        ngx_set_errno(err);
        return NGX_INVALID_FILE;
    }

    *size = sizeof(h);

    return fd;
}


ngx_int_t
ngx_uptime_spool_append(ngx_fd_t fd, off_t *size, const ngx_uptime_row_t *row,
    ngx_uint_t n)
{
    ssize_t                   written, len;
    ngx_err_t                 err;
    struct iovec              iov[2];
    ngx_uptime_spool_block_t  b;

    b.magic = NGX_UPTIME_SPOOL_BLOCK;
    b.n = (uint32_t) n;
    b.rows_crc = ngx_uptime_spool_crc(row, n * sizeof(ngx_uptime_row_t));
    b.crc = ngx_uptime_spool_crc(&b, offsetof(ngx_uptime_spool_block_t, crc));

    iov[0].iov_base = &b;
    iov[0].iov_len = sizeof(b);
    iov[1].iov_base = (void *) row;
    iov[1].iov_len = n * sizeof(ngx_uptime_row_t);

    len = (ssize_t) (iov[0].iov_len + iov[1].iov_len);
    written = writev(fd, iov, 2);

    if (written == len) {
        *size += len;
        return NGX_OK;
    }

    /* a disk that is full takes a part: the next block must not follow that */

    err = (written == -1) ? ngx_errno : NGX_ENOSPC;

    if (ftruncate(fd, *size) == -1) {
        err = ngx_errno;
    }

    ngx_set_errno(err);

    return NGX_ERROR;
}


/* NGX_DONE: less than that is left. */

static ngx_int_t
ngx_uptime_spool_pread(ngx_fd_t fd, void *p, size_t len, off_t offset)
{
    ssize_t  n;
    size_t   done;

    for (done = 0; done < len; done += n) {
        n = pread(fd, (u_char *) p + done, len - done,
                  offset + (off_t) done);

        if (n == -1) {
            return NGX_ERROR;
        }

        if (n == 0) {
            return NGX_DONE;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_spool_open(const char *path, ngx_fd_t *fd,
    ngx_uptime_spool_head_t *head, off_t *offset)
{
    ngx_int_t                  rc;
    ngx_err_t                  err;
    ngx_uptime_spool_header_t  h, want;

    *fd = open(path, O_RDONLY|O_CLOEXEC);
    if (*fd == NGX_INVALID_FILE) {
        return NGX_ERROR;
    }

    rc = ngx_uptime_spool_pread(*fd, &h, sizeof(h), 0);

    if (rc == NGX_OK) {
        head->checker = h.checker;
        head->node = h.node;
        ngx_uptime_spool_header(&want, head);

        if (ngx_memcmp(&h, &want, sizeof(h)) == 0) {
            *offset = sizeof(h);
            return NGX_OK;
        }
    }

    err = ngx_errno;
    (void) close(*fd);
    *fd = NGX_INVALID_FILE;
    ngx_set_errno(err);

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_DECLINED;
}


ngx_int_t
ngx_uptime_spool_read(ngx_fd_t fd, off_t *offset, ngx_uptime_row_t *row,
    ngx_uint_t *n)
{
    size_t                    len;
    ngx_int_t                 rc;
    ngx_uint_t                i;
    ngx_uptime_spool_block_t  b;

    rc = ngx_uptime_spool_pread(fd, &b, sizeof(b), *offset);
    if (rc != NGX_OK) {
        return rc;
    }

    if (b.magic != NGX_UPTIME_SPOOL_BLOCK
        || b.crc != ngx_uptime_spool_crc(&b,
                                    offsetof(ngx_uptime_spool_block_t, crc))
        || b.n == 0 || b.n > NGX_UPTIME_WRITER_ROWS)
    {
        return NGX_DECLINED;
    }

    len = b.n * sizeof(ngx_uptime_row_t);

    rc = ngx_uptime_spool_pread(fd, row, len, *offset + (off_t) sizeof(b));
    if (rc != NGX_OK) {
        return rc;
    }

    if (b.rows_crc != ngx_uptime_spool_crc(row, len)) {
        return NGX_DECLINED;
    }

    for (i = 0; i < b.n; i++) {
        if (!ngx_uptime_spool_sane(&row[i])) {
            return NGX_DECLINED;
        }
    }

    *n = b.n;
    *offset += (off_t) (sizeof(b) + len);

    return NGX_OK;
}


/* What would lead out of an array. */

static ngx_uint_t
ngx_uptime_spool_sane(const ngx_uptime_row_t *row)
{
    return row->shard < 64
           && row->cause < NGX_UPTIME_CAUSE_N
           && row->outcome <= NGX_UPTIME_UNKNOWN
           && row->status <= NGX_UPTIME_UNKNOWN
           && row->told <= NGX_UPTIME_UNKNOWN
           && row->was <= NGX_UPTIME_UNKNOWN
           && row->event <= NGX_UPTIME_UNKNOWN;
}


ngx_int_t
ngx_uptime_spool_filter(ngx_fd_t from, off_t offset, ngx_fd_t to, off_t *size,
    ngx_uint_t hard, ngx_uint_t *dropped)
{
    ngx_int_t                rc;
    ngx_uint_t               i, n, kept;
    static ngx_uptime_row_t  row[NGX_UPTIME_WRITER_ROWS];

    for ( ;; ) {
        rc = ngx_uptime_spool_read(from, &offset, row, &n);
        if (rc != NGX_OK) {
            return rc;
        }

        kept = 0;

        for (i = 0; i < n; i++) {
            if (row[i].event != NGX_UPTIME_PENDING
                || (!hard && row[i].outcome != NGX_UPTIME_UP))
            {
                row[kept++] = row[i];
            }
        }

        *dropped += n - kept;

        if (kept && ngx_uptime_spool_append(to, size, row, kept) != NGX_OK) {
            return NGX_ERROR;
        }
    }
}
