-- $1 bigint: the account.
-- Goes before a statement that has to see what others have stored meanwhile.
SELECT account_lock($1::bigint)
