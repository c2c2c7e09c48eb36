password_resets p JOIN users u ON u.id = p.user_id
WHERE p.used_at IS NULL AND p.expires_at > now()
  AND u.email = p.email AND u.password_changed_at <= p.created_at
  AND u.disabled_at IS NULL
