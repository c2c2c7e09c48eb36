-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: from, to, points.
-- Columns of equal length, a place for each point; NULL where nothing was
-- checked.  The range says which source is fine enough: up to 2 days raw
-- results, up to 100 days hours, beyond it days, so that the work is bounded.
WITH asked AS MATERIALIZED (
    SELECT m.id, m.interval, t.since, t.until, t.points,
           CASE WHEN t.until - t.since > interval '100 days' THEN 'day'
                WHEN t.until - t.since > interval '2 days'
                     OR NOT EXISTS (SELECT FROM checks_of(m.id, t.since,
                                                          t.until))
                        AND EXISTS (SELECT FROM rollup_hours h
                                    WHERE h.monitor_id = m.id
                                      AND h.hour >= t.since
                                      AND h.hour < t.until) THEN 'hour'
                ELSE 'raw' END AS resolution
    FROM monitors m
    CROSS JOIN LATERAL (
        SELECT coalesce(($3::jsonb ->> 'from')::timestamptz,
                        u.until - interval '24 hours') AS since, u.until,
               coalesce(($3::jsonb ->> 'points')::integer, 400) AS points
        FROM (SELECT coalesce(least(($3::jsonb ->> 'to')::timestamptz, now()),
                              now()) AS until) u) t
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
), arg AS MATERIALIZED (
    -- the shortest step that makes no more points than wanted
    SELECT a.*, s.step, s.start
    FROM asked a
    CROSS JOIN LATERAL (
        SELECT v.s * interval '1 s' AS step,
               date_bin(v.s * interval '1 s', a.since, 'epoch') AS start
        FROM ({{series_steps}}) v (s)
        WHERE v.s >= CASE a.resolution WHEN 'raw' THEN least(a.interval, 86400)
                          WHEN 'hour' THEN 3600 ELSE 86400 END
        ORDER BY extract(epoch FROM a.until
                     - date_bin(v.s * interval '1 s', a.since, 'epoch'))
                 > v.s::bigint * a.points, v.s
        LIMIT 1) s
), raw AS (
    SELECT s.t, count(*) FILTER (WHERE s.outcome = 'up') AS up,
           count(*) FILTER (WHERE s.outcome = 'degraded') AS degraded,
           count(*) FILTER (WHERE s.outcome = 'down') AS down,
           count(*) FILTER (WHERE s.outcome = 'unknown') AS unknown,
           count(s.us) AS timed, sum(s.us) AS latency,
           min(s.us) AS min, max(s.us) AS max,
           sum(s.dns_us) AS dns, sum(s.connect_us) AS connect,
           sum(s.tls_us) AS tls, sum(s.ttfb_us) AS ttfb,
           ARRAY[min(s.us) FILTER (WHERE s.place * 2 >= s.n),
                 min(s.us) FILTER (WHERE s.place * 20 >= s.n * 19),
                 min(s.us) FILTER (WHERE s.place * 100 >= s.n * 99)] AS p
    FROM (
        SELECT g.*, row_number() OVER (PARTITION BY g.t ORDER BY g.us) AS place,
               count(g.us) OVER (PARTITION BY g.t) AS n
        FROM (
            SELECT date_bin(arg.step, c.slot, 'epoch') AS t, c.outcome,
                   v.timed * c.latency_us AS us, v.timed * c.dns_us AS dns_us,
                   v.timed * c.connect_us AS connect_us,
                   v.timed * c.tls_us AS tls_us, v.timed * c.ttfb_us AS ttfb_us
            FROM arg
            CROSS JOIN LATERAL slots_of(arg.id, arg.since, arg.until) c
            CROSS JOIN LATERAL (
                SELECT CASE WHEN c.outcome IN ('up', 'degraded')
                                 AND c.latency_us IS NOT NULL
                            THEN 1 END AS timed) v
            WHERE arg.resolution = 'raw') g) s
    GROUP BY s.t
), part AS MATERIALIZED (
    SELECT date_bin(arg.step, h.hour, 'epoch') AS t, h.up, h.degraded, h.down,
           h.unknown, h.timed, h.latency_sum, h.latency_min, h.latency_max,
           h.dns_sum, h.connect_sum, h.tls_sum, h.ttfb_sum, h.hist
    FROM arg CROSS JOIN LATERAL hours_of(
        CASE arg.resolution WHEN 'hour' THEN ARRAY[arg.id] ELSE '{}' END,
        date_bin('1 hour', arg.since, 'epoch'), arg.until) h
    UNION ALL
    SELECT date_bin(arg.step, d.day::timestamp AT TIME ZONE 'UTC', 'epoch'),
           d.up, d.degraded, d.down, d.unknown, d.timed, d.latency_sum,
           d.latency_min, d.latency_max, d.dns_sum, d.connect_sum, d.tls_sum,
           d.ttfb_sum, d.hist
    FROM arg CROSS JOIN LATERAL days_of(
        CASE arg.resolution WHEN 'day' THEN ARRAY[arg.id] ELSE '{}' END,
        (arg.since AT TIME ZONE 'UTC')::date,
        (arg.until AT TIME ZONE 'UTC')::date + 1) d
), total AS (
    SELECT p.t, sum(p.up) AS up, sum(p.degraded) AS degraded,
           sum(p.down) AS down, sum(p.unknown) AS unknown,
           sum(p.timed) AS timed, sum(p.latency_sum) AS latency,
           min(p.latency_min) AS min, max(p.latency_max) AS max,
           sum(p.dns_sum) AS dns, sum(p.connect_sum) AS connect,
           sum(p.tls_sum) AS tls, sum(p.ttfb_sum) AS ttfb
    FROM part p GROUP BY p.t
), quantile AS (
    -- elements of histograms are in the order of buckets: no need to merge
    SELECT c.t, ARRAY[
               min(c.e) FILTER (WHERE c.upto * 2 >= c.n) >> 16,
               min(c.e) FILTER (WHERE c.upto * 20 >= c.n * 19) >> 16,
               min(c.e) FILTER (WHERE c.upto * 100 >= c.n * 99) >> 16] AS p
    FROM (SELECT u.t, u.e, u.n,
                 sum(u.e & 65535) OVER (PARTITION BY u.t ORDER BY u.e
                                        ROWS UNBOUNDED PRECEDING) AS upto
          FROM (SELECT p.t, k.timed AS n, unnest(p.hist) AS e
                FROM part p JOIN total k ON k.t = p.t) u) c
    GROUP BY c.t
), known AS (
    SELECT r.t, r.up, r.degraded, r.down, r.unknown, r.timed, r.latency,
           r.min, r.max, r.dns, r.connect, r.tls, r.ttfb, r.p FROM raw r
    UNION ALL
    SELECT k.t, k.up, k.degraded, k.down, k.unknown, k.timed, k.latency,
           k.min, k.max, k.dns, k.connect, k.tls, k.ttfb,
           ARRAY[hist_us(q.p[1]), hist_us(q.p[2]), hist_us(q.p[3])]::integer[]
    FROM total k LEFT JOIN quantile q ON q.t = k.t
), point AS (
    SELECT extract(epoch FROM g.t)::bigint AS t, k.up, k.degraded, k.down,
           k.unknown, k.min / 1000.0::float8 AS min,
           (k.latency / k.timed)::bigint / 1000.0::float8 AS avg,
           k.p[1] / 1000.0::float8 AS p50, k.p[2] / 1000.0::float8 AS p95,
           k.p[3] / 1000.0::float8 AS p99, k.max / 1000.0::float8 AS max,
           (k.dns / k.timed)::bigint / 1000.0::float8 AS dns,
           (k.connect / k.timed)::bigint / 1000.0::float8 AS connect,
           (k.tls / k.timed)::bigint / 1000.0::float8 AS tls,
           (k.ttfb / k.timed)::bigint / 1000.0::float8 AS ttfb
    FROM arg
    CROSS JOIN LATERAL generate_series(arg.start,
        arg.until - interval '1 us', arg.step) g (t)
    LEFT JOIN (SELECT o.t, o.up, o.degraded, o.down, o.unknown,
                      nullif(o.timed, 0) AS timed, o.latency, o.min, o.max,
                      o.dns, o.connect, o.tls, o.ttfb, o.p
               FROM known o) k ON k.t = g.t
    ORDER BY g.t
)
SELECT CASE WHEN arg.since >= arg.until THEN 'invalid_fields' END,
       CASE WHEN arg.since >= arg.until THEN
           '[{"field":"from","code":"not_before_to",'
           '"message":"must be before to, and in the past"}]'
       ELSE (
           SELECT row_to_json(o)::text FROM (SELECT
               arg.resolution,
               extract(epoch FROM arg.step)::integer AS step,
               coalesce(array_agg(p.t), '{}') AS t,
               coalesce(array_agg(p.up), '{}') AS up,
               coalesce(array_agg(p.degraded), '{}') AS degraded,
               coalesce(array_agg(p.down), '{}') AS down,
               coalesce(array_agg(p.unknown), '{}') AS unknown,
               coalesce(array_agg(p.min), '{}') AS min_ms,
               coalesce(array_agg(p.avg), '{}') AS avg_ms,
               coalesce(array_agg(p.p50), '{}') AS p50_ms,
               coalesce(array_agg(p.p95), '{}') AS p95_ms,
               coalesce(array_agg(p.p99), '{}') AS p99_ms,
               coalesce(array_agg(p.max), '{}') AS max_ms,
               coalesce(array_agg(p.dns), '{}') AS dns_ms,
               coalesce(array_agg(p.connect), '{}') AS connect_ms,
               coalesce(array_agg(p.tls), '{}') AS tls_ms,
               coalesce(array_agg(p.ttfb), '{}') AS ttfb_ms
               FROM point p) o) END
FROM arg
