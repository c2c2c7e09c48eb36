-- secrets_seal.sql of accounts.
WITH held AS (
    SELECT u.id, split_part(x.sealed, chr(9), 2) AS key,
           decode(split_part(x.sealed, chr(9), 3), 'hex') AS box
    FROM unnest($1::bigint[], $2::text[], $3::text[]) x (id, stored, sealed)
    JOIN users u ON u.id = x.id
         AND u.totp_secret = decode(split_part(x.stored, chr(9), 3), 'hex')
    ORDER BY u.id FOR NO KEY UPDATE OF u
)
UPDATE users u SET totp_secret = held.box, totp_key = held.key
FROM held WHERE u.id = held.id
