-- $1 bigint: the caller, $2 jsonb: limit, cursor, sort, filters; "_read_only".
SELECT NULL, NULL, {{list_page}} AS page, NULL AS object,
       {{monitor_fields}}, {{monitor_stats}}
FROM (SELECT NOT ({{may_write}}) AS hidden) k
LEFT JOIN monitor_page($1::bigint, $2::jsonb) page ON true
LEFT JOIN monitors m ON m.id = page.id AND m.owner_id = $1::bigint
LEFT JOIN monitor_state s ON s.monitor_id = m.id
LEFT JOIN monitor_stats st ON st.monitor_id = m.id
ORDER BY page.n
