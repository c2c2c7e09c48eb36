-- $1 bigint: the caller, $2 jsonb: fields.  The defaults of every field are
-- here; the name defaults to the URL's host.
WITH m AS (
    INSERT INTO monitors (
        owner_id, name, type, url, interval, timeout, method, headers, body,
        expected_status, keyword, keyword_mode, follow_redirects,
        max_redirects, verify_tls, degraded_after_ms, failure_threshold,
        retry_interval, cert_warn_days, tags, paused)
    SELECT
        $1::bigint,
        coalesce(f.name, left(substring(
            f.url FROM '^https?://(\[[^]]+\]|[^/:?]+)'), 200)),
        f.type, f.url, f.interval, f.timeout, f.method, f.headers, f.body,
        f.expected_status, f.keyword, f.keyword_mode, f.follow_redirects,
        f.max_redirects, f.verify_tls, f.degraded_after_ms,
        f.failure_threshold, f.retry_interval, f.cert_warn_days, f.tags,
        f.paused
    FROM jsonb_populate_record(NULL::monitors, '{
        "type": "http",
        "interval": 60,
        "timeout": 10,
        "method": "GET",
        "headers": {},
        "expected_status": "200-399",
        "keyword_mode": "present",
        "follow_redirects": true,
        "max_redirects": 5,
        "verify_tls": true,
        "failure_threshold": 2,
        "retry_interval": 10,
        "cert_warn_days": 14,
        "tags": [],
        "paused": false
    }'::jsonb || $2::jsonb) f
    RETURNING *
), s AS (
    INSERT INTO monitor_state (monitor_id) SELECT m.id FROM m RETURNING *
)
SELECT NULL, {{monitor_json}}, m.version, m.id
FROM m, s
