
/*
 * Monitors out of a file: POST /monitors/import.
 * Rows are validated one by one here, by the table of POST /monitors; the
 * statement says what happened to each.  Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"
#include "ngx_http_uptime_fields.h"


/* bytes, more than any name of a field in an error */
#define NGX_HTTP_UPTIME_FIELD_LEN  256

/* told of each row */
#define NGX_HTTP_UPTIME_ROW_ERRORS  10


static ngx_int_t ngx_http_uptime_import_rows(ngx_http_uptime_ctx_t *ctx,
    cJSON *args, cJSON *rows);
static cJSON *ngx_http_uptime_import_row(ngx_http_uptime_ctx_t *ctx,
    cJSON *item);
static ngx_int_t ngx_http_uptime_import_errors(cJSON *row,
    ngx_array_t *errors);


void
ngx_http_uptime_monitor_import(ngx_http_uptime_ctx_t *ctx)
{
    cJSON  *args, *rows, *given;

    given = cJSON_GetObjectItemCaseSensitive(ctx->args, "_args");
    args = ngx_uptime_json_object(ctx->request->pool);
    rows = args ? cJSON_AddArrayToObject(args, "rows") : NULL;

    if (rows == NULL
        || (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(given, "dry_run"))
            && cJSON_AddTrueToObject(args, "dry_run") == NULL)
        || ngx_http_uptime_import_rows(ctx, ctx->args, rows) != NGX_OK)
    {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    ctx->args = args;

    ngx_http_uptime_plain(ctx);
}


static ngx_int_t
ngx_http_uptime_import_rows(ngx_http_uptime_ctx_t *ctx, cJSON *args,
    cJSON *rows)
{
    cJSON   *list, *item, *row;
    double   i;

    list = cJSON_GetObjectItemCaseSensitive(args, "monitors");
    i = 0;

    cJSON_ArrayForEach(item, list) {
        row = ngx_http_uptime_import_row(ctx, item);

        if (row == NULL) {
            return NGX_ERROR;
        }

        if (!cJSON_AddItemToArray(rows, row)) {
            cJSON_Delete(row);
            return NGX_ERROR;
        }

        if (cJSON_AddNumberToObject(row, "i", i) == NULL) {
            return NGX_ERROR;
        }

        i++;
    }

    return NGX_OK;
}


/* {fields} or {errors}; NULL: no memory */

static cJSON *
ngx_http_uptime_import_row(ngx_http_uptime_ctx_t *ctx, cJSON *item)
{
    cJSON                      *row;
    ngx_int_t                   rc;
    ngx_uptime_validate_ctx_t   v;

    static ngx_str_t            whole = ngx_null_string;

    v.pool = ctx->request->pool;
    v.policy = &ctx->api->policy;
    v.errors = ngx_array_create(v.pool, 4, sizeof(ngx_uptime_field_error_t));

    row = cJSON_CreateObject();

    if (v.errors == NULL || row == NULL) {
        goto failed;
    }

    rc = cJSON_IsObject(item)
         ? ngx_uptime_validate(&v, ngx_http_uptime_monitor_fields, item, 0)
         : ngx_uptime_field_error(&v, &whole, "wrong_type",
                                  "must be an object");

    if (rc == NGX_OK && v.errors->nelts) {
        rc = ngx_http_uptime_import_errors(row, v.errors);

    } else if (rc == NGX_OK
               && (ngx_http_uptime_seal_secret(ctx, item) != NGX_OK
                   || !cJSON_AddItemReferenceToObject(row, "fields", item)))
    {
        rc = NGX_ERROR;
    }

    if (rc == NGX_OK) {
        return row;
    }

failed:

    cJSON_Delete(row);

    return NULL;
}


static ngx_int_t
ngx_http_uptime_import_errors(cJSON *row, ngx_array_t *errors)
{
    u_char                     field[NGX_HTTP_UPTIME_FIELD_LEN];
    cJSON                     *list, *error;
    ngx_uint_t                 i;
    ngx_uptime_field_error_t  *e;

    e = errors->elts;
    list = cJSON_AddArrayToObject(row, "errors");

    for (i = 0; list != NULL && i < errors->nelts
                && i < NGX_HTTP_UPTIME_ROW_ERRORS; i++)
    {
        error = cJSON_CreateObject();

        if (error == NULL || !cJSON_AddItemToArray(list, error)) {
            cJSON_Delete(error);
            return NGX_ERROR;
        }

        *ngx_snprintf(field, sizeof(field) - 1, "%V", &e[i].field) = '\0';

        if (cJSON_AddStringToObject(error, "field", (char *) field) == NULL
            || cJSON_AddStringToObject(error, "code", e[i].code) == NULL
            || cJSON_AddStringToObject(error, "message", e[i].message)
               == NULL)
        {
            return NGX_ERROR;
        }
    }

    return list ? NGX_OK : NGX_ERROR;
}
