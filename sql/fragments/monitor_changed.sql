-- The monitors old with given.fields changed.  Another type takes the fields
-- back that it has no use for.
SELECT old.n, r.*, old.monitor IS DISTINCT FROM r AS differs
FROM rules, old JOIN given ON given.n = old.n, LATERAL (
    SELECT coalesce(given.fields ->> 'type', old.type) AS type) t,
    LATERAL (
    SELECT CASE WHEN t.type = old.type THEN '{}'::jsonb
           ELSE rules.defaults - ARRAY(
               SELECT jsonb_array_elements_text(
                   rules.kinds -> 'any' || (rules.kinds -> t.type)))
           || CASE t.type WHEN 'push' THEN '{"url": "push:"}'::jsonb
              ELSE '{}' END END
           || CASE given.fields ->> 'auth'
              WHEN 'none' THEN '{"auth_user": null, "auth_secret": null}'
              WHEN 'bearer' THEN '{"auth_user": null}'
              ELSE '{}'::jsonb END AS fields) reset,
    jsonb_populate_record(old.monitor, reset.fields || given.fields) r
