
#ifndef _NGX_UPTIME_VALIDATE_H_INCLUDED_
#define _NGX_UPTIME_VALIDATE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_uptime_addr.h"
#include "ngx_uptime_json.h"


/*
 * Field tables.  A table describes the members that a request body (or a
 * query string turned into an object) may have; it ends with a row whose
 * name is empty, and whose check, if it has one, is asked about the object as
 * a whole (value is NULL) unless it is a patch.  Everything that is wrong is
 * reported at once.
 */


typedef enum {
    NGX_UPTIME_FIELD_STRING = 0,   /* min..max: characters                 */
    NGX_UPTIME_FIELD_INT,          /* min..max: value, below 10^15         */
    NGX_UPTIME_FIELD_BOOL,
    NGX_UPTIME_FIELD_ENUM,         /* values: NULL-terminated C strings    */
    NGX_UPTIME_FIELD_STRINGS,      /* array; min..max: number of elements; */
                                   /* each 1..item_max characters, or one  */
                                   /* of values; "a,b" in a query string   */
    NGX_UPTIME_FIELD_HEADERS,      /* object name: value, HTTP fields;     */
                                   /* min..max: number of members          */
    NGX_UPTIME_FIELD_LIST,         /* array; min..max: number of elements; */
                                   /* the check looks at them              */
    NGX_UPTIME_FIELD_OBJECT,       /* whoever knows it looks into it       */
    NGX_UPTIME_FIELD_IDS           /* array of ids; min..max: their number */
} ngx_uptime_field_type_e;


#define NGX_UPTIME_FIELD_REQUIRED  0x01    /* unless the table is used to  */
                                           /* patch                        */
#define NGX_UPTIME_FIELD_NULLABLE  0x02
#define NGX_UPTIME_FIELD_TRIM      0x04    /* strip white space at the ends */
#define NGX_UPTIME_FIELD_MULTILINE 0x08    /* allow \t \r \n in a string   */
#define NGX_UPTIME_FIELD_SECRET    0x10    /* any character is allowed     */


typedef struct ngx_uptime_field_s  ngx_uptime_field_t;


typedef struct {
    ngx_str_t                      field;      /* "url", "tags[2]"         */
    const char                    *code;       /* stable, snake_case       */
    const char                    *message;    /* one sentence for people  */
} ngx_uptime_field_error_t;


typedef struct {
    ngx_pool_t                    *pool;
    ngx_array_t                   *errors;     /* ngx_uptime_field_error_t */
    const ngx_uptime_addr_policy_t *policy;    /* for URL checks           */
} ngx_uptime_validate_ctx_t;


/*
 * A check beyond type and range.  May replace the value inside the object
 * (normalised form).  Adds to ctx->errors through ngx_uptime_field_error();
 * returns NGX_OK also then, NGX_ERROR only without memory.
 */
typedef ngx_int_t (*ngx_uptime_field_check_pt)(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);


struct ngx_uptime_field_s {
    ngx_str_t                      name;
    ngx_uptime_field_type_e        type;
    ngx_uint_t                     flags;
    int64_t                        min;
    int64_t                        max;
    const char *const             *values;
    ngx_uint_t                     item_max;
    ngx_uptime_field_check_pt      check;
};


#define ngx_uptime_null_field                                                 \
    { ngx_null_string, NGX_UPTIME_FIELD_STRING, 0, 0, 0, NULL, 0, NULL }


/*
 * Validates object against the table; with patch set, nothing is required
 * but at least one member must be there (code "empty_patch", field "").
 * ctx->errors is created by the caller; the result is valid if it is still
 * empty.  Error codes: required, unknown_field, wrong_type, null_not_allowed,
 * too_short, too_long, out_of_range, not_allowed (enum), control_character,
 * too_many, and those of the check functions.  Returns NGX_OK or NGX_ERROR
 * (no memory).
 */
ngx_int_t ngx_uptime_validate(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *fields, cJSON *object, ngx_uint_t patch);

/* Adds one error; message and code are static strings. */
ngx_int_t ngx_uptime_field_error(ngx_uptime_validate_ctx_t *ctx,
    const ngx_str_t *field, const char *code, const char *message);

/*
 * Adds the errors that a statement found: a list of objects with field, code
 * and message.  NGX_ERROR: no memory, or something else.
 */
ngx_int_t ngx_uptime_field_errors(ngx_uptime_validate_ctx_t *ctx,
    ngx_str_t *json);

/*
 * Query string -> object with one member per argument, percent-decoded, "+"
 * is a space;
 * values of INT and BOOL fields are converted, so that the result can go
 * through ngx_uptime_validate().  NGX_DECLINED: malformed (bad escape, not
 * UTF-8, U+0000, a name twice), *reason says why.
 */
ngx_int_t ngx_uptime_validate_args(ngx_pool_t *pool,
    const ngx_uptime_field_t *fields, ngx_str_t *args, cJSON **object,
    const char **reason);


/* check functions for field tables */

/* http and https targets; replaces the value by the normalised URL */
ngx_int_t ngx_uptime_check_url(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* the same for what a monitor of any kind checks */
ngx_int_t ngx_uptime_check_target(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* Of the whole: "url" is required, except of a push monitor. */
ngx_int_t ngx_uptime_check_has_target(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* user names of RFC 7617: no colon; code "bad_auth_user" */
ngx_int_t ngx_uptime_check_auth_user(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* a host's name, no address; lower-cases; code "bad_host" */
ngx_int_t ngx_uptime_check_name(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* a list for ngx_uptime_assert(); codes bad_path, bad_header_name, ... */
ngx_int_t ngx_uptime_check_assertions(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* "200-399,401"; code "bad_status_ranges" */
ngx_int_t ngx_uptime_check_status_ranges(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* lower-cases; code "bad_email" */
ngx_int_t ngx_uptime_check_email(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

#define NGX_UPTIME_MAX_SINCE  240

/* 1: it may be "next" of what changed; docs/events.md */
ngx_uint_t ngx_uptime_since_valid(const ngx_str_t *text);

/* the same; code "bad_since" */
ngx_int_t ngx_uptime_check_since(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* 1: a mail address as that check wants it */
ngx_uint_t ngx_uptime_email_valid(const ngx_str_t *text);

/* up to 3 numbers of up to 18 digits: "12.345"; code "bad_cursor" */
ngx_int_t ngx_uptime_check_cursor(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/*
 * The same for a list with "sort" (default "created"): the sort, an id and
 * the last key, a number, or hex if it is "name".
 */
ngx_int_t ngx_uptime_check_sorted_cursor(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);

/* RFC 3339 time; code "bad_time" */
ngx_int_t ngx_uptime_check_time(ngx_uptime_validate_ctx_t *ctx,
    const ngx_uptime_field_t *field, cJSON *object, cJSON *value);


#endif /* _NGX_UPTIME_VALIDATE_H_INCLUDED_ */
