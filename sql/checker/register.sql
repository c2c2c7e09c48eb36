-- A checker makes itself known, inherits what dead ones of its nginx held and
-- tells the others, so that they give it its share.
--
-- $1 text      node's name
-- $2 text      version
-- $3 bigint[]  checkers that are known to be dead
-- $4 bigint    1: it can open sealed secrets
--
-- One row: checker's id, node's id, xmin of the snapshot (see changes.sql),
-- number of shards inherited, the database's time in ms since 1970.

WITH node AS (
    INSERT INTO nodes (name) VALUES ($1)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name
    RETURNING id
), dead AS (
    DELETE FROM checkers WHERE id = ANY ($3::bigint[])
), me AS (
    INSERT INTO checkers (node_id, version, opens)
    SELECT id, $2, $4::bigint = 1 FROM node
    RETURNING id, node_id
), estate AS (
    -- waits for what a dead one's last statement still writes
    SELECT shard FROM shards WHERE checker_id = ANY ($3::bigint[])
    ORDER BY shard FOR UPDATE
), heir AS (
    UPDATE shards s
    SET checker_id = me.id, epoch = s.epoch + 1, taken_at = now(),
        lease_until = now() + interval '15 s'
    FROM estate e, me WHERE s.shard = e.shard
    RETURNING s.shard
)
SELECT id, node_id, pg_snapshot_xmin(pg_current_snapshot())::text,
       (SELECT count(*) FROM heir),
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       pg_notify('uptime', 'shards')
FROM me
