-- CTEs for the log over some or all monitors: $1 bigint: the caller, $2 bigint:
-- a monitor, 0: all of the caller's; $3 jsonb: limit, from, to, outcome,
-- cursor ("<slot in microseconds>.<monitor>.<attempt>" of the last row).
arg AS (
    {{check_log_arg}}
), page AS (
    SELECT c.*, row_number() OVER (ORDER BY c.slot DESC, c.monitor_id DESC,
                                            c.attempt DESC) AS n
    FROM arg,
         checks_log($1::bigint, nullif($2::bigint, 0), arg.since, arg.slot,
                    CASE WHEN arg.slot < arg.until
                    THEN coalesce(arg.monitor, 0) ELSE 0 END, arg.attempt,
                    $3::jsonb ->> 'outcome', arg.max + 1) c
), {{check_log_last}}
