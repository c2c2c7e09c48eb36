-- $1 bigint: the caller, $2 jsonb: arguments, see list_arg.
-- Without a filter: those that are not up out of their index, those that are
-- up in the order of their ids, the paused ones out of the index again.
WITH arg AS MATERIALIZED (
    SELECT a.*, coalesce(nullif(a.key, '')::bigint,
                         CASE WHEN a.down THEN 7 ELSE 0 END) AS rank,
           coalesce(a.id, 0) AS after
    FROM ({{list_arg}}) a
), far AS MATERIALIZED (
    SELECT CASE WHEN arg.filtered THEN {{list_way}} ELSE 'near' END AS way
    FROM arg
), up AS (
    SELECT p.id
    FROM arg, LATERAL (
        (SELECT m.id FROM monitors m
         WHERE NOT arg.down AND m.owner_id = $1::bigint
           AND m.id > CASE WHEN arg.rank = 5 THEN arg.after ELSE 0 END
           AND (SELECT status_rank(s.paused, s.status) FROM monitor_state s
                WHERE s.monitor_id = m.id) = 5
         ORDER BY m.id LIMIT arg.max + 1)
        UNION ALL
        (SELECT m.id FROM monitors m
         WHERE arg.down AND m.owner_id = $1::bigint
           AND m.id < CASE WHEN arg.rank = 5 THEN arg.after
                      ELSE 9223372036854775807 END
           AND (SELECT status_rank(s.paused, s.status) FROM monitor_state s
                WHERE s.monitor_id = m.id) = 5
         ORDER BY m.id DESC LIMIT arg.max + 1)) p
), near AS (
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
         LIMIT arg.max + 1)
        UNION ALL
        (SELECT s.monitor_id, status_rank(s.paused, s.status)
         FROM monitor_state s
         WHERE arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) = 6
           AND (status_rank(s.paused, s.status), s.monitor_id)
               < (arg.rank, arg.after)
         ORDER BY s.monitor_id DESC
         LIMIT arg.max + 1)
        UNION ALL
        SELECT up.id, 5 FROM up
        WHERE CASE WHEN arg.down THEN arg.rank >= 5 ELSE arg.rank <= 5 END
        UNION ALL
        (SELECT s.monitor_id, status_rank(s.paused, s.status)
         FROM monitor_state s
         WHERE NOT arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) = 6
           AND (status_rank(s.paused, s.status), s.monitor_id)
               > (arg.rank, arg.after)
         ORDER BY s.monitor_id
         LIMIT arg.max + 1)
        UNION ALL
        (SELECT s.monitor_id, status_rank(s.paused, s.status)
         FROM monitor_state s
         WHERE arg.down AND s.owner_id = $1::bigint
           AND status_rank(s.paused, s.status) <> 5
           AND status_rank(s.paused, s.status) < 5
           AND (status_rank(s.paused, s.status), s.monitor_id)
               < (arg.rank, arg.after)
         ORDER BY status_rank(s.paused, s.status) DESC, s.monitor_id DESC
         LIMIT arg.max + 1)) o
    WHERE NOT arg.filtered
    LIMIT (SELECT max + 1 FROM arg)
), a AS (
    SELECT f.id, status_rank(s.paused, s.status)::bigint AS num
    FROM ({{list_found}}) f
    JOIN monitor_state s ON s.monitor_id = f.id
), ids AS (
    SELECT near.id, near.num::bigint AS num, NULL::text AS txt FROM near
    UNION ALL
    ({{list_sorted}})
), {{list_tail}}
