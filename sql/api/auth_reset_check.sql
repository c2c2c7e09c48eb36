-- $1 text: SHA-256 of the token in hex, $2 text: address, $3 integer: free
-- attempts of an address.  Counts one.  Result: seconds to wait, e-mail of the
-- account; NULL: the link is not good.
WITH t AS MATERIALIZED (
    SELECT throttle(NULL, $2::inet, $3::integer) AS wait
)
SELECT t.wait, (SELECT u.email FROM {{good_reset}}
                AND t.wait = 0 AND p.hash = decode($1, 'hex'))
FROM t
