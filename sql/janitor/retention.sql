-- Drops history that is old enough.
--
-- $1 jsonb: checks, hours, days, the seconds to keep single checks and rollups
-- of hours and days; without one of them for ever.
--
-- One row: 1 if there is more to do at once.
SELECT (coalesce(check_history_drop(
            now() - ($1::jsonb ->> 'checks')::bigint * interval '1 second'),
            false)
        OR rollup_drop(
            now() - ($1::jsonb ->> 'hours')::bigint * interval '1 second',
            now() - ($1::jsonb ->> 'days')::bigint * interval '1 second'))
       ::integer
