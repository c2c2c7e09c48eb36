-- What a list shows of the past of m; st: LEFT JOIN monitor_stats st ON
-- st.monitor_id = m.id.  monitor_letters(st.letters, st.letters_to, status) is
-- the string of the last 24 hours.
st.uptime_24h, st.uptime_30d,
round((st.p95_24h_us / 1000)::numeric, 3)::float8 AS p95_ms_24h
