-- $1 text: e-mail (lower case), $2 text: address, $3 integer: free attempts
-- of an address.  Counts one, apart from attempts to log in.  Result: seconds
-- to wait.
SELECT throttle('reset ' || $1, $2::inet, $3::integer)
