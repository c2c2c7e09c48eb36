-- When a monitor began to fail that is down since this check: the first of the
-- failures that count, of those of its slot.  One that was checked on time
-- began at its slot.  A new monitor, or one that was edited or resumed, is
-- checked at once with the slot before, which may be a day ago.

CREATE FUNCTION incident_start(p_monitor bigint, p_slot timestamptz,
                               p_attempt smallint, p_at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    m  record;
    f  record;
BEGIN
    IF p_attempt = 1 THEN
        RETURN p_at;
    END IF;

    SELECT x.created_at, x.updated_at,
           greatest(x.failure_threshold, s.fails) AS fails,
           s.fails >= p_attempt AND x.updated_at <= p_slot
           AND p_at < p_slot + interval '10 s' + (p_attempt - 1)
                      * (x.retry_interval + x.timeout) * interval '1 s'
               AS on_time
    INTO m
    FROM monitors x
    LEFT JOIN monitor_state s ON s.monitor_id = x.id
        AND s.last_slot = p_slot AND s.last_attempt = p_attempt
    WHERE x.id = p_monitor;

    -- nearly all, and no look at what is stored
    IF m.on_time THEN
        RETURN least(p_slot, p_at);
    END IF;

    SELECT l.attempt, l.checked_at AS at INTO f
    FROM (SELECT c.attempt, c.checked_at
          FROM checks_of(p_monitor, p_slot, p_slot + interval '1 ms') c
          WHERE c.outcome = 'down' AND c.attempt <= p_attempt
          ORDER BY c.attempt DESC LIMIT m.fails) l
    ORDER BY l.attempt LIMIT 1;

    IF FOUND AND (f.attempt > 1 OR f.at > p_slot + interval '10 s'
                  OR m.created_at > p_slot
                  OR m.updated_at > p_slot AND m.updated_at <= f.at)
    THEN
        RETURN least(f.at, p_at);
    END IF;

    RETURN least(p_slot, p_at);
END
$$;


-- As before, but for the start of an incident.

CREATE OR REPLACE FUNCTION alert_transition(
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
                incident_start(m.id, p_slot, p_attempt, p_at),
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
