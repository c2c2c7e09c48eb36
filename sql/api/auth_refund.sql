-- $1 text: e-mail, $2 text: address, or empty, $3 boolean: the password is
-- proven; else an attempt was counted but not tried.
SELECT throttle_refund($1, nullif($2, '')::inet, $3::boolean)
