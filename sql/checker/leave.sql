-- The checker stops: gives everything back and does not count any more.
--
-- $1 bigint  checker
--
-- One row: number of shards.

WITH gone AS (
    DELETE FROM checkers WHERE id = $1::bigint
), mine AS (
    SELECT shard FROM shards WHERE checker_id = $1::bigint
    ORDER BY shard FOR UPDATE
), released AS (
    UPDATE shards s SET checker_id = NULL, lease_until = '-infinity'
    FROM mine WHERE s.shard = mine.shard
    RETURNING s.shard
)
SELECT count(*), pg_notify('uptime', 'shards') FROM released
