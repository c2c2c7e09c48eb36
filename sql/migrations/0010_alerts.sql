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
    RETURN NULL;
END
$$;

CREATE TRIGGER incidents_over AFTER UPDATE OF disabled_at ON users
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION incidents_over();


-- One transition of a monitor, in the transaction that stores the result that
-- made it.  p_event: up, degraded or down.

CREATE FUNCTION alert_transition(
    p_monitor bigint, p_event text, p_slot timestamptz, p_attempt smallint,
    p_at timestamptz, p_cause text, p_http_status smallint,
    p_evidence jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m            record;
BEGIN
    SELECT monitors.id, owner_id INTO m FROM monitors WHERE id = p_monitor;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    IF p_event = 'down' THEN
        INSERT INTO incidents (owner_id, monitor_id, started_at, confirmed_at,
                               cause, http_status, attempts, evidence)
        VALUES (m.owner_id, m.id,
                CASE WHEN p_attempt > 1 THEN least(p_slot, p_at)
                ELSE p_at END,
                p_at, p_cause, p_http_status, p_attempt,
                coalesce(p_evidence, '{}'))
        ON CONFLICT (monitor_id) WHERE ended_at IS NULL DO NOTHING;
    ELSE
        UPDATE incidents i
        SET ended_at = greatest(p_at, i.confirmed_at),
            end_reason = CASE p_event WHEN 'up' THEN 'recovered'
                         ELSE 'degraded' END
        WHERE i.monitor_id = m.id AND i.ended_at IS NULL;
    END IF;
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
