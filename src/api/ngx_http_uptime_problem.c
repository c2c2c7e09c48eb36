
/*
 * Errors: one table of stable codes, one writer of problem+json (RFC 9457).
 * Runs in workers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_uptime.h"


typedef struct {
    const char      *code;
    ngx_uint_t       status;
    const char      *title;
    const char      *detail;
} ngx_http_uptime_problem_t;


typedef struct {
    const char      *constraint;
    const char      *code;
} ngx_http_uptime_constraint_t;


static const ngx_http_uptime_problem_t *ngx_http_uptime_problem(
    const char *code);
static void ngx_http_uptime_fail_problem(ngx_http_uptime_ctx_t *ctx,
    const ngx_http_uptime_problem_t *p, const char *detail,
    ngx_array_t *errors);
static u_char *ngx_http_uptime_problem_errors(u_char *p, ngx_array_t *errors);
static size_t ngx_http_uptime_problem_errors_len(ngx_array_t *errors);


/*
 * The first row of a status is also what an error of nginx itself with that
 * status becomes.
 */

static const ngx_http_uptime_problem_t  ngx_http_uptime_problems[] = {

    { "bad_request", 400, "Bad request",
      "The request could not be understood." },
    { "malformed_json", 400, "Malformed JSON",
      "The request body must be one JSON object in UTF-8." },
    { "malformed_query", 400, "Malformed query string",
      "The query string could not be decoded." },

    { "missing_token", 401, "Credentials required",
      "Send an access token as \"Authorization: Bearer <token>\"; "
      "POST /api/v1/auth/login gives one." },
    { "invalid_token", 401, "Invalid credentials",
      "The access token is not valid or has expired; log in again." },
    { "invalid_credentials", 401, "Wrong e-mail address or password",
      "No account has this e-mail address and password." },

    { "invalid_session", 401, "Session is over",
      "There is no session to continue; log in again." },

    { "invalid_challenge", 401, "Log-in has expired",
      "The challenge is not valid any more; start with the password." },
    { "invalid_code", 401, "Wrong code",
      "The code is not right, or it was used already." },

    { "forbidden", 403, "Forbidden",
      "You may not do this." },
    { "signup_closed", 403, "Sign-up is closed",
      "This server does not take new accounts; ask its operator." },

    { "invalid_invitation", 403, "Invitation is not valid",
      "The invitation was used, has expired or never was; ask for a new "
      "one." },

    { "invalid_reset_link", 403, "Link is not valid",
      "The link was used, has expired or never was; ask for another one." },
    { "wrong_password", 403, "Wrong password",
      "The current password is not right." },
    { "key_not_allowed", 403, "Not with an API key",
      "API keys cannot manage accounts, sessions or keys; log in." },
    { "quota_exceeded", 403, "Too many monitors",
      "You have as many monitors as this server lets a user have; delete "
      "some, or ask its operator." },
    { "read_only_key", 403, "API key is read-only",
      "Use a key with the scope \"write\"." },
    { "cross_site", 403, "Cross-site request",
      "This needs Sec-Fetch-Site: same-origin or an Origin header with this "
      "host." },

    { "not_found", 404, "Not found",
      "There is nothing here, or it is not yours." },
    { "method_not_allowed", 405, "Method not allowed",
      "This resource does not know this method; see the Allow header." },
    { "request_timeout", 408, "Request timeout",
      "The request did not arrive in time." },

    { "conflict", 409, "Conflict",
      "The request conflicts with the current state." },
    { "push_monitor", 409, "A push monitor",
      "It is not checked from here: it waits for somebody to call its "
      "push_url." },
    { "no_mail_server", 409, "No mail server",
      "This server cannot send mails; its operator sets uptime_smtp and "
      "uptime_dashboard_url. Until then nobody can reset a password." },
    { "own_account", 409, "Your own account",
      "You cannot disable or demote yourself; ask another administrator." },
    { "last_admin", 409, "The last administrator",
      "Without you there would be none; make somebody else administrator "
      "first." },
    { "too_many_maintenances", 409, "Too many maintenance windows",
      "An account may have 500; delete one that is over." },
    { "too_many_keys", 409, "Too many API keys",
      "An account may have 100 keys; delete one." },
    { "too_many_channels", 409, "Too many channels",
      "An account may have 100 channels; delete one." },
    { "totp_enabled", 409, "Two-factor is on",
      "Disable it first to enrol another authenticator." },
    { "totp_not_enrolled", 409, "No authenticator enrolled",
      "There is nothing to confirm; enrol one first." },
    { "email_taken", 409, "E-mail address is taken",
      "There is an account with this e-mail address already; log in." },

    { "version_mismatch", 412, "Version mismatch",
      "The object has changed since you read it; read it again." },
    { "body_too_large", 413, "Request body too large",
      "A request body may have at most 65536 bytes, of an import 1048576." },
    { "unsupported_media_type", 415, "Unsupported media type",
      "Send the body as Content-Type: application/json." },
    { "invalid_fields", 422, "Invalid fields",
      "Some fields are not valid; see errors." },

    { "too_many_requests", 429, "Too many requests",
      "There were too many attempts; Retry-After says how long to wait." },

    { "too_many_streams", 429, "Too many live streams",
      "This account has as many live streams as it may have; close one." },

    { "internal_error", 500, "Internal error",
      "The server failed; the operator finds the request id in the log." },

    { "unavailable", 503, "Service unavailable",
      "The server cannot do this now; try again." },
    { "database_unavailable", 503, "Database unavailable",
      "The database cannot be reached now; nothing was lost, try again." },
    { "schema_not_ready", 503, "Database is being prepared",
      "The database schema is not up to date yet; try again soon." },
    { "database_timeout", 503, "Database timeout",
      "The database took too long; try again." },
    { "busy", 503, "Too busy",
      "Too many requests of this kind are waiting; try again." },
    { "checker_missing", 503, "No checker",
      "No checker has reported for 30 seconds." },

    { NULL, 0, NULL, NULL }
};


