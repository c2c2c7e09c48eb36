-- checker/record: the shards, locked against a takeover
WITH fence AS MATERIALIZED (
    SELECT shard, checker_id, epoch, taken_at, closed_to FROM shards
    WHERE shard = ANY ($3::smallint[])
    ORDER BY shard FOR SHARE
