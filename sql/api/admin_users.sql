-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id), q.
--
-- Here and in the other admin_*.sql: an access token may be older than its
-- owner's role, so the row decides.
WITH caller AS (
    {{is_admin}}
), arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($2::jsonb ->> 'cursor', '.', 1)::bigint, 0)
               AS after
), page AS (
    SELECT u.id, {{account_json}} AS object,
           row_number() OVER (ORDER BY u.id) AS n
    FROM (SELECT u.* FROM users u, arg, caller
          WHERE u.id > arg.after AND u.deleted_at IS NULL
            AND ($2::jsonb ->> 'q' IS NULL
                 OR strpos(u.email, lower($2::jsonb ->> 'q')) > 0)
          ORDER BY u.id
          LIMIT (SELECT max + 1 FROM arg)) u
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM caller) THEN 'forbidden' END,
       concat('{"items":[',
              (SELECT string_agg(page.object::text, ',' ORDER BY page.id)
               FROM page, arg WHERE page.n <= arg.max),
              '],"next_cursor":',
              coalesce((SELECT to_json(page.id::text)::text FROM page, arg
                        WHERE page.n = arg.max
                          AND EXISTS (SELECT FROM page WHERE n > arg.max)),
                       'null'), '}')
