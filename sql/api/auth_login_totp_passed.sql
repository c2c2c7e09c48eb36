-- $1 bigint: user, $2 bigint: step of the code, or 0, $3 text: SHA-256 of
-- the recovery code in hex, or empty, $4 text: address, $5 text: the secret as
-- it is stored, in hex, $6 text: sealed with another key, or empty, $7 text:
-- id of that key.  Each code is good once: those who come with the same one
-- meet at its row.  Result: id, role, user object; no row if it is used up or
-- wrong.
WITH step AS (
    UPDATE users SET
        totp_last_step = $2::bigint,
        totp_secret = CASE WHEN $6 <> '' THEN decode($6, 'hex')
                      ELSE totp_secret END,
        totp_key = CASE WHEN $6 <> '' THEN $7 ELSE totp_key END
    WHERE id = $1::bigint AND totp_last_step < $2::bigint
      AND totp_confirmed_at IS NOT NULL AND disabled_at IS NULL
      AND totp_secret = decode($5, 'hex')
    RETURNING id
), code AS (
    UPDATE recovery_codes SET used_at = now()
    WHERE user_id = $1::bigint AND hash = decode($3, 'hex')
      AND used_at IS NULL
    RETURNING user_id AS id
), told AS (
    INSERT INTO audit (user_id, event, address)
    SELECT code.id, 'recovery_code_used', $4::inet FROM code
), passed AS MATERIALIZED (
    SELECT u.id, throttle_refund(u.email, $4::inet, true)
    FROM users u
    WHERE u.id IN (SELECT id FROM step UNION ALL SELECT id FROM code)
      AND u.disabled_at IS NULL
)
SELECT u.id, u.role, {{user_json}}
FROM passed JOIN users u ON u.id = passed.id
