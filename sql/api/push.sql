-- Stores a batch of pushes; of several to one monitor the last one counts.
--
-- $1 text[]     tokens
-- $2 smallint[] 1: up, 0: down
-- $3 integer[]  latency in us or NULL
-- $4 text[]     message or NULL
-- $5 bigint[]   how long ago it came, ms
--
-- A row for each, in order: whether there is a monitor with that token.

WITH u AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::smallint[], $3::integer[],
                         $4::text[], $5::bigint[])
        WITH ORDINALITY AS u (token, up, latency_us, message, ago, ord)
), known AS MATERIALIZED (
    -- a monitor that is being deleted is not there any more
    SELECT u.*, m.id FROM u JOIN monitors m ON m.push_token = u.token
    ORDER BY m.id FOR KEY SHARE OF m
), newest AS (
    SELECT DISTINCT ON (id) * FROM known ORDER BY id, ago, ord DESC
), stored AS (
    INSERT INTO pushes AS p (monitor_id, pushed_at, up, latency_us, message)
    SELECT id, now() - ago * interval '1 ms', up = 1, latency_us, message
    FROM newest ORDER BY id
    ON CONFLICT (monitor_id) DO UPDATE
    SET pushed_at = excluded.pushed_at, up = excluded.up,
        latency_us = excluded.latency_us, message = excluded.message
    WHERE p.pushed_at <= excluded.pushed_at
)
SELECT EXISTS (SELECT FROM known k WHERE k.ord = u.ord)
FROM u ORDER BY u.ord
