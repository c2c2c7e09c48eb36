-- $1 bigint: the caller, $2 jsonb: fields, $3 bigint: monitors that he may
-- have, $4 bigint: checks a minute of one host; 0: any number.
WITH rules AS (
    {{monitor_rules}}, $4::bigint AS host_rate
), given AS (
    {{monitor_given}} FROM (SELECT 1 AS n, $2::jsonb AS fields) g
), f AS (
    {{monitor_new}}
), wrong AS (
    {{monitor_wrong}}
), quota AS (
    SELECT monitor_room($1::bigint, $3::bigint) <= 0 AS is_full
), m AS (
    {{monitor_insert}}
    WHERE NOT EXISTS (SELECT FROM wrong) AND NOT (SELECT is_full FROM quota)
    RETURNING *
), s AS (
    INSERT INTO monitor_state (monitor_id, owner_id, paused)
    SELECT m.id, m.owner_id, m.paused FROM m RETURNING *
)
SELECT CASE WHEN w.list IS NOT NULL THEN 'invalid_fields'
            WHEN (SELECT is_full FROM quota) THEN 'quota_exceeded' END,
       w.list, m.version, m.id, {{monitor_fields}}
FROM (SELECT {{monitor_errors}} AS list FROM wrong) w
LEFT JOIN m ON true
LEFT JOIN s ON true
CROSS JOIN (SELECT false AS hidden) k
