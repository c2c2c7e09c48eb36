-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- With a filter the next 2,000 are looked through first: a filter that lets
-- most of them pass has its page.  Only if that was not enough all that pass
-- are found, and sorted.  owner_id is not compared by "=", or the planner could
-- take the index of ids, and look through everybody's monitors.
WITH arg AS MATERIALIZED (
    {{list_arg}}
), near AS MATERIALIZED (
    SELECT m.id
    FROM arg, LATERAL (
        (SELECT m.* FROM monitors m
         WHERE NOT arg.down
           AND (m.owner_id, m.id) > ($1::bigint, coalesce(arg.id, 0))
           AND m.owner_id <= $1::bigint
         ORDER BY m.owner_id, m.id
         LIMIT CASE WHEN arg.filtered THEN 2000 ELSE arg.max + 1 END)
        UNION ALL
        (SELECT m.* FROM monitors m
         WHERE arg.down
           AND (m.owner_id, m.id)
               < ($1::bigint, coalesce(arg.id, 9223372036854775807))
           AND m.owner_id >= $1::bigint
         ORDER BY m.owner_id DESC, m.id DESC
         LIMIT CASE WHEN arg.filtered THEN 2000 ELSE arg.max + 1 END)) m
    WHERE {{list_filter}}
    LIMIT (SELECT max + 1 FROM arg)
), far AS MATERIALIZED (
    SELECT CASE WHEN arg.filtered
                     AND (SELECT count(*) FROM near) <= arg.max
                     AND EXISTS (SELECT FROM monitors m
                                 WHERE m.owner_id = $1::bigint
                                 OFFSET 2000 LIMIT 1)
           THEN {{list_way}} ELSE 'near' END AS way
    FROM arg
), ids AS (
    SELECT near.id, NULL::bigint AS num, NULL::text AS txt
    FROM near WHERE (SELECT way = 'near' FROM far)
    UNION ALL
    (SELECT f.id, NULL, NULL
     FROM arg, ({{list_found}}) f
     WHERE CASE WHEN arg.id IS NULL THEN true
           WHEN arg.down THEN f.id < arg.id ELSE f.id > arg.id END
     ORDER BY CASE WHEN arg.down THEN -f.id ELSE f.id END
     LIMIT (SELECT max + 1 FROM arg))
), {{list_tail}}
