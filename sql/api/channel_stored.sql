-- $1 bigint: the caller, $2 bigint: channel.
-- Result: error, kind, config, secrets, key, templates, version.
SELECT NULL, c.kind, c.config, c.secrets, c.secrets_key, c.templates,
       c.version
FROM channels c
WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
