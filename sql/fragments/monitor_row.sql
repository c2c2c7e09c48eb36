m.id, m.shard, m.revision::text::bigint AS revision,
m.paused OR EXISTS (SELECT FROM users o WHERE o.id = m.owner_id
                    AND o.disabled_at IS NOT NULL) AS paused,
m.url, m.method,
(SELECT string_agg(h.key || ': ' || h.value, chr(10))
 FROM jsonb_each_text(m.headers) h) AS headers,
m.body, m.expected_status, m.keyword, m.keyword_mode = 'absent' AS absent,
m.interval, m.timeout, m.retry_interval, m.failure_threshold,
m.degraded_after_ms, m.follow_redirects, m.max_redirects, m.verify_tls,
coalesce(s.status, 'pending') AS status, s.told, s.fails,
(extract(epoch FROM s.status_since) * 1000)::bigint AS status_since,
(extract(epoch FROM s.told_since) * 1000)::bigint AS told_since,
(extract(epoch FROM s.last_slot) * 1000)::bigint AS last_slot,
s.last_attempt
