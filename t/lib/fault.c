
/*
 * Loaded before nginx by Uptime::Fault: makes calls fail as a test says, in
 * the first bytes of a shared file, a letter each.  Only TCP sockets of the
 * Internet families are touched.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#undef curl_easy_setopt


static const volatile char  *control;


static void __attribute__ ((constructor))
start(void)
{
    int          fd;
    void        *p;
    const char  *path = getenv("UPTIME_FAULT");

    if (path == NULL) {
        return;
    }

    fd = open(path, O_RDONLY | O_CLOEXEC);
    p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    control = (p == MAP_FAILED) ? NULL : p;
    (void) close(fd);
}


static char
fault(int n)
{
    return (control == NULL) ? '-' : control[n];
}


static int
failure(char c)
{
    switch (c) {
    case 'm': return EMFILE;
    case 'f': return ENFILE;
    case 'b': return ENOBUFS;
    case 'e': return ENOMEM;
    case 'u': return ENETUNREACH;
    case 'p': return EPERM;
    case 'a': return EADDRNOTAVAIL;
    case 'h': return EHOSTUNREACH;
    case 'n': return ENOSPC;
    default:  return 0;
    }
}


/* 0: socket() of a TCP socket */

int
socket(int domain, int type, int protocol)
{
    static int  (*next)(int, int, int);

    if (next == NULL) {
        next = (int (*)(int, int, int)) dlsym(RTLD_NEXT, "socket");
    }

    if ((domain == AF_INET || domain == AF_INET6) && failure(fault(0))
        && (type & 0xf) == SOCK_STREAM)
    {
        errno = failure(fault(0));
        return -1;
    }

    return next(domain, type, protocol);
}


/* 1: connect() of TCP, 2: of UDP, which is how a route is looked up */

int
connect(int fd, const struct sockaddr *sa, socklen_t len)
{
    static int  (*next)(int, const struct sockaddr *, socklen_t);

    int        type, err;
    socklen_t  size;

    if (next == NULL) {
        next = (int (*)(int, const struct sockaddr *, socklen_t))
               dlsym(RTLD_NEXT, "connect");
    }

    type = 0;
    size = sizeof(type);

    if (sa->sa_family == AF_INET || sa->sa_family == AF_INET6) {
        (void) getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
        err = failure(fault(type == SOCK_STREAM ? 1 : 2));

        if (err) {
            errno = err;
            return -1;
        }
    }

    return next(fd, sa, len);
}


/* 3: no memory for a transfer; handles are kept, so not in their creation */

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    static CURLMcode  (*next)(CURLM *, CURL *);

    if (next == NULL) {
        next = (CURLMcode (*)(CURLM *, CURL *))
               dlsym(RTLD_NEXT, "curl_multi_add_handle");
    }

    return (fault(3) == '-') ? next(multi, easy) : CURLM_OUT_OF_MEMORY;
}


/* 4: the address that was judged is exchanged for 127.0.0.2 */

CURLcode
curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    static CURLcode  (*next)(CURL *, CURLoption, ...);

    char                      *p;
    void                      *value;
    va_list                    args;
    struct curl_slist         *list;
    static struct curl_slist  *kept;

    if (next == NULL) {
        next = (CURLcode (*)(CURL *, CURLoption, ...))
               dlsym(RTLD_NEXT, "curl_easy_setopt");
    }

    va_start(args, option);
    value = va_arg(args, void *);
    va_end(args);

    if (option == CURLOPT_RESOLVE && fault(4) != '-' && value != NULL) {
        char  text[512];

        list = value;
        snprintf(text, sizeof(text) - 16, "%s", list->data);

        /* "+name:port:address" */
        p = strchr(text, ':');
        p = (p == NULL) ? NULL : strchr(p + 1, ':');

        if (p != NULL) {
            strcpy(p + 1, "127.0.0.2");
            curl_slist_free_all(kept);
            kept = curl_slist_append(NULL, text);
            value = kept;
        }
    }

    return next(easy, option, value);
}


/*
 * 5: epoll_ctl() of a TCP socket on an inner descriptor; nginx makes its own
 * with epoll_create().
 */

static unsigned char  inner[1024];


int
epoll_create1(int flags)
{
    static int  (*next)(int);

    int  fd;

    if (next == NULL) {
        next = (int (*)(int)) dlsym(RTLD_NEXT, "epoll_create1");
    }

    fd = next(flags);

    if (fd >= 0 && fd < (int) sizeof(inner)) {
        inner[fd] = 1;
    }

    return fd;
}


int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    static int  (*next)(int, int, int, struct epoll_event *);

    int        type;
    socklen_t  size;

    if (next == NULL) {
        next = (int (*)(int, int, int, struct epoll_event *))
               dlsym(RTLD_NEXT, "epoll_ctl");
    }

    type = 0;
    size = sizeof(type);

    if (failure(fault(5)) && op != EPOLL_CTL_DEL
        && epfd >= 0 && epfd < (int) sizeof(inner) && inner[epfd]
        && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0
        && type == SOCK_STREAM)
    {
        errno = failure(fault(5));
        return -1;
    }

    return next(epfd, op, fd, event);
}
