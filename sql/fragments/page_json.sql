concat('{"items":[',
       (SELECT string_agg(page.object::text, ',' ORDER BY page.n)
        FROM page, arg WHERE page.n <= arg.max),
       '],"next_cursor":',
       coalesce((SELECT to_json(page.id::text)::text FROM page, arg
                 WHERE page.n = arg.max
                   AND EXISTS (SELECT FROM page WHERE n > arg.max)),
                'null'), '}')
