-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: limit, cursor
-- ("<slot in microseconds>.<attempt>" of the last row), from, to, outcome.
-- Newest first.  The bounds are subqueries and no join, so that the newest
-- partitions are read, backwards, and the scan ends with the page.
WITH arg AS (
    SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
           timestamptz 'epoch' + split_part($3::jsonb ->> 'cursor', '.', 1)
               ::bigint * interval '1 microsecond' AS slot,
           coalesce(nullif(split_part($3::jsonb ->> 'cursor', '.', 2), ''),
                    '0')::bigint AS attempt,
           ($3::jsonb ->> 'from')::timestamptz AS since,
           ($3::jsonb ->> 'to')::timestamptz AS until
), page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.slot DESC, c.attempt DESC) AS n
    FROM checks c
    WHERE c.monitor_id = (SELECT m.id FROM monitors m
                          WHERE m.owner_id = $1::bigint
                            AND m.id = $2::bigint)
      AND c.slot <= coalesce((SELECT slot FROM arg), 'infinity')
      AND ((SELECT slot FROM arg) IS NULL
           OR (c.slot, c.attempt) < ((SELECT slot FROM arg),
                                     (SELECT attempt FROM arg)))
      AND c.slot >= coalesce((SELECT since FROM arg), '-infinity')
      AND c.slot < coalesce((SELECT until FROM arg), 'infinity')
      AND ($3::jsonb ->> 'outcome' IS NULL
           OR c.outcome = $3::jsonb ->> 'outcome')
    ORDER BY c.slot DESC, c.attempt DESC
    LIMIT (SELECT max + 1 FROM arg)
)
SELECT NULL,
       concat('{"items":[', (
           SELECT string_agg((SELECT row_to_json(o) FROM (SELECT
               rfc3339(page.slot) AS slot,
               rfc3339(page.checked_at) AS checked_at,
               page.attempt,
               page.outcome,
               page.cause,
               page.http_status,
               page.latency_us / 1000.0::float8 AS latency_ms,
               page.dns_us / 1000.0::float8 AS dns_ms,
               page.connect_us / 1000.0::float8 AS connect_ms,
               page.tls_us / 1000.0::float8 AS tls_ms,
               page.ttfb_us / 1000.0::float8 AS ttfb_ms,
               nodes.name AS node) o)::text, ',' ORDER BY page.n)
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
