-- Raw history is read through checks_of(); chores are a table of tasks.

-- The checks of one monitor whose slot is from p_from to before p_to, in no
-- order.  Inlined into the statement that calls it in FROM; only the
-- partitions of that time are read.  Nobody but the writer uses the tables
-- themselves.

CREATE FUNCTION checks_of(p_monitor bigint, p_from timestamptz,
                          p_to timestamptz)
RETURNS SETOF checks LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM checks
    WHERE monitor_id = p_monitor AND slot >= p_from AND slot < p_to
$$;


CREATE TABLE janitor_tasks (
    name          text PRIMARY KEY,
    due_at        timestamptz NOT NULL DEFAULT '-infinity',
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    checker_id    bigint,
    ran_at        timestamptz,
    steps         bigint NOT NULL DEFAULT 0,
    error         text
) WITH (fillfactor = 50);

COMMENT ON TABLE janitor_tasks IS
    'chores, which one checker does at a time; docs/janitor.md';
COMMENT ON COLUMN janitor_tasks.error IS
    'of the last time it ran; NULL: it went well';
