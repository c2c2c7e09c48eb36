-- $1 bigint: the caller, $2 jsonb: name, scope, expires_at, and "_digest":
-- SHA-256 of the secret in hex.  Result: error, key object, id.
WITH k AS (
    INSERT INTO api_keys (owner_id, name, scope, expires_at, hash)
    SELECT $1::bigint, $2::jsonb ->> 'name',
           coalesce($2::jsonb ->> 'scope', 'read'),
           ($2::jsonb ->> 'expires_at')::timestamptz,
           decode($2::jsonb ->> '_digest', 'hex')
    WHERE (SELECT count(*) FROM api_keys
           WHERE owner_id = $1::bigint) < 100
    RETURNING *
)
SELECT CASE WHEN k.id IS NULL THEN 'too_many_keys' END, {{key_json}}, k.id
FROM (SELECT) one LEFT JOIN k ON true
