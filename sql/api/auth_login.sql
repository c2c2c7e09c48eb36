-- $1 text: e-mail (lower case), $2 text: address, $3 integer: free attempts
-- of an address.  Counts the attempt and finds the account in one go, so
-- that parallel guesses cannot all pass.  Result: seconds to wait, password
-- hash, id, role, user object, two-factor is on, version of the password;
-- NULLs but for the first if there is no such account.
WITH t AS MATERIALIZED (
    SELECT throttle($1, $2::inet, $3::integer) AS wait
)
SELECT t.wait, u.password_hash, u.id, u.role, {{user_json}},
       (u.totp_confirmed_at IS NOT NULL)::integer,
       (extract(epoch FROM u.password_changed_at) * 1000000)::bigint
FROM t LEFT JOIN users u
    ON t.wait = 0 AND u.email = $1 AND u.disabled_at IS NULL
