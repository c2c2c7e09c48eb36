-- $1 bigint: the caller, $2 bigint: window.
SELECT NULL, {{maintenance_json}}, w.version
FROM maintenances w
WHERE w.owner_id = $1::bigint AND w.id = $2::bigint
