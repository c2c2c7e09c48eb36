-- The schema's version; an error (42P01) where there is none yet.
-- Result: version integer.
SELECT coalesce(max(version), 0) FROM schema_migrations
