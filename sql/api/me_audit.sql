-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id).  Newest first.
WITH arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           split_part($2::jsonb ->> 'cursor', '.', 1)::bigint AS before
), page AS (
    SELECT a.*, row_number() OVER (ORDER BY a.id DESC) AS n
    FROM audit a
    WHERE a.user_id = $1::bigint
      AND a.id < coalesce((SELECT before FROM arg), 9223372036854775807)
    ORDER BY a.id DESC
    LIMIT (SELECT max + 1 FROM arg)
)
SELECT NULL,
       concat('{"items":[', (
           SELECT string_agg((SELECT row_to_json(o) FROM (SELECT
               page.id,
               rfc3339(page.at) AS at,
               page.event,
               page.object_id,
               page.name,
               host(page.address) AS address) o)::text, ',' ORDER BY page.n)
           FROM page, arg WHERE page.n <= arg.max),
       '],"next_cursor":',
       coalesce((SELECT to_json(page.id::text)::text FROM page, arg
                 WHERE page.n = arg.max
                   AND EXISTS (SELECT FROM page WHERE n > arg.max)),
                'null'), '}')