static const ngx_http_uptime_constraint_t  ngx_http_uptime_constraints[] = {
    { "users_email_key",        "email_taken" },
    { "monitors_owner_id_fkey", "invalid_token" },  /* account was deleted */
    { "channels_owner_id_fkey", "invalid_token" },
    { NULL, NULL }
};


static const ngx_http_uptime_problem_t *
ngx_http_uptime_problem(const char *code)
{
    const ngx_http_uptime_problem_t  *p;

    for (p = ngx_http_uptime_problems; p->code != NULL; p++) {
        if (ngx_strcmp(p->code, code) == 0) {
            return p;
        }
    }

    return ngx_http_uptime_problem("internal_error");
}


void
ngx_http_uptime_fail(ngx_http_uptime_ctx_t *ctx, const char *code)
{
    const ngx_http_uptime_problem_t  *p;

    p = ngx_http_uptime_problem(code);

    if (p->status == NGX_HTTP_FORBIDDEN && ctx->caller.user) {
        ngx_http_uptime_note_denied(ctx, p->code);
    }

    ngx_http_uptime_fail_problem(ctx, p, p->detail, NULL);
}


void
ngx_http_uptime_fail_detail(ngx_http_uptime_ctx_t *ctx, const char *code,
    const char *detail)
{
    ngx_http_uptime_fail_problem(ctx, ngx_http_uptime_problem(code), detail,
                                 NULL);
}


void
ngx_http_uptime_fail_fields(ngx_http_uptime_ctx_t *ctx, ngx_array_t *errors)
{
    const ngx_http_uptime_problem_t  *p;

    p = ngx_http_uptime_problem("invalid_fields");

    ngx_http_uptime_fail_problem(ctx, p, p->detail, errors);
}


void
ngx_http_uptime_fail_field(ngx_http_uptime_ctx_t *ctx, const char *field,
    const char *code, const char *message)
{
    ngx_array_t               *errors;
    ngx_uptime_field_error_t  *e;

    errors = ngx_array_create(ctx->request->pool, 1,
                              sizeof(ngx_uptime_field_error_t));
    e = errors ? ngx_array_push(errors) : NULL;

    if (e == NULL) {
        ngx_http_uptime_fail(ctx, "internal_error");
        return;
    }

    e->field.data = (u_char *) field;
    e->field.len = ngx_strlen(field);
    e->code = code;
    e->message = message;

    ngx_http_uptime_fail_fields(ctx, errors);
}


void
ngx_http_uptime_fail_status(ngx_http_uptime_ctx_t *ctx, ngx_uint_t status)
{
    const ngx_http_uptime_problem_t  *p;

    for (p = ngx_http_uptime_problems; p->code != NULL; p++) {
        if (p->status == status) {
            ngx_http_uptime_fail_problem(ctx, p, p->detail, NULL);
            return;
        }
    }

    ngx_http_uptime_fail(ctx, status < 500 ? "bad_request" : "internal_error");
}


void
ngx_http_uptime_fail_method(ngx_http_uptime_ctx_t *ctx, ngx_uint_t allow)
{
    u_char      *p;
    ngx_str_t    value;
    ngx_uint_t   i;

    static const struct {
        ngx_uint_t    method;
        const char   *name;
    } methods[] = {
        { NGX_HTTP_GET,    "GET, HEAD" },
        { NGX_HTTP_POST,   "POST" },
        { NGX_HTTP_PUT,    "PUT" },
        { NGX_HTTP_PATCH,  "PATCH" },
        { NGX_HTTP_DELETE, "DELETE" },
        { 0, NULL }
    };

    value.data = ngx_pnalloc(ctx->request->pool, 64);
    if (value.data == NULL) {
        ngx_http_finalize_request(ctx->request, NGX_ERROR);
        return;
    }

    p = value.data;

    for (i = 0; methods[i].name != NULL; i++) {
        if (allow & methods[i].method) {
            p = ngx_sprintf(p, "%s%s", p == value.data ? "" : ", ",
                            methods[i].name);
        }
    }

    value.len = p - value.data;

    if (ngx_http_uptime_header(ctx->request, "Allow", &value) != NGX_OK) {
        ngx_http_finalize_request(ctx->request, NGX_ERROR);
        return;
    }

    ngx_http_uptime_fail(ctx, "method_not_allowed");
}


