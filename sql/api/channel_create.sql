-- $1 bigint: the caller, $2 jsonb: fields; config without its secrets, which
-- are in "_secrets" and "_key".
WITH c AS (
    INSERT INTO channels (
        owner_id, name, kind, config, secrets, secrets_key, templates,
        events, resend_after, enabled, is_default)
    SELECT
        $1::bigint, coalesce(f.name, initcap(f.kind)), f.kind, f.config, f._secrets, f._key,
        coalesce(f.templates, '{}'),
        coalesce(f.events, '{down,up,degraded,cert}'),
        f.resend_after, coalesce(f.enabled, true),
        coalesce(f.is_default, false)
    FROM jsonb_to_record($2::jsonb) AS f (
        name text, kind text, config jsonb, _secrets text, _key text,
        templates jsonb, events text[], resend_after integer,
        enabled boolean, is_default boolean)
    WHERE (SELECT count(*) FROM channels
           WHERE owner_id = $1::bigint) < 100
    RETURNING *
)
SELECT CASE WHEN c.id IS NULL THEN 'too_many_channels' END, {{channel_json}},
       c.version, c.id
FROM (SELECT) one LEFT JOIN c ON true
