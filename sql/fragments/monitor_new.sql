-- New monitors out of given.fields.  The type defaults to what the URL's
-- scheme says, the name (see monitor_insert) to the host.
SELECT given.n, r.*
FROM rules, given, LATERAL (
    SELECT coalesce(given.fields ->> 'type',
                    CASE split_part(given.fields ->> 'url', ':', 1)
                    WHEN 'https' THEN 'http'
                    ELSE split_part(given.fields ->> 'url', ':', 1) END)
        AS type) t,
    jsonb_populate_record(
        NULL::monitors,
        rules.defaults
        || jsonb_build_object('type', t.type, 'url',
                              CASE t.type WHEN 'push' THEN 'push:' END)
        || given.fields) r
