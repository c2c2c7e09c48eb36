-- The next task that is due, for one minute; none while another checker is at
-- work.
--
-- $1 text[]  the tasks that this build knows
-- $2 bigint  checker
--
-- One row: the task or NULL, and milliseconds until it is worth asking again.

WITH unknown AS (
    INSERT INTO janitor_tasks (name)
    SELECT n FROM unnest($1::text[]) n
    WHERE NOT EXISTS (SELECT FROM janitor_tasks t WHERE t.name = n)
    ON CONFLICT DO NOTHING
), due AS (
    SELECT t.name FROM janitor_tasks t
    WHERE t.name = ANY ($1::text[])
          AND t.due_at <= now() AND t.claimed_until <= now()
          AND NOT EXISTS (SELECT FROM janitor_tasks o
                          WHERE o.claimed_until > now()
                                AND o.checker_id <> $2::bigint)
    ORDER BY t.due_at, t.name
    LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE janitor_tasks t
    SET claimed_until = now() + interval '1 minute', checker_id = $2::bigint
    FROM due WHERE t.name = due.name
    RETURNING t.name
)
SELECT (SELECT name FROM claimed),
       coalesce((SELECT ceil(1000 * extract(epoch FROM least(greatest(
                             min(greatest(t.due_at, t.claimed_until)),
                             now() + interval '1 second'),
                             now() + interval '5 seconds') - now()))
                 FROM janitor_tasks t WHERE t.name = ANY ($1::text[])),
                1000)::bigint
