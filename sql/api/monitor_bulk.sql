-- $1 bigint: the caller, $2 jsonb: ids, patch, add_tags, remove_tags,
-- add_channels, remove_channels,
-- $3 bigint: checks a minute of one host, 0: any number.
-- The same rules as monitor_patch, for each of them.
WITH asked AS (
    SELECT DISTINCT i::bigint AS id
    FROM jsonb_array_elements_text($2::jsonb -> 'ids') i
), old AS MATERIALIZED (
    SELECT m AS monitor, m.id AS n, m.type, m.url, m.paused, m.tags
    FROM monitors m
    WHERE m.owner_id = $1::bigint AND m.id IN (SELECT asked.id FROM asked)
      AND (NOT coalesce($2::jsonb -> 'patch', '{}') ?| {{account_fields}}
           OR (SELECT account_locked($1::bigint)))
    ORDER BY m.id FOR UPDATE
), rules AS (
    {{monitor_rules}}, $3::bigint AS host_rate
), tagged AS (
    -- those of the patch or its own, without some, with others
    SELECT old.n, jsonb_agg(t.tag ORDER BY t.place) AS tags
    FROM old CROSS JOIN LATERAL (
        SELECT b.tag, min(b.place) AS place
        FROM jsonb_array_elements_text(
                 coalesce($2::jsonb #> '{patch,tags}', to_jsonb(old.tags))
                 || coalesce($2::jsonb -> 'add_tags', '[]'))
             WITH ORDINALITY b (tag, place)
        WHERE NOT coalesce($2::jsonb -> 'remove_tags', '[]') ? b.tag
        GROUP BY b.tag) t
    GROUP BY old.n
), told AS (
    -- the same for channels; a list may name some that are deleted
    SELECT old.n, b.ids AS before,
           (SELECT coalesce(jsonb_agg(DISTINCT i.id ORDER BY i.id), '[]')
            FROM jsonb_array_elements(
                     b.ids || coalesce($2::jsonb -> 'add_channels', '[]'))
                 AS i (id)
            WHERE NOT coalesce($2::jsonb -> 'remove_channels', '[]') @> i.id)
           AS ids
    FROM old CROSS JOIN LATERAL (
        SELECT coalesce($2::jsonb #> '{patch,channel_ids}',
                   (SELECT jsonb_agg(c.channel_id ORDER BY c.channel_id)
                    FROM monitor_channels c WHERE c.monitor_id = old.n),
                   '[]') AS ids) b
    WHERE $2::jsonb ?| ARRAY['add_channels', 'remove_channels']
), given AS (
    {{monitor_given}}
    FROM (SELECT old.n, coalesce($2::jsonb -> 'patch', '{}')
                 || CASE WHEN $2::jsonb ?| ARRAY['add_tags', 'remove_tags']
                    THEN jsonb_build_object('tags',
                             coalesce(tagged.tags, '[]'))
                    ELSE '{}' END
                 || CASE WHEN told.ids <> told.before
                    THEN jsonb_build_object('channel_ids', told.ids)
                    ELSE '{}' END AS fields
          FROM old LEFT JOIN tagged ON tagged.n = old.n
          LEFT JOIN told ON told.n = old.n) g
), f AS (
    {{monitor_changed}}
), wrong AS (
    {{monitor_wrong}}
), m AS (
    UPDATE monitors m SET
        {{monitor_set}}
    FROM old JOIN f ON f.n = old.n
    WHERE m.owner_id = $1::bigint AND m.id = old.n AND f.differs
      AND NOT EXISTS (SELECT FROM wrong WHERE wrong.n = old.n)
    RETURNING m.id, m.revision::text::bigint AS revision,
              old.url <> m.url OR old.type <> m.type AS moved,
              old.paused <> m.paused AS turned
), restarted AS (
    {{monitor_restart}}
)
SELECT NULL, json_build_object('items', coalesce(json_agg(json_strip_nulls(
    json_build_object('id', asked.id,
        'result', CASE WHEN old.n IS NULL THEN 'not_found'
                       WHEN w.list IS NOT NULL THEN 'invalid'
                       WHEN m.id IS NULL THEN 'unchanged'
                       ELSE 'updated' END,
        'errors', w.list)) ORDER BY asked.id), '[]'))
FROM asked
LEFT JOIN old ON old.n = asked.id
LEFT JOIN m ON m.id = asked.id
LEFT JOIN (SELECT wrong.n, {{monitor_errors}} AS list
           FROM wrong GROUP BY wrong.n) w ON w.n = asked.id
