-- One piece of an export: $1 bigint: the caller, $2 bigint: a monitor, 0: all of
-- the caller's; $3 jsonb: see fragments/check_log_arg.sql, and format: csv or
-- jsonl.
-- One row: error, text, the cursor of the next piece or NULL; no row: no such
-- monitor.
WITH arg AS (
    {{check_log_arg}}
), page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.monitor_id DESC, c.slot DESC,
                                            c.attempt DESC) AS n
    FROM arg,
         checks_export($1::bigint, nullif($2::bigint, 0), arg.since, arg.until,
                       arg.slot,
                       coalesce(arg.monitor, nullif($2::bigint, 0),
                                9223372036854775807),
                       arg.attempt, $3::jsonb ->> 'outcome', arg.max + 1) c
), {{check_log_last}}, line AS (
    SELECT page.n, page.monitor_id, m.name AS monitor,
{{check_fields}}
    FROM page JOIN monitors m ON m.id = page.monitor_id
                                 AND m.owner_id = $1::bigint
    LEFT JOIN nodes ON nodes.id = page.node_id, arg
    WHERE page.n <= arg.max
)
SELECT NULL,
       CASE $3::jsonb ->> 'format' WHEN 'csv' THEN concat(
           CASE WHEN NOT $3::jsonb ? 'cursor' THEN
               'monitor_id,monitor,slot,checked_at,attempt,outcome,cause,'
               'http_status,latency_ms,dns_ms,connect_ms,tls_ms,ttfb_ms,node,'
               || E'maintenance\r\n' END,
           (SELECT string_agg(concat(l.monitor_id, ',', csv_text(l.monitor),
               ',', l.slot, ',', l.checked_at, ',', l.attempt, ',', l.outcome,
               ',', csv_text(l.cause), ',', l.http_status, ',', l.latency_ms,
               ',', l.dns_ms, ',', l.connect_ms, ',', l.tls_ms, ',',
               l.ttfb_ms, ',', csv_text(l.node), ',', l.maintenance::text,
               E'\r\n'), '' ORDER BY l.n)
            FROM line l))
       ELSE
           (SELECT string_agg((to_jsonb(l) - 'n')::text || E'\n', ''
                              ORDER BY l.n) FROM line l)
       END,
       (SELECT cursor FROM last)
WHERE $2::bigint = 0
      OR EXISTS (SELECT FROM monitors m
                 WHERE m.owner_id = $1::bigint AND m.id = $2::bigint)
