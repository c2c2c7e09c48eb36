-- $1 bigint: the caller, $2 boolean: an API key that may only read, $3 bigint: monitor.
-- The fourth column changes with every check.
-- many at once: api/monitor_get_many
SELECT NULL, NULL, m.version,
       (extract(epoch FROM s.last_checked_at) * 1000)::bigint,
       {{monitor_fields}}
FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
CROSS JOIN (SELECT $2::boolean AS hidden) k
WHERE m.owner_id = $1::bigint AND m.id = $3::bigint
