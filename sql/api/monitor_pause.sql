-- $1 bigint: the caller, $2 bigint: monitor, $3 boolean: pause, else resume,
-- $4 jsonb: "_if_match", $5 bigint: checks a minute of one host, 0: any
-- number.
-- A resumed monitor is pending: it is checked at once.
WITH old AS (
    SELECT m.id, m.url, m.type, m.interval, m.paused, m.version,
           coalesce($4::jsonb -> '_if_match' @> to_jsonb(m.version), true)
               AS matches
    FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint
      AND ($3::boolean OR account_locked($1::bigint))
    FOR UPDATE
), wrong (n, field, code, message) AS (
    {{host_rate_wrong}}
    FROM (SELECT $5::bigint AS host_rate) rules, old,
        host_rates($1::bigint, rules.host_rate, ARRAY[1::bigint],
                   ARRAY[old.id], ARRAY[old.url], ARRAY[old.interval]) r
    WHERE NOT $3::boolean AND old.paused AND old.type <> 'push'
), m AS (
    UPDATE monitors m SET
        paused = $3::boolean,
        version = m.version + (m.paused <> $3::boolean)::integer,
        updated_at = CASE WHEN m.paused <> $3::boolean THEN now()
                     ELSE m.updated_at END
    FROM old
    WHERE m.owner_id = $1::bigint AND m.id = $2::bigint AND old.matches
      AND NOT EXISTS (SELECT FROM wrong)
    RETURNING m.*, old.paused <> m.paused AS changed
), s AS (
    UPDATE monitor_state s SET
        status = CASE WHEN m.changed THEN 'pending' ELSE s.status END,
        status_since = CASE WHEN m.changed THEN now()
                       ELSE s.status_since END,
        told = CASE WHEN m.changed THEN NULL ELSE s.told END,
        fails = CASE WHEN m.changed THEN 0 ELSE s.fails END,
        revision = CASE WHEN m.changed THEN m.revision::text::bigint
                   ELSE s.revision END
    FROM m
    WHERE s.monitor_id = m.id
    RETURNING s.*
)
SELECT CASE WHEN NOT old.matches THEN 'version_mismatch'
            WHEN w.list IS NOT NULL THEN 'invalid_fields' END,
       w.list, coalesce(m.version, old.version), NULL::bigint,
       {{monitor_fields}}
FROM old
CROSS JOIN (SELECT {{monitor_errors}} AS list FROM wrong) w
LEFT JOIN m ON true LEFT JOIN s ON true
CROSS JOIN (SELECT false AS hidden) k
