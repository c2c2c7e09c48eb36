-- $1 bigint: the caller, $2 bigint: monitor, $3 jsonb: fields to change and
-- "_if_match", $4 bigint: checks a minute of one host, 0: any number.  A new
-- URL or type or a resumed monitor starts as pending; the certificate was the
-- old URL's.
WITH old AS (
    SELECT m AS monitor, m.id AS n, m.version, m.type, m.url, m.paused,
           coalesce($3::jsonb -> '_if_match' @> to_jsonb(m.version), true)
               AS matches
    FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND (NOT $3::jsonb ?| {{account_fields}} OR account_locked($1::bigint))
    FOR UPDATE
), rules AS (
    {{monitor_rules}}, $4::bigint AS host_rate
), given AS (
    {{monitor_given}}
    FROM (SELECT $2::bigint AS n, $3::jsonb - '_if_match' AS fields) g
), f AS (
    {{monitor_changed}}
), wrong AS (
    {{monitor_wrong}}
), m AS (
    UPDATE monitors m SET
        {{monitor_set}}
    FROM old, f
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND old.matches AND NOT EXISTS (SELECT FROM wrong)
    RETURNING m.*, old.url <> m.url OR old.type <> m.type AS moved,
              old.paused <> m.paused AS turned
), restarted AS (
    {{monitor_restart}}
    RETURNING s.*
), s AS (
    SELECT * FROM restarted
    UNION ALL
    SELECT s.* FROM monitor_state s, old
    WHERE s.monitor_id = $2::bigint AND NOT EXISTS (SELECT FROM restarted)
)
SELECT CASE WHEN NOT old.matches THEN 'version_mismatch'
            WHEN w.list IS NOT NULL THEN 'invalid_fields' END,
       w.list, coalesce(m.version, old.version), NULL::bigint,
       {{monitor_fields}}
FROM old
CROSS JOIN (SELECT {{monitor_errors}} AS list FROM wrong) w
LEFT JOIN m ON true
LEFT JOIN s ON true
CROSS JOIN (SELECT false AS hidden) k
