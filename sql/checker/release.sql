-- Gives shards back and tells the other checkers.
--
-- $1 bigint      checker
-- $2 smallint[]  shards
--
-- One row: number of shards.

WITH mine AS (
    SELECT shard FROM shards
    WHERE checker_id = $1::bigint AND shard = ANY ($2::smallint[])
    ORDER BY shard FOR UPDATE
), released AS (
    UPDATE shards s SET checker_id = NULL, lease_until = '-infinity'
    FROM mine WHERE s.shard = mine.shard
    RETURNING s.shard
)
SELECT count(*), pg_notify('uptime', 'shards') FROM released
