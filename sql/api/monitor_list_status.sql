-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- Those that are not up come out of their index, those that are up in the
-- order of their ids, the paused ones out of the index again; each part only
-- if the one before it ended.  A filter looks through 2,000 of each; if that
-- was not enough all that pass are found, and sorted.
WITH arg AS MATERIALIZED (
    SELECT a.*, coalesce(nullif(a.key, '')::bigint,
                         CASE WHEN a.down THEN 7 ELSE 0 END) AS rank,
           coalesce(a.id, 0) AS after,
           CASE WHEN a.filtered THEN 2000 ELSE a.max + 1 END AS part
    FROM ({{list_arg}}) a
), first AS MATERIALIZED (
    SELECT o.id, o.num
    FROM arg, LATERAL (
        (SELECT s.monitor_id AS id, status_rank(s.paused, s.status) AS num
         FROM monitor_state s
         WHERE NOT arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) < 5
           AND (status_rank(s.paused, s.status), s.monitor_id)
               > (arg.rank, arg.after)
         ORDER BY status_rank(s.paused, s.status), s.monitor_id
         LIMIT arg.part)
        UNION ALL
        (SELECT s.monitor_id, status_rank(s.paused, s.status)
         FROM monitor_state s
         WHERE arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) = 6
           AND (status_rank(s.paused, s.status), s.monitor_id)
               < (arg.rank, arg.after)
         ORDER BY s.monitor_id DESC
         LIMIT arg.part)) o
), up AS MATERIALIZED (
    SELECT o.id, 5 AS num
    FROM arg, LATERAL (
        (SELECT m.id FROM monitors m
         WHERE NOT arg.down AND arg.rank <= 5 AND m.owner_id = $1::bigint
           AND m.id > CASE WHEN arg.rank = 5 THEN arg.after ELSE 0 END
           AND (SELECT status_rank(s.paused, s.status) FROM monitor_state s
                WHERE s.monitor_id = m.id) = 5
         ORDER BY m.id LIMIT arg.part)
        UNION ALL
        (SELECT m.id FROM monitors m
         WHERE arg.down AND arg.rank >= 5 AND m.owner_id = $1::bigint
           AND m.id < CASE WHEN arg.rank = 5 THEN arg.after
                      ELSE 9223372036854775807 END
           AND (SELECT status_rank(s.paused, s.status) FROM monitor_state s
                WHERE s.monitor_id = m.id) = 5
         ORDER BY m.id DESC LIMIT arg.part)) o
    WHERE (SELECT count(*) FROM first) < (SELECT part FROM arg)
), last AS MATERIALIZED (
    SELECT o.id, o.num
    FROM arg, LATERAL (
        (SELECT s.monitor_id AS id, status_rank(s.paused, s.status) AS num
         FROM monitor_state s
         WHERE NOT arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) = 6
           AND (status_rank(s.paused, s.status), s.monitor_id)
               > (arg.rank, arg.after)
         ORDER BY s.monitor_id
         LIMIT arg.part)
        UNION ALL
        (SELECT s.monitor_id, status_rank(s.paused, s.status)
         FROM monitor_state s
         WHERE arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) < 5
           AND (status_rank(s.paused, s.status), s.monitor_id)
               < (arg.rank, arg.after)
         ORDER BY status_rank(s.paused, s.status) DESC, s.monitor_id DESC
         LIMIT arg.part)) o
    WHERE (SELECT count(*) FROM first) < (SELECT part FROM arg)
      AND (SELECT count(*) FROM up) < (SELECT part FROM arg)
), near AS MATERIALIZED (
    SELECT o.id, o.num::bigint
    FROM arg, (SELECT * FROM first UNION ALL SELECT * FROM up
               UNION ALL SELECT * FROM last) o
    WHERE NOT arg.filtered
          OR EXISTS (SELECT FROM monitors m
                     WHERE m.id = o.id AND m.owner_id = $1::bigint
                       AND {{list_filter}})
    LIMIT (SELECT max + 1 FROM arg)
), far AS MATERIALIZED (
    SELECT CASE WHEN arg.filtered
                     AND (SELECT count(*) FROM near) <= arg.max
                     AND EXISTS (SELECT FROM monitors m
                                 WHERE m.owner_id = $1::bigint
                                 OFFSET 2000 LIMIT 1)
           THEN {{list_way}} ELSE 'near' END AS way
    FROM arg
), a AS (
    SELECT f.id, status_rank(s.paused, s.status)::bigint AS num
    FROM ({{list_found}}) f
    JOIN monitor_state s ON s.monitor_id = f.id
), ids AS (
    SELECT near.id, near.num, NULL::text AS txt
    FROM near WHERE (SELECT way = 'near' FROM far)
    UNION ALL
    ({{list_sorted}})
), {{list_tail}}
