-- $1 bigint: the caller.  The account and everything that is its, unless it is
-- the last administrator.
--
-- Who is an administrator holds all of them, in one order, as in
-- admin_user_patch.sql: of the last two one stays.
--
-- What is too much for one statement is only marked: nobody can use or see it
-- from now on, its address is free, and housekeep.sql deletes its rows.
WITH admins AS MATERIALIZED (
    {{admins}}
      AND EXISTS (SELECT FROM users me
                  WHERE me.id = $1::bigint AND me.role = 'admin')
    ORDER BY a.id
    FOR UPDATE
), may AS MATERIALIZED (
    SELECT u.id,
           (SELECT count(*) FROM (SELECT FROM monitors m
                                  WHERE m.owner_id = $1::bigint
                                  LIMIT 1001) m) > 1000
           OR (SELECT count(*) FROM (SELECT FROM audit a
                                     WHERE a.user_id = $1::bigint
                                     LIMIT 10001) a) > 10000 AS large
    FROM users u
    WHERE u.id = $1::bigint
      AND (u.role <> 'admin' OR u.disabled_at IS NOT NULL
           OR (SELECT count(*) FROM admins WHERE id <> $1::bigint) > 0)
    FOR UPDATE OF u
), gone AS (
    DELETE FROM users u USING may WHERE u.id = may.id AND NOT may.large
), marked AS (
    UPDATE users u SET
        deleted_at = now(), disabled_at = coalesce(u.disabled_at, now()),
        email = 'deleted-' || u.id, password_hash = '', role = 'user',
        totp_secret = NULL, totp_key = NULL, totp_confirmed_at = NULL
    FROM may
    WHERE u.id = may.id AND may.large
), keys AS (
    DELETE FROM api_keys k USING may WHERE k.owner_id = may.id AND may.large
), codes AS (
    DELETE FROM recovery_codes r USING may
    WHERE r.user_id = may.id AND may.large
)
SELECT CASE WHEN may.id IS NULL THEN 'last_admin' END, ''
FROM users u LEFT JOIN may ON may.id = u.id
WHERE u.id = $1::bigint
