invitations i JOIN users c ON c.id = i.created_by
WHERE i.used_at IS NULL AND i.expires_at > now()
  AND c.role = 'admin' AND c.disabled_at IS NULL
