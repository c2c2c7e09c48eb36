-- $1 bigint: the caller, $2 jsonb: secrets.
-- Fields that are not as they are anyway; POST /monitors/import reads it.
WITH rules AS (
    {{monitor_rules}}
)
SELECT NULL, concat('{"format":"uptime-monitors","version":1,"exported_at":',
    to_json(rfc3339(now())), ',"monitors":[',
    string_agg((SELECT jsonb_object_agg(k.key, k.value)
                FROM jsonb_each(to_jsonb(m)) k
                WHERE k.key IN ('name', 'type', 'url')
                   OR (rules.kinds -> 'any' ? k.key
                       OR rules.kinds -> m.type ? k.key)
                      AND k.value <> rules.defaults -> k.key
                      AND (k.key <> 'auth_secret'
                           OR ($2::jsonb ->> 'secrets')::boolean))::text,
               ',' ORDER BY m.id),
    ']}')
FROM rules LEFT JOIN monitors m ON m.owner_id = $1::bigint
GROUP BY rules.defaults
