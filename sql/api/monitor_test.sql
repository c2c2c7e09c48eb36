-- $1 bigint: the caller, $2 jsonb: fields of a monitor that is not stored.
-- Result: error, list of what is wrong, seconds to wait, the target.
WITH rules AS (
    {{monitor_rules}}, 0::bigint AS host_rate
), given AS (
    {{monitor_given}} FROM (SELECT 1 AS n, $2::jsonb AS fields) g
), f AS (
    {{monitor_new}}
), wrong AS (
    {{monitor_wrong}}
), most (key, n) AS (
    -- checks that somebody waits for
    VALUES ('c:' || $1::bigint, 30)
), taken AS (
    {{minute_taken}}
)
SELECT CASE WHEN w.list IS NOT NULL THEN 'invalid_fields'
            WHEN m.type = 'push' THEN 'push_monitor'
            WHEN taken.too_many THEN 'too_many_requests' END,
       w.list, taken.wait,
       {{target_row}}
FROM f m, taken, (SELECT {{monitor_errors}} AS list FROM wrong) w
