-- secrets_seal.sql of channels.
WITH held AS (
    SELECT c.id, split_part(x.sealed, chr(9), 2) AS key,
           split_part(x.sealed, chr(9), 3) AS box
    FROM unnest($1::bigint[], $2::text[], $3::text[]) x (id, stored, sealed)
    JOIN channels c ON c.id = x.id
         AND c.secrets = split_part(x.stored, chr(9), 3)
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE channels c SET secrets = held.box, secrets_key = held.key
FROM held WHERE c.id = held.id
