-- One page of the active monitors of some shards.
--
-- $1 smallint[]  shards
-- $2 bigint      after this id
-- $3 bigint      rows at most
--
-- Rows as in the fragment, in the order of id.  The state is limited to these
-- ids too: a merge join would read it from its beginning for every page.

SELECT {{monitor_row}}
FROM monitors m
JOIN users o ON o.id = m.owner_id
LEFT JOIN monitor_state s ON s.monitor_id = m.id AND s.monitor_id > $2::bigint
WHERE m.shard = ANY ($1::smallint[]) AND m.id > $2::bigint AND NOT m.paused
      AND o.disabled_at IS NULL
ORDER BY m.id LIMIT $3::bigint
