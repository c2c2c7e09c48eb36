-- $1 bigint: the caller, $2 jsonb: fields.
WITH f AS (
    SELECT r.*
    FROM jsonb_populate_record(
        NULL::maintenances,
        '{"timezone": "UTC", "monitor_ids": [], "tags": [], "enabled": true}'
        ::jsonb || $2::jsonb) r
), kept AS (
    SELECT '{}'::bigint[] AS ids
), wrong AS (
    {{maintenance_wrong}}
), w AS (
    INSERT INTO maintenances (owner_id, name, kind, starts_at, ends_at,
                              weekdays, start_time, cron, duration, timezone,
                              monitor_ids, tags, enabled)
    SELECT $1::bigint, f.name, f.kind, f.starts_at, f.ends_at, f.weekdays,
           f.start_time, f.cron, f.duration, f.timezone, f.monitor_ids,
           f.tags, f.enabled
    FROM f
    WHERE NOT EXISTS (SELECT FROM wrong)
      AND (SELECT count(*) FROM maintenances
           WHERE owner_id = $1::bigint) < 500
    RETURNING *
)
SELECT CASE WHEN e.list IS NOT NULL THEN 'invalid_fields'
            WHEN w.id IS NULL THEN 'too_many_maintenances' END,
       coalesce(e.list, {{maintenance_json}}), w.version, w.id
FROM (SELECT {{monitor_errors}} AS list FROM wrong) e
LEFT JOIN w ON true
