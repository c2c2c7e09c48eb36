-- $1 bigint: the caller, $2 jsonb: "_read_only", $3 bigint: incident.
-- A key that may only read is not shown what the target answered.
WITH i AS (
    SELECT i.* FROM incidents i
    WHERE i.owner_id = $1::bigint AND i.id = $3::bigint
), line AS (
    SELECT i.started_at AS at, 1 AS n, 'failed' AS event,
           {{incident_error}} AS detail
    FROM i
    UNION ALL
    SELECT i.confirmed_at, 2, 'confirmed', NULL FROM i
    UNION ALL
    SELECT CASE WHEN o.state = 'held' THEN o.created_at
           ELSE coalesce(o.sent_at, o.next_at) END, 3,
           CASE o.state WHEN 'failed' THEN 'message_failed'
                        WHEN 'held' THEN 'held'
                        WHEN 'dropped' THEN 'held'
           ELSE 'message_sent' END, c.name
    FROM i
    JOIN outbox o ON o.incident_id = i.id
    JOIN channels c ON c.owner_id = $1::bigint AND c.id = o.channel_id
    WHERE o.sent_at IS NOT NULL OR o.state IN ('failed', 'held', 'dropped')
    UNION ALL
    SELECT i.acknowledged_at, 4, 'acknowledged', i.acknowledged_by
    FROM i WHERE i.acknowledged_at IS NOT NULL
    UNION ALL
    SELECT i.ended_at, 5, i.end_reason, NULL
    FROM i WHERE i.ended_at IS NOT NULL
)
SELECT NULL,
       ({{incident_json}})::jsonb
       || jsonb_build_object(
           'confirmed_at', rfc3339(i.confirmed_at),
           'attempts', i.attempts,
           'evidence', CASE WHEN {{may_write}} THEN i.evidence
                       ELSE i.evidence - 'body' END,
           'timeline', (
               SELECT jsonb_agg(jsonb_build_object(
                   'at', rfc3339(l.at), 'event', l.event,
                   'detail', l.detail) ORDER BY l.at, l.n)
               FROM line l))
FROM i JOIN monitors m ON m.owner_id = $1::bigint AND m.id = i.monitor_id
