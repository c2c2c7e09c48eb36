-- $1 bigint: the caller, $2 bigint: the caller's session.
SELECT NULL, concat('{"items":[', string_agg((
    SELECT row_to_json(o) FROM (SELECT
        s.id,
        s.id = $2::bigint AS current,
        host(s.address) AS address,
        s.user_agent,
        rfc3339(s.created_at) AS created_at,
        rfc3339(s.last_used_at) AS last_used_at) o)::text, ','
    ORDER BY s.last_used_at DESC, s.id DESC), '],"next_cursor":null}')
FROM sessions s
WHERE s.user_id = $1::bigint AND s.ended_at IS NULL
  AND s.created_at > now() - interval '30 days'
  AND s.last_used_at > now() - interval '7 days'
