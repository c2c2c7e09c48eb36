-- $1 bigint: the caller, $2 bigint: channel, $3 jsonb: limit, cursor (last
-- id).  Newest first.
WITH arg AS (
    SELECT coalesce(($3::jsonb ->> 'limit')::integer, 50) AS max,
           coalesce(split_part($3::jsonb ->> 'cursor', '.', 1)::bigint,
                    9223372036854775807) AS before
), c AS (
    SELECT c.id FROM channels c
    WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
), page AS (
    SELECT d.id,
           (SELECT row_to_json(o) FROM (SELECT
               d.id, rfc3339(d.at) AS at, d.message_id, d.event,
               d.monitor_id, d.attempt, d.status, d.code, d.detail) o)
               AS object,
           row_number() OVER (ORDER BY d.id DESC) AS n
    FROM c, LATERAL (
        SELECT d.* FROM deliveries d, arg
        WHERE d.owner_id = $1::bigint AND d.channel_id = c.id
          AND d.id < arg.before
        ORDER BY d.id DESC
        LIMIT (SELECT max + 1 FROM arg)) d
)
SELECT NULL, {{page_json}}
FROM c
