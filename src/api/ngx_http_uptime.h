
#ifndef _NGX_HTTP_UPTIME_H_INCLUDED_
#define _NGX_HTTP_UPTIME_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_uptime.h"
#include "ngx_uptime_addr.h"
#include "ngx_uptime_alert.h"
#include "ngx_uptime_ended.h"
#include "ngx_uptime_password.h"
#include "ngx_uptime_pg.h"
#include "ngx_uptime_secret.h"
#include "ngx_uptime_token_cache.h"
#include "ngx_uptime_validate.h"


typedef struct ngx_http_uptime_ctx_s  ngx_http_uptime_ctx_t;
typedef struct ngx_http_uptime_route_s  ngx_http_uptime_route_t;
typedef struct ngx_http_uptime_pushes_s  ngx_http_uptime_pushes_t;
typedef struct ngx_http_uptime_live_s  ngx_http_uptime_live_t;
typedef struct ngx_http_uptime_checks_s  ngx_http_uptime_checks_t;
typedef struct ngx_http_uptime_messages_s  ngx_http_uptime_messages_t;


/* what the API needs of the http{} configuration */

typedef struct {
    ngx_array_t                   *keys;        /* ngx_uptime_token_key_t   */
    ngx_uptime_addr_policy_t       policy;
    ngx_thread_pool_t             *threads;     /* for passwords            */
    time_t                         token_time;  /* of access tokens, s      */
    ngx_int_t                      request_id;  /* index of $request_id     */
    ngx_uptime_pg_pool_t          *pg;          /* this process's           */
    ngx_uptime_pg_conf_t          *pg_conf;
    ngx_uptime_ended_t            *ended;       /* sessions, this process's */
    ngx_uptime_token_cache_t      *known;       /* tokens, this process's   */
    ngx_http_uptime_pushes_t      *pushes;      /* NULL: there were none    */
    ngx_http_uptime_live_t        *live;        /* NULL: there were none    */
    ngx_shm_zone_t                *stats;
    ngx_event_t                    tick;        /* counts, once a second    */
    uint64_t                       cpu;         /* what of these is in      */
    uint64_t                       queries;     /* shared memory            */
    uint64_t                       failures;
    ngx_uint_t                     max_events;  /* streams of a worker      */
    ngx_uint_t                     max_user_events; /* and of a user there  */

    /* checks that somebody waits for */
    ngx_resolver_t                *resolver;
    ngx_resolver_t                *ipv4;        /* for A only; or NULL      */
    ngx_str_t                      ca_file;     /* empty: the system's      */
    ngx_uint_t                     max_per_host;
    ngx_uint_t                     max_monitors; /* of a user; 0: any       */
    ngx_uint_t                     host_rate;   /* H below; 0: any          */
    ngx_http_uptime_checks_t      *checks;      /* NULL: there were none    */

    /* messages that somebody waits for */
    ngx_uptime_alert_conf_t       *alert;
    ngx_http_uptime_messages_t    *messages;    /* NULL: there were none    */
} ngx_http_uptime_api_t;


/* of a location */

typedef struct {
    ngx_http_uptime_api_t         *api;         /* uptime_api is there      */
    ngx_uint_t                     signup_open;
    ngx_flag_t                     insecure_cookie;
    ngx_uint_t                     login_attempts; /* of an address; 0: any */
    ngx_uint_t                     metrics;     /* uptime_metrics           */
} ngx_http_uptime_api_loc_t;


extern ngx_module_t  ngx_http_uptime_module;


/* a body of POST /monitors/import, bytes */
#define NGX_HTTP_UPTIME_MAX_IMPORT  (1024 * 1024)


#define NGX_HTTP_UPTIME_ANYONE     0
#define NGX_HTTP_UPTIME_USER       1            /* token or API key         */
#define NGX_HTTP_UPTIME_SESSION    2            /* token                    */
#define NGX_HTTP_UPTIME_ADMIN      3            /* token of an admin        */


/*
 * Answers: run() and everything that it starts ends in exactly one call of
 * ngx_http_uptime_respond(), ngx_http_uptime_fail() or one of their kin.
 */
typedef void (*ngx_http_uptime_run_pt)(ngx_http_uptime_ctx_t *ctx);

