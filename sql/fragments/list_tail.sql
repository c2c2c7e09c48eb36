-- The page out of ids (id, num, txt: the key), one row more than it has.
page AS (
    SELECT c.*, row_number() OVER (ORDER BY
               CASE WHEN NOT arg.down THEN c.num END,
               CASE WHEN arg.down THEN c.num END DESC,
               CASE WHEN NOT arg.down THEN c.txt END COLLATE "C",
               CASE WHEN arg.down THEN c.txt END COLLATE "C" DESC,
               CASE WHEN arg.down THEN -c.id ELSE c.id END) AS n
    FROM ids c, arg
), counts AS (
    {{list_counts}}
)
SELECT NULL, NULL,
       CASE WHEN page.n IS NULL OR page.n = 1 THEN
           concat('"next_cursor":',
                  coalesce((SELECT to_json(concat_ws('.', arg.sort, page.id,
                                page.num, encode(convert_to(page.txt, 'UTF8'),
                                                 'hex')))::text
                            FROM page, arg
                            WHERE page.n = arg.max
                              AND EXISTS (SELECT FROM page, arg
                                          WHERE page.n > arg.max)),
                           'null'),
                  ',"counts":', (SELECT row_to_json(counts) FROM counts))
       END AS page,
       CASE WHEN arg.compact AND m.id IS NOT NULL
       THEN {{monitor_compact}} END AS object,
       f.*
FROM arg
LEFT JOIN page ON page.n <= arg.max
LEFT JOIN monitors m ON m.id = page.id AND m.owner_id = $1::bigint
LEFT JOIN monitor_state s ON s.monitor_id = m.id
LEFT JOIN monitor_stats st ON st.monitor_id = m.id
LEFT JOIN LATERAL (
    SELECT {{monitor_fields}}, {{monitor_stats}}
    FROM (SELECT NOT ({{may_write}}) AS hidden) k
    WHERE NOT arg.compact AND m.id IS NOT NULL) f ON true
ORDER BY page.n
