
/*
 * sources: src/checker/ngx_uptime_spool_file.c src/checker/ngx_uptime_spool.c
 * sources: src/checker/ngx_uptime_spool_dir.c src/probe/ngx_uptime_outcome.c
 * sources: src/core/ngx_uptime_status.c
 */


#include "ngx_stub.h"
#include "tap.h"

#include <ngx_crc32.h>

#include <sys/stat.h>

#include "ngx_uptime_spool.h"


#define BLOCK  (16 + sizeof(ngx_uptime_row_t))


static ngx_time_t       now = { 1795320000, 0, 0 };
volatile ngx_time_t    *ngx_cached_time = &now;
ngx_pid_t               ngx_pid = 100;
uint32_t                ngx_crc32_table256[256];

static ngx_log_t        quiet;
static char             folder[] = "/tmp/uptime-spool-XXXXXX";
static ngx_str_t        dir;
static ngx_uptime_row_t  rows[NGX_UPTIME_WRITER_ROWS];


void *
ngx_alloc(size_t size, ngx_log_t *log)
{
    return malloc(size);
}


void *
ngx_calloc(size_t size, ngx_log_t *log)
{
    void  *p;

    p = malloc(size);

    return p ? memset(p, 0, size) : NULL;
}


u_char *
ngx_cpystrn(u_char *dst, u_char *src, size_t n)
{
    while (n > 1 && *src) {
        *dst++ = *src++;
        n--;
    }

    *dst = '\0';

    return dst;
}


