-- $1 bigint: the caller, $2 bigint: monitor.
SELECT NULL, {{monitor_json}}, m.version
FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
