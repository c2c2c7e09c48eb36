(SELECT row_to_json(o) FROM (SELECT
    u.id,
    u.email,
    u.role,
    u.totp_confirmed_at IS NOT NULL AS totp_enabled,
    rfc3339(u.created_at) AS created_at) o)
