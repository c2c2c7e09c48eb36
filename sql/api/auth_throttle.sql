-- $1 text: address, $2 integer: free attempts of an address.  Counts one.
-- Result: seconds to wait.
SELECT throttle(NULL, $1::inet, $2::integer)
