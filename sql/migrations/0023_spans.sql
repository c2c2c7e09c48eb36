-- As in 0010_alerts.sql, but that a monitor comes to a window that has begun
-- now, and not at its beginning: hours that were rolled up count as they were,
-- so raw results of then have to count, too.  One that is in the window
-- already stays in it from when it came.

CREATE OR REPLACE FUNCTION maintenance_refresh(p_owner bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM maintenance_spans s USING maintenances w
    WHERE w.owner_id = p_owner AND s.maintenance_id = w.id
      AND s.starts_at > now();

    UPDATE maintenance_spans s SET ends_at = now()
    FROM maintenances w
    WHERE w.owner_id = p_owner AND s.maintenance_id = w.id
      AND s.ends_at > now();

    INSERT INTO maintenance_spans AS s (monitor_id, starts_at, ends_at,
                                        maintenance_id)
    -- occurrences that overlap may begin as one
    SELECT b.monitor_id, b.begins_at, max(b.ends_at), b.maintenance_id
    FROM (
        -- no join, which would be of as many by as many
        SELECT u.*, CASE WHEN u.starts_at > now() OR bool_or(u.goes_on) OVER (
                PARTITION BY u.monitor_id, u.maintenance_id, u.starts_at)
            THEN u.starts_at
            ELSE coalesce(max(u.starts_at) FILTER (WHERE u.goes_on) OVER (
                PARTITION BY u.monitor_id, u.maintenance_id), now())
            END AS begins_at
        FROM (
            SELECT x.*, false AS goes_on
            FROM (SELECT DISTINCT w.owner_id FROM maintenances w
                  WHERE w.enabled
                    AND (p_owner IS NULL OR w.owner_id = p_owner)) o
            -- no account can fill the table
            CROSS JOIN LATERAL (
                SELECT m.id AS monitor_id, w.starts_at, w.ends_at,
                       w.id AS maintenance_id
                -- OFFSET 0: times are made once, not for each monitor
                FROM (SELECT w.id, w.owner_id, w.monitor_ids, w.tags, t.*
                      FROM maintenances w
                      CROSS JOIN LATERAL maintenance_times(
                          w, now(), now() + interval '2 hours', 200) t
                      WHERE w.enabled AND w.owner_id = o.owner_id
                      OFFSET 0) w
                JOIN monitors m ON m.owner_id = w.owner_id
                     AND (m.id = ANY (w.monitor_ids) OR m.tags && w.tags)
                LIMIT 50000) x
            UNION ALL
            -- those that go on, or did until now
            SELECT s.monitor_id, s.starts_at, s.ends_at, s.maintenance_id, true
            FROM maintenances w
            JOIN maintenance_spans s ON s.maintenance_id = w.id
            WHERE (p_owner IS NULL OR w.owner_id = p_owner)
              AND s.ends_at >= now() AND s.starts_at <= now()) u) b
    WHERE NOT b.goes_on
    GROUP BY b.monitor_id, b.begins_at, b.maintenance_id
    ON CONFLICT (monitor_id, starts_at, maintenance_id) DO UPDATE
    SET ends_at = excluded.ends_at WHERE s.ends_at <> excluded.ends_at;
END
$$;


-- When a day begins in a time zone.  Of a midnight that comes twice the second
-- is what AT TIME ZONE takes, but the day began with the first.

CREATE FUNCTION day_begin(p_day date, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p_day::timestamp AT TIME ZONE p_zone
           - CASE WHEN ((p_day::timestamp AT TIME ZONE p_zone
                         - interval '1 hour') AT TIME ZONE p_zone)::date = p_day
             THEN interval '1 hour' ELSE interval '0' END
$$;


-- What a series is made of.  The range says which source is fine enough: up to
-- 2 days raw results, up to 100 days hours, beyond it days, so that the work is
-- bounded.  What is finer is dropped sooner: if the first hour of the range has
-- no raw results any more it is hours, if its first day has no hours, days.

CREATE FUNCTION series_source(p_monitor bigint, p_since timestamptz,
                              p_until timestamptz)
RETURNS text LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_hours  CONSTANT interval := interval '24 hours';
    v_first  timestamptz;
    v_gone   boolean;
BEGIN
    IF p_until - p_since > interval '100 days' THEN
        RETURN 'day';
    END IF;

    SELECT d.day::timestamp AT TIME ZONE 'UTC' INTO v_first
    FROM rollup_days d
    WHERE d.monitor_id = p_monitor
      AND d.day >= (p_since AT TIME ZONE 'UTC')::date
      AND d.day <= (p_until AT TIME ZONE 'UTC')::date
    ORDER BY d.day LIMIT 1;

    v_gone := v_first IS NOT NULL
              AND NOT EXISTS (SELECT FROM rollup_hours h
                              WHERE h.monitor_id = p_monitor
                                AND h.hour >= v_first
                                AND h.hour < v_first + v_hours);

    IF p_until - p_since > interval '2 days' THEN
        RETURN CASE WHEN v_gone THEN 'day' ELSE 'hour' END;
    END IF;

    IF NOT v_gone THEN
        SELECT h.hour INTO v_first FROM rollup_hours h
        WHERE h.monitor_id = p_monitor
          AND h.hour >= date_bin('1 hour', p_since, 'epoch')
          AND h.hour < p_until
        ORDER BY h.hour LIMIT 1;
    END IF;

    -- without rollups there is nothing that raw results could lack
    RETURN CASE WHEN v_first IS NULL
                     OR EXISTS (SELECT FROM checks_of(p_monitor, v_first,
                         v_first + CASE WHEN v_gone THEN v_hours
                                   ELSE interval '1 hour' END)) THEN 'raw'
           WHEN v_gone THEN 'day' ELSE 'hour' END;
END
$$;
