-- How many monitors the caller may still make; $3: his quota, 0: none.
CASE WHEN $3::bigint = 0 THEN 9223372036854775807
ELSE $3::bigint - (SELECT count(*) FROM (
    SELECT FROM monitors q WHERE q.owner_id = $1::bigint
    LIMIT $3::bigint) q) END
