m.type, m.url, m.method,
(SELECT string_agg(h.key || ': ' || h.value, chr(10))
 FROM jsonb_each_text(m.headers) h) AS headers,
m.body, m.expected_status, m.keyword, m.auth_user, m.auth_secret,
m.tls_server_name, nullif(m.assertions, '[]') AS assertions,
m.auth, m.ip_version, m.interval, m.timeout, m.degraded_after_ms, m.grace,
m.cert_min_days, m.max_redirects, m.keyword_mode = 'absent' AS absent,
m.follow_redirects, m.verify_tls, m.tls_resume, m.upside_down
