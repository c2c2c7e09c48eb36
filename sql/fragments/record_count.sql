-- checker/record: the first row; what came later than its rollup leaves a mark,
-- and so does a new status
SELECT 0::bigint, (SELECT count(*) FROM stored)::text,
       (SELECT pg_notify('uptime_live', '')::text FROM watch
        WHERE until > now())
WHERE (SELECT rollup_mark(array_agg(l.monitor_id), array_agg(l.slot))
       FROM (SELECT k.monitor_id, to_timestamp(($9::float8[])[k.i]) AS slot
             FROM kept k WHERE k.late
             UNION ALL
             SELECT monitor_id, NULL FROM state WHERE changed) l) IS NULL
