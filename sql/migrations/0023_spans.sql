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
                SELECT m.id AS monitor_id, t.starts_at, t.ends_at,
                       w.id AS maintenance_id
                FROM maintenances w
                CROSS JOIN LATERAL maintenance_times(
                    w, now(), now() + interval '2 hours', 200) t
                JOIN monitors m ON m.owner_id = w.owner_id
                     AND (m.id = ANY (w.monitor_ids) OR m.tags && w.tags)
                WHERE w.enabled AND w.owner_id = o.owner_id
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
