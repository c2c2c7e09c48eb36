-- $1 bigint: user, $2 text: SHA-256 of the refresh token in hex, $3 text:
-- address, $4 text: user agent.  Starts a session and ends the oldest beyond
-- 20.  Result: session; no row if the account was disabled meanwhile (the lock
-- waits for who is doing that).
WITH owner AS (
    SELECT u.id FROM users u
    WHERE u.id = $1::bigint AND u.disabled_at IS NULL
    FOR SHARE
), surplus AS (
    UPDATE sessions SET ended_at = now()
    WHERE id IN (
        SELECT s.id FROM sessions s
        WHERE s.user_id = $1::bigint AND s.ended_at IS NULL
        ORDER BY s.last_used_at DESC OFFSET 19)
), new AS (
    INSERT INTO sessions (user_id, address, user_agent)
    SELECT owner.id, $3::inet, left($4, 200) FROM owner
    RETURNING id
), token AS (
    INSERT INTO refresh_tokens (hash, session_id)
    SELECT decode($2, 'hex'), new.id FROM new
), told AS (
    INSERT INTO audit (user_id, event, object_id, address)
    SELECT $1::bigint, 'signed_in', new.id, $3::inet FROM new
)
SELECT new.id FROM new
