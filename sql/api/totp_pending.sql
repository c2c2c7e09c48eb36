-- $1 bigint: the caller.  Result: error, secret in hex, id of its key.
SELECT CASE WHEN u.id IS NULL THEN 'invalid_token'
            WHEN u.totp_confirmed_at IS NOT NULL THEN 'totp_enabled'
            WHEN u.totp_secret IS NULL THEN 'totp_not_enrolled' END,
       encode(u.totp_secret, 'hex'), u.totp_key
FROM (SELECT) one LEFT JOIN users u ON u.id = $1::bigint
