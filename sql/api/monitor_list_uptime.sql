-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- By the uptime of 30 days, from one narrow row of each monitor.  What has
-- none is the last.
WITH arg AS MATERIALIZED (
    {{list_arg}}
), far AS MATERIALIZED (
    SELECT CASE WHEN arg.filtered THEN {{list_way}} ELSE 'near' END AS way
    FROM arg
), m AS (
    SELECT f.id FROM monitors f
    WHERE (SELECT way = 'near' FROM far) AND f.owner_id = $1::bigint
    UNION ALL
    SELECT f.id FROM ({{list_found}}) f
), a AS (
    SELECT m.id,
           coalesce((st.uptime_30d * 1000000)::bigint + 1,
                    CASE WHEN arg.down THEN 0 ELSE 4294967296 END) AS num
    FROM arg, m
    LEFT JOIN monitor_stats st ON st.monitor_id = m.id
), ids AS (
    {{list_sorted}}
), {{list_tail}}
