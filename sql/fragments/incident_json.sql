(SELECT row_to_json(o) FROM (SELECT
    i.id,
    i.monitor_id,
    m.name AS monitor_name,
    CASE WHEN i.ended_at IS NOT NULL THEN 'resolved'
         WHEN i.acknowledged_at IS NOT NULL THEN 'acknowledged'
         ELSE 'open' END AS status,
    rfc3339(i.started_at) AS started_at,
    rfc3339(i.ended_at) AS ended_at,
    i.end_reason,
    extract(epoch FROM coalesce(i.ended_at, now()) - i.started_at)::float8
        AS duration_s,
    i.cause,
    i.http_status,
    {{incident_error}} AS first_error,
    i.maintenance,
    i.parent_id,
    rfc3339(i.acknowledged_at) AS acknowledged_at,
    i.acknowledged_by) o)
