-- $1 bigint: the caller, $2 bigint: key.
DELETE FROM api_keys
WHERE owner_id = $1::bigint AND id = $2::bigint
RETURNING NULL, ''
