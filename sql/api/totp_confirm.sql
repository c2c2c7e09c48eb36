-- $1 bigint: the caller, $2 text: the secret as it is stored, in hex, $3
-- bigint: step of the code, $4 jsonb: SHA-256 of the recovery codes in hex,
-- $5 text: address.  A row if it is on now; none if the secret was replaced or
-- confirmed meanwhile.
WITH u AS (
    UPDATE users SET
        totp_confirmed_at = now(), totp_last_step = $3::bigint
    WHERE id = $1::bigint AND totp_secret = decode($2, 'hex')
      AND totp_confirmed_at IS NULL
    RETURNING id
), old AS (
    DELETE FROM recovery_codes r USING u WHERE r.user_id = u.id
), codes AS (
    INSERT INTO recovery_codes (user_id, hash)
    SELECT u.id, decode(c.hash, 'hex')
    FROM u, jsonb_array_elements_text($4::jsonb) AS c(hash)
), told AS (
    INSERT INTO audit (user_id, event, address)
    SELECT u.id, 'totp_enabled', $5::inet FROM u
)
SELECT u.id FROM u
