-- $1 bigint: the caller, $2 bigint: channel, $3 jsonb: fields to change,
-- "_if_match", and with a config "_secrets", "_key" and "_version", the one
-- that it was merged with.  A change gives a channel that failed another try.
WITH old AS (
    SELECT c.*,
           coalesce($3::jsonb -> '_if_match' @> to_jsonb(c.version), true)
               AS matches,
           coalesce(($3::jsonb ->> '_version')::integer = c.version, true)
               AS merged
    FROM channels c
    WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
    FOR UPDATE
), c AS (
    UPDATE channels c SET
        name = f.name, config = f.config, templates = f.templates,
        events = f.events, resend_after = f.resend_after,
        enabled = f.enabled, is_default = f.is_default,
        secrets = CASE WHEN $3::jsonb ? 'config'
                  THEN $3::jsonb ->> '_secrets' ELSE c.secrets END,
        secrets_key = CASE WHEN $3::jsonb ? 'config'
                      THEN $3::jsonb ->> '_key' ELSE c.secrets_key END,
        failed_at = NULL, failure = NULL, updated_at = now(),
        version = c.version + 1
    FROM old, jsonb_populate_record(
        NULL::channels,
        to_jsonb(old) || ($3::jsonb - ARRAY['_if_match', '_version',
                                            '_secrets', '_key'])) f
    WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
      AND old.matches AND old.merged
    RETURNING c.*
)
SELECT CASE WHEN NOT old.matches THEN 'version_mismatch'
            WHEN NOT old.merged THEN 'conflict' END,
       {{channel_json}}, c.version
FROM old LEFT JOIN c ON true
