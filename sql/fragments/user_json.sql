(SELECT row_to_json(o) FROM (SELECT
    u.id,
    u.email,
    u.role,
    rfc3339(u.created_at) AS created_at) o)
