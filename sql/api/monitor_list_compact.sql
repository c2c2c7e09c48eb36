-- $1 bigint: the caller, $2 jsonb: limit, cursor, sort, filters.
-- What a list shows of a monitor; "brief": what is null is left out.
SELECT NULL, NULL, {{list_page}} AS brief, NULL AS object,
       m.id, m.name, m.type,
       CASE WHEN m.type <> 'push' THEN m.url END AS url,
       CASE WHEN m.tags <> '{}' THEN m.tags END AS tags,
       m.interval,
       CASE WHEN m.paused THEN 'paused' ELSE s.status END AS status,
       extract(epoch FROM s.status_since)::bigint AS since,
       extract(epoch FROM s.last_checked_at)::bigint AS checked,
       s.last_cause AS cause,
       round(s.last_latency_us / 100.0::float8) / 10 AS latency_ms,
       round(st.uptime_24h::float8 * 100000) / 100000 AS uptime_24h,
       round(st.uptime_30d::float8 * 100000) / 100000 AS uptime_30d,
       round(st.p95_24h_us::float8 / 100) / 10 AS p95_ms_24h,
       monitor_letters(st.letters, st.letters_to,
                       CASE WHEN m.paused THEN 'paused' ELSE s.status END)
           AS day,
       (SELECT extract(epoch FROM max(w.ends_at))::bigint
        FROM maintenance_spans w
        WHERE w.monitor_id = m.id AND w.starts_at <= now()
          AND w.ends_at > now()) AS maintenance_until
FROM (SELECT) one
LEFT JOIN monitor_page($1::bigint, $2::jsonb) page ON true
LEFT JOIN monitors m ON m.id = page.id AND m.owner_id = $1::bigint
LEFT JOIN monitor_state s ON s.monitor_id = m.id
LEFT JOIN monitor_stats st ON st.monitor_id = m.id
ORDER BY page.n
