-- One page of series of the caller's monitors.
--
-- $1 bigint  the caller
-- $2 bigint  after this id
-- $3 bigint  monitors at most
-- $4 bigint  which metric, see the fragment
WITH page AS (
    SELECT m.id, m.name, m.type, m.tags,
           CASE WHEN m.paused THEN 'paused' ELSE s.status END AS status,
           s.last_slot, s.last_latency_us, s.cert_expires_at
    FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
    WHERE m.owner_id = $1::bigint AND m.id > $2::bigint
    ORDER BY m.id LIMIT $3::bigint
)
{{metric_lines}}
