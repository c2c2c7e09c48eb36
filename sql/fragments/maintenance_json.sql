(SELECT row_to_json(o) FROM (SELECT
    w.id,
    w.name,
    w.kind,
    rfc3339(w.starts_at) AS starts_at,
    rfc3339(w.ends_at) AS ends_at,
    w.weekdays,
    w.start_time,
    w.cron,
    w.duration,
    w.timezone,
    -- without those that were deleted since
    ARRAY(SELECT i.id FROM unnest(w.monitor_ids) WITH ORDINALITY i (id, n)
          JOIN monitors m ON m.owner_id = $1::bigint AND m.id = i.id
          ORDER BY i.n) AS monitor_ids,
    w.tags,
    w.enabled,
    w.enabled AND n.active AS active,
    n.list AS next,
    rfc3339(w.created_at) AS created_at,
    rfc3339(w.updated_at) AS updated_at,
    w.version
    FROM (SELECT coalesce(bool_or(t.starts_at <= now()), false) AS active,
                 coalesce(json_agg(json_build_object(
                     'starts_at', rfc3339(t.starts_at),
                     'ends_at', rfc3339(t.ends_at)) ORDER BY t.starts_at),
                     '[]') AS list
          FROM maintenance_times(w.*::maintenances, now(),
                                 now() + interval '5 years', 3) t) n) o)
