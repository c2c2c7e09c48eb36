
/*
 * Templates of messages: placeholders are replaced, once and by nothing else
 * than escaped values.  Pure; used in workers and in the checker.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_alert_template.h"
#include "ngx_uptime_json.h"


/* One text on its way to another. */

typedef struct {
    ngx_pool_t                    *pool;
    ngx_uptime_template_value_pt   value;
    void                          *data;
    ngx_uptime_escape_e            escape;
    size_t                         max;
    ngx_str_t                      out;
    size_t                         size;
    size_t                         line;        /* where it begins in out   */
    ngx_uint_t                     places;      /* placeholders of the line */
    ngx_uint_t                     filled;
} ngx_uptime_template_t;


static u_char *ngx_uptime_template_next(u_char *p, u_char *last,
    ngx_str_t *name);
static ngx_int_t ngx_uptime_template_add(ngx_uptime_template_t *t, u_char *p,
    size_t len);
static ngx_int_t ngx_uptime_template_text(ngx_uptime_template_t *t,
    u_char *p, u_char *last);
static void ngx_uptime_template_eol(ngx_uptime_template_t *t);
static ngx_int_t ngx_uptime_template_place(ngx_uptime_template_t *t,
    const ngx_str_t *name);
static size_t ngx_uptime_template_html(u_char *dst, const ngx_str_t *text);


/*
 * The end of the next placeholder, whose name is trimmed; NULL: there is
 * none, and with name->data one that is not closed.
 */

static u_char *
ngx_uptime_template_next(u_char *p, u_char *last, ngx_str_t *name)
{
    u_char  *begin, *end;

    ngx_str_null(name);

    begin = (last - p >= 2) ? memmem(p, last - p, "{{", 2) : NULL;
    if (begin == NULL) {
        return NULL;
    }

    name->data = begin + 2;

    end = memmem(name->data, last - name->data, "}}", 2);
    if (end == NULL) {
        return NULL;
    }

    name->len = end - name->data;

    while (name->len && *name->data == ' ') {
        name->data++;
        name->len--;
    }

    while (name->len && name->data[name->len - 1] == ' ') {
        name->len--;
    }

    return end + 2;
}


ngx_int_t
ngx_uptime_template_check(const ngx_str_t *text,
    ngx_uptime_template_value_pt value, void *data, ngx_str_t *wrong)
{
    u_char     *p, *last;
    ngx_str_t   name, ignored;

    last = text->data + text->len;

    for (p = text->data; ; /* void */ ) {
        p = ngx_uptime_template_next(p, last, &name);

        if (p == NULL) {
            ngx_str_null(wrong);
            return name.data ? NGX_DECLINED : NGX_OK;
        }

        if (name.len == 0 || value(data, &name, &ignored) != NGX_OK) {
            *wrong = name;
            return NGX_DECLINED;
        }
    }
}


