-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: tz, days.
-- Days of any time zone and periods up to now are cut out of days of UTC by
-- quarters of an hour, with what is counted up to the end of each of them.
WITH arg AS MATERIALIZED (
    SELECT m.id, z.tz, (now() AT TIME ZONE z.tz)::date AS today, z.days,
           date_bin('15 min', now(), 'epoch') AS until
    FROM monitors m
    CROSS JOIN LATERAL (
        SELECT coalesce($3::jsonb ->> 'tz', 'UTC') AS tz,
               coalesce(($3::jsonb ->> 'days')::integer, 90) AS days) z
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND is_time_zone(z.tz)
), span AS MATERIALIZED (
    SELECT p.name, arg.until - p.days * interval '24 hours' AS since,
           arg.until + interval '1 day' AS until
    FROM arg CROSS JOIN (VALUES ('24h', 1), ('7d', 7), ('30d', 30),
                                ('90d', 90), ('365d', 365)) p (name, days)
    UNION ALL
    SELECT to_char(arg.today - g.n, 'YYYY-MM-DD'),
           date_bin('15 min', (arg.today - g.n)::timestamp AT TIME ZONE arg.tz,
                    'epoch'),
           date_bin('15 min', (arg.today - g.n + 1)::timestamp
                              AT TIME ZONE arg.tz, 'epoch')
    FROM arg CROSS JOIN LATERAL generate_series(0, arg.days - 1) g (n)
), piece AS (
    -- a span's share of each day of UTC: quarters after lo up to hi
    SELECT s.name, d.day::date AS day,
           greatest(0, extract(epoch FROM s.since AT TIME ZONE 'UTC' - d.day)
                       ::integer / 900) AS lo,
           least(96, extract(epoch FROM s.until AT TIME ZONE 'UTC' - d.day)
                     ::integer / 900) AS hi
    FROM span s
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', s.since AT TIME ZONE 'UTC'),
        (s.until AT TIME ZONE 'UTC') - interval '1 us',
        interval '1 day') d (day)
), day AS MATERIALIZED (
    SELECT d.day, d.up, d.degraded, d.down, d.unknown, d.down_s, d.up_upto,
           d.degraded_upto, d.down_upto, d.unknown_upto
    FROM arg
    CROSS JOIN LATERAL days_of(ARRAY[arg.id],
        (SELECT (min(s.since) AT TIME ZONE 'UTC')::date FROM span s),
        (arg.until AT TIME ZONE 'UTC')::date + 1) d
), counted AS (
    SELECT c.name,
           sum(CASE WHEN c.whole THEN c.good ELSE c.part_good END) AS good,
           sum(CASE WHEN c.whole THEN c.down ELSE c.part_down END) AS down,
           sum(CASE WHEN c.whole THEN c.unknown ELSE c.part_unknown END)
               AS unknown,
           sum(CASE WHEN c.whole THEN c.down_s
                    WHEN c.part_down > 0
                    THEN c.down_s * c.part_down / c.down ELSE 0 END) AS down_s
    FROM (
        SELECT p.name, d.unknown, d.down_s::bigint,
               d.up + d.degraded AS good, d.down, n.whole,
               coalesce(d.up_upto[n.hi], 0) - coalesce(d.up_upto[n.lo], 0)
               + coalesce(d.degraded_upto[n.hi], 0)
               - coalesce(d.degraded_upto[n.lo], 0) AS part_good,
               coalesce(d.down_upto[n.hi], 0)
               - coalesce(d.down_upto[n.lo], 0) AS part_down,
               coalesce(d.unknown_upto[n.hi], 0)
               - coalesce(d.unknown_upto[n.lo], 0) AS part_unknown
        FROM piece p JOIN day d ON d.day = p.day
        CROSS JOIN LATERAL (
            SELECT p.lo = 0 AND p.hi = 96 AS whole,
                   CASE WHEN p.lo > 0 OR p.hi < 96 THEN p.lo END AS lo,
                   CASE WHEN p.lo > 0 OR p.hi < 96 THEN p.hi END AS hi) n) c
    GROUP BY c.name
), incident AS MATERIALIZED (
    SELECT i.started_at FROM arg
    JOIN incidents i ON i.monitor_id = arg.id AND i.owner_id = $1::bigint
    WHERE i.started_at >= (SELECT min(s.since) FROM span s)
), begun AS (
    SELECT s.name, count(*) AS n
    FROM span s JOIN incident i ON i.started_at >= s.since
    WHERE s.name LIKE '%d' OR s.name LIKE '%h'
    GROUP BY s.name
    UNION ALL
    SELECT to_char(i.started_at AT TIME ZONE arg.tz, 'YYYY-MM-DD'), count(*)
    FROM arg CROSS JOIN incident i
    GROUP BY 1
), answer AS (
    SELECT s.name, s.since,
           c.good / nullif(c.good + c.down, 0)::float8 AS ratio,
           coalesce(c.good + c.down + c.unknown, 0) AS checks,
           coalesce(c.down_s, 0) AS downtime_s,
           coalesce(b.n, 0) AS incidents
    FROM span s
    LEFT JOIN counted c ON c.name = s.name
    LEFT JOIN begun b ON b.name = s.name
)
SELECT CASE WHEN arg.id IS NULL THEN 'invalid_fields' END,
       CASE WHEN arg.id IS NULL THEN
           '[{"field":"tz","code":"unknown_time_zone",'
           '"message":"must be a name of the IANA time zone database"}]'
       ELSE concat('{"tz":', to_json(arg.tz), ',"periods":', (
           SELECT json_object_agg(a.name, (SELECT row_to_json(o) FROM (SELECT
                      a.ratio, a.checks, a.downtime_s, a.incidents) o)
                      ORDER BY a.since DESC)
           FROM answer a WHERE a.name LIKE '%d' OR a.name LIKE '%h'),
           ',"days":', (
           SELECT json_agg((SELECT row_to_json(o) FROM (SELECT
                      a.name AS day, a.ratio, a.checks, a.downtime_s,
                      a.incidents) o) ORDER BY a.name)
           FROM answer a WHERE a.name LIKE '%-%'), '}') END
FROM monitors m LEFT JOIN arg ON true
WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
