-- Incidents: the times in which a monitor was down.

CREATE TABLE incidents (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id         bigint NOT NULL
                     REFERENCES users (id) ON DELETE CASCADE,
    monitor_id       bigint NOT NULL
                     REFERENCES monitors (id) ON DELETE CASCADE,
    started_at       timestamptz NOT NULL,
    confirmed_at     timestamptz NOT NULL,
    ended_at         timestamptz,
    end_reason       text CHECK (end_reason IN ('recovered', 'degraded',
                                                'paused', 'changed',
                                                'disabled')),
    cause            text,
    http_status      smallint,
    attempts         smallint NOT NULL,
    evidence         jsonb NOT NULL DEFAULT '{}',
    maintenance      boolean NOT NULL DEFAULT false,
    parent_id        bigint REFERENCES monitors (id) ON DELETE SET NULL,
    acknowledged_at  timestamptz,
    acknowledged_by  text,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) WITH (fillfactor = 90);

COMMENT ON COLUMN incidents.started_at IS
    'the first failure; confirmed_at: the one that reached failure_threshold';
COMMENT ON COLUMN incidents.acknowledged_by IS
    'mail address, which outlives the account';
COMMENT ON COLUMN incidents.parent_id IS
    'the monitor that was down too, so that nobody was told of this one';

CREATE INDEX incidents_owner_idx ON incidents (owner_id, id DESC);
CREATE INDEX incidents_monitor_idx ON incidents (monitor_id, id DESC);
CREATE UNIQUE INDEX incidents_open_idx ON incidents (monitor_id)
    WHERE ended_at IS NULL;


-- A monitor that is paused, or becomes another one, is not down any more.

CREATE FUNCTION incident_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents i
    SET ended_at = greatest(now(), i.confirmed_at),
        end_reason = CASE WHEN NEW.paused AND NOT OLD.paused THEN 'paused'
                     ELSE 'changed' END
    WHERE i.monitor_id = NEW.id AND i.ended_at IS NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER incident_over AFTER UPDATE OF paused, url, type ON monitors
    FOR EACH ROW
    WHEN (OLD.url <> NEW.url OR OLD.type <> NEW.type
          OR OLD.paused <> NEW.paused)
    EXECUTE FUNCTION incident_over();

CREATE FUNCTION incidents_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents i
    SET ended_at = greatest(now(), i.confirmed_at), end_reason = 'disabled'
    WHERE i.owner_id = NEW.id AND i.ended_at IS NULL;

    UPDATE outbox o SET state = 'dropped', lease_until = NULL
    WHERE o.channel_id IN (SELECT c.id FROM channels c
                           WHERE c.owner_id = NEW.id)
      AND o.state IN ('pending', 'held');
    RETURN NULL;
END
$$;

CREATE TRIGGER incidents_over AFTER UPDATE OF disabled_at ON users
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION incidents_over();


-- A monitor behind another one: while that is down, nobody is told of this one.

ALTER TABLE monitors ADD COLUMN parent_id bigint
    REFERENCES monitors (id) ON DELETE SET NULL;

CREATE INDEX monitors_parent_idx ON monitors (parent_id)
    WHERE parent_id IS NOT NULL;


-- Times in which checks go on, but neither count nor alert.

CREATE TABLE maintenances (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('once', 'weekly', 'cron')),
    starts_at    timestamptz,
    ends_at      timestamptz,
    weekdays     smallint[],
    start_time   text,
    cron         text,
    duration     integer,
    timezone     text NOT NULL,
    monitor_ids  bigint[] NOT NULL,
    tags         text[] NOT NULL,
    enabled      boolean NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    version      integer NOT NULL DEFAULT 1,
    CHECK (kind <> 'once' OR ends_at > starts_at),
    CHECK (kind = 'once' OR duration > 0),
    CHECK (kind <> 'weekly' OR (cardinality(weekdays) > 0
                                AND start_time IS NOT NULL)),
    CHECK (kind <> 'cron' OR cron IS NOT NULL)
);

CREATE INDEX maintenances_owner_idx ON maintenances (owner_id, id);

COMMENT ON COLUMN maintenances.duration IS 'minutes of an occurrence';
COMMENT ON COLUMN maintenances.weekdays IS '1 is Monday, 7 Sunday';
COMMENT ON COLUMN maintenances.start_time IS 'HH:MM in timezone';

CREATE TABLE maintenance_spans (
    monitor_id      bigint NOT NULL
                    REFERENCES monitors (id) ON DELETE CASCADE,
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    maintenance_id  bigint NOT NULL,
    PRIMARY KEY (monitor_id, starts_at, maintenance_id)
);

CREATE INDEX maintenance_spans_maintenance_idx
    ON maintenance_spans (maintenance_id);
CREATE INDEX maintenance_spans_ends_idx ON maintenance_spans (ends_at);

COMMENT ON TABLE maintenance_spans IS
    'which monitor is in which window, for the near past and future: made '
    'of maintenances by maintenance_refresh()';


-- 1 for a name of the IANA database, or UTC.

