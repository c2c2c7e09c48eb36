m.paused OR EXISTS (SELECT FROM users o WHERE o.id = m.owner_id
                    AND o.disabled_at IS NOT NULL) AS paused,
m.retry_interval, m.failure_threshold,
coalesce(s.status, 'pending') AS status, s.told, s.fails,
(extract(epoch FROM s.status_since) * 1000)::bigint AS status_since,
(extract(epoch FROM s.told_since) * 1000)::bigint AS told_since,
(extract(epoch FROM s.last_slot) * 1000)::bigint AS last_slot,
s.last_attempt,
{{target_row}}
