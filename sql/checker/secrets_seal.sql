-- $1 bigint[] monitors, $2 text[] their secrets as they were read, $3 text[]
-- sealed.  What was changed meanwhile stays; a version is no business of it.
WITH held AS (
    SELECT m.id, x.sealed
    FROM unnest($1::bigint[], $2::text[], $3::text[]) x (id, stored, sealed)
    JOIN monitors m ON m.id = x.id AND m.auth_secret = x.stored
    ORDER BY m.id FOR NO KEY UPDATE OF m
)
UPDATE monitors m SET auth_secret = held.sealed
FROM held WHERE m.id = held.id
