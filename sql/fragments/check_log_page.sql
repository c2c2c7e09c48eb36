-- CTEs for the log over some or all monitors: $1 bigint: the caller, $2 bigint:
-- a monitor, 0: all of the caller's; $3 jsonb: limit, from, to, outcome,
-- cursor ("<slot in microseconds>.<monitor>.<attempt>" of the last row).
arg AS (
    SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
           least(timestamptz 'epoch'
                 + split_part($3::jsonb ->> 'cursor', '.', 1)::bigint
                   * interval '1 microsecond',
                 ($3::jsonb ->> 'to')::timestamptz,
                 'infinity') AS slot,
           coalesce(nullif(split_part($3::jsonb ->> 'cursor', '.', 2), ''),
                    '0')::bigint AS monitor,
           coalesce(nullif(split_part($3::jsonb ->> 'cursor', '.', 3), ''),
                    '0')::integer AS attempt,
           coalesce(($3::jsonb ->> 'from')::timestamptz, '-infinity') AS since
), page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.slot DESC, c.monitor_id DESC,
                                            c.attempt DESC) AS n
    FROM arg,
         checks_log($1::bigint, nullif($2::bigint, 0), arg.since, arg.slot,
                    arg.monitor, arg.attempt, $3::jsonb ->> 'outcome',
                    arg.max + 1) c
), last AS (
    SELECT (extract(epoch FROM page.slot) * 1000000)::bigint || '.'
           || page.monitor_id || '.' || page.attempt AS cursor
    FROM page, arg
    WHERE page.n = arg.max AND EXISTS (SELECT FROM page WHERE n > arg.max)
)