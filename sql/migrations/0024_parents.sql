-- No monitor is behind itself: also when several parents change at once.  One
-- that was stored so before does not keep anybody from being told.


-- A condition that is met once the account's lock is held: who also locks
-- monitors does so afterwards, or two could wait for each other.

CREATE FUNCTION account_locked(p_owner bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM account_lock(p_owner);
    RETURN true;
END
$$;


-- Of monitors as they are to be (place n, id, parent), each of which has a
-- parent: the places whose monitor would be behind itself, by what is stored
-- and by the places before it.

CREATE FUNCTION parent_cycles(p_owner bigint, p_n bigint[], p_id bigint[],
    p_parent bigint[])
RETURNS TABLE (n bigint)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_given  jsonb;
BEGIN
    IF p_n IS NULL THEN
        RETURN;
    END IF;

    PERFORM account_lock(p_owner);

    v_given := (SELECT jsonb_object_agg(g.id, jsonb_build_array(g.n, g.parent))
                FROM unnest(p_n, p_id, p_parent) g (n, id, parent));

    RETURN QUERY
    SELECT g.n
    FROM unnest(p_n, p_id, p_parent) g (n, id, parent)
    WHERE EXISTS (
        WITH RECURSIVE above (id) AS (
            SELECT g.parent
            UNION
            SELECT u.parent_id
            FROM above CROSS JOIN LATERAL (
                SELECT p.parent_id FROM monitors p
                WHERE p.id = above.id AND p.owner_id = p_owner
                UNION ALL
                SELECT (v_given -> above.id::text ->> 1)::bigint
                WHERE (v_given -> above.id::text ->> 0)::bigint < g.n) u
            WHERE u.parent_id IS NOT NULL)
        SELECT FROM above WHERE above.id = g.id);
END
$$;


-- As in 0010_alerts.sql; a monitor that is behind itself waits for nobody.

CREATE OR REPLACE FUNCTION alert_hold(p_monitor bigint, p_parent bigint,
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
            AND NOT EXISTS (
            WITH RECURSIVE above (id) AS (
                SELECT p_parent
                UNION
                SELECT p.parent_id FROM above
                JOIN monitors p ON p.id = above.id
                WHERE p.parent_id IS NOT NULL)
            SELECT FROM above WHERE above.id = p_monitor)
        THEN 'parent' END
$$;
