-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id).  Newest first.
WITH caller AS (
    {{is_admin}}
), arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($2::jsonb ->> 'cursor', '.', 1)::bigint,
                    9223372036854775807) AS before
), page AS (
    SELECT i.id, {{invitation_json}} AS object,
           row_number() OVER (ORDER BY i.id DESC) AS n
    FROM (SELECT i.* FROM invitations i, arg, caller
          WHERE i.id < arg.before
          ORDER BY i.id DESC
          LIMIT (SELECT max + 1 FROM arg)) i
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM caller) THEN 'forbidden' END,
       concat('{"items":[',
              (SELECT string_agg(page.object::text, ',' ORDER BY page.n)
               FROM page, arg WHERE page.n <= arg.max),
              '],"next_cursor":',
              coalesce((SELECT to_json(page.id::text)::text FROM page, arg
                        WHERE page.n = arg.max
                          AND EXISTS (SELECT FROM page WHERE n > arg.max)),
                       'null'), '}')
