
/*
 * A path, a line end, a JSON text: what the path leads to must be what a walk
 * through cJSON's tree finds, and every comparison must come to an end.
 *
 * divide: 4
 * sources: src/core/ngx_uptime_assert.c src/core/ngx_uptime_assert_path.c
 * sources: src/core/ngx_uptime_assert_text.c
 * sources: src/core/ngx_uptime_json.c src/core/ngx_uptime_json_scan.c
 * sources: src/core/ngx_uptime_utf8.c
 */


#include "ngx_stub.h"
#include "fuzz.h"

#include "ngx_uptime_assert.h"
#include "ngx_uptime_json_scan.h"


static void judge(ngx_pool_t *pool, ngx_str_t *path, ngx_str_t *json);
static cJSON *walk(ngx_pool_t *pool, const ngx_str_t *path, cJSON *node);
static void compare(ngx_pool_t *pool, ngx_str_t *json, ngx_str_t *list);
static ngx_int_t header(void *data, const char *name, ngx_uint_t n,
    ngx_str_t *value);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char      *copy, *line;
    ngx_str_t    path, json;
    ngx_pool_t  *pool;

    pool = ngx_stub_pool();
    copy = ngx_pnalloc(pool, size ? size : 1);
    if (size) {
        ngx_memcpy(copy, data, size);
    }

    line = ngx_strlchr(copy, copy + size, '\n');

    if (line != NULL) {
        path.data = copy;
        path.len = line - copy;
        json.data = line + 1;
        json.len = copy + size - json.data;

        if (ngx_uptime_assert_path_check(&path) == NGX_OK) {
            judge(pool, &path, &json);
        }

        compare(pool, &json, &path);
    }

    ngx_destroy_pool(pool);

    return 0;
}


static void
judge(ngx_pool_t *pool, ngx_str_t *path, ngx_str_t *json)
{
    cJSON       *root, *node, *found;
    ngx_int_t    rc;
    ngx_str_t    value;
    const char  *reason;

    /* keys that are there twice are refused here, and only here */

    if (ngx_uptime_json_parse(pool, json, &root, &reason) != NGX_OK) {
        if (ngx_uptime_json_scan(json, &reason) == NGX_OK) {
            (void) ngx_uptime_assert_path_find(path, json, &value);
        }

        return;
    }

    rc = ngx_uptime_assert_path_find(path, json, &value);
    node = walk(pool, path, root);

    require(rc == (node ? NGX_OK : NGX_DECLINED));

    if (node == NULL) {
        return;
    }

    require(value.data >= json->data
            && value.data + value.len <= json->data + json->len);
    require(ngx_uptime_json_scan(&value, &reason) == NGX_OK);

    found = cJSON_ParseWithLength((char *) value.data, value.len);
    require(found != NULL && cJSON_Compare(found, node, 1));
    cJSON_Delete(found);
}


/* A plain second implementation; the path is known to be good. */

static cJSON *
walk(ngx_pool_t *pool, const ngx_str_t *path, cJSON *node)
{
    char    *p, *end, *text, *name;
    long     i;
    cJSON   *key;

    text = ngx_pnalloc(pool, path->len + 1);
    memcpy(text, path->data, path->len);
    text[path->len] = '\0';

    for (p = text + 1; *p && node; p = end) {

        if (*p == '[') {
            i = strtol(p + 1, &end, 10);
            end++;

            if (!cJSON_IsArray(node)) {
                return NULL;
            }

            i += (i < 0) ? cJSON_GetArraySize(node) : 0;
            node = (i < 0) ? NULL : cJSON_GetArrayItem(node, (int) i);
            continue;
        }

        if (!cJSON_IsObject(node)) {
            return NULL;
        }

        if (p[1] == '"') {
            key = cJSON_ParseWithOpts(p + 1, (const char **) &end, 0);
            require(key != NULL);
            node = cJSON_GetObjectItemCaseSensitive(node, key->valuestring);
            cJSON_Delete(key);
            continue;
        }

        end = p + 1 + strcspn(p + 1, ".[");
        name = ngx_pnalloc(pool, end - p);
        memcpy(name, p + 1, end - p - 1);
        name[end - p - 1] = '\0';
        node = cJSON_GetObjectItemCaseSensitive(node, name);
    }

    return node;
}


static void
compare(ngx_pool_t *pool, ngx_str_t *json, ngx_str_t *list)
{
    ngx_int_t                     rc;
    ngx_uint_t                    n;
    const char                   *failed;
    ngx_uptime_assert_response_t  response;

    memset(&response, 0, sizeof(response));
    response.body = *json;
    response.header = header;

    failed = NULL;
    rc = ngx_uptime_assert(pool, list, &response, &failed, &n);

    require((rc == NGX_DECLINED) == (failed != NULL) || rc == NGX_ERROR);
}


static ngx_int_t
header(void *data, const char *name, ngx_uint_t n, ngx_str_t *value)
{
    ngx_str_set(value, "60");

    return n < 2 ? NGX_OK : NGX_DECLINED;
}
