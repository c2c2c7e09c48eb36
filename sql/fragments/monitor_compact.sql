-- What a list shows of a monitor; what is null is left out.
json_strip_nulls(json_build_object(
    'id', m.id,
    'name', m.name,
    'type', m.type,
    'url', CASE WHEN m.type <> 'push' THEN m.url END,
    'tags', CASE WHEN m.tags <> '{}' THEN to_json(m.tags) END,
    'status', CASE WHEN m.paused THEN 'paused' ELSE s.status END,
    'since', extract(epoch FROM s.status_since)::bigint,
    'checked', extract(epoch FROM s.last_checked_at)::bigint,
    'cause', s.last_cause,
    'latency_ms', round(s.last_latency_us / 1000.0, 1),
    'uptime_24h', round(st.uptime_24h::numeric, 5),
    'uptime_30d', round(st.uptime_30d::numeric, 5),
    'p95_ms_24h', round((st.p95_24h_us / 1000)::numeric, 1),
    'day', monitor_letters(st.letters, st.letters_to,
                           CASE WHEN m.paused THEN 'paused'
                           ELSE s.status END)))
