-- The page out of ids (id, num, txt: the key), one row more than it has.
page AS (
    SELECT c.*, row_number() OVER (ORDER BY
               CASE WHEN NOT arg.down THEN c.num END,
               CASE WHEN arg.down THEN c.num END DESC,
               CASE WHEN NOT arg.down THEN c.txt END COLLATE "C",
               CASE WHEN arg.down THEN c.txt END COLLATE "C" DESC,
               CASE WHEN arg.down THEN -c.id ELSE c.id END) AS n
    FROM ids c, arg
), item AS (
    SELECT page.n,
           CASE WHEN arg.compact THEN {{monitor_compact}}::text
           -- one object out of two
           ELSE concat(left({{monitor_shown}}::text, -1), ',',
                       substr((SELECT row_to_json(o)
                               FROM (SELECT {{monitor_stats}}) o)::text, 2))
           END AS object
    FROM arg, page
    JOIN monitors m ON m.id = page.id AND m.owner_id = $1::bigint
    JOIN monitor_state s ON s.monitor_id = m.id
    LEFT JOIN monitor_stats st ON st.monitor_id = m.id
    WHERE page.n <= arg.max
), counts AS (
    {{list_counts}}
)
SELECT NULL,
       concat('{"items":[',
              (SELECT string_agg(item.object, ',' ORDER BY item.n) FROM item),
              '],"next_cursor":',
              coalesce((SELECT to_json(concat_ws('.', arg.sort, page.id,
                            page.num, encode(convert_to(page.txt, 'UTF8'),
                                             'hex')))::text
                        FROM page, arg
                        WHERE page.n = arg.max
                          AND EXISTS (SELECT FROM page, arg
                                      WHERE page.n > arg.max)),
                       'null'),
              ',"counts":', (SELECT row_to_json(counts) FROM counts), '}')
