-- $1 bigint: the caller, $2 bigint: channel.
DELETE FROM channels
WHERE owner_id = $1::bigint AND id = $2::bigint
RETURNING NULL, ''
