-- Drops raw history that is old enough.
--
-- $1 jsonb: checks, the seconds to keep it; without it for ever.
--
-- One row: 1 if there is more to do at once.
SELECT coalesce(check_history_drop(
    now() - ($1::jsonb ->> 'checks')::bigint * interval '1 second'),
    false)::integer