ngx_int_t
ngx_uptime_template_render(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_template_value_pt value, void *data,
    ngx_uptime_escape_e escape, size_t max, ngx_str_t *result)
{
    u_char                 *p, *next, *last;
    ngx_str_t               name;
    ngx_uptime_template_t   t;

    ngx_memzero(&t, sizeof(ngx_uptime_template_t));

    t.pool = pool;
    t.value = value;
    t.data = data;
    t.escape = escape;
    t.max = max;

    p = text->data;
    last = text->data + text->len;

    while ((next = ngx_uptime_template_next(p, last, &name)) != NULL) {

        if (ngx_uptime_template_text(&t, p,
                                     (u_char *) memmem(p, last - p, "{{", 2))
            != NGX_OK
            || ngx_uptime_template_place(&t, &name) != NGX_OK)
        {
            return NGX_ERROR;
        }

        p = next;
    }

    if (ngx_uptime_template_text(&t, p, last) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_uptime_template_eol(&t);

    /* a last line that was left out leaves its line feed */

    while (t.out.len && t.out.data[t.out.len - 1] == '\n') {
        t.out.len--;
    }

    t.out.len = ngx_uptime_template_cut(&t.out, max);
    *result = t.out;

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_template_text(ngx_uptime_template_t *t, u_char *p, u_char *last)
{
    u_char  *eol;

    while ((eol = ngx_strlchr(p, last, '\n')) != NULL) {

        if (ngx_uptime_template_add(t, p, eol + 1 - p) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_uptime_template_eol(t);
        p = eol + 1;
    }

    return ngx_uptime_template_add(t, p, last - p);
}


static void
ngx_uptime_template_eol(ngx_uptime_template_t *t)
{
    if (t->places && t->filled == 0 && t->escape == NGX_UPTIME_ESCAPE_NONE) {
        t->out.len = t->line;
    }

    t->line = t->out.len;
    t->places = 0;
    t->filled = 0;
}


static ngx_int_t
ngx_uptime_template_place(ngx_uptime_template_t *t, const ngx_str_t *name)
{
    ngx_str_t  value, escaped;

    t->places++;

    if (t->value(t->data, name, &value) != NGX_OK || value.len == 0) {
        return NGX_OK;
    }

    t->filled++;

    if (ngx_uptime_template_escape(t->pool, &value, t->escape, &escaped)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_uptime_template_add(t, escaped.data, escaped.len);
}


static ngx_int_t
ngx_uptime_template_add(ngx_uptime_template_t *t, u_char *p, size_t len)
{
    size_t   size;
    u_char  *data;

    /* a bit more than what is wanted, so that it is cut at the end only */

    len = ngx_min(len, t->max + 4 - ngx_min(t->out.len, t->max + 4));

    if (t->out.len + len > t->size) {

        for (size = t->size ? t->size : 512; size < t->out.len + len;
             size *= 2)
        {
            /* void */
        }

        data = ngx_pnalloc(t->pool, size);
        if (data == NULL) {
            return NGX_ERROR;
        }

        if (t->out.len) {
            ngx_memcpy(data, t->out.data, t->out.len);
        }

        t->out.data = data;
        t->size = size;
    }

    if (len) {
        ngx_memcpy(t->out.data + t->out.len, p, len);
        t->out.len += len;
    }

    return NGX_OK;
}


ngx_int_t
ngx_uptime_template_escape(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_uptime_escape_e escape, ngx_str_t *result)
{
    size_t  len;

    *result = *text;

    switch (escape) {

    case NGX_UPTIME_ESCAPE_JSON:
        len = ngx_uptime_json_escape(NULL, text->data, text->len);
        break;

    case NGX_UPTIME_ESCAPE_HTML:
        len = ngx_uptime_template_html(NULL, text);
        break;

    case NGX_UPTIME_ESCAPE_URI:
        len = text->len + 2 * ngx_escape_uri(NULL, text->data, text->len,
                                             NGX_ESCAPE_URI_COMPONENT);
        break;

    default:
        return NGX_OK;
    }

    if (len == text->len) {
        return NGX_OK;
    }

    result->data = ngx_pnalloc(pool, len);
    if (result->data == NULL) {
        return NGX_ERROR;
    }

    result->len = len;

    if (escape == NGX_UPTIME_ESCAPE_JSON) {
        (void) ngx_uptime_json_escape(result->data, text->data, text->len);

    } else if (escape == NGX_UPTIME_ESCAPE_HTML) {
        (void) ngx_uptime_template_html(result->data, text);

    } else {
        (void) ngx_escape_uri(result->data, text->data, text->len,
                              NGX_ESCAPE_URI_COMPONENT);
    }

    return NGX_OK;
}


static size_t
ngx_uptime_template_html(u_char *dst, const ngx_str_t *text)
{
    size_t  extra;

    if (dst == NULL) {
        extra = ngx_escape_html(NULL, text->data, text->len);
        return text->len + extra;
    }

    (void) ngx_escape_html(dst, text->data, text->len);

    return 0;
}


size_t
ngx_uptime_template_cut(const ngx_str_t *text, size_t max)
{
    size_t  len;

    if (text->len <= max) {
        return text->len;
    }

    for (len = max; len && (text->data[len] & 0xc0) == 0x80; len--) {
        /* void */
    }

    return len;
}
