-- $1 bigint: the caller.  The account and everything that is its.
DELETE FROM users WHERE id = $1::bigint
RETURNING NULL, ''
