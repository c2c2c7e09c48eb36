-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- By the uptime of 30 days; what has none is the last.
WITH arg AS MATERIALIZED (
    {{list_arg}}
), far AS MATERIALIZED (
    SELECT {{list_way}} AS way FROM arg
), a AS (
    SELECT m.id,
           coalesce((st.uptime_30d * 1000000)::bigint + 1,
                    CASE WHEN arg.down THEN 0 ELSE 4294967296 END) AS num
    FROM arg, ({{list_found}}) m
    LEFT JOIN monitor_stats st ON st.monitor_id = m.id
), ids AS (
    {{list_sorted}}
), {{list_tail}}
