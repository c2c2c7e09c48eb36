-- checker/record after the INSERT
    RETURNING monitor_id, slot, attempt
), told AS MATERIALIZED (
    SELECT i, monitor_id FROM kept WHERE counts AND i = ANY ($28::bigint[])
)
SELECT 0::bigint, (SELECT count(*) FROM stored)::text,
       (SELECT pg_notify('uptime_live', '')::text FROM watch
        WHERE until > now())
UNION ALL
(SELECT k.i, m.name, m.url
 FROM told k
 JOIN stored t ON t.monitor_id = k.monitor_id
                  AND t.slot = to_timestamp(($9::float8[])[k.i])
                  AND t.attempt = ($10::smallint[])[k.i]
 JOIN monitors m ON m.id = k.monitor_id
 JOIN monitor_state s ON s.monitor_id = k.monitor_id
 WHERE k.monitor_id = ANY (ARRAY(SELECT monitor_id FROM state))
       AND (s.revision IS NULL OR s.revision <= ($27::bigint[])[k.i])
 ORDER BY to_timestamp(($11::float8[])[k.i]), k.i)
