-- A function of this session that applies one migration once.  Two runners
-- meet at the advisory lock; the loser finds the version there.  Everything
-- that one migration does is in one transaction, this statement's.
CREATE OR REPLACE FUNCTION pg_temp.migrate(
    p_version integer, p_name text, p_script text)
RETURNS boolean LANGUAGE plpgsql AS $migrate$
BEGIN
    PERFORM pg_advisory_xact_lock(7238144102389341);
    PERFORM set_config('client_min_messages', 'warning', true);

    CREATE TABLE IF NOT EXISTS schema_migrations (
        version     integer PRIMARY KEY,
        name        text NOT NULL,
        applied_at  timestamptz NOT NULL DEFAULT now()
    );

    INSERT INTO schema_migrations (version, name) VALUES (p_version, p_name)
    ON CONFLICT DO NOTHING;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    -- Nodes of an earlier version go on meanwhile.  What this one waits for, it
    -- gives up before theirs would be found to be a deadlock (1 s), and so
    -- that nobody waits for long behind it; the checker tries again.
    PERFORM set_config('lock_timeout', '300', true);

    EXECUTE p_script;
    RETURN true;
END
$migrate$
