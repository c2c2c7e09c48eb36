-- As in 0015_lists.sql, but for p95 of 24 hours, which cost more than half:
-- elements of histograms are summed up by monitor and bucket first (one number,
-- so that they are sorted by one), not collected and taken apart again.

CREATE OR REPLACE FUNCTION monitor_stats_refresh(p_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now    CONSTANT timestamptz := now();
    v_today  CONSTANT date := (v_now AT TIME ZONE 'UTC')::date;
    v_since  CONSTANT timestamptz := date_bin('15 min', v_now, 'epoch')
                                     - interval '24 hours';
    v_end    CONSTANT timestamptz := date_bin('30 min', v_now, 'epoch')
                                     + interval '30 min';
    -- quarters of the first of 31 days that are too old
    v_skip   CONSTANT integer := floor(extract(epoch FROM
                 (v_now AT TIME ZONE 'UTC')::time) / 900);
BEGIN
    INSERT INTO monitor_stats AS o (monitor_id, owner_id, uptime_24h,
                                    uptime_30d, p95_24h_us, letters,
                                    letters_to)
    WITH w AS MATERIALIZED (
        SELECT u.id, u.day::timestamp AT TIME ZONE 'UTC' AS edge, u.day
        FROM rollup_edges(p_ids) u
    ), h AS MATERIALIZED (
        SELECT h.*, h.hour >= w.edge AS fresh
        FROM hours_of(p_ids,
            least(date_bin('1 hour', v_since, 'epoch'),
                  (SELECT min(w.edge) FROM w)), v_now) h
        JOIN w ON w.id = h.monitor_id
    ), quarter AS MATERIALIZED (
        SELECT h.monitor_id, (c.place - 1) / 4 AS outcome, c.n,
               h.hour + (c.place - 1) % 4 * interval '15 min' AS start
        FROM h CROSS JOIN LATERAL
             unnest(h.quarters) WITH ORDINALITY c (n, place)
        WHERE c.n > 0
    ), day AS (
        SELECT q.monitor_id,
               sum(q.n) FILTER (WHERE q.outcome < 2) AS good,
               sum(q.n) FILTER (WHERE q.outcome < 3) AS known
        FROM quarter q WHERE q.start >= v_since GROUP BY q.monitor_id
    ), half AS (
        -- 0: nothing, 1: unknown, 2: up, 3: degraded, 4: down
        SELECT q.monitor_id,
               (date_part('epoch', v_end - q.start)::integer - 1)
               / 1800
                   AS ago,
               CASE q.outcome WHEN 3 THEN 1 ELSE q.outcome + 2 END AS worst
        FROM quarter q WHERE q.start >= v_end - interval '24 hours'
        UNION ALL
        SELECT w.id, g.ago, 0
        FROM w CROSS JOIN generate_series(0, 47) g (ago)
    ), word AS (
        SELECT b.monitor_id,
               string_agg(substr('.nugd', b.worst + 1, 1), ''
                          ORDER BY b.ago DESC) AS letters
        FROM (SELECT half.monitor_id, half.ago,
                     max(half.worst)::integer AS worst
              FROM half GROUP BY half.monitor_id, half.ago) b
        GROUP BY b.monitor_id
    ), month AS (
        SELECT a.monitor_id, sum(a.good) AS good, sum(a.known) AS known
        FROM (SELECT h.monitor_id, h.up + h.degraded AS good,
                     h.up + h.degraded + h.down AS known
              FROM h WHERE h.fresh
              UNION ALL
              SELECT d.monitor_id, d.up + d.degraded - coalesce(s.up, 0)
                                   - coalesce(s.degraded, 0),
                     d.up + d.degraded + d.down - coalesce(s.up, 0)
                     - coalesce(s.degraded, 0) - coalesce(s.down, 0)
              FROM w
              CROSS JOIN LATERAL (
                  SELECT o.* FROM rollup_days o
                  WHERE o.monitor_id = w.id AND o.day >= v_today - 30
                        AND o.day < w.day
                  OFFSET 0) d
              LEFT JOIN LATERAL (
                  SELECT d.up_upto[v_skip] AS up,
                         d.degraded_upto[v_skip] AS degraded,
                         d.down_upto[v_skip] AS down
                  WHERE d.day = v_today - 30) s ON true) a
        GROUP BY a.monitor_id
    ), latency AS (
        -- as hist_quantile() of the merged histograms
        SELECT c.monitor_id, hist_us(min(c.bucket) FILTER (
                   WHERE c.upto >= greatest(0.95::float8 * c.n, 1))) AS p95
        FROM (SELECT b.key >> 16 AS monitor_id,
                     (b.key & 65535)::integer AS bucket,
                     sum(b.n) OVER (PARTITION BY b.key >> 16 ORDER BY b.key
                                    ROWS UNBOUNDED PRECEDING) AS upto,
                     sum(b.n) OVER (PARTITION BY b.key >> 16) AS n
              FROM (SELECT (e.monitor_id << 16) + (e.e >> 16) AS key,
                           sum(e.e & 65535) AS n
                    FROM (SELECT h.monitor_id, unnest(h.hist) AS e
                          FROM h) e
                    GROUP BY 1) b) c
        GROUP BY c.monitor_id
    )
    SELECT m.id, m.owner_id, day.good / nullif(day.known, 0)::float8,
           month.good / nullif(month.known, 0)::float8, latency.p95,
           word.letters, v_end
    FROM monitors m
    JOIN word ON word.monitor_id = m.id
    LEFT JOIN day ON day.monitor_id = m.id
    LEFT JOIN month ON month.monitor_id = m.id
    LEFT JOIN latency ON latency.monitor_id = m.id
    WHERE m.id = ANY (p_ids)
    ORDER BY m.id
    ON CONFLICT (monitor_id) DO UPDATE
    SET uptime_24h = excluded.uptime_24h, uptime_30d = excluded.uptime_30d,
        p95_24h_us = excluded.p95_24h_us, letters = excluded.letters,
        letters_to = excluded.letters_to, refreshed_at = now();
END
$$;
