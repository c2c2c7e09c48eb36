-- $1 integer: version, $2 text: name, $3 text: script.
-- Result: boolean, true if it was applied now.
SELECT pg_temp.migrate($1::integer, $2, $3)
