-- As in 0008_rollups.sql, with histograms merged by sums in one go: hist_merge()
-- calls a function of its own for each hour, and that was a third of it.

CREATE OR REPLACE FUNCTION rollup_days_made(p_ids bigint[], p_day date)
RETURNS SETOF rollup_days LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_start  CONSTANT timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    WITH h AS MATERIALIZED (
        SELECT p_day AS day, extract(epoch FROM h.hour - v_start)::integer
                             / 900 AS quarter, h.*
        FROM hours_of(p_ids, v_start, v_start + interval '24 hours') h
    ), n AS MATERIALIZED (
        SELECT h.monitor_id, h.day, (c.place - 1) / 4 AS outcome,
               h.quarter + (c.place - 1) % 4 AS quarter, c.n
        FROM h CROSS JOIN LATERAL
             unnest(h.quarters) WITH ORDINALITY c (n, place)
        WHERE c.n > 0
    ), upto AS (
        SELECT u.monitor_id, u.day, u.outcome,
               array_agg(u.upto ORDER BY u.quarter) AS counts
        FROM (SELECT a.monitor_id, a.day, a.outcome, a.quarter,
                     (sum(sum(a.n)::integer) OVER (
                         PARTITION BY a.monitor_id, a.day, a.outcome
                         ORDER BY a.quarter ROWS UNBOUNDED PRECEDING))
                     ::smallint AS upto
              FROM (SELECT * FROM n
                    UNION ALL
                    SELECT o.monitor_id, o.day, o.outcome, g.quarter, 0
                    FROM (SELECT DISTINCT n.monitor_id, n.day, n.outcome
                          FROM n) o
                    CROSS JOIN generate_series(0, 95) g (quarter)) a
              GROUP BY a.monitor_id, a.day, a.outcome, a.quarter) u
        GROUP BY u.monitor_id, u.day, u.outcome
    ), outcome AS (
        -- one of a kind each: min() takes it
        SELECT u.monitor_id, u.day,
               min(u.counts) FILTER (WHERE u.outcome = 0) AS up,
               min(u.counts) FILTER (WHERE u.outcome = 1) AS degraded,
               min(u.counts) FILTER (WHERE u.outcome = 2) AS down,
               min(u.counts) FILTER (WHERE u.outcome = 3) AS unknown
        FROM upto u GROUP BY u.monitor_id, u.day
    ), total AS (
        SELECT h.monitor_id, h.day, sum(h.latency_sum)::bigint AS latency,
               sum(h.dns_sum)::bigint AS dns,
               sum(h.connect_sum)::bigint AS connect,
               sum(h.tls_sum)::bigint AS tls, sum(h.ttfb_sum)::bigint AS ttfb,
               min(h.latency_min) AS min, max(h.latency_max) AS max,
               sum(h.down_s)::integer AS down_s,
               sum(h.timed)::integer AS timed, sum(h.up)::integer AS up,
               sum(h.degraded)::integer AS degraded,
               sum(h.down)::integer AS down,
               sum(h.unknown)::integer AS unknown
        FROM h GROUP BY h.monitor_id, h.day
    ), hist AS (
        -- as hist_merge()
        SELECT b.key >> 16 AS monitor_id,
               array_agg(((b.key & 65535) * 65536
                          + least(b.n - k.i * 65535, 65535))::integer
                         ORDER BY b.key, k.i DESC) AS hist
        FROM (SELECT (e.monitor_id << 16) + (e.e >> 16) AS key,
                     sum(e.e & 65535) AS n
              FROM (SELECT h.monitor_id, unnest(h.hist) AS e FROM h) e
              GROUP BY 1) b
        CROSS JOIN LATERAL generate_series(0, (b.n - 1) / 65535) k (i)
        GROUP BY b.key >> 16
    )
    SELECT t.monitor_id, t.day, t.latency, t.dns, t.connect, t.tls, t.ttfb,
           t.min, t.max, t.down_s, t.timed, t.up, t.degraded, t.down,
           t.unknown, o.up, o.degraded, o.down, o.unknown, hist.hist
    FROM total t
    JOIN outcome o ON o.monitor_id = t.monitor_id AND o.day = t.day
    LEFT JOIN hist ON hist.monitor_id = t.monitor_id;
END
$$;
