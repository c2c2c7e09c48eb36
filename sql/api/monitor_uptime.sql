-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: tz, days.
-- Days of any time zone and periods up to now begin and end with quarters of an
-- hour: what a span has is what was counted up to its end, less what was counted
-- up to its beginning.
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
    SELECT p.name, true AS period,
           arg.until - p.days * interval '24 hours' AS since,
           arg.until + interval '1 day' AS until
    FROM arg CROSS JOIN (VALUES ('24h', 1), ('7d', 7), ('30d', 30),
                                ('90d', 90), ('365d', 365)) p (name, days)
    UNION ALL
    SELECT to_char(arg.today - g.n, 'YYYY-MM-DD'), false,
           date_bin('15 min', day_begin(arg.today - g.n, arg.tz), 'epoch'),
           date_bin('15 min', day_begin(arg.today - g.n + 1, arg.tz), 'epoch')
    FROM arg CROSS JOIN LATERAL generate_series(0, arg.days - 1) g (n)
), reach AS MATERIALIZED (
    SELECT arg.id, (min(s.since) AT TIME ZONE 'UTC')::date AS first,
           (max(s.until) AT TIME ZONE 'UTC')::date AS last
    FROM arg CROSS JOIN span s
    GROUP BY arg.id
), day AS MATERIALIZED (
    -- each day of UTC, and what was counted before it
    SELECT e.day, d.down, d.down_s, d.up_upto, d.degraded_upto, d.down_upto,
           d.unknown_upto, sum(d.up + d.degraded) OVER before AS good_before,
           sum(d.down) OVER before AS down_before,
           sum(d.unknown) OVER before AS unknown_before,
           sum(d.down_s) OVER before AS down_s_before
    FROM (SELECT r.first + n AS day
          FROM reach r CROSS JOIN generate_series(0, r.last - r.first) n) e
    LEFT JOIN (SELECT d.* FROM reach r
               CROSS JOIN days_of(ARRAY[r.id], r.first, r.last + 1) d) d
           ON d.day = e.day
    WINDOW before AS (ORDER BY e.day
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), edge AS MATERIALIZED (
    -- what was counted up to each beginning and end
    SELECT e.at, coalesce(d.good_before, 0) + coalesce(d.up_upto[q.n], 0)
                 + coalesce(d.degraded_upto[q.n], 0) AS good,
           coalesce(d.down_before, 0) + coalesce(d.down_upto[q.n], 0) AS down,
           coalesce(d.unknown_before, 0)
           + coalesce(d.unknown_upto[q.n], 0) AS unknown,
           coalesce(d.down_s_before, 0)
           + coalesce(d.down_s::bigint * d.down_upto[q.n]
                      / nullif(d.down, 0), 0) AS down_s
    FROM (SELECT s.since AS at FROM span s
          UNION SELECT s.until FROM span s) e
    JOIN day d ON d.day = (e.at AT TIME ZONE 'UTC')::date
    CROSS JOIN LATERAL (
        SELECT extract(epoch FROM e.at)::bigint / 900 % 96 AS n) q
), incident AS MATERIALIZED (
    SELECT i.started_at FROM reach r
    JOIN incidents i ON i.monitor_id = r.id AND i.owner_id = $1::bigint
    WHERE i.started_at >= (SELECT min(s.since) FROM span s)
), begun AS (
    SELECT s.name, count(*) AS n
    FROM span s JOIN incident i ON i.started_at >= s.since
    WHERE s.period
    GROUP BY s.name
    UNION ALL
    SELECT to_char(i.started_at AT TIME ZONE arg.tz, 'YYYY-MM-DD'), count(*)
    FROM arg CROSS JOIN incident i
    GROUP BY 1
), answer AS (
    -- rows of a type that nobody knows take row_to_json() ten times as long
    SELECT s.name, s.period, s.since, concat('"ratio":', coalesce(
               (c.good / nullif(c.good + c.down, 0)::float8)::text, 'null'),
               ',"checks":', c.good + c.down + c.unknown,
               ',"downtime_s":', c.down_s,
               ',"incidents":', coalesce(b.n, 0), '}') AS counts
    FROM span s
    JOIN edge f ON f.at = s.since
    JOIN edge t ON t.at = s.until
    CROSS JOIN LATERAL (
        SELECT t.good - f.good AS good, t.down - f.down AS down,
               t.unknown - f.unknown AS unknown,
               t.down_s - f.down_s AS down_s) c
    LEFT JOIN begun b ON b.name = s.name
)
SELECT CASE WHEN arg.id IS NULL THEN 'invalid_fields' END,
       CASE WHEN arg.id IS NULL THEN
           '[{"field":"tz","code":"unknown_time_zone",'
           '"message":"must be a name of the IANA time zone database"}]'
       ELSE (SELECT concat('{"tz":', to_json(arg.tz), ',"periods":{',
           string_agg(concat('"', a.name, '":{', a.counts), ','
                      ORDER BY a.since DESC) FILTER (WHERE a.period),
           '},"days":[',
           string_agg(concat('{"day":"', a.name, '",', a.counts), ','
                      ORDER BY a.name) FILTER (WHERE NOT a.period), ']}')
           FROM answer a) END
FROM monitors m LEFT JOIN arg ON true
WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
