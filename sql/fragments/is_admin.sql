SELECT c.id, c.email FROM users c
WHERE c.id = $1::bigint AND c.role = 'admin' AND c.disabled_at IS NULL
