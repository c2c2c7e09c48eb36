-- $1 bigint: the caller, $2 jsonb: limit, cursor (last id), status, monitor,
-- from, to (incidents that touch that time).  Newest first.
WITH arg AS (
    SELECT coalesce(($2::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($2::jsonb ->> 'cursor', '.', 1)::bigint,
                    9223372036854775807) AS before,
           ($2::jsonb ->> 'monitor')::bigint AS monitor_id,
           $2::jsonb ->> 'status' AS status,
           coalesce(($2::jsonb ->> 'from')::timestamptz, '-infinity') AS since,
           coalesce(($2::jsonb ->> 'to')::timestamptz, 'infinity') AS until
), page AS (
    SELECT i.id, {{incident_json}} AS object,
           row_number() OVER (ORDER BY i.id DESC) AS n
    FROM (SELECT i.* FROM incidents i, arg
          WHERE i.owner_id = $1::bigint AND i.id < arg.before
            AND (arg.monitor_id IS NULL OR i.monitor_id = arg.monitor_id)
            AND {{incident_filter}}
          ORDER BY i.id DESC
          LIMIT (SELECT max + 1 FROM arg)) i
    JOIN monitors m ON m.id = i.monitor_id
)
SELECT NULL, {{page_json}}
