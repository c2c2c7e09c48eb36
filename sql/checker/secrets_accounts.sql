-- secrets.sql of accounts with two-factor log-in.  Those from before they were
-- sealed wait for their next use.

SELECT u.id, u.id,
       concat_ws(chr(9), 'sealed', u.totp_key, encode(u.totp_secret, 'hex'))
FROM users u
WHERE u.totp_key <> split_part($1::text, chr(9), 2)
  AND u.id > $2::bigint
ORDER BY u.id
LIMIT $3::bigint
