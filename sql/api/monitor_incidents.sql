-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: limit, cursor (last
-- id), status, from, to.  Newest first.
WITH arg AS (
    SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($3::jsonb ->> 'cursor', '.', 1)::bigint,
                    9223372036854775807) AS before,
           $3::jsonb ->> 'status' AS status,
           coalesce(($3::jsonb ->> 'from')::timestamptz, '-infinity') AS since,
           coalesce(($3::jsonb ->> 'to')::timestamptz, 'infinity') AS until
), m AS (
    SELECT m.id, m.name FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
), page AS (
    SELECT i.id, {{incident_json}} AS object,
           row_number() OVER (ORDER BY i.id DESC) AS n
    FROM m, LATERAL (
        SELECT i.* FROM incidents i, arg
        WHERE i.owner_id = $1::bigint AND i.monitor_id = m.id
          AND i.id < arg.before AND {{incident_filter}}
        ORDER BY i.id DESC
        LIMIT (SELECT max + 1 FROM arg)) i
)
SELECT NULL, {{page_json}}
FROM m
