-- The cursor behind page, if there is more.
last AS (
    SELECT (extract(epoch FROM page.slot) * 1000000)::bigint || '.'
           || page.monitor_id || '.' || page.attempt AS cursor
    FROM page, arg
    WHERE page.n = arg.max AND EXISTS (SELECT FROM page WHERE n > arg.max)
)
