
/*
 * floor: the bare libcurl multi loop, what a program that only checks would
 * be: curl_multi_socket_action() on epoll, a fresh connection for each check,
 * status and times read.  Prints one JSON object with its own CPU time.
 *
 *   -u url      {A} in it is one of the addresses 127.1.x.y
 *   -n number   of addresses, default 64
 *   -c number   in flight at most, default 100
 *   -r rate     checks per second; 0, the default: as many as possible
 *   -t seconds  default 5
 *   -C file     roots of trust
 *   -P          the built-in CApath stays on, as in a program that knows of
 *               nothing
 *   -s          one X509_STORE for all handles
 *   -k          connections are kept: not a check, but a load generator
 *   -N          TLS is not verified
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/ssl.h>


#define MAX  8192


static CURLM       *multi;
static CURL        *spare[MAX];
static X509_STORE  *store;
static const char  *url, *ca;
static char         target[2048];
static long         timer_ms = -1;
static double       timer_at;
static int          epfd, keep, share, capath, insecure;
static int          addresses = 64, limit = 100, nspare, running;
static long         done, failed, counter;


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


static double
cpu(void)
{
    struct rusage  ru;

    getrusage(RUSAGE_SELF, &ru);

    return ru.ru_utime.tv_sec + ru.ru_utime.tv_usec / 1e6
           + ru.ru_stime.tv_sec + ru.ru_stime.tv_usec / 1e6;
}


static size_t
body(char *p, size_t size, size_t n, void *data)
{
    (void) p;
    (void) data;

    return size * n;
}


static CURLcode
ssl_ctx(CURL *e, void *ctx, void *data)
{
    (void) e;
    (void) data;

    X509_STORE_up_ref(store);
    SSL_CTX_set_cert_store(ctx, store);

    return CURLE_OK;
}


static int
socket_cb(CURL *e, curl_socket_t s, int what, void *data, void *sockp)
{
    struct epoll_event  ee;

    (void) e;
    (void) data;

    memset(&ee, 0, sizeof(ee));
    ee.data.fd = s;

    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(epfd, EPOLL_CTL_DEL, s, &ee);
        return 0;
    }

    ee.events = ((what & CURL_POLL_IN) ? EPOLLIN : 0)
                | ((what & CURL_POLL_OUT) ? EPOLLOUT : 0);

    if (epoll_ctl(epfd, sockp ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, s, &ee) == -1) {
        epoll_ctl(epfd, sockp ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, s, &ee);
    }

    curl_multi_assign(multi, s, &epfd);

    return 0;
}


static int
timer_cb(CURLM *m, long ms, void *data)
{
    (void) m;
    (void) data;

    timer_ms = ms;
    timer_at = now() + ms / 1e3;

    return 0;
}


/* url with an address for {A} */

static void
next_url(void)
{
    int          i;
    size_t       len;
    const char  *p;

    p = strstr(url, "{A}");

    if (p == NULL) {
        snprintf(target, sizeof(target), "%s", url);
        return;
    }

    i = counter++ % addresses;
    len = p - url;
    snprintf(target, sizeof(target), "%.*s127.1.%d.%d%s", (int) len, url,
             i / 250, i % 250 + 1, p + 3);
}


static CURL *
handle(void)
{
    CURL  *e;

    e = curl_easy_init();

    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);

    if (!keep) {
        curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }

    if (insecure) {
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }

    if (share) {
        curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, ssl_ctx);

    } else if (ca != NULL) {
        curl_easy_setopt(e, CURLOPT_CAINFO, ca);

        if (!capath) {
            curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
        }
    }

    return e;
}


static void
begin(void)
{
    CURL  *e;

    e = nspare ? spare[--nspare] : handle();

    next_url();
    curl_easy_setopt(e, CURLOPT_URL, target);
    curl_multi_add_handle(multi, e);
    running++;
}


