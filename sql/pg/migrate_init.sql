-- A function of this session that applies one migration once.  Two runners
-- meet at the advisory lock; the loser finds the version there.  Everything
-- that one migration does is in one transaction, this statement's.
CREATE OR REPLACE FUNCTION pg_temp.migrate(
    p_version integer, p_name text, p_script text)
RETURNS boolean LANGUAGE plpgsql AS $migrate$
BEGIN
    PERFORM pg_advisory_xact_lock(7238144102389341);

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

    EXECUTE p_script;
    RETURN true;
END
$migrate$
