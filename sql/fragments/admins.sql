SELECT a.id, a.email FROM users a
WHERE a.role = 'admin' AND a.disabled_at IS NULL
