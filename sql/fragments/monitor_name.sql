coalesce(f.name, left(CASE f.type
    WHEN 'push' THEN 'Push'
    WHEN 'dns' THEN substring(f.url FROM '^dns:(?://[^/]*/)?([^?]+)')
    ELSE substring(f.url FROM '^[a-z]+://(\[[^]]+\]|[^/:?]+)')
    END, 200))
