-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id), status, tag, q.
WITH arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($2::jsonb ->> 'cursor', '.', 1)::bigint, 0)
               AS after
), page AS (
    SELECT m.id, {{monitor_json}} AS object,
           row_number() OVER (ORDER BY m.id) AS n
    FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id, arg
    WHERE m.owner_id = $1::bigint
      AND m.id > arg.after
      AND ($2::jsonb ->> 'status' IS NULL
           OR CASE WHEN m.paused THEN 'paused' ELSE s.status END
              = $2::jsonb ->> 'status')
      AND ($2::jsonb ->> 'tag' IS NULL OR m.tags @> ARRAY[$2::jsonb ->> 'tag'])
      AND ($2::jsonb ->> 'q' IS NULL
           OR strpos(lower(m.name), lower($2::jsonb ->> 'q')) > 0
           OR strpos(lower(m.url), lower($2::jsonb ->> 'q')) > 0)
    ORDER BY m.id
    LIMIT (SELECT max + 1 FROM arg)
), counts AS (
    SELECT count(*) FILTER (WHERE c.status = 'up') AS up,
           count(*) FILTER (WHERE c.status = 'degraded') AS degraded,
           count(*) FILTER (WHERE c.status = 'down') AS down,
           count(*) FILTER (WHERE c.status = 'unknown') AS unknown,
           count(*) FILTER (WHERE c.status = 'paused') AS paused,
           count(*) FILTER (WHERE c.status = 'pending') AS pending
    FROM (SELECT CASE WHEN m.paused THEN 'paused' ELSE s.status END AS status
          FROM monitors m JOIN monitor_state s ON s.monitor_id = m.id
          WHERE m.owner_id = $1::bigint) c
)
SELECT NULL,
       concat('{"items":[',
              (SELECT string_agg(page.object::text, ',' ORDER BY page.id)
               FROM page, arg WHERE page.n <= arg.max),
              '],"next_cursor":',
              coalesce((SELECT to_json(page.id::text)::text FROM page, arg
                        WHERE page.n = arg.max
                          AND EXISTS (SELECT FROM page WHERE n > arg.max)),
                       'null'),
              ',"counts":', row_to_json(counts), '}')
FROM counts
