-- uptime_timescaledb on: checks is a hypertable with a chunk for each hour
-- instead of a partitioned table; docs/timescaledb.md.  Runs at each start
-- after the migrations, does nothing the second time.
--
-- What differs is below, as functions that take the place of those of the
-- schema: the way of an hour is the same.

DO $timescaledb$
DECLARE
    v_view  text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_available_extensions
                   WHERE name = 'timescaledb')
    THEN
        RAISE 'uptime_timescaledb is on, but PostgreSQL % has no extension '
              '"timescaledb": install its package, or take the directive away',
              current_setting('server_version');
    END IF;

    -- its loader has this setting; creating it would end the session otherwise
    IF current_setting('timescaledb.max_background_workers', true) IS NULL THEN
        RAISE 'uptime_timescaledb is on, but the extension is not loaded: '
              'shared_preload_libraries needs "timescaledb", and PostgreSQL a '
              'restart';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('uptime check partitions'));
    PERFORM set_config('client_min_messages', 'error', true);
    CREATE EXTENSION IF NOT EXISTS timescaledb;

    IF (SELECT relkind FROM pg_class WHERE oid = 'checks'::regclass) = 'p' THEN
        LOCK TABLE checks IN ACCESS EXCLUSIVE MODE;

        -- the rows stay where they are: there they are read, and packed
        WHILE check_part_close('infinity') LOOP
        END LOOP;

        v_view := pg_get_viewdef('check_history'::regclass);
        DROP VIEW check_history;
        ALTER TABLE checks DETACH PARTITION checks_default;
        DROP TABLE checks;

        CREATE TABLE checks (LIKE checks_closed INCLUDING ALL);
        PERFORM create_hypertable('checks', 'slot',
                                  chunk_time_interval => interval '1 hour',
                                  create_default_indexes => false);
        INSERT INTO checks SELECT * FROM checks_default;
        TRUNCATE checks_default;

        EXECUTE 'CREATE VIEW check_history AS ' || v_view;
        COMMENT ON VIEW check_history IS
            'every check that is kept, in checks or packed';
    END IF;

    -- late results have a chunk as well, so a row is surely in no pack only
    -- if its hour is not closed yet
    CREATE OR REPLACE FUNCTION check_whole(p_table oid, p_slot timestamptz)
    RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT p_slot >= date_bin('1 hour', now() - interval '20 minutes',
                                  'epoch')
    $$;

    -- chunks come by themselves
    CREATE OR REPLACE FUNCTION check_part_make(
        p_since timestamptz, p_until timestamptz, p_name text)
    RETURNS integer LANGUAGE sql AS 'SELECT 0';

    -- a chunk stays where it is
    CREATE OR REPLACE FUNCTION check_part_close(p_before timestamptz)
    RETURNS boolean LANGUAGE sql AS $$
        WITH chunk AS (
            INSERT INTO check_parts (since, until, name, state)
            SELECT c.range_start, c.range_end,
                   format('%I.%I', c.chunk_schema, c.chunk_name), 'closed'
            FROM timescaledb_information.chunks c
            WHERE c.hypertable_schema = current_schema()
              AND c.hypertable_name = 'checks' AND c.range_end <= p_before
              AND NOT EXISTS (SELECT FROM check_parts p
                              WHERE p.since < c.range_end
                                AND p.until > c.range_start)
            ORDER BY c.range_start LIMIT 1
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT EXISTS (SELECT FROM chunk)
    $$;

    -- what is packed is not in the chunk any more
    CREATE OR REPLACE FUNCTION check_part_rows(p_part check_parts)
    RETURNS text LANGUAGE sql STABLE AS $$
        SELECT format('%s %s WHERE monitor_id > $%s AND monitor_id <= $%s %s',
                      CASE c.chunk WHEN true THEN 'DELETE FROM'
                                             ELSE 'SELECT * FROM' END,
                      p_part.name::regclass, 1, 2,
                      CASE c.chunk WHEN true THEN 'RETURNING *' END)
        FROM (SELECT p_part.name LIKE '%.%' AS chunk) c
    $$;

    CREATE OR REPLACE FUNCTION check_part_drop(p_part check_parts)
    RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        v_late boolean := false;
    BEGIN
        IF p_part.name NOT LIKE '%.%' THEN
            EXECUTE format('ALTER TABLE checks_closed DETACH PARTITION %I',
                           p_part.name);
            EXECUTE format('DROP TABLE %I', p_part.name);
            DELETE FROM check_parts WHERE since = p_part.since;
            RETURN;
        END IF;

        IF to_regclass(p_part.name) IS NOT NULL THEN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE',
                           p_part.name);

            IF p_part.state = 'packed' THEN
                EXECUTE format('SELECT EXISTS (SELECT FROM %s)', p_part.name)
                INTO v_late;
            END IF;
        END IF;

        IF v_late THEN
            -- came while the others were packed
            UPDATE check_parts SET state = 'closed', packed_to = NULL
            WHERE since = p_part.since;
            RETURN;
        END IF;

        PERFORM drop_chunks('checks', older_than => p_part.until,
                            newer_than => p_part.since);
        DELETE FROM check_parts WHERE since = p_part.since;
    END
    $$;
END
$timescaledb$
