-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: fields to change and
-- "_if_match".  Another type takes the fields back that it has no use for.
-- A new URL or type or a resumed monitor starts as pending.
WITH old AS (
    SELECT m AS monitor, m.version, m.type, m.url, m.paused,
           coalesce(($3::jsonb ->> '_if_match')::integer = m.version, true)
               AS matches
    FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
    FOR UPDATE
), rules AS (
    {{monitor_rules}}
), given AS (
    {{monitor_given}} FROM (SELECT $3::jsonb - '_if_match' AS fields) g
), f AS (
    SELECT r.*
    FROM old, rules, given, LATERAL (
        SELECT coalesce(given.fields ->> 'type', old.type) AS type) t,
        LATERAL (
        SELECT CASE WHEN t.type = old.type THEN '{}'::jsonb
               ELSE rules.defaults - ARRAY(
                   SELECT jsonb_array_elements_text(
                       rules.kinds -> 'any' || (rules.kinds -> t.type)))
               || CASE t.type WHEN 'push' THEN '{"url": "push:"}'::jsonb
                  ELSE '{}' END END
               || CASE given.fields ->> 'auth'
                  WHEN 'none' THEN '{"auth_user": null, "auth_secret": null}'
                  WHEN 'bearer' THEN '{"auth_user": null}'
                  ELSE '{}'::jsonb END AS fields) reset,
        jsonb_populate_record(old.monitor,
                              reset.fields || given.fields) r
), wrong AS (
    {{monitor_wrong}}
), m AS (
    UPDATE monitors m SET
        name = f.name,
        type = f.type,
        url = f.url,
        interval = f.interval,
        timeout = f.timeout,
        method = f.method,
        headers = f.headers,
        body = f.body,
        expected_status = f.expected_status,
        keyword = f.keyword,
        keyword_mode = f.keyword_mode,
        follow_redirects = f.follow_redirects,
        max_redirects = f.max_redirects,
        verify_tls = f.verify_tls,
        degraded_after_ms = f.degraded_after_ms,
        failure_threshold = f.failure_threshold,
        retry_interval = f.retry_interval,
        cert_warn_days = f.cert_warn_days,
        cert_min_days = f.cert_min_days,
        tags = f.tags,
        paused = f.paused,
        auth = f.auth,
        auth_user = f.auth_user,
        auth_secret = f.auth_secret,
        ip_version = f.ip_version,
        tls_server_name = f.tls_server_name,
        tls_resume = f.tls_resume,
        assertions = f.assertions,
        upside_down = f.upside_down,
        grace = f.grace,
        push_token = CASE WHEN f.type = 'push'
                     THEN coalesce(m.push_token, {{push_token}}) END,
        updated_at = now(),
        version = m.version + 1
    FROM old, f
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND old.matches AND NOT EXISTS (SELECT FROM wrong)
    RETURNING m.*, old.url <> m.url OR old.type <> m.type
                   OR old.paused <> m.paused AS restart
), restarted AS (
    UPDATE monitor_state s SET
        status = 'pending', status_since = now(), told = NULL, fails = 0
    FROM m
    WHERE s.monitor_id = m.id AND m.restart
    RETURNING s.*
), s AS (
    SELECT * FROM restarted
    UNION ALL
    SELECT s.* FROM monitor_state s, old
    WHERE s.monitor_id = $2::bigint AND NOT EXISTS (SELECT FROM restarted)
)
SELECT CASE WHEN NOT old.matches THEN 'version_mismatch'
            WHEN w.list IS NOT NULL THEN 'invalid_fields' END,
       coalesce(w.list, {{monitor_json}}), m.version
FROM old
CROSS JOIN (SELECT json_agg(wrong) AS list FROM wrong) w
LEFT JOIN m ON true
LEFT JOIN s ON true
