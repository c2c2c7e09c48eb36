-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: fields to change and
-- "_if_match".  A new URL or a resumed monitor starts as pending.
WITH old AS (
    SELECT m AS monitor, m.version, m.url, m.paused
    FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
    FOR UPDATE
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
        tags = f.tags,
        paused = f.paused,
        updated_at = now(),
        version = m.version + 1
    FROM old, jsonb_populate_record(old.monitor, $3::jsonb - '_if_match') f
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND coalesce(($3::jsonb ->> '_if_match')::integer = old.version, true)
    RETURNING m.*, old.url <> m.url OR old.paused <> m.paused AS restart
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
SELECT CASE WHEN m.id IS NULL THEN 'version_mismatch' END,
       {{monitor_json}}, m.version
FROM old
LEFT JOIN m ON true
LEFT JOIN s ON true
