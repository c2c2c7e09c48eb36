-- One page of what changed in some shards since a snapshot.  A transaction
-- that was still running then has a number of at least the snapshot's xmin.
--
-- $1 smallint[]  shards
-- $2 bigint      xmin of that snapshot
-- $3 bigint      after this id
-- $4 bigint      rows at most
--
-- First a row whose id is 0 and whose revision is this snapshot's xmin, then
-- rows as in the fragment in the order of id; a monitor that was deleted has
-- its id and NULLs.

WITH changed AS (
    SELECT id FROM monitors
    WHERE shard = ANY ($1::smallint[]) AND id > $3::bigint
          AND revision >= $2::bigint::text::xid8
    UNION
    -- all of an account that was disabled or enabled
    SELECT m.id
    FROM users o, LATERAL (
        SELECT id FROM monitors
        WHERE owner_id = o.id AND id > $3::bigint
              AND shard = ANY ($1::smallint[]) AND NOT paused
        ORDER BY id LIMIT $4::bigint) m
    WHERE o.revision >= $2::bigint::text::xid8
    UNION
    SELECT monitor_id FROM monitor_tombstones
    WHERE shard = ANY ($1::smallint[]) AND monitor_id > $3::bigint
          AND revision >= $2::bigint::text::xid8
    ORDER BY 1 LIMIT $4::bigint
)
SELECT c.id, h.shard,
       CASE WHEN c.id = 0
            THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            ELSE h.revision::text::bigint END,
       v.*
FROM (SELECT 0::bigint AS id UNION ALL SELECT id FROM changed) c
LEFT JOIN monitors h ON h.id = c.id
LEFT JOIN LATERAL (
    SELECT {{monitor_tail}}
    FROM monitors m
    JOIN users o ON o.id = m.owner_id
    LEFT JOIN monitor_state s ON s.monitor_id = m.id
    WHERE m.id = c.id
) v ON true
ORDER BY c.id
