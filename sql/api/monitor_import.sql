-- $1 bigint: the caller, $2 jsonb: rows [{i, fields} or {i, errors}] and
-- dry_run, $3 bigint: monitors that he may have, $4 bigint: checks a
-- minute of one host; 0: any number.
-- A row is all of a monitor: what it leaves out is as in a new one, but for a
-- secret, which a file need not have.
-- planned anew
-- after: api/account_lock
WITH rules AS (
    {{monitor_rules}}, $4::bigint AS host_rate
), row AS (
    SELECT (r ->> 'i')::bigint AS n, r -> 'fields' AS fields,
           r -> 'errors' AS errors,
           -- "errors IS NULL" is thought to be rare, and rows few: seconds
           r ? 'errors' AS refused
    FROM jsonb_array_elements($2::jsonb -> 'rows') r
), given AS MATERIALIZED (
    {{monitor_given}} FROM (SELECT row.n, row.fields FROM row
                            WHERE NOT row.refused) g
), named AS MATERIALIZED (
    SELECT f.n, f.type, f.url, {{monitor_name}} AS name
    FROM ({{monitor_new}}) f
), place AS (
    SELECT named.*, row_number() OVER (PARTITION BY named.name, named.url
                                       ORDER BY named.n) AS nth
    FROM named
), held AS MATERIALIZED (
    -- found by the index of names
    SELECT place.n, m.id, m AS monitor, m.type, m.url, m.paused, m.auth
    FROM place JOIN monitors m
         ON m.owner_id = $1::bigint AND m.name = place.name
            AND lower(m.name) COLLATE "C" = lower(place.name) COLLATE "C"
            AND m.url = place.url
    WHERE place.nth = 1
    ORDER BY m.id FOR UPDATE OF m
), old AS MATERIALIZED (
    SELECT DISTINCT ON (held.n) held.*
    FROM held
    ORDER BY held.n, held.id
), f AS MATERIALIZED (
    SELECT given.n, r.*, old.n IS NOT NULL AS known,
           old.monitor IS DISTINCT FROM r AS differs
    FROM rules, given
    JOIN place ON place.n = given.n
    LEFT JOIN old ON old.n = given.n, LATERAL
        jsonb_populate_record(
            old.monitor,
            rules.defaults - CASE WHEN old.auth
                = coalesce(given.fields ->> 'auth', 'none')
                THEN 'auth_secret' ELSE '' END
            || given.fields
            || jsonb_build_object('type', place.type, 'url', place.url,
                                  'name', place.name)) r
), wrong AS MATERIALIZED (
    {{monitor_wrong}}
    UNION ALL
    SELECT place.n, '', 'duplicate',
           'an earlier one has the same name and url'
    FROM place WHERE place.nth > 1
    UNION ALL
    SELECT c.n, '', 'quota_exceeded', 'you have too many monitors'
    FROM (SELECT f.n, row_number() OVER (ORDER BY f.n) AS nth
          FROM f JOIN place ON place.n = f.n
          WHERE NOT f.known AND place.nth = 1) c
    WHERE c.nth > (SELECT monitor_room($1::bigint, $3::bigint))
), made AS (
    {{monitor_insert}}
    WHERE NOT f.known AND NOT coalesce(($2::jsonb ->> 'dry_run')::boolean,
                                       false)
      AND NOT EXISTS (SELECT FROM wrong WHERE wrong.n = f.n)
    RETURNING id, name, url
), m AS (
    UPDATE monitors m SET
        {{monitor_set}}
    FROM old JOIN f ON f.n = old.n
    WHERE m.owner_id = $1::bigint AND m.id = f.id AND f.differs
      AND NOT coalesce(($2::jsonb ->> 'dry_run')::boolean, false)
      AND NOT EXISTS (SELECT FROM wrong WHERE wrong.n = f.n)
    RETURNING m.id, m.revision::text::bigint AS revision,
              old.type <> m.type AS moved,
              old.paused <> m.paused AS turned
), restarted AS (
    {{monitor_restart}}
), item AS (
    SELECT row.n, place.name, coalesce(f.id, made.id) AS id,
           coalesce(row.errors, w.list::jsonb) AS errors,
           CASE WHEN row.errors IS NOT NULL OR w.list IS NOT NULL
                     THEN 'failed'
                WHEN NOT f.known THEN 'created'
                WHEN f.differs THEN 'updated'
                ELSE 'unchanged' END AS result
    FROM row
    LEFT JOIN place ON place.n = row.n
    LEFT JOIN f ON f.n = row.n
    LEFT JOIN made ON made.name = place.name AND made.url = place.url
                      AND place.nth = 1
    LEFT JOIN (SELECT wrong.n, {{monitor_errors}} AS list
               FROM wrong GROUP BY wrong.n) w ON w.n = row.n
)
SELECT NULL, json_build_object(
    'dry_run', coalesce(($2::jsonb ->> 'dry_run')::boolean, false),
    'created', count(*) FILTER (WHERE item.result = 'created'),
    'updated', count(*) FILTER (WHERE item.result = 'updated'),
    'unchanged', count(*) FILTER (WHERE item.result = 'unchanged'),
    'failed', count(*) FILTER (WHERE item.result = 'failed'),
    'items', json_agg(json_strip_nulls(json_build_object(
        'index', item.n, 'result', item.result, 'id', item.id,
        'name', item.name, 'errors', item.errors)) ORDER BY item.n))
FROM item
