coalesce(o.enabled_at > s.last_checked_at, false)
