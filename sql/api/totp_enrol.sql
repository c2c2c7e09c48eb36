-- $1 bigint: the caller, $2 jsonb: "_secret", sealed and in hex, "_key" that it
-- is sealed with, "_base32".  Replaces a secret that was not confirmed.  Result: error, secret and URI for the
-- authenticator.
WITH u AS (
    UPDATE users SET
        totp_secret = decode($2::jsonb ->> '_secret', 'hex'),
        totp_key = $2::jsonb ->> '_key',
        totp_last_step = 0
    WHERE id = $1::bigint AND totp_confirmed_at IS NULL
    RETURNING email
)
SELECT CASE WHEN u.email IS NULL THEN 'totp_enabled' END,
       json_build_object(
           'secret', $2::jsonb ->> '_base32',
           'otpauth_uri', 'otpauth://totp/uptime:' || (
               SELECT string_agg(CASE WHEN c.ch ~ '[A-Za-z0-9._~-]' THEN c.ch
                   ELSE regexp_replace(
                       upper(encode(convert_to(c.ch, 'UTF8'), 'hex')),
                       '(..)', '%\1', 'g') END, '' ORDER BY c.n)
               FROM regexp_split_to_table(u.email, '')
                   WITH ORDINALITY AS c(ch, n))
               || '?secret=' || ($2::jsonb ->> '_base32')
               || '&issuer=uptime&algorithm=SHA1&digits=6&period=30')
FROM (SELECT) one LEFT JOIN u ON true
