-- $1 bigint: user, $2 text: e-mail, $3 text: address, $4 text: stored
-- password hash, $5 text: the one with today's parameters, or empty, $6
-- boolean: the password alone is enough.
WITH u AS (
    UPDATE users SET password_hash = $5
    WHERE id = $1::bigint AND password_hash = $4 AND $5 <> ''
)
SELECT throttle_refund($2, $3::inet, $6::boolean)
