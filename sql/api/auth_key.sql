-- $1 bigint: key, $2 text: SHA-256 of the presented secret in hex.
-- Result: user, scope; no row if it is not good.  "Last used" is kept to the
-- minute, so that a busy key does not write with every request.
WITH k AS (
    SELECT k.id, k.owner_id, k.scope, k.last_used_at
    FROM api_keys k JOIN users u ON u.id = k.owner_id
    WHERE k.id = $1::bigint AND k.hash = decode($2, 'hex')
      AND (k.expires_at IS NULL OR k.expires_at > now())
      AND u.disabled_at IS NULL
), seen AS (
    UPDATE api_keys SET last_used_at = now()
    FROM k
    WHERE api_keys.id = k.id
      AND coalesce(k.last_used_at < now() - interval '1 min', true)
)
SELECT k.owner_id, k.scope FROM k
