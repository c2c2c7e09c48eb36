-- Messages that wait when there is nothing to tell any more, that are asked to
-- wait for longer than they live, and that only some recipients took.

ALTER TABLE outbox ADD COLUMN rest jsonb;
COMMENT ON COLUMN outbox.rest IS
    'a mail that some have: the addresses that were asked to be tried later; '
    'NULL: all of the channel''s';


-- Who pauses a monitor, or gives it another target, knows that it was down.
-- That it was up again is told: others may still think that it is down.

CREATE OR REPLACE FUNCTION incident_over() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents i
    SET ended_at = greatest(now(), i.confirmed_at),
        end_reason = CASE WHEN NEW.paused AND NOT OLD.paused THEN 'paused'
                     ELSE 'changed' END
    WHERE i.monitor_id = NEW.id AND i.ended_at IS NULL;

    -- what is on its way now ends in alert_mark()
    UPDATE outbox o SET state = 'dropped'
    WHERE o.id IN (SELECT w.id FROM outbox w
                   WHERE w.monitor_id = NEW.id
                     AND w.state IN ('pending', 'held')
                     AND w.topic = 'state' AND w.event <> 'up'
                     AND NOT coalesce(w.lease_until > now(), false)
                   ORDER BY w.id FOR UPDATE);
    RETURN NULL;
END
$$;


-- What became of a message that was claimed as the p_attempt-th try.  partial:
-- some recipients have it, and nobody else ever will; temporary with p_rest, a
-- JSON list: all have it but these.

DROP FUNCTION alert_mark(bigint, integer, text, integer, integer, text);

CREATE FUNCTION alert_mark(
    p_id bigint, p_attempt integer, p_status text, p_retry_after integer,
    p_code integer, p_detail text, p_rest text DEFAULT '')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o       outbox;
    v_end   timestamptz;
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
            o.attempts, CASE p_status WHEN 'partial' THEN 'delivered'
                        ELSE p_status END, nullif(p_code, 0), p_detail);

    IF p_status IN ('delivered', 'partial') THEN
        UPDATE outbox x SET state = 'sent', sent_at = now(),
                            lease_until = NULL, detail = p_detail
        WHERE x.id = o.id;
        UPDATE outbox x SET sent_at = now() WHERE x.merged_into = o.id;

        IF p_status = 'partial' THEN
            UPDATE channels c SET failed_at = now(), failure = p_detail
            WHERE c.id = o.channel_id;
        ELSE
            UPDATE channels c SET failed_at = NULL, failure = NULL
            WHERE c.id = o.channel_id AND c.failed_at IS NOT NULL;
        END IF;

        RETURN 'sent';
    END IF;

    -- whoever asks for more than what is left of its day gets its end
    v_end := o.created_at + interval '24 h';
    v_next := least(v_end, now() + greatest(
        p_retry_after,
        (ARRAY[5, 15, 60, 300, 900, 3600])[least(o.attempts, 6)]
        * (0.8 + 0.4 * random())) * interval '1 s');

    IF p_status = 'temporary' AND now() < v_end THEN
        UPDATE outbox x
        SET state = CASE WHEN x.topic = 'state' AND x.event <> 'up'
                              AND EXISTS (
                                  SELECT FROM incidents i
                                  WHERE i.id = x.incident_id AND i.end_reason
                                        IN ('paused', 'changed'))
                    THEN 'dropped' ELSE 'pending' END,
            next_at = v_next, lease_until = NULL, detail = p_detail,
            rest = coalesce(nullif(p_rest, '')::jsonb, x.rest),
            sent_at = CASE WHEN p_rest <> '' THEN now() ELSE x.sent_at END
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