static void
finish(void)
{
    int          left;
    long         status;
    CURL        *e;
    CURLMsg     *msg;
    CURLcode     code;
    curl_off_t   t;

    while ((msg = curl_multi_info_read(multi, &left)) != NULL) {
        e = msg->easy_handle;
        code = msg->data.result;

        curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(e, CURLINFO_NAMELOOKUP_TIME_T, &t);
        curl_easy_getinfo(e, CURLINFO_CONNECT_TIME_T, &t);
        curl_easy_getinfo(e, CURLINFO_APPCONNECT_TIME_T, &t);
        curl_easy_getinfo(e, CURLINFO_PRETRANSFER_TIME_T, &t);
        curl_easy_getinfo(e, CURLINFO_STARTTRANSFER_TIME_T, &t);
        curl_easy_getinfo(e, CURLINFO_TOTAL_TIME_T, &t);

        if (code != CURLE_OK || status != 200) {
            if (failed++ == 0) {
                fprintf(stderr, "floor: %s, status %ld\n",
                        curl_easy_strerror(code), status);
            }
        }

        curl_multi_remove_handle(multi, e);
        spare[nspare++] = e;
        running--;
        done++;
    }
}


static void
loop_once(int wait)
{
    int                 i, n, mask, left;
    struct epoll_event  list[64];

    if (timer_ms >= 0) {
        left = (int) ((timer_at - now()) * 1e3 + 0.999);
        left = left < 0 ? 0 : left;
        wait = (wait < 0 || left < wait) ? left : wait;
    }

    n = epoll_wait(epfd, list, 64, wait);

    for (i = 0; i < n; i++) {
        mask = ((list[i].events & (EPOLLIN|EPOLLHUP)) ? CURL_CSELECT_IN : 0)
               | ((list[i].events & EPOLLOUT) ? CURL_CSELECT_OUT : 0)
               | ((list[i].events & EPOLLERR) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(multi, list[i].data.fd, mask, &left);
    }

    if (timer_ms >= 0 && now() >= timer_at) {
        timer_ms = -1;
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &left);
    }

    finish();
}


static void
run(double seconds, double rate)
{
    int     wait;
    long    started;
    double  start, t;

    start = now();
    started = 0;

    for ( ;; ) {
        t = now() - start;

        if (t >= seconds) {
            break;
        }

        wait = 100;

        while (running < limit
               && (rate == 0 || started < t * rate))
        {
            begin();
            started++;
        }

        if (rate != 0 && running < limit) {
            wait = (int) ((started / rate - t) * 1e3);
            wait = wait < 0 ? 0 : wait > 100 ? 100 : wait + 1;
        }

        loop_once(wait);
    }
}


static void
load_store(void)
{
    store = X509_STORE_new();

    if (store == NULL || X509_STORE_load_locations(store, ca, NULL) != 1) {
        fprintf(stderr, "floor: cannot read %s\n", ca);
        exit(1);
    }
}


int
main(int argc, char **argv)
{
    int            c;
    long           before;
    double         seconds, rate, used, start;
    struct rusage  ru;

    seconds = 5;
    rate = 0;

    while ((c = getopt(argc, argv, "u:n:c:r:t:C:PskN")) != -1) {
        switch (c) {
        case 'u': url = optarg; break;
        case 'n': addresses = atoi(optarg); break;
        case 'c': limit = atoi(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'C': ca = optarg; break;
        case 'P': capath = 1; break;
        case 's': share = 1; break;
        case 'k': keep = 1; break;
        case 'N': insecure = 1; break;
        default: return 2;
        }
    }

    if (url == NULL || limit < 1 || limit > MAX || addresses < 1) {
        return 2;
    }

    curl_global_init(CURL_GLOBAL_DEFAULT);

    if (share) {
        load_store();
    }

    epfd = epoll_create1(EPOLL_CLOEXEC);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_cb);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_cb);

    /* handles made and roots read before anything counts */

    run(seconds < 2 ? seconds / 4 : 0.5, rate);

    before = done;
    start = now();
    used = cpu();

    run(seconds, rate);

    used = cpu() - used;
    start = now() - start;
    getrusage(RUSAGE_SELF, &ru);

    printf("{\"checks\": %ld, \"failed\": %ld, \"seconds\": %.3f, "
           "\"cpu\": %.6f, \"rate\": %.1f, \"us\": %.2f, \"rss\": %ld}\n",
           done - before, failed, start, used, (done - before) / start,
           done > before ? used * 1e6 / (done - before) : 0.0,
           ru.ru_maxrss * 1024);

    return 0;
}
