-- $1 bigint: the caller, $2 jsonb: "_read_only", $3 bigint: monitor.
-- The last column changes with every check.
SELECT NULL, {{monitor_shown}}, m.version,
       (extract(epoch FROM s.last_checked_at) * 1000)::bigint
FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
WHERE m.owner_id = $1::bigint AND m.id = $3::bigint
