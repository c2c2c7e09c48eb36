-- $3 of the log over some or all monitors, with slot, monitor and attempt of the
-- last row that was told.
SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
       coalesce(($3::jsonb ->> 'to')::timestamptz, 'infinity') AS until,
       least(timestamptz 'epoch'
             + split_part($3::jsonb ->> 'cursor', '.', 1)::bigint
               * interval '1 microsecond',
             ($3::jsonb ->> 'to')::timestamptz,
             'infinity') AS slot,
       nullif(split_part($3::jsonb ->> 'cursor', '.', 2), '')::bigint
           AS monitor,
       least(coalesce(nullif(split_part($3::jsonb ->> 'cursor', '.', 3), ''),
                      '0')::bigint, 32767)::integer AS attempt,
       coalesce(($3::jsonb ->> 'from')::timestamptz, '-infinity') AS since
