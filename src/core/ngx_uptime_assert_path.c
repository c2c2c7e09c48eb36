
/*
 * Paths into JSON texts.  Pure; see ngx_uptime_assert_text.c for the texts.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_assert.h"
#include "ngx_uptime_assert_text.h"
#include "ngx_uptime_json_scan.h"


/* an index has at most so many digits */
#define NGX_UPTIME_ASSERT_DIGITS  9


typedef struct {
    ngx_uint_t                     is_index;
    ngx_int_t                      index;       /* -1: the last one         */
    size_t                         len;         /* of the key               */
    u_char                         key[NGX_UPTIME_ASSERT_PATH];
} ngx_uptime_assert_step_t;


static ngx_int_t ngx_uptime_assert_step(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step);
static ngx_int_t ngx_uptime_assert_step_index(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step);
static ngx_int_t ngx_uptime_assert_step_key(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step);
static ngx_int_t ngx_uptime_assert_step_quoted(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step);
static ngx_int_t ngx_uptime_assert_follow(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step);
static ngx_int_t ngx_uptime_assert_at(u_char **pos, u_char *last,
    ngx_int_t index);


ngx_int_t
ngx_uptime_assert_path_check(const ngx_str_t *path)
{
    u_char                    *p, *last;
    ngx_int_t                  rc;
    ngx_uptime_assert_step_t   step;

    if (path->len == 0 || path->len > NGX_UPTIME_ASSERT_PATH
        || path->data[0] != '$')
    {
        return NGX_DECLINED;
    }

    p = path->data + 1;
    last = path->data + path->len;

    do {
        rc = ngx_uptime_assert_step(&p, last, &step);
    } while (rc == NGX_OK);

    return (rc == NGX_DONE) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_uptime_assert_path_find(const ngx_str_t *path, const ngx_str_t *json,
    ngx_str_t *value)
{
    u_char                    *p, *last, *step_p, *step_last;
    ngx_int_t                  rc;
    ngx_uptime_assert_step_t   step;

    last = json->data + json->len;
    p = ngx_uptime_assert_space(json->data, last);

    step_p = path->data + 1;
    step_last = path->data + path->len;

    for ( ;; ) {
        rc = ngx_uptime_assert_step(&step_p, step_last, &step);

        if (rc == NGX_DONE) {
            value->data = p;
            value->len = ngx_uptime_assert_value(p, last) - p;
            return NGX_OK;
        }

        if (rc == NGX_OK) {
            rc = ngx_uptime_assert_follow(&p, last, &step);
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }
}


/* NGX_DONE: the path has no further step. */

static ngx_int_t
ngx_uptime_assert_step(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step)
{
    u_char  *p;

    p = *pos;

    if (p == last) {
        return NGX_DONE;
    }

    (*pos)++;

    if (*p == '[') {
        return ngx_uptime_assert_step_index(pos, last, step);
    }

    if (*p != '.' || *pos == last) {
        return NGX_DECLINED;
    }

    return (**pos == '"') ? ngx_uptime_assert_step_quoted(pos, last, step)
                          : ngx_uptime_assert_step_key(pos, last, step);
}


static ngx_int_t
ngx_uptime_assert_step_index(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step)
{
    u_char      *p, *start;
    ngx_uint_t   minus;

    p = *pos;
    minus = (p < last && *p == '-');
    p += minus;

    for (start = p; p < last && *p >= '0' && *p <= '9'; p++) { /* void */ }

    if (p == start || p - start > NGX_UPTIME_ASSERT_DIGITS
        || p == last || *p != ']')
    {
        return NGX_DECLINED;
    }

    step->is_index = 1;
    step->index = ngx_atoi(start, p - start);

    if (minus) {
        step->index = -step->index;
    }

    *pos = p + 1;

    /* there is no last but zeroth */

    return (minus && step->index == 0) ? NGX_DECLINED : NGX_OK;
}


static ngx_int_t
ngx_uptime_assert_step_key(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step)
{
    u_char  *p, ch;

    step->is_index = 0;
    step->len = 0;

    for (p = *pos; p < last; p++) {
        ch = *p | 0x20;

        if (!(ch >= 'a' && ch <= 'z') && !(*p >= '0' && *p <= '9')
            && *p != '_' && *p != '-' && *p < 0x80)
        {
            break;
        }

        step->key[step->len++] = *p;
    }

    *pos = p;

    return step->len ? NGX_OK : NGX_DECLINED;
}


/* As a string in JSON, escapes included. */

static ngx_int_t
ngx_uptime_assert_step_quoted(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step)
{
    cJSON       *json;
    ngx_str_t    text;
    const char  *reason;

    text.data = *pos;
    text.len = ngx_uptime_assert_string(*pos, last) - *pos;
    *pos += text.len;

    if (ngx_uptime_json_scan(&text, &reason) != NGX_OK) {
        return NGX_DECLINED;
    }

    json = cJSON_ParseWithLength((char *) text.data, text.len);
    if (json == NULL) {
        return NGX_ERROR;
    }

    /* an escape is never shorter than what it stands for */

    step->is_index = 0;
    step->len = ngx_strlen(json->valuestring);
    ngx_memcpy(step->key, json->valuestring, step->len);

    cJSON_Delete(json);

    return NGX_OK;
}


static ngx_int_t
ngx_uptime_assert_follow(u_char **pos, u_char *last,
    ngx_uptime_assert_step_t *step)
{
    if (*pos == last) {
        return NGX_DECLINED;
    }

    if (step->is_index) {
        return (**pos == '[') ? ngx_uptime_assert_at(pos, last, step->index)
                              : NGX_DECLINED;
    }

    if (**pos != '{') {
        return NGX_DECLINED;
    }

    return ngx_uptime_assert_member(pos, last, step->key, step->len);
}


static ngx_int_t
ngx_uptime_assert_at(u_char **pos, u_char *last, ngx_int_t index)
{
    u_char     *p;
    ngx_int_t   minus;
    ngx_str_t   value;

    minus = index;

    if (index < 0) {
        p = *pos;
        value.data = NULL;

        while (ngx_uptime_assert_element(&p, last, &value) == NGX_OK) {
            index++;
        }

        /* the last one needs no second turn */

        if (minus == -1 && value.data != NULL) {
            *pos = value.data;
            return NGX_OK;
        }

        /* now 0 is the first one, unless there are too few */

        if (index < 0) {
            return NGX_DECLINED;
        }
    }

    p = *pos;

    do {
        if (ngx_uptime_assert_element(&p, last, &value) != NGX_OK) {
            return NGX_DECLINED;
        }
    } while (index-- > 0);

    *pos = value.data;

    return NGX_OK;
}
