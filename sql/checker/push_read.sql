-- What was pushed last to some monitors.
--
-- $1 bigint[]  monitors
--
-- A row for each, in order: age of the last push in ms or NULL, whether it
-- said up, its latency in us or NULL, and whether a push may have been lost
-- since because nobody was here: until a whole period has passed after that.

SELECT (extract(epoch FROM now() - p.pushed_at) * 1000)::bigint, p.up,
       p.latency_us,
       b.gap_to > p.pushed_at
       AND now() < b.gap_to + make_interval(secs => m.interval + m.grace)
FROM unnest($1::bigint[]) WITH ORDINALITY AS u (id, ord)
CROSS JOIN pulse b
LEFT JOIN monitors m ON m.id = u.id
LEFT JOIN pushes p ON p.monitor_id = u.id
ORDER BY u.ord
