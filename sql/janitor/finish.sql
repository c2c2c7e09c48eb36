-- $1 text: task, $2 bigint: checker, $3 bigint: milliseconds until it is due
-- again, $4 bigint: steps it took, $5 text: error or NULL.
UPDATE janitor_tasks
SET due_at = now() + $3::bigint * interval '1 ms',
    claimed_until = '-infinity',
    ran_at = now(),
    steps = steps + $4::bigint,
    error = $5::text
WHERE name = $1::text AND checker_id = $2::bigint
