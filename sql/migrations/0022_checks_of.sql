-- The checks of one monitor whose slot is from p_from to before p_to, as
-- before.  No slot is looked at of a pack that lies within that time as a whole,
-- which is the dearest part of a check, and was made twice to be compared.

CREATE OR REPLACE FUNCTION checks_of(p_monitor bigint, p_from timestamptz,
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
      AND (p.hour >= p_from AND p.hour <= p_to - interval '1 hour'
           OR u.slot >= p_from AND u.slot < p_to)
$$;
