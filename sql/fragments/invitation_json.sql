(SELECT row_to_json(o) FROM (SELECT
    i.id,
    (SELECT c.email FROM users c WHERE c.id = i.created_by) AS created_by,
    rfc3339(i.created_at) AS created_at,
    rfc3339(i.expires_at) AS expires_at,
    rfc3339(i.used_at) AS used_at,
    (SELECT n.email FROM users n WHERE n.id = i.used_by) AS used_by) o)
