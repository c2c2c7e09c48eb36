-- $1 bigint: the caller, $2 bigint: session, $3 text: address.
WITH ended AS (
    UPDATE sessions SET ended_at = now()
    WHERE user_id = $1::bigint AND id = $2::bigint AND ended_at IS NULL
    RETURNING id
), told AS (
    INSERT INTO audit (user_id, event, object_id, address)
    SELECT $1::bigint, 'session_ended', ended.id, $3::inet FROM ended
)
SELECT NULL, '' FROM ended
