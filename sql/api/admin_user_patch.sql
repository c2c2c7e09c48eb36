-- $1 bigint: the caller, $2 bigint: user, $3 jsonb: disabled, role, $4 text:
-- address.
--
-- All administrators are held, in one order: of two who demote each other one
-- is none any more when his turn comes, and none waits for the other in a
-- circle.  FOR UPDATE also waits for monitors and sessions that are being
-- made, so that the trigger on users finds them.
WITH admins AS MATERIALIZED (
    {{admins}}
    ORDER BY a.id
    FOR UPDATE
), caller AS (
    SELECT id, email FROM admins WHERE id = $1::bigint
), arg AS (
    SELECT ($3::jsonb ->> 'disabled')::boolean AS disabled,
           $3::jsonb ->> 'role' AS role
), old AS (
    SELECT o.id, o.role, o.disabled_at,
           CASE WHEN held.callers = 0 THEN 'forbidden'
                WHEN o.id = $1::bigint
                     AND (arg.disabled IS TRUE OR arg.role = 'user')
                THEN CASE WHEN held.n = 1 THEN 'last_admin'
                     ELSE 'own_account' END END AS error
    FROM (SELECT count(*) AS n,
                 count(*) FILTER (WHERE id = $1::bigint) AS callers
          FROM admins) held, users o, arg
    WHERE o.id = $2::bigint AND o.deleted_at IS NULL
    FOR UPDATE OF o
), u AS (
    UPDATE users u SET
        role = coalesce(arg.role, u.role),
        disabled_at = CASE WHEN arg.disabled IS NULL THEN u.disabled_at
                           WHEN arg.disabled
                           THEN coalesce(u.disabled_at, now()) END
    FROM old, arg
    WHERE u.id = old.id AND old.error IS NULL
    RETURNING u.*, old.role AS old_role, old.disabled_at AS old_disabled_at
), told AS (
    INSERT INTO audit (user_id, event, name, address)
    SELECT u.id, e.event, e.name, $4::inet
    FROM u, caller, LATERAL (VALUES
        ('account_disabled', 'by ' || caller.email,
         u.old_disabled_at IS NULL AND u.disabled_at IS NOT NULL),
        ('account_enabled', 'by ' || caller.email,
         u.old_disabled_at IS NOT NULL AND u.disabled_at IS NULL),
        ('role_changed', u.role || ', by ' || caller.email,
         u.old_role <> u.role)) e (event, name, happened)
    WHERE e.happened
)
SELECT old.error, {{account_json}}
FROM old LEFT JOIN u ON true
