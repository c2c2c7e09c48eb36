-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: from, to, points.
-- Binary columns: what was counted, of which the worker makes the points.  At
-- each place of the arrays is a raw result (it has an outcome), an hour or a
-- day; they are null if there is none.
WITH asked AS MATERIALIZED (
    SELECT m.id, m.interval, t.since, t.until, t.points,
           series_source(m.id, t.since, t.until) AS resolution
    FROM monitors m
    CROSS JOIN LATERAL (
        SELECT greatest(coalesce(($3::jsonb ->> 'from')::timestamptz,
                                 u.until - interval '24 hours'),
                        -- the longest steps are years
                        u.until - interval '100 years') AS since, u.until,
               coalesce(($3::jsonb ->> 'points')::integer, 400) AS points
        FROM (SELECT coalesce(least(($3::jsonb ->> 'to')::timestamptz, now()),
                              now()) AS until) u) t
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
), arg AS MATERIALIZED (
    -- the shortest step that makes no more points than wanted
    SELECT a.*, s.step, s.start
    FROM asked a
    CROSS JOIN LATERAL (
        SELECT v.s AS step,
               date_bin(v.s * interval '1 s', a.since, 'epoch') AS start
        FROM ({{series_steps}}) v (s)
        WHERE v.s >= CASE a.resolution WHEN 'raw' THEN least(a.interval, 86400)
                          WHEN 'hour' THEN 3600 ELSE 86400 END
        ORDER BY extract(epoch FROM a.until
                     - date_bin(v.s * interval '1 s', a.since, 'epoch'))
                 > v.s::bigint * a.points,
                 CASE WHEN extract(epoch FROM a.until - date_bin(
                                v.s * interval '1 s', a.since, 'epoch'))
                           > v.s::bigint * a.points THEN -v.s ELSE v.s END
        LIMIT 1) s
), counted AS (
    SELECT c.slot AS at, c.outcome, NULL::integer AS up,
           NULL::integer AS degraded, NULL::integer AS down,
           NULL::integer AS unknown, NULL::integer AS timed,
           NULL::integer AS min, NULL::integer AS max,
           c.latency_us::bigint AS latency, c.dns_us::bigint AS dns,
           c.connect_us::bigint AS connect, c.tls_us::bigint AS tls,
           c.ttfb_us::bigint AS ttfb, NULL::integer[] AS hist
    FROM arg CROSS JOIN LATERAL slots_of(arg.id, arg.since, arg.until) c
    WHERE arg.resolution = 'raw'
    UNION ALL
    SELECT h.hour, NULL, h.up, h.degraded, h.down, h.unknown, h.timed,
           h.latency_min, h.latency_max, h.latency_sum, h.dns_sum,
           h.connect_sum, h.tls_sum, h.ttfb_sum, h.hist
    FROM arg CROSS JOIN LATERAL hours_of(ARRAY[arg.id],
        date_bin('1 hour', arg.since, 'epoch'), arg.until) h
    WHERE arg.resolution = 'hour'
    UNION ALL
    SELECT d.day::timestamp AT TIME ZONE 'UTC', NULL, d.up, d.degraded,
           d.down, d.unknown, d.timed, d.latency_min, d.latency_max,
           d.latency_sum, d.dns_sum, d.connect_sum, d.tls_sum, d.ttfb_sum,
           d.hist
    FROM arg CROSS JOIN LATERAL days_of(ARRAY[arg.id],
        (arg.since AT TIME ZONE 'UTC')::date,
        (arg.until AT TIME ZONE 'UTC')::date + 1) d
    WHERE arg.resolution = 'day'
)
SELECT CASE WHEN arg.since >= arg.until THEN 'invalid_fields' END,
       CASE WHEN arg.since >= arg.until THEN
           '[{"field":"from","code":"not_before_to",'
           '"message":"must be before to, and in the past"}]' END,
       arg.resolution AS series, arg.step, arg.start, arg.until, o.*
FROM arg CROSS JOIN (
    -- a row for each would cost the worker four times as much
    SELECT array_agg(c.at) AS at, array_agg(c.outcome) AS outcome,
           array_agg(c.up) AS up, array_agg(c.degraded) AS degraded,
           array_agg(c.down) AS down, array_agg(c.unknown) AS unknown,
           array_agg(c.timed) AS timed, array_agg(c.min) AS min,
           array_agg(c.max) AS max, array_agg(c.latency) AS latency,
           array_agg(c.dns) AS dns, array_agg(c.connect) AS connect,
           array_agg(c.tls) AS tls, array_agg(c.ttfb) AS ttfb,
           -- an array of arrays has to be a rectangle; '{}' is sent so
           string_agg(CASE WHEN c.outcome IS NULL THEN coalesce(
                          array_send(c.hist), '\x000000000000000000000017')
                      END, '') AS hist
    FROM counted c) o
