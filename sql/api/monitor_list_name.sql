-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- As monitor_list_created.
WITH arg AS MATERIALIZED (
    SELECT a.*, convert_from(decode(a.key, 'hex'), 'UTF8') AS name
    FROM ({{list_arg}}) a
), near AS MATERIALIZED (
    SELECT m.id, m.name
    FROM arg, LATERAL (
        (SELECT m.* FROM monitors m
         WHERE NOT arg.down AND m.owner_id = $1::bigint
           AND (lower(m.name) COLLATE "C", m.id)
               > (coalesce(arg.name, ''), coalesce(arg.id, 0))
         ORDER BY lower(m.name) COLLATE "C", m.id LIMIT 2000)
        UNION ALL
        (SELECT m.* FROM monitors m
         WHERE arg.down AND m.owner_id = $1::bigint
           AND (lower(m.name) COLLATE "C", m.id)
               < (coalesce(arg.name, U&'\+10FFFF'), coalesce(arg.id, 0))
         ORDER BY lower(m.name) COLLATE "C" DESC, m.id DESC LIMIT 2000)) m
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
    SELECT near.id, NULL::bigint AS num, lower(near.name) AS txt
    FROM near WHERE (SELECT way = 'near' FROM far)
    UNION ALL
    (SELECT f.id, NULL, lower(f.name)
     FROM arg, ({{list_found}}) f
     WHERE CASE WHEN arg.id IS NULL THEN true
           WHEN arg.down THEN (lower(f.name) COLLATE "C", f.id)
                              < (arg.name, arg.id)
           ELSE (lower(f.name) COLLATE "C", f.id) > (arg.name, arg.id) END
     ORDER BY CASE WHEN NOT arg.down THEN lower(f.name) END COLLATE "C",
              CASE WHEN arg.down THEN lower(f.name) END COLLATE "C" DESC,
              CASE WHEN arg.down THEN -f.id ELSE f.id END
     LIMIT (SELECT max + 1 FROM arg))
), {{list_tail}}
