(SELECT row_to_json(o) FROM (SELECT
    k.id,
    k.name,
    k.scope,
    rfc3339(k.created_at) AS created_at,
    rfc3339(k.last_used_at) AS last_used_at,
    rfc3339(k.expires_at) AS expires_at) o)
