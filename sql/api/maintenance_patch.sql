-- $1 bigint: the caller, $2 bigint: window, $3 jsonb: fields to change and
-- "_if_match".
WITH old AS (
    SELECT w AS window, w.version,
           coalesce($3::jsonb -> '_if_match' @> to_jsonb(w.version), true)
               AS matches
    FROM maintenances w
    WHERE w.owner_id = $1::bigint AND w.id = $2::bigint
    FOR UPDATE
), f AS (
    SELECT r.*
    FROM old, jsonb_populate_record(old.window,
                                    $3::jsonb - '_if_match') r
), kept AS (
    SELECT (old.window).monitor_ids AS ids FROM old
), wrong AS (
    {{maintenance_wrong}}
), w AS (
    UPDATE maintenances w SET
        name = f.name,
        kind = f.kind,
        starts_at = f.starts_at,
        ends_at = f.ends_at,
        weekdays = f.weekdays,
        start_time = f.start_time,
        cron = f.cron,
        duration = f.duration,
        timezone = f.timezone,
        monitor_ids = f.monitor_ids,
        tags = f.tags,
        enabled = f.enabled,
        updated_at = now(),
        version = w.version + 1
    FROM old, f
    WHERE w.owner_id = $1::bigint AND w.id = $2::bigint
      AND old.matches AND NOT EXISTS (SELECT FROM wrong)
    RETURNING w.*
)
SELECT CASE WHEN NOT old.matches THEN 'version_mismatch'
            WHEN e.list IS NOT NULL THEN 'invalid_fields' END,
       coalesce(e.list, {{maintenance_json}}), w.version
FROM old
CROSS JOIN (SELECT {{monitor_errors}} AS list FROM wrong) e
LEFT JOIN w ON true