CREATE FUNCTION is_timezone(p_zone text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM now() AT TIME ZONE p_zone;
    RETURN p_zone ~ '^([A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC)$';
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END
$$;

-- The numbers that a field of a cron expression names; NULL: it is malformed.

CREATE FUNCTION cron_field(p_text text, p_min integer, p_max integer)
RETURNS integer[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_part   text;
    v_m      text[];
    v_from   integer;
    v_to     integer;
    v_found  integer[] := '{}';
BEGIN
    FOREACH v_part IN ARRAY string_to_array(p_text, ',') LOOP
        v_m := regexp_match(v_part,
            '^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?$');

        IF v_m IS NULL OR v_m[4]::integer = 0 THEN
            RETURN NULL;
        END IF;

        v_from := coalesce(v_m[2]::integer, p_min);
        v_to := CASE WHEN v_m[1] IS NOT NULL THEN p_max
                     WHEN v_m[3] IS NOT NULL THEN v_m[3]::integer
                     WHEN v_m[4] IS NOT NULL THEN p_max
                     ELSE v_from END;

        IF v_from < p_min OR v_to > p_max OR v_from > v_to THEN
            RETURN NULL;
        END IF;

        v_found := v_found || ARRAY(SELECT generate_series(
            v_from, v_to, coalesce(v_m[4]::integer, 1)));
    END LOOP;

    -- each once, however often it is named
    RETURN nullif(ARRAY(SELECT DISTINCT x FROM unnest(v_found) x ORDER BY x),
                  '{}');
END
$$;

-- minute, hour, day, month, weekday (0 and 7 are Sunday), "*" where it does
-- not matter; all NULL: it is malformed.

CREATE FUNCTION cron_parse(
    p_cron text, OUT minutes integer[], OUT hours integer[],
    OUT days integer[], OUT months integer[], OUT weekdays integer[],
    OUT any_day boolean, OUT any_weekday boolean)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    f  text[] := regexp_split_to_array(btrim(p_cron), '\s+');
BEGIN
    IF cardinality(f) = 5 THEN
        minutes := cron_field(f[1], 0, 59);
        hours := cron_field(f[2], 0, 23);
        days := cron_field(f[3], 1, 31);
        months := cron_field(f[4], 1, 12);
        weekdays := cron_field(f[5], 0, 7);
        -- NULL stays NULL
        weekdays := CASE WHEN 7 = ANY (weekdays) THEN weekdays || 0
                    ELSE weekdays END;
        any_day := f[3] LIKE '*%';
        any_weekday := f[5] LIKE '*%';
    END IF;

    IF minutes IS NULL OR hours IS NULL OR days IS NULL OR months IS NULL
       OR weekdays IS NULL
    THEN
        minutes := NULL;
    END IF;
END
$$;

-- The first p_n times after p_after and before p_until, at most five years.  A local time
-- that a change of the clock skips is taken as much later; one that comes
-- twice is taken once.

CREATE FUNCTION cron_times(p_cron text, p_zone text, p_after timestamptz,
                           p_until timestamptz, p_n integer)
RETURNS SETOF timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    c       record;
    v_day   date := (p_after AT TIME ZONE p_zone)::date - 1;
    v_last  date := least(v_day + 1830,
                          (p_until AT TIME ZONE p_zone)::date);
    v_left  integer := p_n;
    v_at    timestamptz;
BEGIN
    SELECT * INTO c FROM cron_parse(p_cron);

    WHILE c.minutes IS NOT NULL AND v_day < v_last AND v_left > 0 LOOP
        v_day := v_day + 1;

        CONTINUE WHEN NOT extract(month FROM v_day) = ANY (c.months);
        CONTINUE WHEN NOT (
            CASE WHEN c.any_day OR c.any_weekday
            THEN extract(day FROM v_day) = ANY (c.days)
                 AND extract(dow FROM v_day) = ANY (c.weekdays)
            ELSE extract(day FROM v_day) = ANY (c.days)
                 OR extract(dow FROM v_day) = ANY (c.weekdays) END);

        FOR v_at IN
            SELECT DISTINCT (v_day + make_interval(hours => h, mins => m))
                            AT TIME ZONE p_zone AS at
            FROM unnest(c.hours) h, unnest(c.minutes) m
            ORDER BY at
        LOOP
            CONTINUE WHEN v_at <= p_after OR v_at >= p_until;
            EXIT WHEN v_left = 0;
            RETURN NEXT v_at;
            v_left := v_left - 1;
        END LOOP;
    END LOOP;
END
$$;

-- The first p_n occurrences that end after p_after and start before p_until,
-- also of a window that is disabled.

CREATE FUNCTION maintenance_times(
    w maintenances, p_after timestamptz, p_until timestamptz, p_n integer,
    OUT starts_at timestamptz, OUT ends_at timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT w.starts_at, w.ends_at
    WHERE w.kind = 'once' AND w.ends_at > p_after AND w.starts_at < p_until
    UNION ALL
    -- where a zone skips an hour, two wall times are one
    (SELECT t, t + make_interval(mins => w.duration)
     FROM (SELECT DISTINCT c FROM cron_times(
         CASE w.kind WHEN 'cron' THEN w.cron
         ELSE concat(split_part(w.start_time, ':', 2)::integer, ' ',
                     split_part(w.start_time, ':', 1)::integer, ' * * ',
                     array_to_string(w.weekdays, ',')) END,
         w.timezone, p_after - make_interval(mins => w.duration), p_until,
         p_n) c) d (t)
     WHERE w.kind <> 'once')
$$;

-- Of one account whose windows or tags have changed, or (NULL) the next ones
-- of all.  What has begun and is not wanted any more ends now.

CREATE FUNCTION maintenance_refresh(p_owner bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM maintenance_spans s USING maintenances w
    WHERE w.owner_id = p_owner AND s.maintenance_id = w.id
      AND s.starts_at > now();

    UPDATE maintenance_spans s SET ends_at = now()
    FROM maintenances w
    WHERE w.owner_id = p_owner AND s.maintenance_id = w.id
      AND s.ends_at > now();

    INSERT INTO maintenance_spans AS s (monitor_id, starts_at, ends_at,
                                        maintenance_id)
    SELECT x.monitor_id, x.starts_at, x.ends_at, x.maintenance_id
    FROM (SELECT DISTINCT w.owner_id FROM maintenances w
          WHERE w.enabled AND (p_owner IS NULL OR w.owner_id = p_owner)) o
    -- no account can fill the table
    CROSS JOIN LATERAL (
        SELECT m.id AS monitor_id, t.starts_at, t.ends_at,
               w.id AS maintenance_id
        FROM maintenances w
        CROSS JOIN LATERAL maintenance_times(
            w, now(), now() + interval '2 hours', 200) t
        JOIN monitors m ON m.owner_id = w.owner_id
             AND (m.id = ANY (w.monitor_ids) OR m.tags && w.tags)
        WHERE w.enabled AND w.owner_id = o.owner_id
        LIMIT 50000) x
    ON CONFLICT (monitor_id, starts_at, maintenance_id) DO UPDATE
    SET ends_at = excluded.ends_at WHERE s.ends_at <> excluded.ends_at;
END
$$;

-- As in 0008, without what was checked in a window.

CREATE OR REPLACE FUNCTION slots_of(p_monitor bigint, p_from timestamptz,
                                    p_to timestamptz)
RETURNS TABLE (slot timestamptz, outcome text, latency_us integer,
               dns_us integer, connect_us integer, tls_us integer,
               ttfb_us integer)
LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (c.slot) c.slot, c.outcome, c.latency_us, c.dns_us,
           c.connect_us, c.tls_us, c.ttfb_us
    FROM checks_of(p_monitor, p_from, p_to) c
    WHERE NOT EXISTS (SELECT FROM maintenance_spans s
                      WHERE s.monitor_id = p_monitor
                        AND s.starts_at <= c.slot AND s.ends_at > c.slot)
    ORDER BY c.slot DESC, c.attempt DESC
$$;


-- A window that starts now counts now; what is over stays as it was.

CREATE FUNCTION maintenance_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM maintenance_refresh(NEW.owner_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER maintenance_changed AFTER INSERT OR UPDATE ON maintenances
    FOR EACH ROW EXECUTE FUNCTION maintenance_changed();

-- What was checked in a window that is deleted still does not count.

CREATE FUNCTION maintenance_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM maintenance_spans s
    WHERE s.maintenance_id = OLD.id AND s.starts_at > now();
    UPDATE maintenance_spans s SET ends_at = now()
    WHERE s.maintenance_id = OLD.id AND s.ends_at > now();
    RETURN NULL;
END
$$;

CREATE TRIGGER maintenance_gone AFTER DELETE ON maintenances
    FOR EACH ROW EXECUTE FUNCTION maintenance_gone();

-- Once for each statement, however many monitors it writes.

CREATE FUNCTION maintenance_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM maintenance_refresh(t.owner_id)
    FROM (SELECT DISTINCT n.owner_id FROM new_rows n
          JOIN old_rows o ON o.id = n.id WHERE o.tags <> n.tags) t
    WHERE EXISTS (SELECT FROM maintenances w WHERE w.owner_id = t.owner_id
                  AND w.enabled AND cardinality(w.tags) > 0);
    RETURN NULL;
END
$$;

CREATE FUNCTION maintenance_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM maintenance_refresh(t.owner_id)
    FROM (SELECT DISTINCT n.owner_id FROM new_rows n
          WHERE n.tags <> '{}') t
    WHERE EXISTS (SELECT FROM maintenances w WHERE w.owner_id = t.owner_id
                  AND w.enabled AND cardinality(w.tags) > 0);
    RETURN NULL;
END
$$;

CREATE TRIGGER maintenance_tagged AFTER UPDATE ON monitors
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION maintenance_tagged();
CREATE TRIGGER maintenance_new AFTER INSERT ON monitors
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION maintenance_new();


-- What is to be told to whom.

CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id     bigint NOT NULL,
    channel_id   bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    monitor_id   bigint REFERENCES monitors (id) ON DELETE CASCADE,
    incident_id  bigint REFERENCES incidents (id) ON DELETE CASCADE,
    seq          bigint NOT NULL,
    topic        text NOT NULL CHECK (topic IN ('state', 'cert', 'digest',
                                                'operator')),
    event        text NOT NULL CHECK (event IN ('down', 'up', 'degraded',
                                                'cert', 'digest',
                                                'operator')),
    state        text NOT NULL CHECK (state IN ('pending', 'held', 'sent',
                                                'merged', 'dropped',
                                                'failed')),
    message_id   text NOT NULL
                 DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
    at           timestamptz NOT NULL,
    cause        text,
    http_status  smallint,
    latency_us   integer,
    reminder     integer NOT NULL DEFAULT 0,
    merged       integer NOT NULL DEFAULT 0,
    merged_into  bigint,
    subject      text,
    body         text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    next_at      timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    sent_at      timestamptz,
    detail       text,
    UNIQUE (monitor_id, seq, channel_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);

COMMENT ON COLUMN outbox.seq IS
    'counts what happens to the monitor; within a topic messages go out in '
    'this order';
COMMENT ON COLUMN outbox.state IS
    'held: its parent is down, or maintenance; merged: merged_into tells it; '
    'dropped: there was nothing to tell any more; failed: given up';
COMMENT ON COLUMN outbox.attempts IS
    'counts claims, and so it is the token of the last one';
COMMENT ON COLUMN outbox.lease_until IS
    'until then somebody is sending it; NULL: nobody';

CREATE INDEX outbox_waiting_idx ON outbox (channel_id, monitor_id, topic, seq)
    WHERE state IN ('pending', 'held');
CREATE INDEX outbox_channel_idx ON outbox (channel_id, sent_at);
CREATE INDEX outbox_incident_idx ON outbox (incident_id);
CREATE INDEX outbox_merged_idx ON outbox (merged_into)
    WHERE merged_into IS NOT NULL;

-- Nobody is told what waits for a channel that is switched off, or that its
-- monitor does not use any more.

CREATE FUNCTION outbox_channel_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outbox o SET state = 'dropped', lease_until = NULL
    WHERE o.channel_id = NEW.id AND o.state IN ('pending', 'held');
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_channel_off AFTER UPDATE OF enabled ON channels
    FOR EACH ROW WHEN (OLD.enabled AND NOT NEW.enabled)
    EXECUTE FUNCTION outbox_channel_off();

CREATE FUNCTION outbox_detached() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outbox o SET state = 'dropped', lease_until = NULL
    FROM gone g
    WHERE o.channel_id = g.channel_id AND o.monitor_id = g.monitor_id
      AND o.state IN ('pending', 'held');
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_detached AFTER DELETE ON monitor_channels
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_detached();


-- What providers answered, one row for each try.

CREATE TABLE deliveries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id     bigint NOT NULL,
    channel_id   bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    at           timestamptz NOT NULL DEFAULT now(),
    message_id   text NOT NULL,
    event        text NOT NULL,
    monitor_id   bigint,
    attempt      integer NOT NULL,
    status       text NOT NULL CHECK (status IN ('delivered', 'temporary',
                                                 'permanent')),
    code         integer,
    detail       text
);

CREATE INDEX deliveries_channel_idx ON deliveries (channel_id, id DESC);

COMMENT ON TABLE deliveries IS 'also of tests, which are in no outbox';
COMMENT ON COLUMN deliveries.code IS 'of HTTP or SMTP';

-- One row for each monitor of which anything was told, and what was last.

CREATE TABLE monitor_alerts (
    monitor_id    bigint PRIMARY KEY
                  REFERENCES monitors (id) ON DELETE CASCADE,
    seq           bigint NOT NULL DEFAULT 0,
    last_slot     timestamptz NOT NULL DEFAULT '-infinity',
    last_attempt  smallint NOT NULL DEFAULT 0,
    cert          timestamptz,
    cert_days     integer
) WITH (fillfactor = 70);

COMMENT ON COLUMN monitor_alerts.cert IS
    'of which end of a certificate people were told cert_days before';

-- What is done now and then by whoever comes first.

CREATE TABLE alert_clock (
    task     text PRIMARY KEY,
    done_at  timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

INSERT INTO alert_clock (task)
VALUES ('reminders'), ('certificates'), ('maintenances');

CREATE FUNCTION alert_due(p_task text, p_every interval) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE alert_clock SET done_at = now()
    WHERE task = p_task AND done_at < now() - p_every;
    RETURN FOUND;
END
$$;


-- Why nobody is told that a monitor is down that failed at p_at: maintenance,
-- parent, or NULL.  A parent that was not checked since then may be down, too:
-- that is waited for, but not long.  When it is back, its children are checked
-- before they are told of.

CREATE FUNCTION alert_hold(p_monitor bigint, p_parent bigint,
                           p_at timestamptz, p_since timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM maintenance_spans s
                     WHERE s.monitor_id = p_monitor
                       AND s.starts_at <= now() AND s.ends_at > now())
        THEN 'maintenance'
        WHEN p_parent IS NOT NULL AND EXISTS (
            SELECT FROM monitors p
            JOIN monitor_state t ON t.monitor_id = p.id
            WHERE p.id = p_parent AND NOT p.paused
              AND (t.told = 'down'
                   OR (t.fails > 0 OR t.last_checked_at IS NULL
                       OR t.last_checked_at < p_at)
                      AND p_since > now() - interval '2 minutes'
                   OR t.told_since > p_at
                      AND EXISTS (SELECT FROM monitor_state s
                                  WHERE s.monitor_id = p_monitor
                                    AND s.last_checked_at < t.told_since)))
        THEN 'parent' END
$$;


-- One transition of a monitor, in the transaction that stores the result that
-- made it.  p_event: up, degraded or down.  A channel that is not told of
-- slow answers is told that an outage is over.  Returns NULL.

CREATE FUNCTION alert_transition(
    p_monitor bigint, p_event text, p_slot timestamptz, p_attempt smallint,
    p_at timestamptz, p_cause text, p_http_status smallint,
    p_latency_us integer, p_evidence jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m           record;
    v_seq       bigint;
    v_incident  bigint;
    v_ended     boolean := false;
    v_hold      text;
BEGIN
    SELECT x.id, x.owner_id, x.parent_id INTO m FROM monitors x
    WHERE x.id = p_monitor;

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    INSERT INTO monitor_alerts AS a (monitor_id, seq, last_slot, last_attempt)
    VALUES (m.id, 1, p_slot, p_attempt)
    ON CONFLICT (monitor_id) DO UPDATE
    SET seq = a.seq + 1, last_slot = p_slot, last_attempt = p_attempt
    WHERE (a.last_slot, a.last_attempt) < (p_slot, p_attempt)
    RETURNING a.seq INTO v_seq;

    IF v_seq IS NULL THEN
        RETURN NULL;
    END IF;

    IF p_event = 'down' THEN
        v_hold := alert_hold(m.id, m.parent_id, p_at, now());

        INSERT INTO incidents (owner_id, monitor_id, started_at, confirmed_at,
                               cause, http_status, attempts, evidence,
                               maintenance)
        VALUES (m.owner_id, m.id,
                CASE WHEN p_attempt > 1 THEN least(p_slot, p_at)
                ELSE p_at END,
                p_at, p_cause, p_http_status, p_attempt,
                coalesce(p_evidence, '{}'),
                coalesce(v_hold = 'maintenance', false))
        ON CONFLICT (monitor_id) WHERE ended_at IS NULL DO NOTHING
        RETURNING id INTO v_incident;

        IF v_incident IS NULL THEN
            RETURN NULL;
        END IF;
    ELSE
        UPDATE incidents i
        SET ended_at = greatest(p_at, i.confirmed_at),
            end_reason = CASE p_event WHEN 'up' THEN 'recovered'
                         ELSE 'degraded' END
        WHERE i.monitor_id = m.id AND i.ended_at IS NULL
        RETURNING id INTO v_incident;

        v_ended := v_incident IS NOT NULL;

        IF p_event = 'degraded' AND NOT v_ended THEN
            v_hold := alert_hold(m.id, m.parent_id, p_at, now());
        END IF;
    END IF;

    INSERT INTO outbox (owner_id, channel_id, monitor_id, incident_id, seq,
                        topic, event, state, at, cause, http_status,
                        latency_us)
    SELECT m.owner_id, c.id, m.id, v_incident, v_seq, 'state', e.event,
           CASE WHEN v_hold IS NOT NULL OR EXISTS (
               SELECT FROM outbox h
               WHERE h.channel_id = c.id AND h.monitor_id = m.id
                 AND h.topic = 'state' AND h.state = 'held')
           THEN 'held' ELSE 'pending' END,
           p_at, p_cause, p_http_status, p_latency_us
    FROM monitor_channels mc
    -- by its id, not by its owner, who may have a thousand; one that is being
    -- deleted is waited for, and left out
    CROSS JOIN LATERAL (
        SELECT x.id, x.enabled, x.events FROM channels x
        WHERE x.id = mc.channel_id AND x.owner_id = m.owner_id
        OFFSET 0 FOR KEY SHARE) c
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p_event = 'degraded' AND v_ended
                         AND NOT 'degraded' = ANY (c.events)
               THEN 'up' ELSE p_event END AS event) e
    WHERE mc.monitor_id = m.id AND c.enabled AND e.event = ANY (c.events)
      AND (p_event <> 'up' OR v_ended OR 'degraded' = ANY (c.events));

    RETURN NULL;
END
$$;


-- Reminders of outages that nobody has acknowledged.

CREATE FUNCTION alert_reminders_due()
RETURNS TABLE (owner_id bigint, monitor_id bigint, incident_id bigint,
               cause text, http_status smallint, channel_id bigint,
               reminder integer)
LANGUAGE sql STABLE AS $$
    SELECT i.owner_id, i.monitor_id, i.id, i.cause, i.http_status, c.id,
           l.reminder + 1
    FROM incidents i
    JOIN monitor_channels mc ON mc.monitor_id = i.monitor_id
    JOIN channels c ON c.id = mc.channel_id AND c.owner_id = i.owner_id
    CROSS JOIN LATERAL (
        SELECT o.event, o.sent_at, o.reminder FROM outbox o
        WHERE o.incident_id = i.id AND o.channel_id = c.id
        ORDER BY o.seq DESC LIMIT 1) l
    WHERE i.ended_at IS NULL AND i.acknowledged_at IS NULL
      AND c.enabled AND c.resend_after IS NOT NULL
      AND l.event = 'down'
      AND l.sent_at < now() - make_interval(mins => c.resend_after)
      AND alert_hold(i.monitor_id,
                     (SELECT m.parent_id FROM monitors m
                      WHERE m.id = i.monitor_id),
                     i.confirmed_at, i.confirmed_at) IS NULL
$$;

CREATE FUNCTION alert_reminders() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_held  bigint[];
BEGIN
    -- a transition locks this row first: either it waits, and is told after
    -- the reminder, or the second look sees that the outage is over
    SELECT array_agg(h.monitor_id) INTO v_held
    FROM (SELECT a.monitor_id FROM monitor_alerts a
          WHERE a.monitor_id IN (SELECT d.monitor_id
                                 FROM alert_reminders_due() d)
          FOR UPDATE SKIP LOCKED) h;

    WITH due AS (
        SELECT d.*, row_number() OVER (PARTITION BY d.monitor_id
                                       ORDER BY d.channel_id) AS n
        FROM alert_reminders_due() d WHERE d.monitor_id = ANY (v_held)
    ), seq AS (
        UPDATE monitor_alerts a SET seq = a.seq + d.n
        FROM (SELECT monitor_id, max(n) AS n FROM due GROUP BY 1) d
        WHERE a.monitor_id = d.monitor_id
        RETURNING a.monitor_id, a.seq - d.n AS seq
    )
    INSERT INTO outbox (owner_id, channel_id, monitor_id, incident_id, seq,
                        topic, event, state, at, cause, http_status, reminder)
    SELECT d.owner_id, d.channel_id, d.monitor_id, d.incident_id,
           s.seq + d.n, 'state', 'down', 'pending', now(), d.cause,
           d.http_status, d.reminder
    FROM due d JOIN seq s USING (monitor_id);
END
$$;


-- Certificates that end within cert_warn_days, and again 7, 3 and 1 days
-- before, and when it is too late.

CREATE FUNCTION alert_certificates() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH near AS (
        SELECT m.id, m.owner_id, s.cert_expires_at AS expires,
               (SELECT min(d) FROM unnest(ARRAY[m.cert_warn_days, 7, 3, 1, 0])
                    AS d
                WHERE d <= m.cert_warn_days
                  AND s.cert_expires_at <= now() + d * interval '1 day')
                   AS days
        FROM monitor_state s
        JOIN monitors m ON m.id = s.monitor_id
        JOIN users u ON u.id = m.owner_id
        WHERE s.cert_expires_at < now() + interval '365 days'
          AND s.cert_expires_at
              < now() + m.cert_warn_days * interval '1 day'
          AND m.cert_warn_days > 0 AND NOT m.paused
          AND u.disabled_at IS NULL
    ), told AS (
        INSERT INTO monitor_alerts AS a (monitor_id, seq, cert, cert_days)
        SELECT n.id, 1, n.expires, n.days FROM near n
        ON CONFLICT (monitor_id) DO UPDATE
        SET seq = a.seq + 1, cert = excluded.cert,
            cert_days = excluded.cert_days
        WHERE a.cert IS DISTINCT FROM excluded.cert
           OR a.cert_days > excluded.cert_days
        RETURNING a.monitor_id, a.seq
    )
    INSERT INTO outbox (owner_id, channel_id, monitor_id, seq, topic, event,
                        state, at)
    SELECT n.owner_id, c.id, n.id, t.seq, 'cert', 'cert', 'pending', now()
    FROM told t
    JOIN near n ON n.id = t.monitor_id
    JOIN monitor_channels mc ON mc.monitor_id = n.id
    JOIN channels c ON c.id = mc.channel_id AND c.owner_id = n.owner_id
    WHERE c.enabled AND 'cert' = ANY (c.events);
END
$$;


-- What was held: is told when nothing holds it any more.

CREATE FUNCTION alert_release() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- of what is not checked any more, or elsewhere
    UPDATE outbox o SET state = 'dropped' FROM incidents i
    WHERE o.state = 'held' AND o.event = 'down' AND i.id = o.incident_id
      AND i.end_reason IN ('paused', 'changed', 'disabled');

    UPDATE incidents i SET parent_id = m.parent_id
    FROM outbox o
    JOIN monitors m ON m.id = o.monitor_id
    JOIN monitor_state t ON t.monitor_id = m.parent_id AND t.told = 'down'
    WHERE o.state = 'held' AND i.id = o.incident_id AND i.parent_id IS NULL
      AND i.ended_at IS NULL AND NOT i.maintenance;

    -- its 24 hours begin now
    UPDATE outbox o SET state = 'pending', next_at = now(), created_at = now()
    FROM monitors m
    WHERE o.state = 'held' AND m.id = o.monitor_id
      AND alert_hold(m.id, m.parent_id, o.at, o.created_at) IS NULL
      AND NOT EXISTS (SELECT FROM outbox l
                      WHERE l.channel_id = o.channel_id
                        AND l.monitor_id = o.monitor_id
                        AND l.topic = o.topic AND l.state = 'held'
                        AND l.seq > o.seq);
END
$$;


-- Several messages of one monitor that wait for one channel become one, the
-- last, which has its own 24 hours.  Nobody is told of an outage that was held
-- from its beginning to its end.

CREATE FUNCTION alert_merge() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH late AS (
        SELECT o.channel_id, o.monitor_id,
               (array_agg(o.id ORDER BY o.seq DESC))[1] AS last,
               (array_agg(o.event ORDER BY o.seq))[1] AS first_event,
               (array_agg(o.event ORDER BY o.seq DESC))[1] AS last_event,
               bool_or(o.state = 'held') AS held,
               sum(o.merged + 1) - 1 AS merged,
               max(o.attempts) AS attempts, max(o.next_at) AS next_at,
               min(o.created_at) AS created_at
        FROM outbox o
        WHERE o.state IN ('pending', 'held') AND o.topic = 'state'
        GROUP BY o.channel_id, o.monitor_id
        HAVING count(*) > 1
           AND NOT coalesce(bool_or(o.lease_until > now()), false)
           -- what waits goes by itself: held with the rest, it could be
           -- dropped, and the last word would be wrong
           AND (bool_and(o.state = 'held') OR NOT bool_or(o.state = 'held'))
    )
    UPDATE outbox o
    SET state = CASE WHEN n.nothing THEN 'dropped'
                     WHEN o.id <> l.last THEN 'merged'
                     WHEN l.held THEN 'held' ELSE 'pending' END,
        merged_into = CASE WHEN o.id <> l.last AND NOT n.nothing
                      THEN l.last END,
        merged = CASE WHEN o.id = l.last THEN l.merged ELSE o.merged END,
        attempts = CASE WHEN o.id = l.last THEN l.attempts
                   ELSE o.attempts END,
        next_at = CASE WHEN o.id = l.last THEN l.next_at ELSE o.next_at END,
        -- what is held is not held for longer because it happens again
        created_at = CASE WHEN o.id = l.last AND l.held THEN l.created_at
                     ELSE o.created_at END,
        lease_until = NULL
    FROM late l
    CROSS JOIN LATERAL (
        SELECT l.held AND l.first_event <> 'up' AND l.last_event = 'up'
               AS nothing) n
    WHERE o.channel_id = l.channel_id AND o.monitor_id = l.monitor_id
      AND o.topic = 'state' AND o.state IN ('pending', 'held');
END
$$;


-- Too many at once for a channel become one message.  p_channel has more than
-- ten a minute.

CREATE FUNCTION alert_digest(p_channel bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_digest  bigint;
BEGIN
    INSERT INTO outbox (owner_id, channel_id, seq, topic, event, state, at)
    SELECT c.owner_id, c.id, 0, 'digest', 'digest', 'pending', now()
    FROM channels c WHERE c.id = p_channel
    RETURNING id INTO v_digest;

    WITH part AS (
        UPDATE outbox o SET state = 'merged', merged_into = v_digest
        WHERE o.channel_id = p_channel AND o.state = 'pending'
          AND o.topic IN ('state', 'cert') AND o.next_at <= now()
          AND NOT coalesce(o.lease_until > now(), false)
          AND NOT EXISTS (SELECT FROM outbox f
                          WHERE f.channel_id = p_channel
                            AND f.monitor_id = o.monitor_id
                            AND f.topic = o.topic
                            AND f.state IN ('pending', 'held')
                            AND f.seq < o.seq)
        RETURNING o.*
    ), line AS (
        SELECT p.event, p.merged, row_number() OVER (ORDER BY p.at, p.id) AS n,
               concat(upper(CASE p.event WHEN 'cert' THEN 'certificate'
                            ELSE p.event END), ' ', m.name,
                      CASE WHEN p.event <> 'up'
                      THEN ': ' || replace(p.cause, '_', ' ') END,
                      ' (' || nullif(m.url, 'push:') || ')') AS text
        FROM part p JOIN monitors m ON m.id = p.monitor_id
    )
    UPDATE outbox d
    SET merged = t.n,
        subject = concat(t.n, CASE t.n WHEN 1 THEN ' alert: ' ELSE ' alerts: ' END,
                         t.events),
        body = concat(t.lines, CASE WHEN t.n > 100
                      THEN chr(10) || 'and ' || t.n - 100 || ' more' END)
    FROM (SELECT (SELECT count(*) FROM line) AS n,
                 (SELECT string_agg(e.n || ' ' || e.event, ', '
                                    ORDER BY e.n DESC)
                  FROM (SELECT event, count(*) AS n FROM line
                        GROUP BY event) e) AS events,
                 (SELECT string_agg(l.text, chr(10) ORDER BY l.n)
                  FROM line l WHERE l.n <= 100) AS lines) t
    WHERE d.id = v_digest;

    -- all that waits comes after something that is on its way
    DELETE FROM outbox d WHERE d.id = v_digest AND d.merged = 0;
END
$$;


CREATE FUNCTION epoch_ms(t timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM t) * 1000)::bigint
$$;

-- A cause for people.

CREATE FUNCTION incident_error(p_cause text, p_http_status integer)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_cause = 'http_status'
           THEN 'HTTP status ' || p_http_status
           ELSE replace(p_cause, '_', ' ')
                || coalesce(' (HTTP status ' || p_http_status || ')', '') END
$$;

-- Lines that are added to a message.

CREATE FUNCTION alert_note(o outbox, p_end_reason text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT nullif(concat_ws(chr(10),
        CASE WHEN o.event = 'up' AND p_end_reason = 'degraded'
        THEN 'It answers again, but slowly.' END,
        CASE WHEN o.topic = 'state' AND o.merged > 0
        THEN 'This message is late, it stands for ' || o.merged
             || ' earlier ones, too.' END,
        CASE WHEN o.topic = 'state' THEN (
            SELECT 'Also down, behind it: '
                   || string_agg(k.name, ', ' ORDER BY k.n)
                      FILTER (WHERE k.n <= 20)
                   || CASE WHEN count(*) > 20
                      THEN ' and ' || count(*) - 20 || ' more' ELSE '' END
            FROM (SELECT m.name, row_number() OVER (ORDER BY m.id) AS n
                  FROM monitors m
                  JOIN monitor_state s ON s.monitor_id = m.id
                  WHERE m.parent_id = o.monitor_id AND s.told = 'down'
                    AND NOT m.paused) k
            HAVING count(*) > 0) END,
        CASE WHEN o.topic = 'state' AND (
            SELECT count(*) = 5 FROM outbox x
            WHERE x.channel_id = o.channel_id
              AND x.sent_at > now() - interval '1 hour'
              AND x.monitor_id = o.monitor_id AND x.topic = 'state'
              AND x.reminder = 0
              AND x.state = 'sent')
        THEN 'It changes very often: the next message may come up to an hour '
             'later, and tells the state of then.' END), '')
$$;


-- Mails to accounts that are to be sent now: eight at once, whatever else
-- there is to send.

CREATE FUNCTION account_mail_claim() RETURNS SETOF account_mails
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM account_mails a WHERE a.state = 'pending') THEN
        RETURN;
    END IF;

    UPDATE account_mails a
    SET state = 'failed', secrets = NULL, secrets_key = NULL,
        lease_until = NULL
    WHERE a.state = 'pending' AND a.expires_at <= now();

    RETURN QUERY
    UPDATE account_mails a
    SET attempts = a.attempts + 1, lease_until = now() + interval '60 s'
    WHERE a.id IN (
        SELECT d.id FROM account_mails d
        WHERE d.state = 'pending' AND d.next_at <= now()
          AND NOT coalesce(d.lease_until > now(), false)
        ORDER BY d.id
        LIMIT greatest(8 - (SELECT count(*) FROM account_mails f
                            WHERE f.state = 'pending'
                              AND f.lease_until > now()), 0))
    RETURNING a.*;
END
$$;

-- What became of one; a link is of no use any more when it has expired.

CREATE FUNCTION account_mail_mark(
    p_id bigint, p_attempt integer, p_status text, p_retry_after integer,
    p_detail text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_state  text;
    v_next   timestamptz;
BEGIN
    v_next := now() + greatest(
        p_retry_after, (ARRAY[5, 10, 20, 40, 60])[least(p_attempt, 5)]
                       * (0.8 + 0.4 * random())) * interval '1 s';

    UPDATE account_mails a
    SET (state, secrets, secrets_key) = (
            SELECT n.state,
                   CASE WHEN n.state = 'pending' THEN a.secrets END,
                   CASE WHEN n.state = 'pending' THEN a.secrets_key END
            FROM (SELECT CASE WHEN p_status = 'delivered' THEN 'sent'
                              WHEN p_status = 'temporary'
                                   AND v_next < a.expires_at THEN 'pending'
                              ELSE 'failed' END AS state) n),
        next_at = v_next, lease_until = NULL, detail = p_detail
    WHERE a.id = p_id AND a.attempts = p_attempt AND a.state = 'pending'
      AND a.lease_until IS NOT NULL
    RETURNING a.state INTO v_state;

    RETURN coalesce(v_state, 'late');
END
$$;


-- What is to be sent now, at most p_max messages, for a minute, and mails to
-- accounts (event reset).  One asks at a time; who comes in between gets
-- nothing.

-- Its plans stay for as long as the session does, made for an empty outbox:
-- joined row by row a thousand messages took 6 s, so they never are.

CREATE FUNCTION alert_claim(p_max integer)
RETURNS TABLE (
    id bigint, attempts integer, channel_id bigint, owner_id bigint,
    kind text, config text, secrets text, secrets_key text, templates text,
    event text, message_id text, at bigint,
    monitor_id bigint, name text, url text, type text, tags text,
    incident_id bigint, started_at bigint, ended_at bigint, cause text,
    first_error text, http_status integer, latency_us integer,
    cert_expires_at bigint, reminder integer, note text, subject text,
    body text)
LANGUAGE plpgsql SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
    v_channel  bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('uptime alerts')) THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT a.id, a.attempts, NULL::bigint, 0::bigint, 'email',
           jsonb_build_object('to', ARRAY[a.email])::text, a.secrets,
           a.secrets_key, NULL, 'reset', a.message_id, epoch_ms(a.created_at),
           NULL::bigint, NULL, NULL, NULL, NULL, NULL::bigint, NULL::bigint,
           NULL::bigint, NULL, NULL, NULL::integer, NULL::integer,
           NULL::bigint, NULL::integer, NULL, a.subject, a.body
    FROM account_mail_claim() a;

    IF p_max <= 0 THEN
        RETURN;
    END IF;

    IF alert_due('reminders', '10 s') THEN
        PERFORM alert_reminders();
    END IF;

    -- those that wait when it is over, or somebody knows
    UPDATE outbox o SET state = 'dropped', lease_until = NULL
    FROM incidents i
    WHERE o.state IN ('pending', 'held') AND o.reminder > 0
      AND i.id = o.incident_id
      AND (i.ended_at IS NOT NULL OR i.acknowledged_at IS NOT NULL)
      AND NOT coalesce(o.lease_until > now(), false);

    IF alert_due('certificates', '10 min') THEN
        PERFORM alert_certificates();
    END IF;

    IF NOT EXISTS (SELECT FROM outbox o
                   WHERE o.state IN ('pending', 'held'))
    THEN
        RETURN;
    END IF;

    PERFORM alert_merge();

    IF EXISTS (SELECT FROM outbox o WHERE o.state IN ('pending', 'held')
               AND o.state = 'held')
    THEN
        PERFORM alert_release();
    END IF;

    -- a monitor that changes all the time: six messages an hour
    UPDATE outbox o SET next_at = f.sent_at + interval '1 hour'
    FROM (SELECT w.id, s.sent_at
          FROM outbox w
          CROSS JOIN LATERAL (
              SELECT x.sent_at FROM outbox x
              WHERE x.channel_id = w.channel_id
                AND x.sent_at > now() - interval '1 hour'
                AND x.monitor_id = w.monitor_id AND x.topic = 'state'
                AND x.reminder = 0 AND x.state = 'sent'
              ORDER BY x.sent_at DESC OFFSET 5 LIMIT 1) s
          WHERE w.state IN ('pending', 'held') AND w.state = 'pending'
            AND w.topic = 'state' AND w.next_at <= now()
            AND NOT coalesce(w.lease_until > now(), false)) f
    WHERE o.id = f.id;

    FOR v_channel IN
        SELECT w.channel_id
        FROM outbox w
        WHERE w.state IN ('pending', 'held')
        GROUP BY w.channel_id
        HAVING NOT bool_or(w.topic = 'digest')
           AND count(*) FILTER (
               WHERE w.state = 'pending' AND w.topic <> 'operator'
                 AND w.next_at <= now()
                 AND NOT coalesce(w.lease_until > now(), false)) > greatest(
               10 - (SELECT count(*) FROM outbox x
                     WHERE x.channel_id = w.channel_id
                       AND x.sent_at > now() - interval '1 minute'
                       AND x.state = 'sent'), 0)
           AND NOT EXISTS (SELECT FROM outbox x
                           WHERE x.channel_id = w.channel_id
                             AND x.sent_at > now() - interval '30 s'
                             AND x.state = 'sent' AND x.topic = 'digest')
    LOOP
        PERFORM alert_digest(v_channel);
    END LOOP;

    RETURN QUERY
    WITH head AS (
        -- one at a time of a monitor, the oldest
        SELECT DISTINCT ON (w.channel_id, w.monitor_id, w.topic)
               w.id, w.owner_id, w.channel_id, w.topic, w.state, w.next_at,
               coalesce(w.lease_until > now(), false) AS flies
        FROM outbox w
        WHERE w.state IN ('pending', 'held')
        ORDER BY w.channel_id, w.monitor_id, w.topic, w.seq, w.id
    ), pace AS (
        SELECT h.channel_id,
               count(*) FILTER (WHERE h.flies) AS fly,
               bool_or(h.topic = 'digest') AS digest,
               count(*) FILTER (WHERE h.topic <> 'operator'
                                  AND h.state = 'pending' AND NOT h.flies
                                  AND h.next_at <= now()) AS waiting,
               (SELECT count(*) FROM outbox x
                WHERE x.channel_id = h.channel_id
                  AND x.sent_at > now() - interval '1 minute'
                  AND x.state = 'sent') AS sent
        FROM head h GROUP BY h.channel_id
    ), due AS (
        SELECT h.id, h.owner_id, p.fly, h.topic,
               p.waiting > 10 - p.sent - p.fly AS storm,
               row_number() OVER (PARTITION BY h.channel_id
                                  ORDER BY h.id) AS n
        FROM head h JOIN pace p USING (channel_id)
        WHERE h.state = 'pending' AND NOT h.flies AND h.next_at <= now()
          AND (NOT p.digest OR h.topic IN ('digest', 'operator'))
    ), place AS (
        -- of an account: those that it has already come first
        SELECT d.id, f.fly + row_number() OVER (PARTITION BY d.owner_id
                                                ORDER BY d.id) AS place
        FROM due d
        JOIN (SELECT h.owner_id, count(*) FILTER (WHERE h.flies) AS fly
              FROM head h GROUP BY h.owner_id) f USING (owner_id)
        WHERE d.n <= 2 - d.fly
          AND (d.topic IN ('digest', 'operator') OR NOT d.storm)
    ), turn AS (
        SELECT p.id, p.place, row_number() OVER (ORDER BY p.place, p.id) AS n
        FROM place p WHERE p.place <= 32
    ), claimed AS (
        UPDATE outbox o
        SET attempts = o.attempts + 1,
            lease_until = now() + interval '60 s'
        -- the last 32 places are for accounts that have less than four
        WHERE o.id IN (SELECT t.id FROM turn t
                       WHERE t.n <= p_max
                         AND (t.place <= 4 OR t.n <= p_max - 32))
        RETURNING o.*
    )
    SELECT o.id, o.attempts, c.id, c.owner_id, c.kind, c.config::text,
           c.secrets, c.secrets_key, c.templates::text,
           o.event, o.message_id, epoch_ms(o.at),
           m.id, m.name, m.url, m.type, array_to_string(m.tags, ', '),
           i.id, epoch_ms(i.started_at), epoch_ms(i.ended_at),
           coalesce(i.cause, o.cause),
           incident_error(coalesce(i.cause, o.cause),
                          coalesce(i.http_status, o.http_status)),
           coalesce(i.http_status, o.http_status)::integer, o.latency_us,
           epoch_ms(s.cert_expires_at) / 1000, o.reminder,
           alert_note(o, i.end_reason), o.subject, o.body
    FROM claimed o
    JOIN channels c ON c.id = o.channel_id
    LEFT JOIN monitors m ON m.id = o.monitor_id
    LEFT JOIN monitor_state s ON s.monitor_id = m.id
    LEFT JOIN incidents i ON i.id = o.incident_id
    ORDER BY o.id;
END
$$;

-- What became of a message that was claimed as the p_attempt-th try.

CREATE FUNCTION alert_mark(
    p_id bigint, p_attempt integer, p_status text, p_retry_after integer,
    p_code integer, p_detail text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o       outbox;
    v_next  timestamptz;
BEGIN
    SELECT x.* INTO o FROM outbox x
    WHERE x.id = p_id AND x.attempts = p_attempt AND x.state = 'pending'
      AND x.lease_until IS NOT NULL
    FOR UPDATE;

    IF NOT FOUND THEN
        RETURN 'late';
    END IF;

    INSERT INTO deliveries (owner_id, channel_id, message_id, event,
                            monitor_id, attempt, status, code, detail)
    VALUES (o.owner_id, o.channel_id, o.message_id, o.event, o.monitor_id,
            o.attempts, p_status, nullif(p_code, 0), p_detail);

    IF p_status = 'delivered' THEN
        UPDATE outbox x SET state = 'sent', sent_at = now(),
                            lease_until = NULL, detail = p_detail
        WHERE x.id = o.id;
        UPDATE outbox x SET sent_at = now() WHERE x.merged_into = o.id;
        UPDATE channels c SET failed_at = NULL, failure = NULL
        WHERE c.id = o.channel_id AND c.failed_at IS NOT NULL;
        RETURN 'sent';
    END IF;

    v_next := now() + greatest(
        p_retry_after,
        (ARRAY[5, 15, 60, 300, 900, 3600])[least(o.attempts, 6)]
        * (0.8 + 0.4 * random())) * interval '1 s';

    IF p_status = 'temporary' AND v_next < o.created_at + interval '24 h' THEN
        UPDATE outbox x SET next_at = v_next, lease_until = NULL,
                            detail = p_detail
        WHERE x.id = o.id;
        RETURN 'retry';
    END IF;

    UPDATE outbox x SET state = 'failed', lease_until = NULL,
                        detail = p_detail
    WHERE x.id = o.id;
    UPDATE channels c SET failed_at = now(), failure = p_detail
    WHERE c.id = o.channel_id;
    RETURN 'failed';
END
$$;


-- The operator's own trouble, once for p_topic and hour, to one channel or to
-- the default channels of all administrators.

CREATE FUNCTION alert_operator(p_channel bigint, p_topic text, p_subject text,
                               p_body text)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_n  integer := 0;
BEGIN
    INSERT INTO alert_clock (task) VALUES ('operator ' || p_topic)
    ON CONFLICT DO NOTHING;

    IF alert_due('operator ' || p_topic, '1 h') THEN
        INSERT INTO outbox (owner_id, channel_id, seq, topic, event, state, at,
                            subject, body)
        SELECT c.owner_id, c.id, 0, 'operator', 'operator', 'pending', now(),
               p_subject, p_body
        FROM channels c JOIN users u ON u.id = c.owner_id
        WHERE u.role = 'admin' AND u.disabled_at IS NULL AND c.enabled
          AND CASE WHEN p_channel > 0 THEN c.id = p_channel
              ELSE c.is_default END;
        GET DIAGNOSTICS v_n = ROW_COUNT;
    END IF;

    RETURN v_n;
END
$$;


-- Those that are down while this is installed.

INSERT INTO incidents (owner_id, monitor_id, started_at, confirmed_at, cause,
                       http_status, attempts)
SELECT m.owner_id, m.id, coalesce(s.told_since, now()),
       coalesce(s.told_since, now()), s.last_cause, s.last_http_status, 1
FROM monitor_state s
JOIN monitors m ON m.id = s.monitor_id
JOIN users u ON u.id = m.owner_id
WHERE s.told = 'down' AND NOT m.paused AND u.disabled_at IS NULL;