ngx_int_t
ngx_open_dir(ngx_str_t *name, ngx_dir_t *d)
{
    d->dir = opendir((char *) name->data);

    return d->dir ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_read_dir(ngx_dir_t *d)
{
    d->de = readdir(d->dir);

    return d->de ? NGX_OK : NGX_ERROR;
}


static void
tables(void)
{
    uint32_t    c;
    ngx_uint_t  i, j;

    for (i = 0; i < 256; i++) {
        c = (uint32_t) i;

        for (j = 0; j < 8; j++) {
            c = (c & 1) ? 0xedb88320 ^ (c >> 1) : c >> 1;
        }

        ngx_crc32_table256[i] = c;
    }

}


static void
fill(int64_t from, ngx_uint_t n)
{
    ngx_uint_t  i;

    memset(rows, 0, sizeof(rows));

    for (i = 0; i < n; i++) {
        rows[i].monitor = from + (int64_t) i;
        rows[i].outcome = NGX_UPTIME_UP;
        rows[i].status = NGX_UPTIME_UP;
    }
}


static char *
path(const char *name)
{
    static char  p[256];

    sprintf(p, "%s/%s", folder, name);

    return p;
}


static ngx_uint_t
files(const char *suffix)
{
    DIR            *d;
    size_t          len;
    ngx_uint_t      n;
    struct dirent  *de;

    n = 0;
    d = opendir(folder);

    while ((de = readdir(d)) != NULL) {
        len = strlen(de->d_name);
        n += len > strlen(suffix)
             && strcmp(de->d_name + len - strlen(suffix), suffix) == 0;
    }

    closedir(d);

    return n;
}


static void
test_format(void)
{
    off_t                    size, offset;
    ngx_fd_t                 fd;
    ngx_uint_t               n, i, bad, all;
    struct stat              st;
    ngx_uptime_row_t         got[NGX_UPTIME_WRITER_ROWS];
    ngx_uptime_spool_head_t  head, back;
    u_char                   byte;

    head.checker = 7;
    head.node = 3;

    fd = ngx_uptime_spool_create(path("one"), &head, &size);
    fill(1, 2);
    tap_is_int(ngx_uptime_spool_append(fd, &size, rows, 2), NGX_OK, "append");
    fill(3, 1);
    tap_is_int(ngx_uptime_spool_append(fd, &size, rows, 1), NGX_OK, "again");
    close(fd);

    stat(path("one"), &st);
    tap_is_int(st.st_mode & 0777, 0600, "nobody else reads it");
    tap_is_int(st.st_size, size, "its size is known");

    tap_is_int(ngx_uptime_spool_open(path("one"), &fd, &back, &offset),
               NGX_OK, "open");
    tap_ok(back.checker == 7 && back.node == 3, "whose results");
    tap_is_int(ngx_uptime_spool_read(fd, &offset, got, &n), NGX_OK, "read");
    tap_ok(n == 2 && got[1].monitor == 2, "the first block");
    tap_is_int(ngx_uptime_spool_read(fd, &offset, got, &n), NGX_OK, "read");
    tap_ok(n == 1 && got[0].monitor == 3, "the second");
    tap_is_int(ngx_uptime_spool_read(fd, &offset, got, &n), NGX_DONE, "end");
    close(fd);

    /* torn: every length of the last block */

    bad = 0;

    for (i = 1; i <= BLOCK; i++) {
        if (truncate(path("one"), size - (off_t) i) == -1) {
            break;
        }

        (void) ngx_uptime_spool_open(path("one"), &fd, &back, &offset);
        bad += ngx_uptime_spool_read(fd, &offset, got, &n) != NGX_OK;
        bad += ngx_uptime_spool_read(fd, &offset, got, &n) != NGX_DONE;
        close(fd);
    }

    tap_is_int(bad, 0, "a torn tail is the end");

    /* one wrong bit, anywhere in header and first block */

    stat(path("one"), &st);
    all = 0;

    for (i = 0; i < (ngx_uint_t) st.st_size; i++) {
        fd = open(path("one"), O_RDWR);
        bad = pread(fd, &byte, 1, (off_t) i) != 1;
        byte ^= 0x10;
        bad += pwrite(fd, &byte, 1, (off_t) i) != 1;
        close(fd);

        /* in the number of the checker and such the checksum tells */

        if (ngx_uptime_spool_open(path("one"), &fd, &back, &offset)
            == NGX_OK)
        {
            all += ngx_uptime_spool_read(fd, &offset, got, &n) == NGX_OK;
            close(fd);
        }

        fd = open(path("one"), O_RDWR);
        byte ^= 0x10;
        bad += pwrite(fd, &byte, 1, (off_t) i) != 1;
        close(fd);
        all += bad;
    }

    tap_is_int(all, 0, "no wrong bit passes");

    /* a checksum that is right, and a number that leads out of an array */

    fd = ngx_uptime_spool_create(path("two"), &head, &size);
    fill(1, 1);
    rows[0].cause = NGX_UPTIME_CAUSE_N;
    (void) ngx_uptime_spool_append(fd, &size, rows, 1);
    close(fd);
    (void) ngx_uptime_spool_open(path("two"), &fd, &back, &offset);
    tap_is_int(ngx_uptime_spool_read(fd, &offset, got, &n), NGX_DECLINED,
               "a cause that does not exist");
    close(fd);

    fd = open("/dev/full", O_WRONLY);
    size = 0;
    fill(1, 1);
    tap_is_int(ngx_uptime_spool_append(fd, &size, rows, 1), NGX_ERROR,
               "a full disk");
    tap_is_int(size, 0, "nothing was added");
    close(fd);

    tap_is_int(ngx_uptime_spool_open(path("none"), &fd, &back, &offset),
               NGX_ERROR, "no file");

    unlink(path("one"));
    unlink(path("two"));
}


static void
test_queue(void)
{
    int64_t                  want;
    ngx_uint_t               i, n, own, wrong;
    ngx_uptime_spool_t       sp;
    ngx_uptime_row_t         got[NGX_UPTIME_WRITER_ROWS];
    ngx_uptime_spool_head_t  head;

    head.checker = 1;
    head.node = 1;

    ngx_uptime_spool_init(&sp, &dir, 64 * 1024 * 1024, &quiet);
    tap_ok(ngx_uptime_spool_empty(&sp), "empty");
    tap_is_int(ngx_uptime_spool_peek(&sp, &head, got, &n, &own),
               NGX_DECLINED, "nothing to read");
    tap_is_int(files(""), 2, "nothing was written");

    for (i = 0; i < 100; i++) {
        fill((int64_t) i * 1000, 1000);
        (void) ngx_uptime_spool_put(&sp, &head, rows, 1000);
    }

    tap_ok(files(".spool") > 1, "several segments");

    wrong = 0;

    want = 0;

    while (ngx_uptime_spool_peek(&sp, &head, got, &n, &own) == NGX_OK) {
        wrong += n != 1000 || got[0].monitor != want * 1000 || !own;
        ngx_uptime_spool_next(&sp);

        if (want == 50) {
            fill(100000, 1000);
            (void) ngx_uptime_spool_put(&sp, &head, rows, 1000);
        }

        want++;
    }

    tap_is_int(want, 101, "as many blocks come out");
    tap_is_int(wrong, 0, "in order");
    tap_is_int(files("spool") + files("lock"), 0, "and no file is left");
    tap_is_int(sp.size, 0, "nor a byte");

    ngx_uptime_spool_close(&sp);
}


static void
test_limit(void)
{
    ngx_int_t                rc;
    ngx_uint_t               i, n, own, ups, downs, events, lost;
    ngx_uptime_spool_t       sp;
    ngx_uptime_row_t         got[NGX_UPTIME_WRITER_ROWS];
    ngx_uptime_spool_head_t  head;

    head.checker = 1;
    head.node = 1;

    ngx_uptime_spool_init(&sp, &dir, 10 * 1024 * 1024, &quiet);

    rc = NGX_OK;

    for (i = 0; i < 1000; i++) {
        fill((int64_t) i, 1000);
        rows[1].outcome = NGX_UPTIME_DOWN;
        rows[2].outcome = NGX_UPTIME_DOWN;
        rows[2].event = NGX_UPTIME_DOWN;
        rc |= ngx_uptime_spool_put(&sp, &head, rows, 1000);
    }

    tap_is_int(rc, NGX_OK, "a million results into 10 MiB");
    tap_ok(sp.size <= 10 * 1024 * 1024, "it keeps to its limit");
    lost = sp.lost;
    tap_is_int(sp.own_lost, lost, "all of our own");

    ups = 0;
    downs = 0;
    events = 0;

    while (ngx_uptime_spool_peek(&sp, &head, got, &n, &own) == NGX_OK) {
        for (i = 0; i < n; i++) {
            ups += got[i].outcome == NGX_UPTIME_UP;
            downs += got[i].outcome == NGX_UPTIME_DOWN;
            events += got[i].event != NGX_UPTIME_PENDING;
        }

        ngx_uptime_spool_next(&sp);
    }

    tap_is_int(events, 1000, "every transition is there");
    tap_is_int(downs, 2000, "every failure");
    tap_is_int(ups + downs + lost, 1000000, "every result is counted");
    tap_ok(ups > 20000, "the youngest successes too");

    /* failures, and few successes: no segment is written anew for those */

    lost = 0;

    for (i = 0; i < 200; i++) {
        fill((int64_t) i, 1000);
        for (n = 20; n < 1000; n++) {
            rows[n].outcome = NGX_UPTIME_DOWN;
        }
        sp.lost = 0;
        rc |= ngx_uptime_spool_put(&sp, &head, rows, 1000);
        lost = ngx_max(lost, sp.lost);
    }

    tap_is_int(rc, NGX_OK, "failures make room for failures");
    tap_ok(lost >= 1000 && lost <= 2 * 11000,
           "... at most two segments at once");

    while (ngx_uptime_spool_peek(&sp, &head, got, &n, &own) == NGX_OK) {
        ngx_uptime_spool_next(&sp);
    }

    /* nothing but transitions */

    rc = NGX_OK;

    for (i = 0; i < 200 && rc == NGX_OK; i++) {
        fill(1, 1000);
        for (n = 0; n < 1000; n++) {
            rows[n].event = NGX_UPTIME_UP;
        }

        rc = ngx_uptime_spool_put(&sp, &head, rows, 1000);
    }

    tap_is_int(rc, NGX_DECLINED, "those are not dropped");

    while (ngx_uptime_spool_peek(&sp, &head, got, &n, &own) == NGX_OK) {
        ngx_uptime_spool_next(&sp);
    }

    ngx_uptime_spool_close(&sp);

    ngx_uptime_spool_init(&sp, &dir, 0, &quiet);
    tap_is_int(ngx_uptime_spool_put(&sp, &head, rows, 1), NGX_DECLINED,
               "a spool of nothing");
    tap_is_int(files("spool"), 0, "makes no file");
    ngx_uptime_spool_close(&sp);
}


static void
test_heirs(void)
{
    FILE                    *f;
    ngx_uint_t               n, own;
    ngx_uptime_spool_t       a, b, c;
    ngx_uptime_row_t         got[NGX_UPTIME_WRITER_ROWS];
    ngx_uptime_spool_head_t  head, back;

    head.checker = 5;
    head.node = 2;

    ngx_uptime_spool_init(&a, &dir, 1 << 24, &quiet);
    fill(1, 10);
    (void) ngx_uptime_spool_put(&a, &head, rows, 10);

    now.sec++;
    ngx_pid++;
    ngx_uptime_spool_init(&b, &dir, 1 << 24, &quiet);
    tap_is_int(ngx_uptime_spool_adopt(&b), 0, "the living inherit nothing");

    head.checker = 6;
    fill(100, 10);
    (void) ngx_uptime_spool_put(&b, &head, rows, 10);

    ngx_uptime_spool_close(&a);
    ngx_uptime_spool_init(&c, &dir, 1 << 24, &quiet);
    tap_is_int(ngx_uptime_spool_adopt(&b), 1, "from the dead they do");
    tap_is_int(ngx_uptime_spool_adopt(&b), 0, "once");
    tap_is_int(ngx_uptime_spool_adopt(&c), 0, "and only one of them");

    (void) ngx_uptime_spool_peek(&b, &back, got, &n, &own);
    tap_ok(n == 10 && got[0].monitor == 1 && back.checker == 5 && !own,
           "what is older comes first, under its name");
    ngx_uptime_spool_next(&b);
    (void) ngx_uptime_spool_peek(&b, &back, got, &n, &own);
    tap_ok(n == 10 && got[0].monitor == 100 && back.checker == 6 && own,
           "then its own");
    ngx_uptime_spool_next(&b);
    tap_is_int(files(".lock"), 0, "no lock is left");

    /* a file that is no file of ours, before a good one */

    now.sec++;
    ngx_pid++;
    (void) ngx_uptime_spool_put(&b, &head, rows, 10);
    f = fopen(path("1-1.10000000.spool"), "w");
    fputs("garbage", f);
    fclose(f);
    tap_is_int(ngx_uptime_spool_adopt(&c), 1, "a file without an owner");
    tap_is_int(ngx_uptime_spool_peek(&c, &back, got, &n, &own), NGX_DECLINED,
               "that cannot be read");
    tap_is_int(files(".bad"), 1, "is set aside");
    tap_is_int(ngx_uptime_spool_peek(&b, &back, got, &n, &own), NGX_OK,
               "the others are not touched");
    ngx_uptime_spool_next(&b);

    unlink(path("1-1.10000000.spool.bad"));
    ngx_uptime_spool_close(&b);
    ngx_uptime_spool_close(&c);
    tap_is_int(files(""), 2, "nothing is left");
}


int
main(void)
{
    tables();

    if (mkdtemp(folder) == NULL) {
        return 1;
    }

    dir.data = (u_char *) folder;
    dir.len = strlen(folder);

    test_format();
    test_queue();
    test_limit();
    test_heirs();

    rmdir(folder);

    return tap_done();
}
