-- The log of all checks of an account, for accounts with very many monitors.

-- What is not packed yet lies nearly in the order of time, so that an index of
-- a few pages finds a time in it.  Each insert asks it, which is cheap, and
-- autovacuum adds what is new.

CREATE INDEX checks_slot_idx ON checks USING brin (slot)
    WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX checks_closed_slot_idx ON checks_closed USING brin (slot)
    WITH (pages_per_range = 16, autosummarize = on);


-- As checks_log(), by time instead of monitor by monitor; only what is not
-- packed.

CREATE FUNCTION checks_recent(p_owner bigint, p_from timestamptz,
                              p_slot timestamptz, p_monitor bigint,
                              p_attempt integer, p_outcome text,
                              p_limit integer)
RETURNS SETOF check_row LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
    RETURN QUERY
    SELECT x.* FROM (
        SELECT c.* FROM checks c
        WHERE c.slot >= p_from AND c.slot <= p_slot
          AND (c.slot, c.monitor_id, c.attempt::integer)
              < (p_slot, p_monitor, p_attempt)
          AND (p_outcome IS NULL OR c.outcome = p_outcome)
          AND (check_whole(c.tableoid, c.slot)
               OR NOT check_stored(c.monitor_id, c.slot, c.attempt))
        UNION ALL
        SELECT c.* FROM checks_closed c
        WHERE c.slot >= p_from AND c.slot <= p_slot
          AND (c.slot, c.monitor_id, c.attempt::integer)
              < (p_slot, p_monitor, p_attempt)
          AND (p_outcome IS NULL OR c.outcome = p_outcome)
          AND NOT EXISTS (SELECT FROM check_packs p
                          WHERE p.monitor_id = c.monitor_id
                            AND p.hour = date_bin('1 hour', c.slot, 'epoch'))
    ) x
    -- never a join: that would go from monitor to monitor
    WHERE (SELECT m.owner_id FROM monitors m WHERE m.id = x.monitor_id)
          = p_owner
    ORDER BY x.slot DESC, x.monitor_id DESC, x.attempt DESC LIMIT p_limit;
END
$$;


-- The checks of all monitors of p_owner, or of the one p_only, newest first:
-- those before (p_slot, p_monitor, p_attempt).  It looks back a short time
-- first, then ever longer, so that recent ones cost little.
--
-- An account with many monitors goes by time through what is in open
-- partitions, and only then, as small ones do from the start, from monitor to
-- monitor.

CREATE OR REPLACE FUNCTION checks_log(p_owner bigint, p_only bigint,
    p_from timestamptz, p_slot timestamptz, p_monitor bigint,
    p_attempt integer, p_outcome text, p_limit integer)
RETURNS SETOF check_row LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_slot    timestamptz := least(p_slot, now() + interval '1 day');
    v_monitor bigint := p_monitor;
    v_attempt integer := p_attempt;
    v_span    interval := interval '2 minutes';
    v_since   timestamptz;
    v_open    timestamptz;
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

    IF (SELECT a.n > 300 FROM account_monitors a WHERE a.owner_id = p_owner)
    THEN
        v_span := interval '1 second';
        v_open := (SELECT min(p.since) FROM check_parts p
                   WHERE p.state = 'open');
    END IF;

    LOOP
        v_since := CASE WHEN v_span > interval '1 year' THEN p_from
                        ELSE greatest(p_from, least(v_slot, now()) - v_span)
                        END;

        IF v_slot > v_open THEN
            v_since := greatest(v_since, v_open);

            RETURN QUERY
            SELECT * FROM checks_recent(p_owner, v_since, v_slot, v_monitor,
                                        v_attempt, p_outcome, v_left);
        ELSE
            IF v_open IS NOT NULL AND v_span < interval '1 hour' THEN
                v_span := interval '1 hour';
                v_since := greatest(p_from, v_slot - v_span);
            END IF;

            RETURN QUERY
            SELECT c.* FROM monitors m,
                 checks_page(m.id, v_since, v_slot,
                             CASE WHEN m.id < v_monitor THEN 32768
                                  WHEN m.id = v_monitor THEN v_attempt
                                  ELSE 0 END, p_outcome, v_left) c
            WHERE m.owner_id = p_owner
            ORDER BY c.slot DESC, c.monitor_id DESC, c.attempt DESC
            LIMIT v_left;
        END IF;

        GET DIAGNOSTICS v_n = ROW_COUNT;
        v_left := v_left - v_n;
        EXIT WHEN v_left <= 0 OR v_since <= p_from;

        v_slot := v_since;
        v_monitor := 0;
        v_attempt := 0;
        v_span := v_span * CASE v_n WHEN 0 THEN 16 ELSE 4 END;
    END LOOP;
END
$$;


-- For exports: monitor by monitor, the newest monitor first, and the newest
-- check of each.  What is left of one is all that a piece has to look at,
-- however many there are.

CREATE FUNCTION checks_export(p_owner bigint, p_only bigint,
    p_from timestamptz, p_to timestamptz, p_slot timestamptz,
    p_monitor bigint, p_attempt integer, p_outcome text, p_limit integer)
RETURNS SETOF check_row LANGUAGE plpgsql STABLE ROWS 1000
SET enable_sort = off SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
    RETURN QUERY
    SELECT c.*
    FROM (SELECT m.id FROM monitors m
          WHERE (m.owner_id, m.id) <= (p_owner, coalesce(p_only, p_monitor))
            AND m.owner_id >= p_owner
            AND (p_only IS NULL OR m.id = p_only)
          ORDER BY m.owner_id DESC, m.id DESC) m
    CROSS JOIN LATERAL checks_page(m.id, p_from,
        CASE WHEN m.id = p_monitor THEN p_slot ELSE p_to END,
        CASE WHEN m.id = p_monitor THEN p_attempt ELSE 0 END, p_outcome,
        p_limit) c
    LIMIT p_limit;
END
$$;
