-- What is wrong with the monitors f, of which the client sent given.fields.
-- rules.host_rate: checks a minute that an account may ask of a host, or 0.
SELECT f.n, p.field, p.code, p.message
FROM f CROSS JOIN LATERAL (VALUES
    ('url', 'required', 'must be given', f.url IS NULL),
    ('type', 'type_mismatch', 'must fit the scheme of the url',
     f.type <> CASE split_part(f.url, ':', 1) WHEN 'https' THEN 'http'
               ELSE split_part(f.url, ':', 1) END),
    ('auth_user', 'required', 'must be given with basic authentication',
     f.auth = 'basic' AND f.auth_user IS NULL),
    ('auth_secret', 'required', 'must be given with bearer authentication',
     f.auth = 'bearer' AND f.auth_secret IS NULL),
    ('body', 'not_for_port', 'must not be sent to a mail server',
     f.type = 'tcp' AND f.body <> '' AND f.url ~ ':(25|465|587|2525)$'),
    ('tags', 'too_many', 'must have at most 20 elements',
     cardinality(f.tags) > 20),
    ('headers.Authorization', 'duplicate_header',
     'is there twice, here and as auth',
     f.auth <> 'none'
     AND EXISTS (SELECT FROM jsonb_object_keys(f.headers) h
                 WHERE lower(h) = 'authorization')),
    ('parent_id', 'not_found', 'must be a monitor of yours',
     f.parent_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM monitors p WHERE p.owner_id = $1::bigint
                     AND p.id = f.parent_id))
) p (field, code, message, is_wrong)
WHERE p.is_wrong
UNION ALL
SELECT f.n, k.key, 'not_for_type', 'has no meaning for this type of monitor'
FROM rules, f JOIN given ON given.n = f.n, jsonb_each(given.fields) k
WHERE NOT (rules.kinds -> 'any' ? k.key OR rules.kinds -> f.type ? k.key)
  AND k.value <> rules.defaults -> k.key
UNION ALL
SELECT f.n, k.key, 'not_for_auth', 'has no meaning for this kind of auth'
FROM f JOIN given ON given.n = f.n, jsonb_each(given.fields) k
WHERE k.value <> 'null'
  AND (k.key = 'auth_user' AND f.auth <> 'basic'
       OR k.key = 'auth_secret' AND f.auth = 'none')
UNION ALL
SELECT f.n, 'channel_ids', 'unknown_channel', 'must be channels of yours'
FROM f JOIN given ON given.n = f.n
WHERE given.fields ? 'channel_ids'
  AND EXISTS (SELECT FROM unnest(f.channel_ids) x (id)
              WHERE NOT EXISTS (SELECT FROM channels c
                                WHERE c.owner_id = $1::bigint
                                  AND c.id = x.id))
UNION ALL
SELECT c.n, 'parent_id', 'cycle', 'must not be the monitor or one behind it'
FROM (SELECT array_agg(f.n::bigint) AS n, array_agg(f.id) AS id,
             array_agg(f.parent_id) AS parent
      FROM f JOIN given ON given.n = f.n
      WHERE f.parent_id IS NOT NULL AND f.id IS NOT NULL
        AND given.fields ? 'parent_id') a,
     parent_cycles($1::bigint, a.n, a.id, a.parent) c
UNION ALL
{{host_rate_wrong}}
FROM rules, (SELECT array_agg(f.n::bigint) AS n, array_agg(f.id) AS id,
                    array_agg(f.url) AS url, array_agg(f.interval) AS every
             FROM f JOIN given ON given.n = f.n
             WHERE NOT f.paused AND f.type <> 'push' AND f.url IS NOT NULL
               AND given.fields ?| ARRAY['url', 'type', 'interval', 'paused']
    ) a, host_rates($1::bigint, rules.host_rate, a.n, a.id, a.url, a.every) r
UNION ALL
SELECT f.n, 'auth_secret', 'upgrade_running',
       'cannot be stored now: a checker that is older, or without the key '
       'file, could not open it'
FROM f JOIN given ON given.n = f.n
WHERE starts_with(given.fields ->> 'auth_secret', E'sealed\t')
  AND NOT ({{all_open}})