/* A statement succeeded; q is good until the return. */
typedef void (*ngx_http_uptime_answer_pt)(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);

/* A password was hashed or verified; see ngx_uptime_password_pt. */
typedef void (*ngx_http_uptime_hashed_pt)(ngx_http_uptime_ctx_t *ctx,
    ngx_int_t rc, ngx_str_t *hash);


/*
 * One endpoint.  With run == NULL it is plain: the statement gets the
 * parameters that params names, in this order,
 *     U  the caller's user id (bigint)
 *     I  the id in the path (bigint)
 *     S  the caller's session (bigint; 0: an API key)
 *     A  the validated arguments, query and body, as one object (jsonb)
 *     N  the caller's network address (inet)
 *     R  whether it is an API key that may only read (boolean)
 *     T, F  true, false; B is none: it asks for binary values
 *     Q  how many monitors a user may have (bigint; 0: any number)
 *     H  how many checks a minute of one host (bigint; 0: any number)
 * and returns one row:
 *     error    text, NULL or a code of ngx_http_uptime_problem.c
 *     body     text, the JSON of the answer
 *     version  integer, for ETag, or the one that If-Match does not name;
 *              optional column
 *     id       bigint, with status 201 for Location, otherwise another part
 *              of the ETag: what changes without a version; optional column
 * No row means 404.  Further columns are the answer instead of body, as
 * ngx_http_uptime_rows() says.
 */
struct ngx_http_uptime_route_s {
    ngx_uint_t                     method;      /* NGX_HTTP_GET, ...        */
    const char                    *path;        /* "/monitors/:id"          */
    ngx_uint_t                     who;         /* NGX_HTTP_UPTIME_USER ... */
    ngx_uint_t                     status;      /* of success               */
    const ngx_uptime_field_t      *query;       /* NULL: no arguments       */
    const ngx_uptime_field_t      *body;        /* NULL: no body            */
    ngx_uint_t                     patch;       /* body is a merge patch    */
    ngx_uptime_sql_e               sql;
    const char                    *params;
    ngx_http_uptime_run_pt         run;
};


struct ngx_http_uptime_ctx_s {
    ngx_http_request_t            *request;
    ngx_http_uptime_api_t         *api;
    ngx_http_uptime_api_loc_t     *loc;
    const ngx_http_uptime_route_t *route;
    ngx_str_t                      request_id;

    int64_t                        id;          /* from the path            */
    int64_t                        version;     /* of the object; 0: none   */
    int64_t                        state;       /* more of its ETag, or 0   */
    ngx_uptime_claims_t            caller;
    ngx_uint_t                     read_only;   /* an API key that is       */
    ngx_str_t                      key;         /* API key, if that it is   */
    ngx_str_t                     *body;        /* or NULL                  */
    cJSON                         *args;        /* validated                */
    const ngx_str_t               *csp;         /* NULL: nothing is allowed */
    ngx_uint_t                     retry_after; /* s, with 429; 0: 1        */
    ngx_str_t                      mail;        /* an attempt was counted   */

    /* what runs for this request; let go when it goes away */
    ngx_uptime_pg_query_t         *query;
    ngx_http_uptime_answer_pt      answer;
    ngx_uptime_password_t         *password;
    ngx_http_uptime_hashed_pt      hashed;
    ngx_http_uptime_run_pt         release;     /* of data; NULL: nothing   */

    void                          *data;        /* run()'s own              */
};


/* the process: start and end of a worker; NGX_ERROR: logged */

ngx_int_t ngx_http_uptime_api_start(ngx_http_uptime_api_t *api,
    ngx_uptime_pg_conf_t *conf, ngx_log_t *log);
void ngx_http_uptime_api_stop(ngx_http_uptime_api_t *api);


/* handler */

/* The content handler of a location with uptime_api. */
ngx_int_t ngx_http_uptime_handler(ngx_http_request_t *r);


/* statements */

/*
 * Sends query for this request; answer is called if it succeeds, and a
 * problem is sent if it fails.  0: it could not be sent, a problem was.
 */
ngx_uint_t ngx_http_uptime_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_http_uptime_answer_pt answer);

