-- Takes shards that nobody holds.
--
-- $1 bigint  checker
-- $2 bigint  at most so many
--
-- A row for each: shard, epoch.

WITH free AS (
    SELECT shard FROM shards
    WHERE lease_until < now() AND checker_id IS DISTINCT FROM $1::bigint
    ORDER BY shard LIMIT $2::bigint
    FOR UPDATE SKIP LOCKED
)
UPDATE shards s
SET checker_id = $1::bigint, epoch = s.epoch + 1, taken_at = now(),
    lease_until = now() + interval '15 s'
FROM free WHERE s.shard = free.shard
RETURNING s.shard, s.epoch
