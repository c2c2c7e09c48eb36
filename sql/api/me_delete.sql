-- $1 bigint: the caller.  The account and everything that is its, unless it is
-- the last administrator.
--
-- Who is an administrator holds all of them, in one order, as in
-- admin_user_patch.sql: of the last two one stays.
WITH admins AS MATERIALIZED (
    {{admins}}
      AND EXISTS (SELECT FROM users me
                  WHERE me.id = $1::bigint AND me.role = 'admin')
    ORDER BY a.id
    FOR UPDATE
), gone AS (
    DELETE FROM users u
    WHERE u.id = $1::bigint
      AND (u.role <> 'admin' OR u.disabled_at IS NOT NULL
           OR (SELECT count(*) FROM admins WHERE id <> $1::bigint) > 0)
    RETURNING u.id
)
SELECT CASE WHEN gone.id IS NULL THEN 'last_admin' END, ''
FROM users u LEFT JOIN gone ON gone.id = u.id
WHERE u.id = $1::bigint