/* The same for a statement with text parameters, which are copied. */
ngx_uint_t ngx_http_uptime_query_texts(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql, ngx_str_t *texts, ngx_uint_t n,
    ngx_http_uptime_answer_pt answer);

/* The same for one whose only parameter is the caller's user id. */
ngx_uint_t ngx_http_uptime_query_caller(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql, ngx_http_uptime_answer_pt answer);

/*
 * For statements whose first column is an error code or NULL.  1: there is
 * one, or no row at all (404); the problem was sent.
 */
ngx_uint_t ngx_http_uptime_refused(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);

/*
 * The JSON of the answer: body, or, where a statement has more than four
 * columns, an object with a member for each further one.  Columns "a.b" and
 * "a.c" beside each other are an object a, null if the first of them is.  A
 * third column "page" makes it a list: each row is an element of "items" (the
 * fourth column, "object", if it is not null; none, if the fifth one is null,
 * too), and the text of page in the first row is put behind.  "brief" instead:
 * what is null is left out; "series": a series.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_http_uptime_rows(ngx_pool_t *pool, ngx_uptime_pg_query_t *q,
    ngx_str_t *body);

/* 1: all rows are the answer, and so it has neither version nor id. */
ngx_uint_t ngx_http_uptime_rows_are_page(ngx_uptime_pg_query_t *q);

/* A statement with text parameters that nobody waits for. */
void ngx_http_uptime_tell(ngx_http_uptime_ctx_t *ctx, ngx_uptime_sql_e sql,
    ngx_str_t *texts, ngx_uint_t n);

/* Parameters: written to buf, of NGX_INT64_LEN bytes; pointing to digest. */
ngx_str_t ngx_http_uptime_number_text(u_char *buf, int64_t n);
ngx_str_t ngx_http_uptime_digest_text(ngx_uptime_digest_t *digest);


/* router: pure */

/*
 * What follows ".../v1" in uri, in a location of that name; it may also be
 * below: "/api/v1/auth/".  NGX_DECLINED: there is no such thing.
 */
ngx_int_t ngx_http_uptime_path(const ngx_str_t *location, const ngx_str_t *uri,
    ngx_str_t *path);

/*
 * NGX_OK: *route, *id (0 if the path has none).  NGX_DECLINED: no such path.
 * NGX_ABORT: not with this method; *allow is a mask of those that work.
 * path is what follows the version, "/monitors/12"; HEAD counts as GET.
 */
ngx_int_t ngx_http_uptime_route(const ngx_http_uptime_route_t *routes,
    ngx_uint_t method, const ngx_str_t *path,
    const ngx_http_uptime_route_t **route, int64_t *id, ngx_uint_t *allow);

extern const ngx_http_uptime_route_t  ngx_http_uptime_routes[];


/* body and arguments */

/*
 * Fills ctx->args from the query string, the body (may be NULL) and If-Match.
 * NGX_OK; NGX_DECLINED: a problem was sent; the request is done.
 */
ngx_int_t ngx_http_uptime_args(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body);

/* 1: If-Match was not sent or names this version */
ngx_uint_t ngx_http_uptime_if_match(ngx_http_uptime_ctx_t *ctx,
    int64_t version);

/* How long a body of the route may be, bytes. */
off_t ngx_http_uptime_max_body(const ngx_http_uptime_route_t *route);

/* The whole body as one piece of memory; NGX_DECLINED as above. */
ngx_int_t ngx_http_uptime_body(ngx_http_uptime_ctx_t *ctx, ngx_str_t *body);


/* response; each finalizes the request, or is returned by the handler */

/* version < 0: no ETag; location: appended to the request's path, or 0 */
void ngx_http_uptime_respond(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status,
    const ngx_str_t *body, int64_t version, int64_t location);

/*
 * A problem by its code; unknown codes become "internal_error".  A 403 of a
 * known caller goes to the audit trail.
 */
void ngx_http_uptime_fail(ngx_http_uptime_ctx_t *ctx, const char *code);

/* A failed query. */
void ngx_http_uptime_fail_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);

/* 400 with a detail, 405 with Allow, 422 with the list of errors */
void ngx_http_uptime_fail_detail(ngx_http_uptime_ctx_t *ctx,
    const char *code, const char *detail);
