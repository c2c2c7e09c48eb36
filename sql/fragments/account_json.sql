(SELECT row_to_json(o) FROM (SELECT
    u.id,
    u.email,
    u.role,
    rfc3339(u.created_at) AS created_at,
    u.disabled_at IS NOT NULL AS disabled,
    rfc3339(coalesce(
        (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id),
        (SELECT a.at FROM audit a
         WHERE a.user_id = u.id AND a.event = 'signed_in'
         ORDER BY a.id DESC LIMIT 1))) AS last_seen_at,
    (SELECT count(*) FROM monitors m
     WHERE m.owner_id = u.id) AS monitors) o)
