-- How raw history is kept; docs/history.md has the reasons and figures.
--
-- Results are written to checks, which has a partition for each hour.  An hour
-- that is over is closed: its partition moves to checks_closed, where nobody
-- writes any more.  Then it is packed, some monitors at a time, one row of
-- check_packs for each monitor and hour, and dropped.  What comes later than
-- that finds no partition, goes to checks_default and is folded into the pack.
--
-- A row is read once, whatever moment it is: from checks_closed only if there
-- is no pack of its monitor and hour, from checks_default only if it is in
-- neither.

CREATE TYPE check_row AS (
    monitor_id  bigint,
    slot        timestamptz,
    checked_at  timestamptz,
    latency_us  integer,
    dns_us      integer,
    connect_us  integer,
    tls_us      integer,
    ttfb_us     integer,
    node_id     integer,
    attempt     smallint,
    http_status smallint,
    outcome     text,
    cause       text
);
COMMENT ON TYPE check_row IS 'a row of checks, wherever it is kept';


CREATE TABLE checks_closed (LIKE checks, PRIMARY KEY (monitor_id, slot, attempt))
    PARTITION BY RANGE (slot);
COMMENT ON TABLE checks_closed IS 'hours that are being packed';


CREATE TABLE check_parts (
    since     timestamptz PRIMARY KEY,
    until     timestamptz NOT NULL,
    name      text NOT NULL,
    state     text NOT NULL DEFAULT 'open'
              CHECK (state IN ('open', 'closed', 'packed')),
    packed_to bigint
);
COMMENT ON TABLE check_parts IS 'partitions of checks and checks_closed';
COMMENT ON COLUMN check_parts.packed_to IS 'the last monitor that is packed';

-- Earlier versions made partitions of days.
INSERT INTO check_parts (since, until, name)
SELECT d.day AT TIME ZONE 'UTC', (d.day + interval '1 day') AT TIME ZONE 'UTC',
       d.name
FROM (SELECT c.relname AS name, right(c.relname, 8)::date::timestamp AS day
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'checks'::regclass
        AND c.relname ~ '^checks_\d{8}$') d;