void ngx_http_uptime_fail_method(ngx_http_uptime_ctx_t *ctx,
    ngx_uint_t allow);
void ngx_http_uptime_fail_fields(ngx_http_uptime_ctx_t *ctx,
    ngx_array_t *errors);

/* The same with one error; the texts are static strings. */
void ngx_http_uptime_fail_field(ngx_http_uptime_ctx_t *ctx, const char *field,
    const char *code, const char *message);

/* An error of nginx itself in a location of ours (413, 408, 503, ...). */
void ngx_http_uptime_fail_status(ngx_http_uptime_ctx_t *ctx,
    ngx_uint_t status);

/* Sends and finalizes; type is the media type. */
void ngx_http_uptime_send(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status,
    const char *type, ngx_str_t *body);

/*
 * The header alone, with what every answer has; length -1: not known yet, 0:
 * no body.  As ngx_http_send_header().
 */
ngx_int_t ngx_http_uptime_send_header(ngx_http_uptime_ctx_t *ctx,
    ngx_uint_t status, const char *type, off_t length);

/* The headers that every answer has.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_uptime_headers(ngx_http_uptime_ctx_t *ctx,
    ngx_uint_t status);

/* A header of the answer; value is not copied. NGX_ERROR: no memory. */
ngx_int_t ngx_http_uptime_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value);


/* what the parts of the API share */

typedef struct {
    int64_t                        id;
    ngx_uint_t                     admin;
    ngx_str_t                      json;        /* in the request's pool    */
} ngx_http_uptime_user_t;

/* The caller is known (an API key was found): arguments, run(). */
void ngx_http_uptime_proceed(ngx_http_uptime_ctx_t *ctx);

/* Lists of checks: plain, or an export; when the worker ends. */
void ngx_http_uptime_checks_list(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_export_stop(void);

/* The route's statement. */
void ngx_http_uptime_plain(ngx_http_uptime_ctx_t *ctx);

/* The same with another statement. */
void ngx_http_uptime_plain_sql(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql);

/* The same, but somebody else reads its row. */
void ngx_http_uptime_plain_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_sql_e sql, ngx_http_uptime_answer_pt answer);

/*
 * 1: the statement has found fields that do not go together (error
 * "invalid_fields", body: the list of them); answered.
 */
ngx_uint_t ngx_http_uptime_invalid(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);

/* A string argument; empty if it is not there. */
ngx_str_t ngx_http_uptime_arg(ngx_http_uptime_ctx_t *ctx, const char *name);

/*
 * Hashes the argument (hash == NULL), or verifies it against hash (empty:
 * takes as long and is wrong).  If it cannot, the request is answered.
 */
void ngx_http_uptime_password(ngx_http_uptime_ctx_t *ctx, const char *name,
    ngx_str_t *hash, ngx_http_uptime_hashed_pt handler);

/* A new secret, in ctx->data, and what is stored of it.  NGX_ERROR: memory. */
ngx_int_t ngx_http_uptime_secret(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_digest_t *digest);

/* Columns from col on: id, role, user object.  NULL: no memory. */
ngx_http_uptime_user_t *ngx_http_uptime_user(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col);

/* Starts a session and answers with its tokens.  user is copied. */
void ngx_http_uptime_session_start(ngx_http_uptime_ctx_t *ctx,
    ngx_http_uptime_user_t *user, ngx_uint_t status);

/* The same for the user in the columns from col on. */
void ngx_http_uptime_session_start_row(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q, ngx_uint_t col, ngx_uint_t status);

/* The refresh cookie; an empty secret takes it away. */
ngx_int_t ngx_http_uptime_cookie_set(ngx_http_uptime_ctx_t *ctx,
    ngx_str_t *secret);

/* Asks for the key in ctx->key; then the request goes on, or fails. */
void ngx_http_uptime_key_check(ngx_http_uptime_ctx_t *ctx);

/* Of the client, as the database takes them; the agent is valid UTF-8. */
ngx_str_t ngx_http_uptime_address(ngx_http_uptime_ctx_t *ctx);
ngx_str_t ngx_http_uptime_user_agent(ngx_http_uptime_ctx_t *ctx);

