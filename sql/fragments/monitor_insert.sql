-- Stores new monitors f of the caller, $1; a WHERE may follow.
INSERT INTO monitors (
    owner_id, name, type, url, interval, timeout, method, headers, body,
    expected_status, keyword, keyword_mode, follow_redirects,
    max_redirects, verify_tls, degraded_after_ms, failure_threshold,
    retry_interval, cert_warn_days, cert_min_days, tags, paused, auth,
    auth_user, auth_secret, ip_version, tls_server_name, tls_resume,
    assertions, upside_down, grace, channel_ids, parent_id,
    push_token)
SELECT
    $1::bigint, {{monitor_name}}, f.type, f.url, f.interval, f.timeout,
    f.method, f.headers, f.body, f.expected_status, f.keyword,
    f.keyword_mode, f.follow_redirects, f.max_redirects, f.verify_tls,
    f.degraded_after_ms, f.failure_threshold, f.retry_interval,
    f.cert_warn_days, f.cert_min_days, f.tags, f.paused, f.auth,
    f.auth_user, f.auth_secret, f.ip_version, f.tls_server_name,
    f.tls_resume, f.assertions, f.upside_down, f.grace, f.channel_ids,
    f.parent_id,
    CASE WHEN f.type = 'push' THEN {{push_token}} END
FROM f
