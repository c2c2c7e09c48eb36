-- $1 bigint: the caller, $2 bigint: channel.
SELECT NULL, {{channel_json}}, c.version
FROM channels c
WHERE c.owner_id = $1::bigint AND c.id = $2::bigint
