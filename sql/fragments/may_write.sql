NOT coalesce(($2::jsonb ->> '_read_only')::boolean, false)
