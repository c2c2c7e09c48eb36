-- $1 text: SHA-256 of the refresh token in hex, $2 text: that of its child,
-- $3 text: address.  Result: error, user, role, user object, session; no row
-- for an unknown token.
--
-- A token is good once.  Used again within 10 s, while its child was not used
-- yet, it gives the same child: the answer was lost, or two tabs asked at
-- once.  Later it was stolen: the whole session ends.  Requests with one
-- token meet at its row lock and then see it as used.
WITH t AS (
    SELECT r.session_id, r.used_at FROM refresh_tokens r
    WHERE r.hash = decode($1, 'hex')
    FOR UPDATE
), s AS (
    SELECT s.id, s.user_id,
           s.ended_at IS NULL
           AND s.created_at > now() - interval '30 days'
           AND s.last_used_at > now() - interval '7 days'
           AND u.disabled_at IS NULL AS live,
           coalesce(t.used_at < now() - interval '10 s', false)
           OR EXISTS (SELECT FROM refresh_tokens c
                      WHERE c.hash = decode($2, 'hex')
                        AND c.used_at IS NOT NULL) AS stolen
    FROM t
    JOIN sessions s ON s.id = t.session_id
    JOIN users u ON u.id = s.user_id
), used AS (
    UPDATE refresh_tokens r SET used_at = now()
    FROM s
    WHERE r.hash = decode($1, 'hex') AND r.used_at IS NULL
      AND s.live AND NOT s.stolen
), child AS (
    INSERT INTO refresh_tokens (hash, session_id)
    SELECT decode($2, 'hex'), s.id FROM s
    WHERE s.live AND NOT s.stolen
    ON CONFLICT DO NOTHING
), touched AS (
    -- may have ended while this waited for its row
    UPDATE sessions SET
        last_used_at = CASE WHEN s.stolen THEN sessions.last_used_at
                       ELSE now() END,
        ended_at = CASE WHEN s.stolen THEN now() END
    FROM s
    WHERE sessions.id = s.id AND s.live AND sessions.ended_at IS NULL
    RETURNING sessions.id
), told AS (
    INSERT INTO audit (user_id, event, object_id, address)
    SELECT s.user_id, 'refresh_token_reused', s.id, $3::inet
    FROM s JOIN touched ON s.stolen
)
SELECT CASE WHEN touched.id IS NULL OR s.stolen THEN 'invalid_session' END,
       u.id, u.role, {{user_json}}, s.id
FROM s JOIN users u ON u.id = s.user_id LEFT JOIN touched ON true
