-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: limit, cursor
-- ("<slot in microseconds>.<attempt>" of the last row), from, to, outcome.
-- Newest first.
WITH arg AS (
    SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(($3::jsonb ->> 'to')::timestamptz, 'infinity') AS until,
           timestamptz 'epoch'
           + split_part($3::jsonb ->> 'cursor', '.', 1)::bigint
             * interval '1 microsecond' AS slot,
           least(coalesce(nullif(split_part($3::jsonb ->> 'cursor', '.', 2),
                                 ''), '0')::bigint, 32767)::integer AS attempt,
           coalesce(($3::jsonb ->> 'from')::timestamptz, '-infinity') AS since
), page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.slot DESC, c.attempt DESC) AS n
    FROM arg, monitors m,
         checks_page(m.id, arg.since, least(arg.slot, arg.until),
                     CASE WHEN arg.slot < arg.until THEN arg.attempt ELSE 0 END,
                     $3::jsonb ->> 'outcome', arg.max + 1) c
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
)
SELECT NULL,
       concat('{"items":[', (
           SELECT string_agg({{check_json}}, ',' ORDER BY page.n)
           FROM page LEFT JOIN nodes ON nodes.id = page.node_id, arg
           WHERE page.n <= arg.max),
       '],"next_cursor":',
       coalesce((
           SELECT to_json((extract(epoch FROM page.slot) * 1000000)::bigint
                          || '.' || page.attempt)::text
           FROM page, arg
           WHERE page.n = arg.max
             AND EXISTS (SELECT FROM page WHERE n > arg.max)), 'null'), '}')
FROM monitors m
WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
