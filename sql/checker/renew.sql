-- A sign of life, and 15 s more for every shard that is still the checker's,
-- expired or not: nobody took it.
--
-- $1 bigint  checker
--
-- A row for every shard it holds, at least one: 1 if the checker is known,
-- number of live checkers (itself included), shard or NULL, epoch or NULL.

WITH seen AS (
    UPDATE checkers SET seen_at = now() WHERE id = $1::bigint RETURNING id
), mine AS (
    SELECT shard FROM shards WHERE checker_id = $1::bigint
    ORDER BY shard FOR UPDATE
), renewed AS (
    UPDATE shards s SET lease_until = now() + interval '15 s'
    FROM mine WHERE s.shard = mine.shard
    RETURNING s.shard, s.epoch
)
SELECT (SELECT count(*) FROM seen),
       1 + (SELECT count(*) FROM checkers
            WHERE id <> $1::bigint AND seen_at > now() - interval '15 s'),
       r.shard, r.epoch
FROM (SELECT) one LEFT JOIN renewed r ON true