/* A header of the request; data == NULL if it is not there. */
ngx_str_t ngx_http_uptime_header_in(ngx_http_request_t *r, const char *name);

/* 1: the first column says to wait; 429 with Retry-After was sent. */
ngx_uint_t ngx_http_uptime_throttled(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q);

/* A refused attempt to log in; "email" is an argument. */
void ngx_http_uptime_login_refused(ngx_http_uptime_ctx_t *ctx,
    const char *code);

/*
 * The attempt of ctx->mail counts no more; with proven, no attempt of that
 * account does.
 */
void ngx_http_uptime_refund(ngx_http_uptime_ctx_t *ctx, ngx_uint_t proven);

/* A refusal of the caller, for the audit trail. */
void ngx_http_uptime_note_denied(ngx_http_uptime_ctx_t *ctx,
    const char *code);


/* endpoints that need more than a statement */

void ngx_http_uptime_signup(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_signup_throttled(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_login(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_login_totp(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_forgot(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_reset(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_totp_enrol(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_totp_confirm(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_refresh(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_logout(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_key_create(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_invitation_create(ngx_http_uptime_ctx_t *ctx);

void ngx_http_uptime_push(ngx_http_uptime_ctx_t *ctx);

/* Before the pool of connections; what is not stored is lost. */
void ngx_http_uptime_pushes_destroy(ngx_http_uptime_pushes_t *ps);

/* plain, with the statement of the argument "sort" */
void ngx_http_uptime_monitor_list(ngx_http_uptime_ctx_t *ctx);

/* Seals "auth_secret", if it is there and no mask.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_uptime_seal_secret(ngx_http_uptime_ctx_t *ctx,
    cJSON *fields);

/* plain, after the secret of a monitor, or of a patch of many, was sealed */
void ngx_http_uptime_monitor_write(ngx_http_uptime_ctx_t *ctx);

/* plain, but secrets are opened, and for sessions only */
void ngx_http_uptime_monitor_export(ngx_http_uptime_ctx_t *ctx);

/* plain, after each row was validated */
void ngx_http_uptime_monitor_import(ngx_http_uptime_ctx_t *ctx);

/* A check now: of the monitor in the body, or of the stored one. */
void ngx_http_uptime_check(ngx_http_uptime_ctx_t *ctx);

/* Before the process ends; whoever waits is not answered. */
void ngx_http_uptime_checks_destroy(ngx_http_uptime_checks_t *cs);

void ngx_http_uptime_events(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_metrics(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_system(ngx_http_uptime_ctx_t *ctx);

/* At the end of a request, for metrics. */
void ngx_http_uptime_count(ngx_http_uptime_ctx_t *ctx);

/* How many live streams this worker has; live may be NULL. */
ngx_uint_t ngx_http_uptime_live_streams(const ngx_http_uptime_live_t *live);

/*
 * The route of a path that is not below the API's version: the page that
 * describes it.  NULL: there is none.
 */
const ngx_http_uptime_route_t *ngx_http_uptime_docs(const ngx_str_t *location,
    const ngx_str_t *uri);

/* The route of a location with uptime_metrics. */
const ngx_http_uptime_route_t *ngx_http_uptime_metrics_route(
    ngx_http_request_t *r);

/* Before the pool of connections. */
void ngx_http_uptime_live_destroy(ngx_http_uptime_live_t *live);
/* This process's; NULL: no memory. */
ngx_uptime_fetcher_t *ngx_http_uptime_fetcher(ngx_http_uptime_api_t *api);

/* Plain, but with secrets that are sealed first. */
void ngx_http_uptime_channel_create(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_channel_patch(ngx_http_uptime_ctx_t *ctx);

/* A message now, to the channel in the body or to the stored one. */
void ngx_http_uptime_channel_test(ngx_http_uptime_ctx_t *ctx);
void ngx_http_uptime_channel_preview(ngx_http_uptime_ctx_t *ctx);

/* Before the checks are; whoever waits is not answered. */
void ngx_http_uptime_messages_destroy(ngx_http_uptime_messages_t *ms);

/* plain, but the caller's password is asked for first */
void ngx_http_uptime_confirm(ngx_http_uptime_ctx_t *ctx);


#endif /* _NGX_HTTP_UPTIME_H_INCLUDED_ */
