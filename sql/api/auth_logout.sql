-- $1 text: SHA-256 of a refresh token in hex, $2 text: address.  Ends its
-- session.
WITH ended AS (
    UPDATE sessions s SET ended_at = now()
    FROM refresh_tokens r
    WHERE r.hash = decode($1, 'hex') AND s.id = r.session_id
      AND s.ended_at IS NULL
    RETURNING s.id, s.user_id
)
INSERT INTO audit (user_id, event, object_id, address)
SELECT ended.user_id, 'signed_out', ended.id, $2::inet FROM ended
