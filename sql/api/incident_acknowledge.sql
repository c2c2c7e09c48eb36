-- $1 bigint: the caller, $2 bigint: incident.  The first one who does it
-- stays the one who did.
WITH i AS (
    UPDATE incidents i
    SET acknowledged_at = coalesce(i.acknowledged_at, now()),
        acknowledged_by = CASE WHEN i.acknowledged_at IS NULL
                          THEN (SELECT u.email FROM users u
                                WHERE u.id = $1::bigint)
                          ELSE i.acknowledged_by END
    WHERE i.owner_id = $1::bigint AND i.id = $2::bigint
    RETURNING i.*
)
SELECT NULL, {{incident_json}}
FROM i JOIN monitors m ON m.owner_id = $1::bigint AND m.id = i.monitor_id
