-- A sign of life, and 15 s more for every shard that is still the checker's,
-- expired or not: nobody took it.  A long time without any checker's sign of
-- life is noted, because pushes may have been lost then.
--
-- A checker that was taken for dead tells the others that it is back.
--
-- $1 bigint  checker
--
-- A row for every shard it holds, at least one: 1 if the checker is known,
-- the database's time in ms since 1970, number of nodes that have a live
-- checker (this one included), number of those with a lower id, 1 if the node
-- has a newer live checker, ms until the first lease of others ends (0: none,
-- or it has), whether it was back, shard or NULL, epoch or NULL.

WITH seen AS (
    UPDATE checkers SET seen_at = now() WHERE id = $1::bigint
    RETURNING node_id
), pulse AS (
    UPDATE pulse
    SET gap_to = CASE WHEN now() - beat_at > interval '20 s' THEN now()
                 ELSE gap_to END,
        beat_at = now()
), mine AS (
    SELECT shard FROM shards WHERE checker_id = $1::bigint
    ORDER BY shard FOR UPDATE
), renewed AS (
    UPDATE shards s SET lease_until = now() + interval '15 s'
    FROM mine WHERE s.shard = mine.shard
    RETURNING s.shard, s.epoch
), back AS (
    SELECT pg_notify('uptime', 'shards') FROM checkers
    WHERE id = $1::bigint AND seen_at < now() - interval '15 s'
), first AS (
    SELECT greatest(0, extract(epoch FROM min(lease_until) - now()) * 1000)
           AS ms
    FROM shards WHERE checker_id <> $1::bigint
), live AS (
    SELECT c.node_id, max(c.id) AS newest FROM checkers c
    WHERE c.seen_at > now() - interval '15 s' OR c.id = $1::bigint
    GROUP BY c.node_id
), place AS (
    SELECT count(*) AS nodes,
           count(*) FILTER (WHERE l.node_id < s.node_id) AS before,
           count(*) FILTER (WHERE l.node_id = s.node_id
                                  AND l.newest > $1::bigint) AS newer
    FROM live l LEFT JOIN seen s ON true
)
SELECT (SELECT count(*) FROM seen),
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       p.nodes, p.before, p.newer,
       (SELECT coalesce(ms, 0)::bigint FROM first),
       (SELECT count(*) FROM back), r.shard, r.epoch
FROM place p LEFT JOIN renewed r ON true
