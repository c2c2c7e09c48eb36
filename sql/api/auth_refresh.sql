-- $1 text: SHA-256 of the refresh token in hex, $2 text: those of the child
-- that it has under each key, the first key's first, with commas, $3 text:
-- address.  Result: error, user, role, user object, session, number of the
-- child in $2 (from 1); no row for an unknown token.
--
-- A token is good once.  Used again within 10 s, while its child was not used
-- yet, it gives the same child: the answer was lost, or two tabs asked at
-- once.  Later it was stolen: the whole session ends.  Requests with one
-- token meet at its row lock and then see it as used, and with which child:
-- also if their workers have another first key.  A child whose key is gone
-- cannot be told again; another one takes its place.
WITH t AS (
    SELECT r.session_id, r.used_at, r.child,
           k.children[coalesce(array_position(k.children, r.child), 1)]
               AS next,
           coalesce(array_position(k.children, r.child), 1) AS n
    FROM refresh_tokens r, (
        SELECT array_agg(decode(c.hash, 'hex') ORDER BY c.n) AS children
        FROM unnest(string_to_array($2, ',')) WITH ORDINALITY AS c(hash, n)
    ) k
    WHERE r.hash = decode($1, 'hex')
    FOR UPDATE OF r
), s AS (
    SELECT s.id, s.user_id, t.child, t.next, t.n,
           s.ended_at IS NULL
           AND s.created_at > now() - interval '30 days'
           AND s.last_used_at > now() - interval '7 days'
           AND u.disabled_at IS NULL AS live,
           coalesce(t.used_at < now() - interval '10 s', false)
           OR EXISTS (SELECT FROM refresh_tokens c
                      WHERE c.hash = coalesce(t.child, t.next)
                        AND c.used_at IS NOT NULL) AS stolen
    FROM t
    JOIN sessions s ON s.id = t.session_id
    JOIN users u ON u.id = s.user_id
), used AS (
    UPDATE refresh_tokens r SET
        used_at = coalesce(r.used_at, now()), child = s.next
    FROM s
    WHERE r.hash = decode($1, 'hex') AND s.live AND NOT s.stolen
      AND (r.used_at IS NULL OR r.child IS DISTINCT FROM s.next)
), orphan AS (
    DELETE FROM refresh_tokens r USING s
    WHERE r.hash = s.child AND s.child <> s.next AND s.live AND NOT s.stolen
), child AS (
    INSERT INTO refresh_tokens (hash, session_id)
    SELECT s.next, s.id FROM s
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
       u.id, u.role, {{user_json}}, s.id, s.n
FROM s JOIN users u ON u.id = s.user_id LEFT JOIN touched ON true