void
ngx_http_uptime_fail_query(ngx_http_uptime_ctx_t *ctx,
    ngx_uptime_pg_query_t *q)
{
    const ngx_http_uptime_constraint_t  *c;

    switch (q->err) {

    case NGX_UPTIME_PG_UNAVAILABLE:
    case NGX_UPTIME_PG_RETRY:
        ngx_http_uptime_fail(ctx, "database_unavailable");
        return;

    case NGX_UPTIME_PG_NOT_READY:
        ngx_http_uptime_fail(ctx, "schema_not_ready");
        return;

    case NGX_UPTIME_PG_OVERLOAD:
        ngx_http_uptime_fail(ctx, "busy");
        return;

    case NGX_UPTIME_PG_TIMEOUT:
        ngx_http_uptime_fail(ctx, "database_timeout");
        return;

    case NGX_UPTIME_PG_UNIQUE:
    case NGX_UPTIME_PG_FOREIGN_KEY:

        for (c = ngx_http_uptime_constraints; c->constraint != NULL; c++) {
            if (q->constraint.len == ngx_strlen(c->constraint)
                && ngx_strncmp(q->constraint.data, c->constraint,
                               q->constraint.len) == 0)
            {
                ngx_http_uptime_fail(ctx, c->code);
                return;
            }
        }

        ngx_http_uptime_fail(ctx, "conflict");
        return;

    default:

        /* the field tables should have caught it */

        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "uptime: statement \"%s\" failed: %s",
                      ngx_uptime_sql[q->sql].name,
                      ngx_uptime_pg_strerror(q->err));
        ngx_http_uptime_fail(ctx, "internal_error");
    }
}


static void
ngx_http_uptime_fail_problem(ngx_http_uptime_ctx_t *ctx,
    const ngx_http_uptime_problem_t *p, const char *detail,
    ngx_array_t *errors)
{
    size_t               len;
    u_char              *last;
    ngx_str_t            body;
    ngx_http_request_t  *r;

    r = ctx->request;

    len = sizeof("{\"type\":\"about:blank\",\"title\":\"\",\"status\":,"
                 "\"code\":\"\",\"detail\":\"\",\"request_id\":\"\","
                 "\"version\":,\"errors\":[]}") + NGX_INT_T_LEN
          + NGX_INT64_LEN
          + ngx_strlen(p->title) + ngx_strlen(p->code)
          + ngx_uptime_json_escape(NULL, (u_char *) detail,
                                   ngx_strlen(detail))
          + ctx->request_id.len
          + ngx_http_uptime_problem_errors_len(errors);

    body.data = ngx_pnalloc(r->pool, len);
    if (body.data == NULL) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    last = ngx_sprintf(body.data,
                       "{\"type\":\"about:blank\",\"title\":\"%s\","
                       "\"status\":%ui,\"code\":\"%s\",\"detail\":\"",
                       p->title, p->status, p->code);

    last += ngx_uptime_json_escape(last, (u_char *) detail,
                                   ngx_strlen(detail));

    last = ngx_sprintf(last, "\",\"request_id\":\"%V\"", &ctx->request_id);

    if (p->status == NGX_HTTP_PRECONDITION_FAILED && ctx->version) {
        last = ngx_sprintf(last, ",\"version\":%L", ctx->version);
    }

    last = ngx_http_uptime_problem_errors(last, errors);
    *last++ = '}';

    body.len = last - body.data;

    ngx_http_uptime_send(ctx, p->status, "application/problem+json", &body);
}


static size_t
ngx_http_uptime_problem_errors_len(ngx_array_t *errors)
{
    size_t                     len;
    ngx_uint_t                 i;
    ngx_uptime_field_error_t  *e;

    if (errors == NULL) {
        return 0;
    }

    e = errors->elts;
    len = 0;

    for (i = 0; i < errors->nelts; i++) {
        len += sizeof("{\"field\":\"\",\"code\":\"\",\"message\":\"\"},")
               + ngx_uptime_json_escape(NULL, e[i].field.data, e[i].field.len)
               + ngx_strlen(e[i].code)
               + ngx_uptime_json_escape(NULL, (u_char *) e[i].message,
                                        ngx_strlen(e[i].message));
    }

    return len;
}


static u_char *
ngx_http_uptime_problem_errors(u_char *p, ngx_array_t *errors)
{
    ngx_uint_t                 i;
    ngx_uptime_field_error_t  *e;

    if (errors == NULL) {
        return p;
    }

    e = errors->elts;
    p = ngx_sprintf(p, ",\"errors\":[");

    for (i = 0; i < errors->nelts; i++) {
        p = ngx_sprintf(p, "%s{\"field\":\"", i ? "," : "");
        p += ngx_uptime_json_escape(p, e[i].field.data, e[i].field.len);
        p = ngx_sprintf(p, "\",\"code\":\"%s\",\"message\":\"", e[i].code);
        p += ngx_uptime_json_escape(p, (u_char *) e[i].message,
                                    ngx_strlen(e[i].message));
        p = ngx_sprintf(p, "\"}");
    }

    *p++ = ']';

    return p;
}
