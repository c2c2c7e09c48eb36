-- Secrets of monitors that are not sealed with the first key, in the order of
-- ids; none while a checker could not open them.
--
-- $1 text    how those begin that are: "sealed", the key and tabs behind both
-- $2 bigint  the id before the page
-- $3 bigint  rows of a page
--
-- Rows: monitor, owner, secret as it is stored.

SELECT m.id, m.owner_id, m.auth_secret
FROM monitors m
WHERE m.auth_secret IS NOT NULL
  AND NOT starts_with(m.auth_secret, $1::text)
  AND m.id > $2::bigint
  AND {{all_open}}
ORDER BY m.id
LIMIT $3::bigint