CREATE TABLE check_names (
    code smallint PRIMARY KEY,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE check_names IS
    'outcomes and causes as numbers, for packs: 1, 2, 3, ... without gaps';

INSERT INTO check_names (code, name)
VALUES (1, 'up'), (2, 'down'), (3, 'degraded'), (4, 'unknown');


CREATE TABLE check_packs (
    monitor_id bigint NOT NULL,
    hour       timestamptz NOT NULL,
    first_ms   integer NOT NULL,
    step_ms    integer NOT NULL,
    node_id    integer NOT NULL,
    n          integer NOT NULL,
    ups        integer NOT NULL,
    d          smallint[] NOT NULL,
    PRIMARY KEY (monitor_id, hour)
) PARTITION BY RANGE (hour);

COMMENT ON TABLE check_packs IS
    'n checks of a monitor in an hour; read it by check_history, checks_of() '
    'or check_unpack()';
COMMENT ON COLUMN check_packs.ups IS 'how many of them are up';
COMMENT ON COLUMN check_packs.d IS
    'one row of 20 numbers for each check, see check_unpack()';

ALTER TABLE check_packs ALTER d SET STORAGE MAIN;

DO $$
BEGIN
    ALTER TABLE check_packs ALTER d SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL;
END
$$;


-- The lower 16 bits.
CREATE FUNCTION check_low(v bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((v & 32767) - (v & 32768))::smallint
$$;

-- Microseconds; a number of d that is NULL is 0, and all others one more.
CREATE FUNCTION check_us(high smallint, low smallint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif((high::integer << 16) | (low::integer & 65535), 0) - 1
$$;


-- The checks of a pack, in order of slot and attempt.  Slots are foretold
-- (first_ms + i * step_ms), and d says by how much that was wrong.

CREATE FUNCTION check_unpack(p check_packs) RETURNS SETOF check_row
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.monitor_id, s.slot,
           s.slot + (((d[i][13]::bigint << 32)
                      | ((d[i][12]::bigint & 65535) << 16)
                      | (d[i][6]::bigint & 65535)) * interval '1 us'),
           check_us(d[i][7], d[i][1]),
           check_us(d[i][11], d[i][2]),
           check_us(d[i][10], d[i][3]),
           check_us(d[i][9], d[i][4]),
           check_us(d[i][8], d[i][5]),
           p.node_id + d[i][17],
           d[i][18],
           nullif(d[i][16], 0::smallint),
           (SELECT array_agg(name ORDER BY code) FROM check_names)[d[i][19]],
           (SELECT array_agg(name ORDER BY code) FROM check_names)[d[i][20]]
    FROM (SELECT p.d || '{}'::smallint[] AS d OFFSET 0) u,
         generate_series(1, p.n) i,
         LATERAL (SELECT p.hour
                         + ((((p.first_ms::bigint
                               + (i - 1) * p.step_ms::bigint) * 1000
                              + (((d[i][15]::bigint & 65535) << 16)
                                 | (d[i][14]::bigint & 65535)))
                             & 4294967295) * interval '1 us') AS slot) s
$$;


-- True: a row of checks that cannot be in a pack, or a closed partition, as
-- well; p_table is its tableoid.

CREATE FUNCTION check_whole(p_table oid, p_slot timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p_table <> 'checks_default'::regclass
$$;


-- 1: a pack or a closed partition has it.
CREATE FUNCTION check_stored(p_monitor bigint, p_slot timestamptz,
                             p_attempt smallint)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM checks_closed c
                   WHERE c.monitor_id = p_monitor AND c.slot = p_slot
                     AND c.attempt = p_attempt)
           OR EXISTS (SELECT FROM check_packs p, check_unpack(p) u
                      WHERE p.monitor_id = p_monitor
                        AND p.hour = date_bin('1 hour', p_slot, 'epoch')
                        AND u.slot = p_slot AND u.attempt = p_attempt)
$$;


-- The checks of one monitor whose slot is from p_from to before p_to, in no
-- order.  Inlined into the statement that calls it in FROM; only the
-- partitions of that time are read.
--
-- checks comes first: the lock on it keeps an hour from being closed
-- between the parts.

CREATE FUNCTION checks_of(p_monitor bigint, p_from timestamptz,
                          p_to timestamptz)
RETURNS SETOF check_row LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.* FROM checks c
    WHERE c.monitor_id = p_monitor AND c.slot >= p_from AND c.slot < p_to
      AND (check_whole(c.tableoid, c.slot)
           OR NOT check_stored(c.monitor_id, c.slot, c.attempt))
    UNION ALL
    SELECT c.* FROM checks_closed c
    WHERE c.monitor_id = p_monitor AND c.slot >= p_from AND c.slot < p_to
      AND NOT EXISTS (SELECT FROM check_packs p
                      WHERE p.monitor_id = c.monitor_id
                        AND p.hour = date_bin('1 hour', c.slot, 'epoch'))
    UNION ALL
    SELECT u.* FROM check_packs p, check_unpack(p) u
    WHERE p.monitor_id = p_monitor
      AND p.hour >= date_bin('1 hour', p_from, 'epoch') AND p.hour < p_to
      AND u.slot >= p_from AND u.slot < p_to
$$;


-- The same, newest first, at most p_limit of those before (p_slot, p_attempt)
-- and not before p_from; p_outcome may be NULL.  Packs are opened from the
-- newest on, only as many as are needed.

CREATE FUNCTION checks_page(p_monitor bigint, p_from timestamptz,
                            p_slot timestamptz, p_attempt integer,
                            p_outcome text, p_limit integer)
RETURNS SETOF check_row LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT x.* FROM (
        (SELECT c.* FROM checks c
         WHERE c.monitor_id = p_monitor AND c.slot >= p_from
           AND c.slot <= p_slot
           AND (c.slot, c.attempt::integer) < (p_slot, p_attempt)
           AND (p_outcome IS NULL OR c.outcome = p_outcome)
           AND (check_whole(c.tableoid, c.slot)
                OR NOT check_stored(c.monitor_id, c.slot, c.attempt))
         ORDER BY c.slot DESC, c.attempt DESC LIMIT p_limit)
        UNION ALL
        (SELECT c.* FROM checks_closed c
         WHERE c.monitor_id = p_monitor AND c.slot >= p_from
           AND c.slot <= p_slot
           AND (c.slot, c.attempt::integer) < (p_slot, p_attempt)
           AND (p_outcome IS NULL OR c.outcome = p_outcome)
           AND NOT EXISTS (SELECT FROM check_packs p
                           WHERE p.monitor_id = c.monitor_id
                             AND p.hour = date_bin('1 hour', c.slot, 'epoch'))
         ORDER BY c.slot DESC, c.attempt DESC LIMIT p_limit)
        UNION ALL
        (SELECT u.* FROM check_packs p, check_unpack(p) u
         WHERE p.monitor_id = p_monitor
           AND p.hour >= date_bin('1 hour', p_from, 'epoch')
           AND p.hour <= p_slot
           AND (p_outcome IS NULL OR p_outcome = 'up' OR p.ups < p.n)
           AND u.slot >= p_from
           AND (u.slot, u.attempt::integer) < (p_slot, p_attempt)
           AND (p_outcome IS NULL OR u.outcome = p_outcome)
         ORDER BY p.hour DESC, u.slot DESC, u.attempt DESC LIMIT p_limit)
    ) x
    ORDER BY x.slot DESC, x.attempt DESC LIMIT p_limit
$$;


-- The same over all monitors of p_owner, or the one p_only, newest first: those
-- before (p_slot, p_monitor, p_attempt).  It looks back a short time first,
-- then ever longer, so that recent ones cost little.

CREATE FUNCTION checks_log(p_owner bigint, p_only bigint, p_from timestamptz,
                           p_slot timestamptz, p_monitor bigint,
                           p_attempt integer, p_outcome text, p_limit integer)
RETURNS SETOF check_row LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_slot    timestamptz := least(p_slot, now() + interval '1 day');
    v_monitor bigint := p_monitor;
    v_span    interval := interval '2 minutes';
    v_since   timestamptz;
    v_left    integer := p_limit;
    v_n       integer;
BEGIN
    IF p_only IS NOT NULL THEN
        RETURN QUERY
        SELECT c.* FROM monitors m,
             checks_page(m.id, p_from, v_slot, p_attempt, p_outcome, p_limit) c
        WHERE m.owner_id = p_owner AND m.id = p_only;
        RETURN;
    END IF;

    LOOP
        v_since := CASE WHEN v_span > interval '1 year' THEN p_from
                        ELSE greatest(p_from, v_slot - v_span) END;

        RETURN QUERY
        SELECT c.* FROM monitors m,
             checks_page(m.id, v_since, v_slot,
                         CASE WHEN m.id < v_monitor THEN 32768
                              WHEN m.id = v_monitor THEN p_attempt
                              ELSE 0 END, p_outcome, v_left) c
        WHERE m.owner_id = p_owner
        ORDER BY c.slot DESC, c.monitor_id DESC, c.attempt DESC LIMIT v_left;

        GET DIAGNOSTICS v_n = ROW_COUNT;
        v_left := v_left - v_n;
        EXIT WHEN v_left <= 0 OR v_since <= p_from;

        v_slot := v_since;
        v_monitor := 0;
        v_span := v_span * 4;
    END LOOP;
END
$$;


-- A field of CSV, quoted; what a spreadsheet would take for a formula is text.
CREATE FUNCTION csv_text(t text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '"' || CASE WHEN t ~ '^[=+@\t\r-]' THEN '''' ELSE '' END
           || replace(t, '"', '""') || '"'
$$;


-- For people.  Give monitor_id; a long time is faster by checks_of().

CREATE VIEW check_history AS
    SELECT c.* FROM checks c
    WHERE check_whole(c.tableoid, c.slot)
          OR NOT check_stored(c.monitor_id, c.slot, c.attempt)
    UNION ALL
    SELECT c.* FROM checks_closed c
    WHERE NOT EXISTS (SELECT FROM check_packs p
                      WHERE p.monitor_id = c.monitor_id
                        AND p.hour = date_bin('1 hour', c.slot, 'epoch'))
    UNION ALL
    SELECT u.* FROM check_packs p, check_unpack(p) u;

COMMENT ON VIEW check_history IS
    'every check that is kept, in checks or packed';


-- Partitions.  What a function changes under the eyes of others, it does with
-- a lock that it waits for only shortly: whoever comes later waits as well.

CREATE FUNCTION check_part_make(p_since timestamptz, p_until timestamptz,
                                p_name text)
RETURNS integer LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
BEGIN
    IF EXISTS (SELECT FROM check_parts
               WHERE since < p_until AND until > p_since) THEN
        RETURN 0;
    END IF;

    -- the same as the bound: closing needs no look at the rows
    EXECUTE format('CREATE TABLE %I (LIKE checks INCLUDING DEFAULTS '
                   'INCLUDING CONSTRAINTS, CONSTRAINT bound '
                   'CHECK (slot >= %L AND slot < %L))',
                   p_name, p_since, p_until);

    -- rows that came before their partition
    LOCK TABLE checks_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM checks_default '
                   'WHERE slot >= $1 AND slot < $2 RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved', p_name)
    USING p_since, p_until;

    EXECUTE format('ALTER TABLE checks ATTACH PARTITION %I '
                   'FOR VALUES FROM (%L) TO (%L)', p_name, p_since, p_until);

    INSERT INTO check_parts (since, until, name)
    VALUES (p_since, p_until, p_name);

    RETURN 1;
END
$$;


-- The hours from the one of p_now on; returns how many were missing.

CREATE FUNCTION check_parts_ahead(p_now timestamptz, p_hours integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_hour timestamptz;
    v_made integer := 0;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'checks'::regclass) <> 'p'
    THEN
        RETURN 0;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('uptime check partitions'));

    FOR v_hour IN
        SELECT generate_series(date_bin('1 hour', p_now, 'epoch'),
                               p_now + p_hours * interval '1 hour',
                               interval '1 hour')
    LOOP
        v_made := v_made + check_part_make(
            v_hour, v_hour + interval '1 hour',
            'checks_' || to_char(v_hour AT TIME ZONE 'UTC', 'YYYYMMDDHH24'));
    END LOOP;

    RETURN v_made;
END
$$;


-- Whole days (UTC), for loading history; the janitor packs them.

CREATE OR REPLACE FUNCTION ensure_check_partitions(p_from date, p_to date)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_day  date;
    v_made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('uptime check partitions'));

    FOR v_day IN SELECT generate_series(p_from, p_to, '1 day')::date LOOP
        v_made := v_made + check_part_make(
            v_day::timestamp AT TIME ZONE 'UTC',
            (v_day + 1)::timestamp AT TIME ZONE 'UTC',
            'checks_' || to_char(v_day, 'YYYYMMDD'));
    END LOOP;

    RETURN v_made;
END
$$;


CREATE FUNCTION check_packs_make(p_hour timestamptz) RETURNS void
LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
DECLARE
    v_day  timestamptz := date_bin('1 day', p_hour, 'epoch');
    v_name text := 'check_packs_'
                   || to_char(p_hour AT TIME ZONE 'UTC', 'YYYYMMDD');
BEGIN
    IF to_regclass(v_name) IS NOT NULL THEN
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('uptime check partitions'));

    IF to_regclass(v_name) IS NOT NULL THEN
        RETURN;
    END IF;

    EXECUTE format('CREATE TABLE %I (LIKE check_packs INCLUDING ALL) '
                   'WITH (toast_tuple_target = 256)', v_name);
    EXECUTE format('ALTER TABLE check_packs ATTACH PARTITION %I '
                   'FOR VALUES FROM (%L) TO (%L)', v_name, v_day,
                   v_day + interval '1 day');
    -- ANALYZE would look for the most common numbers in d: 30 s of CPU
    EXECUTE format('ALTER TABLE %I ALTER d SET STATISTICS 0', v_name);
END
$$;


-- Gives a partition of an earlier version the constraint that saves attaching
-- it a look at the rows: that look is a step of its own, during which others
-- read and write.  False: it has one.

CREATE FUNCTION check_part_bind(p_part check_parts) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    v_valid boolean;
BEGIN
    SELECT convalidated INTO v_valid FROM pg_constraint
    WHERE conrelid = p_part.name::regclass AND conname = 'bound';

    IF v_valid THEN
        RETURN false;
    END IF;

    IF v_valid IS NULL THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT bound CHECK '
                       '(slot >= %L AND slot < %L) NOT VALID',
                       p_part.name::regclass, p_part.since, p_part.until);
    ELSE
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT bound',
                       p_part.name::regclass);
    END IF;

    RETURN true;
END
$$;


-- Closes the oldest partition that ended before p_before.  True if there was
-- something to do.

CREATE FUNCTION check_part_close(p_before timestamptz) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
DECLARE
    v_part check_parts;
    v_rows boolean;
BEGIN
    SELECT * INTO v_part FROM check_parts
    WHERE state = 'open' AND until <= p_before
    ORDER BY since LIMIT 1 FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    IF check_part_bind(v_part) THEN
        RETURN true;
    END IF;

    LOCK TABLE checks IN ACCESS EXCLUSIVE MODE;

    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', v_part.name) INTO v_rows;
    EXECUTE format('ALTER TABLE checks DETACH PARTITION %I', v_part.name);

    IF v_rows THEN
        EXECUTE format('ALTER TABLE checks_closed ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', v_part.name,
                       v_part.since, v_part.until);
        UPDATE check_parts SET state = 'closed' WHERE since = v_part.since;
    ELSE
        EXECUTE format('DROP TABLE %I', v_part.name);
        DELETE FROM check_parts WHERE since = v_part.since;
    END IF;

    RETURN true;
END
$$;


-- Packs the rows of the statement p_source (columns of checks; $1, $2:
-- p_after, p_to), together with what their packs have already, but for those
-- of deleted monitors.  Returns the number of rows in these packs.

CREATE FUNCTION check_packs_store(p_source text, p_after bigint, p_to bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_rows bigint;
BEGIN
    EXECUTE 'WITH fresh AS MATERIALIZED (' || p_source || $sql$
    ), key AS (
        SELECT DISTINCT monitor_id, date_bin('1 hour', slot, 'epoch') AS hour
        FROM fresh
    ), had AS (
        SELECT u.* FROM key, check_packs p, check_unpack(p) u
        WHERE p.monitor_id = key.monitor_id AND p.hour = key.hour
    ), name AS (
        INSERT INTO check_names (code, name)
        SELECT (SELECT max(code) FROM check_names) + row_number() OVER (), n
        FROM (SELECT outcome FROM fresh
              UNION SELECT cause FROM fresh WHERE cause IS NOT NULL) f (n)
        WHERE NOT EXISTS (SELECT FROM check_names c WHERE c.name = f.n)
        RETURNING code, name
    ), code AS (
        SELECT code, name FROM name
        UNION ALL
        SELECT code, name FROM check_names
    ), one AS (
        SELECT DISTINCT ON (monitor_id, slot, attempt) *
        FROM (SELECT 1 AS late, had.* FROM had
              UNION ALL SELECT 2, fresh.* FROM fresh) a
        ORDER BY monitor_id, slot, attempt, late
    ), timed AS (
        SELECT one.*, date_bin('1 hour', slot, 'epoch') AS hour,
               (date_part('epoch',
                          slot - date_bin('1 hour', slot, 'epoch'))
                * 1000000)::bigint AS us,
               round(date_part('epoch', checked_at - slot) * 1000000)::bigint
                   AS lag,
               m.interval * 1000 AS step_ms
        FROM one JOIN monitors m ON m.id = one.monitor_id
    ), placed AS (
        SELECT timed.*, first_value(us) OVER w / 1000 AS first_ms,
               first_value(node_id) OVER w AS node,
               row_number() OVER w - 1 AS i
        FROM timed
        WINDOW w AS (PARTITION BY monitor_id, hour ORDER BY slot, attempt)
    ), pack AS (
        INSERT INTO check_packs (monitor_id, hour, first_ms, step_ms, node_id,
                                 n, ups, d)
        SELECT monitor_id, hour, min(first_ms), min(step_ms), min(node),
               count(*), count(*) FILTER (WHERE outcome = 'up'),
               array_agg(ARRAY[
                   check_low(coalesce(latency_us::bigint + 1, 0)),
                   check_low(coalesce(dns_us::bigint + 1, 0)),
                   check_low(coalesce(connect_us::bigint + 1, 0)),
                   check_low(coalesce(tls_us::bigint + 1, 0)),
                   check_low(coalesce(ttfb_us::bigint + 1, 0)),
                   check_low(lag),
                   check_low(coalesce(latency_us::bigint + 1, 0) >> 16),
                   check_low(coalesce(ttfb_us::bigint + 1, 0) >> 16),
                   check_low(coalesce(tls_us::bigint + 1, 0) >> 16),
                   check_low(coalesce(connect_us::bigint + 1, 0) >> 16),
                   check_low(coalesce(dns_us::bigint + 1, 0) >> 16),
                   check_low(lag >> 16),
                   check_low(lag >> 32),
                   check_low(us - (first_ms + i * step_ms) * 1000),
                   check_low((us - (first_ms + i * step_ms) * 1000) >> 16),
                   coalesce(http_status, 0::smallint),
                   check_low(node_id - node),
                   attempt,
                   o.code,
                   coalesce(c.code, 0::smallint)] ORDER BY i)
        FROM placed
        JOIN code o ON o.name = placed.outcome
        LEFT JOIN code c ON c.name = placed.cause
        GROUP BY monitor_id, hour
        ON CONFLICT (monitor_id, hour) DO UPDATE
        SET first_ms = excluded.first_ms, step_ms = excluded.step_ms,
            node_id = excluded.node_id, n = excluded.n, ups = excluded.ups,
            d = excluded.d
        RETURNING n
    )
    SELECT coalesce(sum(n), 0) FROM pack $sql$
    INTO v_rows USING p_after, p_to;

    RETURN v_rows;
END
$$;


-- The rows of a closed partition from $1 to $2, for check_packs_store().

CREATE FUNCTION check_part_rows(p_part check_parts) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format('SELECT * FROM %s WHERE monitor_id > $1 AND monitor_id <= $2',
                  p_part.name::regclass)
$$;


CREATE FUNCTION check_part_drop(p_part check_parts) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s DETACH PARTITION %I',
                   CASE p_part.state WHEN 'open' THEN 'checks'
                                     ELSE 'checks_closed' END, p_part.name);
    EXECUTE format('DROP TABLE %I', p_part.name);
    DELETE FROM check_parts WHERE since = p_part.since;
END
$$;


-- Packs some p_rows rows of the oldest closed partition, or drops one that is
-- packed.  True if there was something to do.

CREATE FUNCTION check_part_pack(p_rows integer) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
DECLARE
    v_part  check_parts;
    v_to    bigint;
    v_rows  bigint;
    v_after bigint;
BEGIN
    SELECT * INTO v_part FROM check_parts WHERE state <> 'open'
    ORDER BY since LIMIT 1 FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    IF v_part.state = 'packed' THEN
        PERFORM check_part_drop(v_part);
        RETURN true;
    END IF;

    PERFORM check_packs_make(h)
    FROM generate_series(v_part.since, v_part.until - interval '1 us',
                         interval '1 hour') h;

    v_after := coalesce(v_part.packed_to, -9223372036854775808);

    EXECUTE format('SELECT monitor_id FROM %s WHERE monitor_id > $1 '
                   'ORDER BY monitor_id, slot, attempt OFFSET $2 LIMIT 1',
                   v_part.name::regclass)
    INTO v_to USING v_after, p_rows;

    v_rows := check_packs_store(check_part_rows(v_part), v_after,
                                coalesce(v_to, 9223372036854775807));

    UPDATE check_parts
    SET packed_to = v_to,
        state = CASE WHEN v_to IS NULL THEN 'packed' ELSE 'closed' END
    WHERE since = v_part.since;

    RETURN true;
END
$$;


-- Folds results that came after their hour was packed into its packs, those
-- of some p_hours hours.  True if there were any.

CREATE FUNCTION check_late_fold(p_hours integer) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
DECLARE
    v_open timestamptz := (SELECT min(since) FROM check_parts
                           WHERE state = 'open');
    v_hour timestamptz;
    v_n    integer := 0;
BEGIN
    FOR v_hour IN
        SELECT DISTINCT date_bin('1 hour', d.slot, 'epoch')
        FROM checks_default d
        WHERE d.slot < v_open
          AND NOT EXISTS (SELECT FROM check_parts p
                          WHERE d.slot >= p.since AND d.slot < p.until)
        ORDER BY 1 LIMIT p_hours
    LOOP
        PERFORM check_packs_make(v_hour);
        PERFORM check_packs_store(
            format('DELETE FROM checks_default d WHERE d.slot >= %L '
                   'AND d.slot < %L AND d.ctid = ANY (ARRAY('
                   'SELECT ctid FROM checks_default WHERE slot >= %L '
                   'AND slot < %L AND monitor_id > $1 AND monitor_id <= $2 '
                   'ORDER BY monitor_id LIMIT 10000)) RETURNING d.*',
                   v_hour, v_hour + interval '1 hour',
                   v_hour, v_hour + interval '1 hour'),
            -9223372036854775808, 9223372036854775807);
        v_n := v_n + 1;
    END LOOP;

    RETURN v_n > 0;
END
$$;


-- Drops one partition, or deletes some rows without one, that ended before
-- p_before.  True if there was something.

CREATE FUNCTION check_history_drop(p_before timestamptz) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '30ms' AS $$
DECLARE
    v_name  text;
    v_part  check_parts;
    v_n     integer;
BEGIN
    SELECT c.relname INTO v_name
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'check_packs'::regclass
      AND c.relname < 'check_packs_' || to_char(p_before AT TIME ZONE 'UTC',
                                                'YYYYMMDD')
    ORDER BY c.relname LIMIT 1;

    IF FOUND THEN
        EXECUTE format('ALTER TABLE check_packs DETACH PARTITION %I', v_name);
        EXECUTE format('DROP TABLE %I', v_name);
        RETURN true;
    END IF;

    SELECT * INTO v_part FROM check_parts WHERE until <= p_before
    ORDER BY since LIMIT 1 FOR UPDATE SKIP LOCKED;

    IF FOUND THEN
        PERFORM check_part_drop(v_part);
        RETURN true;
    END IF;

    DELETE FROM checks_default WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM checks_default WHERE slot < p_before LIMIT 10000));
    GET DIAGNOSTICS v_n = ROW_COUNT;

    RETURN v_n = 10000;
END
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
