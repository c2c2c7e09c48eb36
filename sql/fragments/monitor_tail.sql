m.paused OR o.disabled_at IS NOT NULL AS paused,
m.retry_interval, m.failure_threshold,
CASE WHEN {{outdated_state}} THEN 'pending'
     ELSE coalesce(s.status, 'pending') END AS status,
CASE WHEN NOT {{outdated_state}} THEN s.told END AS told,
CASE WHEN {{outdated_state}} THEN 0 ELSE s.fails END AS fails,
(extract(epoch FROM CASE WHEN {{outdated_state}} THEN o.enabled_at
                    ELSE s.status_since END) * 1000)::bigint AS status_since,
(extract(epoch FROM s.told_since) * 1000)::bigint AS told_since,
(extract(epoch FROM s.last_slot) * 1000)::bigint AS last_slot,
s.last_attempt, m.owner_id,
{{target_row}}
