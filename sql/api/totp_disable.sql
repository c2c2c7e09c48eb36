-- $1 bigint: the caller, $2 text: address.  No row if there was nothing to
-- disable.
WITH old AS (
    SELECT id, totp_confirmed_at IS NOT NULL AS enabled FROM users
    WHERE id = $1::bigint AND totp_secret IS NOT NULL
    FOR UPDATE
), u AS (
    UPDATE users SET
        totp_secret = NULL, totp_key = NULL, totp_confirmed_at = NULL
    FROM old WHERE users.id = old.id
), codes AS (
    DELETE FROM recovery_codes r USING old WHERE r.user_id = old.id
), told AS (
    INSERT INTO audit (user_id, event, address)
    SELECT old.id, 'totp_disabled', $2::inet FROM old WHERE old.enabled
)
SELECT NULL, '' FROM old
