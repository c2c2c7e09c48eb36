-- The first schema: accounts, monitors, their state, checks by day, leases.
--
-- Text columns with a small set of values are checked text, not numbers, so
-- that people with psql can read them.  All times come from the server.

CREATE TABLE instance (
    id          boolean PRIMARY KEY DEFAULT true CHECK (id),
    founded     boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE instance IS
    'one row; founded turns true with the first account, which is admin';

INSERT INTO instance DEFAULT VALUES;


CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text NOT NULL CONSTRAINT users_email_key UNIQUE,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('admin', 'user')),
    created_at    timestamptz NOT NULL DEFAULT now()
);


CREATE TABLE monitors (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id          bigint NOT NULL
                      REFERENCES users (id) ON DELETE CASCADE,
    shard             smallint NOT NULL
                      GENERATED ALWAYS AS ((id % 64)::smallint) STORED,
    name              text NOT NULL,
    type              text NOT NULL CHECK (type IN ('http')),
    url               text NOT NULL,
    interval          integer NOT NULL CHECK (interval BETWEEN 10 AND 86400),
    timeout           integer NOT NULL CHECK (timeout BETWEEN 1 AND 60),
    method            text NOT NULL,
    headers           jsonb NOT NULL,
    body              text,
    expected_status   text NOT NULL,
    keyword           text,
    keyword_mode      text NOT NULL CHECK (keyword_mode
                                           IN ('present', 'absent')),
    follow_redirects  boolean NOT NULL,
    max_redirects     integer NOT NULL,
    verify_tls        boolean NOT NULL,
    degraded_after_ms integer,
    failure_threshold integer NOT NULL,
    retry_interval    integer NOT NULL,
    cert_warn_days    integer NOT NULL,
    tags              text[] NOT NULL,
    paused            boolean NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    version           integer NOT NULL DEFAULT 1,
    revision          xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX monitors_owner_idx ON monitors (owner_id, id);
CREATE INDEX monitors_revision_idx ON monitors (shard, revision);

COMMENT ON COLUMN monitors.revision IS
    'the transaction that wrote the row: a checker that reads everything '
    'from the xmin of its last snapshot on misses nothing';


CREATE TABLE monitor_tombstones (
    monitor_id  bigint PRIMARY KEY,
    shard       smallint NOT NULL,
    deleted_at  timestamptz NOT NULL DEFAULT now(),
    revision    xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX monitor_tombstones_revision_idx
    ON monitor_tombstones (shard, revision);


-- Whoever writes a monitor, with this program or by hand, tells the checkers.
-- Equal notifications of one transaction are sent once.

CREATE FUNCTION monitors_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('uptime', 'monitors');

    IF TG_OP = 'DELETE' THEN
        INSERT INTO monitor_tombstones (monitor_id, shard)
        VALUES (OLD.id, OLD.shard)
        ON CONFLICT DO NOTHING;
        RETURN OLD;
    END IF;

    NEW.revision := pg_current_xact_id();
    RETURN NEW;
END
$$;

CREATE TRIGGER monitors_changed BEFORE INSERT OR UPDATE OR DELETE
    ON monitors FOR EACH ROW EXECUTE FUNCTION monitors_changed();


-- Every monitor has its row in monitor_state from the start, so that a check
-- only ever updates it: an insert could meet a monitor that is being deleted.

CREATE FUNCTION monitors_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO monitor_state (monitor_id) VALUES (NEW.id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER monitors_state AFTER INSERT
    ON monitors FOR EACH ROW EXECUTE FUNCTION monitors_state();


-- One narrow row for each monitor, rewritten by every check: room for HOT
-- updates, no index on what changes.

CREATE TABLE monitor_state (
    monitor_id        bigint PRIMARY KEY
                      REFERENCES monitors (id) ON DELETE CASCADE,
    status_since      timestamptz NOT NULL DEFAULT now(),
    told_since        timestamptz,
    last_slot         timestamptz,
    last_checked_at   timestamptz,
    cert_expires_at   timestamptz,
    last_latency_us   integer,
    last_attempt      smallint,
    last_http_status  smallint,
    fails             smallint NOT NULL DEFAULT 0,
    status            text NOT NULL DEFAULT 'pending',
    told              text,
    last_outcome      text,
    last_cause        text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);

COMMENT ON COLUMN monitor_state.fails IS
    'failed tries in a row, for failure_threshold';
COMMENT ON COLUMN monitor_state.told IS
    'last definite status (up, degraded, down): unknown in between is silent';


-- A node is a name that stays; a checker is one run of one process.

CREATE TABLE nodes (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE checkers (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node_id     integer NOT NULL REFERENCES nodes (id),
    version     text NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE shards (
    shard       smallint PRIMARY KEY CHECK (shard BETWEEN 0 AND 63),
    checker_id  bigint,
    epoch       bigint NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    taken_at    timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

COMMENT ON COLUMN shards.taken_at IS
    'results that an earlier owner finished before are still welcome';

INSERT INTO shards (shard) SELECT generate_series(0, 63);


CREATE TABLE checks (
    monitor_id  bigint NOT NULL,
    slot        timestamptz NOT NULL,
    checked_at  timestamptz NOT NULL,
    latency_us  integer,
    dns_us      integer,
    connect_us  integer,
    tls_us      integer,
    ttfb_us     integer,
    node_id     integer NOT NULL,
    attempt     smallint NOT NULL,
    http_status smallint,
    outcome     text NOT NULL,
    cause       text,
    PRIMARY KEY (monitor_id, slot, attempt)
) PARTITION BY RANGE (slot);

COMMENT ON TABLE checks IS
    'slot: the planned time on the grid; attempt: 1, and one more for each '
    'retry of a failure; *_us: microseconds, NULL where a phase was not '
    'reached';

-- Nothing is lost if the daily partitions were not made in time.
CREATE TABLE checks_default PARTITION OF checks DEFAULT;


-- Makes the partitions from p_from to p_to (UTC days) that are missing and
-- returns how many it made.  A new partition is built apart and attached, so
-- that readers and writers of the others do not wait.

CREATE FUNCTION ensure_check_partitions(p_from date, p_to date)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_day   date;
    v_name  text;
    v_made  integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('uptime check partitions'));

    FOR v_day IN SELECT generate_series(p_from, p_to, '1 day')::date LOOP
        v_name := 'checks_' || to_char(v_day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(v_name) IS NOT NULL;

        EXECUTE format('CREATE TABLE %I (LIKE checks INCLUDING DEFAULTS '
                       'INCLUDING CONSTRAINTS)', v_name);
        EXECUTE format('ALTER TABLE checks ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', v_name,
                       v_day::timestamp AT TIME ZONE 'UTC',
                       (v_day + 1)::timestamp AT TIME ZONE 'UTC');
        v_made := v_made + 1;
    END LOOP;

    RETURN v_made;
END
$$;


-- RFC 3339 in UTC with milliseconds, the form of every time in the API.

CREATE FUNCTION rfc3339(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
