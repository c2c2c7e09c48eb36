-- $1 bigint: the caller, $2 bigint: the caller's session, which stays,
-- $3 jsonb: "_hash", $4 text: address.
WITH u AS (
    UPDATE users SET
        password_hash = $3::jsonb ->> '_hash', password_changed_at = now()
    WHERE id = $1::bigint
    RETURNING id
), others AS (
    UPDATE sessions SET ended_at = now()
    FROM u
    WHERE user_id = u.id AND sessions.id <> $2::bigint AND ended_at IS NULL
), told AS (
    INSERT INTO audit (user_id, event, address)
    SELECT u.id, 'password_changed', $4::inet FROM u
)
SELECT NULL, '' FROM u
