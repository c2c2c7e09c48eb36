-- secrets.sql of channels: the same parameters and rows.  Every version of a
-- checker opens these with any key of the file.

SELECT c.id, c.owner_id,
       concat_ws(chr(9), 'sealed', c.secrets_key, c.secrets)
FROM channels c
WHERE c.secrets_key <> split_part($1::text, chr(9), 2)
  AND c.id > $2::bigint
ORDER BY c.id
LIMIT $3::bigint
