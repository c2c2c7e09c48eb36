-- An account with many monitors, and the password of another.
--
-- :like  email of the other, :email, :monitors  how many

\set ON_ERROR_STOP on
BEGIN;
INSERT INTO users (email, password_hash, role)
SELECT :'email', password_hash, 'user' FROM users WHERE email = :'like';

INSERT INTO monitors (owner_id, name, type, url, interval, timeout, method,
    headers, expected_status, keyword_mode, follow_redirects, max_redirects,
    verify_tls, failure_threshold, retry_interval, cert_warn_days, tags, paused)
SELECT u.id, 'Shop ' || i, 'http', 'https://shop-' || i || '.example/health',
       60, 10, 'GET', '{}', '200-399', 'present', true, 5, true, 2, 10, 14,
       ARRAY[(ARRAY['eu', 'us', 'asia'])[1 + i % 3]], false
FROM users u, generate_series(1, :monitors) i WHERE u.email = :'email';

UPDATE monitor_state s
SET status = CASE WHEN s.monitor_id % 500 = 0 THEN 'down' ELSE 'up' END,
    status_since = now() - interval '3 days', last_checked_at = now(),
    last_slot = now(), last_outcome = 'up', last_http_status = 200,
    last_latency_us = 40000 + s.monitor_id % 977 * 300
FROM users u WHERE u.email = :'email' AND s.owner_id = u.id;

UPDATE monitor_stats s
SET uptime_24h = 0.9995, uptime_30d = 0.9997,
    p95_24h_us = 60000 + s.monitor_id % 977 * 300,
    letters = repeat('u', 30)
        || (ARRAY['u', 'g', 'd'])[1 + s.monitor_id % 3] || repeat('u', 17),
    letters_to = date_bin('30 min', now(), 'epoch') + interval '30 min'
FROM users u WHERE u.email = :'email' AND s.owner_id = u.id;
COMMIT;
ANALYZE;
