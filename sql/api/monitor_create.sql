-- $1 bigint: the caller, $2 jsonb: fields.  The type defaults to what the
-- URL's scheme says, the name to the host.
WITH rules AS (
    {{monitor_rules}}
), given AS (
    {{monitor_given}} FROM (SELECT $2::jsonb AS fields) g
), f AS (
    SELECT r.*
    FROM rules, given, LATERAL (
        SELECT coalesce(given.fields ->> 'type',
                        CASE split_part(given.fields ->> 'url', ':', 1)
                        WHEN 'https' THEN 'http'
                        ELSE split_part(given.fields ->> 'url', ':', 1) END)
            AS type) t,
        jsonb_populate_record(
            NULL::monitors,
            rules.defaults
            || jsonb_build_object('type', t.type, 'url',
                                  CASE t.type WHEN 'push' THEN 'push:' END)
            || given.fields) r
), wrong AS (
    {{monitor_wrong}}
), m AS (
    INSERT INTO monitors (
        owner_id, name, type, url, interval, timeout, method, headers, body,
        expected_status, keyword, keyword_mode, follow_redirects,
        max_redirects, verify_tls, degraded_after_ms, failure_threshold,
        retry_interval, cert_warn_days, cert_min_days, tags, paused, auth,
        auth_user, auth_secret, ip_version, tls_server_name, tls_resume,
        assertions, upside_down, grace, push_token)
    SELECT
        $1::bigint,
        coalesce(f.name, left(CASE f.type
            WHEN 'push' THEN 'Push'
            WHEN 'dns' THEN substring(f.url FROM '^dns:(?://[^/]*/)?([^?]+)')
            ELSE substring(f.url FROM '^[a-z]+://(\[[^]]+\]|[^/:?]+)')
            END, 200)),
        f.type, f.url, f.interval, f.timeout, f.method, f.headers, f.body,
        f.expected_status, f.keyword, f.keyword_mode, f.follow_redirects,
        f.max_redirects, f.verify_tls, f.degraded_after_ms,
        f.failure_threshold, f.retry_interval, f.cert_warn_days,
        f.cert_min_days, f.tags, f.paused, f.auth, f.auth_user,
        f.auth_secret, f.ip_version, f.tls_server_name, f.tls_resume,
        f.assertions, f.upside_down, f.grace,
        CASE WHEN f.type = 'push' THEN {{push_token}} END
    FROM f
    WHERE NOT EXISTS (SELECT FROM wrong)
    RETURNING *
), s AS (
    INSERT INTO monitor_state (monitor_id) SELECT m.id FROM m RETURNING *
)
SELECT CASE WHEN w.list IS NOT NULL THEN 'invalid_fields' END,
       coalesce(w.list, {{monitor_json}}), m.version, m.id
FROM (SELECT json_agg(wrong) AS list FROM wrong) w
LEFT JOIN m ON true
LEFT JOIN s ON true
