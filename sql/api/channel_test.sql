-- $1 bigint: the caller, $2 bigint: channel, or 0 for one that is not stored.
-- Result: error, seconds to wait, kind, config, secrets, key, templates.
WITH c AS (
    SELECT c.kind, c.config, c.secrets, c.secrets_key, c.templates
    FROM channels c
    WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL WHERE $2::bigint = 0
), most (key, n) AS (
    -- messages that are no alerts
    VALUES ('m:' || $1::bigint, 10)
), taken AS (
    {{minute_taken}}
)
SELECT CASE WHEN taken.too_many THEN 'too_many_requests' END, taken.wait, c.*
FROM c, taken
