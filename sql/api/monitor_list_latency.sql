-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- By the last check's latency.  It changes with every check and has no index:
-- one narrow row of each monitor is read.  What has none is the last.
WITH arg AS MATERIALIZED (
    {{list_arg}}
), far AS MATERIALIZED (
    SELECT CASE WHEN arg.filtered THEN {{list_way}} ELSE 'near' END AS way
    FROM arg
), a AS (
    SELECT s.monitor_id AS id,
           coalesce(s.last_latency_us + 1::bigint,
                    CASE WHEN arg.down THEN 0 ELSE 4294967296 END) AS num
    FROM arg, monitor_state s
    WHERE (SELECT way = 'near' FROM far) AND s.owner_id = $1::bigint
    UNION ALL
    SELECT f.id,
           coalesce(s.last_latency_us + 1::bigint,
                    CASE WHEN arg.down THEN 0 ELSE 4294967296 END)
    FROM arg, ({{list_found}}) f
    JOIN monitor_state s ON s.monitor_id = f.id
), ids AS (
    {{list_sorted}}
), {{list_tail}}
